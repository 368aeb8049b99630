"""The part of bin/bench that runs with the servers up."""

import json
import platform
import sys
from importlib import import_module
from pathlib import Path

import django

from bench.measure import Comparison


def main(file: str, names: list[str]) -> None:
    print(f"{'':<34} {'vårt':>12}  {'minste':>12}  {'forhold':>6}  {'SQL':>4}  mot")
    results: list[Comparison] = []
    for name in names:
        for result in import_module(f"bench.{name}").run():
            print(result.line(), flush=True)
            results.append(result)
    if file:
        machine = {"python": platform.python_version(), "machine": platform.machine()}
        report = {"machine": machine, "comparisons": [result.as_json() for result in results]}
        Path(file).write_text(json.dumps(report, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    django.setup()
    main(sys.argv[1], sys.argv[2:])
