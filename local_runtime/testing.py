"""bin/test: every check and every test, on servers of its own. Arguments go to pytest, which then runs alone."""

import contextlib
import signal
import subprocess
import sys
from collections.abc import Iterator

from local_runtime.bootstrap import ROOT, SetupError, say
from local_runtime.checks import run_checks
from local_runtime.environment import Ports
from local_runtime.stack import servers, thrown_away

LOGINS = ("IDPORTEN_", "FEIDE_", "OIDC_", "PERSONAS_")
REGISTERS = ("STAFF_FEED_", "HRM_", "KSFIKS_", "MASKINPORTEN_")
PEERS = (*LOGINS, *REGISTERS, "NCORE_", "ARCHIVE_", "ELEMENTS_", "FIKS_", "SVARUT_")


def without_peers(environment: dict[str, str]) -> dict[str, str]:
    """No login provider, archive or register is configured: a test that meets one starts it and says so."""
    return {name: value for name, value in environment.items() if not name.startswith(PEERS)}


@contextlib.contextmanager
def database_in_the_making(environment: dict[str, str]) -> Iterator[None]:
    """Migrate the database the tests copy while something else is done. If that fails, pytest does it and says why."""
    command = [sys.executable, "-m", "tests.database"]
    making = subprocess.Popen(command, cwd=ROOT, env=without_peers(environment), stderr=subprocess.DEVNULL)
    try:
        yield
        making.wait()
    finally:
        making.kill()


def all_checks(environment: dict[str, str]) -> list[str]:
    """The names of the checks that failed."""
    with database_in_the_making(environment):
        return run_checks(environment)


def main(arguments: list[str]) -> int:
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    try:
        with thrown_away("test") as folder, servers(folder, Ports.free(), throw_away=True) as environment:
            failed = [] if arguments else all_checks(environment)
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
