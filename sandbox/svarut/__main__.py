"""`python -m sandbox.svarut`: SVARUT_PORT, and SVARUT_FILE where what was sent is kept."""

import os
from pathlib import Path

from sandbox.svarut.server import serve
from sandbox.svarut.store import Store

file = os.environ.get("SVARUT_FILE", "")
with serve(Store(file=Path(file) if file else None, moves=True), port=int(os.environ["SVARUT_PORT"])) as server:
    server.serve_until_stopped()
