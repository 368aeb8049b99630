"""bin/manage: manage.py on the data of bin/start, whether that is running or not."""

import json
import os
import subprocess
import sys
from pathlib import Path

from local_runtime.bootstrap import ROOT, SetupError
from local_runtime.environment import Ports, local_environment, read_env_file
from local_runtime.stack import only_one, servers


def main(arguments: list[str]) -> int:
    read_env_file()
    folder, ports = ROOT / ".local", Ports.usual()
    try:
        with only_one(folder), servers(folder, ports, throw_away=False) as environment:
            return _manage(arguments, environment)
    except SetupError as problem:
        if not (folder / "env").exists():
            print(problem, file=sys.stderr)
            return 1
    running = json.loads((folder / "env").read_text())
    return _manage(arguments, local_environment(folder, ports, throw_away=False) | running)


def _manage(arguments: list[str], environment: dict[str, str]) -> int:
    command = [sys.executable, str(ROOT / "manage.py"), *arguments]
    return subprocess.run(command, cwd=Path.cwd(), env={**os.environ, **environment}, check=False).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
