"""A run of the staff register against a plain COPY and upsert of as many rows.

The floor does what anyone would write: COPY to a staging table and one upsert into one table of employees. Ours reads
the file and does the whole job: persons, users, positions, belonging to a school, forms for IKT, and who is missing.
"""

import csv
import io
import os
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta

from django.db import connection, transaction

from bench.measure import Comparison
from schoolapp.lib.national_id import complete
from staff.hr.neutral_csv import COLUMNS
from staff.hr.source import Delivered
from staff.hr.sync import carry_out
from staff.models import OrgUnit, SyncRun

STAFF = int(os.environ.get("BENCH_STAFF", "1000"))
FLOOR_TABLES = """
    DROP TABLE IF EXISTS bench_employee, bench_staging;
    CREATE TABLE bench_employee (id bigserial PRIMARY KEY, number varchar(20) UNIQUE, national_id varchar(11) UNIQUE,
        given varchar(200), family varchar(200), percent integer, unit varchar(40));
    CREATE TABLE bench_staging (number varchar(20), national_id varchar(11), given varchar(200), family varchar(200),
        percent integer, unit varchar(40))
"""
UPSERT = """
    INSERT INTO bench_employee (number, national_id, given, family, percent, unit) SELECT * FROM bench_staging
    ON CONFLICT (number) DO UPDATE SET family = excluded.family, percent = excluded.percent, unit = excluded.unit
    WHERE (bench_employee.family, bench_employee.percent) IS DISTINCT FROM (excluded.family, excluded.percent)
"""


@dataclass(frozen=True)
class Worker:
    number: str
    national_id: str
    family: str
    percent: int
    unit: str

    def cells(self) -> list[str]:
        return [
            *(self.number, self.national_id, "Benk", self.family, "", "", "", f"{self.number}-1", "1", "796300"),
            *("Lærer", f"{self.percent},00", "", self.unit, "", "", "2020-08-01", "", ""),
        ]


def workers(units: list[str]) -> list[Worker]:
    """So many people with synthetic numbers of their own, spread over the units."""
    found: list[Worker] = []
    day = date(1950, 1, 1)
    while len(found) < STAFF:
        born = f"{day.day:02d}{day.month + 80:02d}{day.year % 100:02d}"
        numbers = filter(None, (complete(f"{born}{serial:03d}") for serial in range(20, 40)))
        for number in numbers:
            place = len(found)
            found.append(Worker(f"B{place:06d}", number, "Prøvesen", 80, units[place % len(units)]))
        day += timedelta(days=1)
    return found[:STAFF]


def as_file(people: list[Worker]) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text, delimiter=";")
    writer.writerow(COLUMNS)
    writer.writerows(worker.cells() for worker in people)
    return text.getvalue().encode()


def run() -> Iterator[Comparison]:
    with connection.cursor() as cursor:
        cursor.execute(FLOOR_TABLES)
    people = workers(list(OrgUnit.objects.filter(school__isnull=False).values_list("unit_id", flat=True)))
    yield measured(f"ansattsynk: {STAFF} nye ansatte", people)
    yield measured("ansattsynk: uendret", people)
    few = [replace(one, percent=90) if place % 100 == 0 else one for place, one in enumerate(people)]
    yield measured("ansattsynk: 1 % endret", few)
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE bench_employee, bench_staging")


def measured(name: str, people: list[Worker]) -> Comparison:
    started = time.perf_counter()
    floor(people)
    least = time.perf_counter() - started
    content = as_file(people)
    started = time.perf_counter()
    one = SyncRun.objects.create(trigger=SyncRun.Trigger.COMMAND)
    carry_out(one, lambda: Delivered("benk.csv", content), accept_short=True)
    taken = time.perf_counter() - started
    if one.state != SyncRun.State.APPLIED:
        raise RuntimeError(f"the run ended as {one.state}: {one.refusals}")
    return Comparison(name, f"COPY + upsert, {STAFF / taken:.0f} rader/s mot {STAFF / least:.0f}", taken, least, 1)


def floor(people: list[Worker]) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("TRUNCATE bench_staging")
        with cursor.copy("COPY bench_staging FROM STDIN") as target:
            for one in people:
                target.write_row((one.number, one.national_id, "Benk", one.family, one.percent, one.unit))
        cursor.execute(UPSERT)
