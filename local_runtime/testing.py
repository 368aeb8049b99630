"""bin/test: every check and every test, on servers of its own. Arguments go to pytest, which then runs alone."""

import signal
import subprocess
import sys

from local_runtime.bootstrap import ROOT, SetupError, say
from local_runtime.checks import run_checks
from local_runtime.environment import Ports
from local_runtime.stack import servers, thrown_away

PEERS = ("IDPORTEN_", "FEIDE_", "NCORE_", "ARCHIVE_", "OIDC_", "ELEMENTS_", "PERSONAS_")


def without_peers(environment: dict[str, str]) -> dict[str, str]:
    """No login provider and no archive is configured: a test that meets one starts it and says so."""
    return {name: value for name, value in environment.items() if not name.startswith(PEERS)}


def main(arguments: list[str]) -> int:
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    try:
        with thrown_away("test") as folder, servers(folder, Ports.free(), throw_away=True) as environment:
            failed = [] if arguments else run_checks(environment)
            say("pytest")
            command = [sys.executable, "-m", "pytest", *(arguments or ["-n", "auto"])]
            code = subprocess.run(command, cwd=ROOT, env=without_peers(environment), check=False).returncode
    except SetupError as problem:
        print(f"\n{problem}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    if failed:
        print(f"Feilet før testene: {', '.join(failed)}", file=sys.stderr)
    return code or (1 if failed else 0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
