"""What bin/start, bin/test, bin/lint and bin/bench share: set-up of this machine and the embedded servers.

Only for development machines, tests and demonstrations; no production code imports it (docs/deploy.md).
"""
