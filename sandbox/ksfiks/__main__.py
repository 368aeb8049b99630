"""`python -m sandbox.ksfiks`: KSFIKS_PORT, and KSFIKS_FILE with the children it knows (an Oppvekst answer).

The file is read each time somebody asks for a token, so that one that is changed is the next run's.
"""

import os
from pathlib import Path

from sandbox.ksfiks.server import Register, serve

file = os.environ.get("KSFIKS_FILE", "")
with serve(Register(file=Path(file) if file else None), port=int(os.environ["KSFIKS_PORT"])) as server:
    server.serve_until_stopped()
