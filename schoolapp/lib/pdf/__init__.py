"""HTML to PDF/A in a warm, separate, limited process; and the question whether a file is an approved PDF/A.

`press.Press` is the client, `zygote` the process it talks to, `sheet` what happens to one document in there.
"""
