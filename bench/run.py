"""bin/bench [--json FILE] [name …]: every comparison in one run, on servers of its own with the demo municipality."""

import argparse
import subprocess
import sys
from pathlib import Path

from local_runtime.bootstrap import ROOT
from local_runtime.environment import Ports
from local_runtime.stack import servers, thrown_away

NAMES = (
    *("pages", "wall", "search", "rendering", "archive_transfer", "rollover", "register", "staff", "exports"),
    "archive_backlog",  # last: what it leaves waiting is in the way of the others
)


def main() -> int:
    parser = argparse.ArgumentParser(prog="bin/bench", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="name", help=", ".join(NAMES))
    parser.add_argument("--json", type=Path, metavar="FILE", help="skriv resultatene hit også")
    parser.add_argument("--demo", default="liten", choices=["liten", "kommune", "storby"])
    options = parser.parse_args()
    unknown = set(options.names) - set(NAMES)
    if unknown:
        parser.error(f"unknown: {', '.join(unknown)}; there are {', '.join(NAMES)}")
    with thrown_away("bench") as folder, servers(folder, Ports.free(), throw_away=True) as environment:
        environment["LOG_LEVEL"] = "ERROR"
        loaded = subprocess.run(
            [sys.executable, "-m", "local_runtime.load", options.demo], env=environment, cwd=ROOT, check=False
        )
        if loaded.returncode:
            return loaded.returncode
        arguments = [str(options.json.resolve()) if options.json else "", *(options.names or NAMES)]
        return subprocess.run(
            [sys.executable, "-m", "bench.inside", *arguments], env=environment, cwd=ROOT, check=False
        ).returncode


if __name__ == "__main__":
    sys.exit(main())
