"""`python -m sandbox.hrm`: serve the file HRM_FILE as Visma Enterprise HRM would, at HRM_PORT.

The file is read each time somebody asks, so that one that is changed is the next night's.
"""

import os
from pathlib import Path
from threading import Event

from sandbox.hrm.server import Hrm, running

FILE = Path(os.environ["HRM_FILE"])
SERVED = Hrm(
    file=FILE,
    username=os.environ["STAFF_FEED_USERNAME"],
    password=os.environ["STAFF_FEED_PASSWORD"],
    port=int(os.environ["HRM_PORT"]),
)

with running(SERVED) as hrm:
    print(f"{FILE}: {hrm.url}", flush=True)
    Event().wait()
