"""bin/lint: only the checks that read the code."""

import sys

from local_runtime.checks import run_checks
from local_runtime.environment import Ports
from local_runtime.stack import servers, thrown_away

if __name__ == "__main__":
    with thrown_away("lint") as folder, servers(folder, Ports.free(), throw_away=True) as environment:
        sys.exit(1 if run_checks(environment) else 0)
