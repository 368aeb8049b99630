"""The checks that read the code instead of running it."""

import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor

from local_runtime.bootstrap import ROOT

MANAGE = [sys.executable, "manage.py"]
CHECKS = {
    "mypy": [sys.executable, "-m", "mypy"],
    "ruff format": [sys.executable, "-m", "ruff", "format", "--check", "."],
    "ruff check": [sys.executable, "-m", "ruff", "check", "."],
    "djade": ["djade", "--check", "--target-version", "5.2", "TEMPLATES"],
    "import contracts": ["lint-imports", "--no-cache", "--show-timings", "--no-logo"],
    "system checks": [*MANAGE, "check", "--fail-level", "WARNING"],
    "migrations": [*MANAGE, "makemigrations", "--check", "--dry-run"],
}


def run_checks(environment: dict[str, str]) -> list[str]:
    """Run every check, two at a time, printing what each has to say. Returns the names of those that failed."""
    with ThreadPoolExecutor(max_workers=2) as pool:
        results = pool.map(lambda name: (name, *_run(CHECKS[name], environment)), CHECKS)
        failed = []
        for name, code, output, seconds in results:
            print(f"{'ok  ' if code == 0 else 'FEIL'} {name} ({seconds:.1f} s)", flush=True)
            if code:
                failed.append(name)
                print(output, flush=True)
    return failed


def _run(command: list[str], environment: dict[str, str]) -> tuple[int, str, float]:
    templates = [str(path.relative_to(ROOT)) for path in sorted(ROOT.glob("templates/**/*.html"))]
    spelled_out = [part for item in command for part in (templates if item == "TEMPLATES" else [item])]
    started = time.monotonic()
    done = subprocess.run(
        spelled_out, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False
    )
    return done.returncode, done.stdout, time.monotonic() - started
