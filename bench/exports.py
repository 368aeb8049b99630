"""Files that leave the system, against the least that could write as many rows.

The floor of the municipality's export is COPY of the same tables to nowhere; ours also writes the files, reads them
back, sums them and copies every document. The floor of a roster is the same people and places as plain CSV. What each
takes of memory at most is measured in a process of its own, and told beside the rows.
"""

import csv
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings
from django.db import connection

from bench.measure import Comparison
from guardians.exchange.actions import WRITERS
from guardians.exchange.reading import read
from schoolapp.lib import clock
from schoolapp.management.whole_export import exported
from students.models import Enrolment, Membership

MIB = 1024


def run() -> Iterator[Comparison]:
    with tempfile.TemporaryDirectory() as folder:
        yield municipality(Path(folder))
        for format_ in WRITERS:
            yield roster(format_, Path(folder))


def municipality(folder: Path) -> Comparison:
    started = time.perf_counter()
    rows = copy_to_nowhere()
    least = time.perf_counter() - started
    taken, memory = command("export_municipality", str(folder / "alt"))
    return told("alt kommunen har", "COPY", rows, taken, least, memory)


def copy_to_nowhere() -> int:
    rows = 0
    with connection.cursor() as cursor:
        for model in exported():
            table = connection.ops.quote_name(model._meta.db_table)
            with cursor.copy(f"COPY {table} TO STDOUT (FORMAT csv)") as copy:
                for _block in copy:
                    pass
            rows += cursor.rowcount
    return rows


def roster(format_: str, folder: Path) -> Comparison:
    started = time.perf_counter()
    rows = plain_csv(folder / "minste.csv")
    least = time.perf_counter() - started
    found, _pupils = read(taken_at=clock.now())
    with (folder / f"{format_}.fil").open("wb") as file:
        WRITERS[format_](found, file)
    started = time.perf_counter()
    found, _pupils = read(taken_at=clock.now())
    with (folder / f"{format_}.fil").open("wb") as file:
        WRITERS[format_](found, file)
    taken = time.perf_counter() - started
    _seconds, memory = command("export_roster", format_, str(folder / f"{format_}.ut"))
    return told(f"fil til andre: {format_}", "values_list som CSV", rows, taken, least, memory)


def plain_csv(path: Path) -> int:
    """Who has a place, and who is in which group today."""
    rows = 0
    places = Enrolment.objects.on().filter(state=Enrolment.State.ACTIVE)
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        for found in (
            places.values_list("student__person__uuid", "student__person__family_name", "school__uuid", "grade_level"),
            Membership.objects.on().values_list("student__person__uuid", "group__uuid", "valid_from"),
        ):
            for row in found.iterator(chunk_size=5000):
                writer.writerow(row)
                rows += 1
    return rows


def command(*arguments: str) -> tuple[float, int]:
    """Seconds the command takes, and MiB of memory at its highest, with what Django takes of its own."""
    started = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, str(Path(settings.BASE_DIR) / "manage.py"), *arguments], stdout=subprocess.DEVNULL
    )
    _pid, status, usage = os.wait4(process.pid, 0)
    if status:
        raise RuntimeError(f"{arguments[0]} ended with {status}")
    return time.perf_counter() - started, usage.ru_maxrss // MIB


def told(name: str, floor: str, rows: int, taken: float, least: float, memory: int) -> Comparison:
    speeds = f"{rows / taken:.0f} rader/s mot {rows / least:.0f}, høyst {memory} MiB"
    return Comparison(name, f"{floor}, {rows} rader, {speeds}", taken, least, 1)
