"""Files as HR would send them, made of the people a test asks for."""

from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path

from staff.hr.neutral_csv import COLUMNS
from staff.hr.source import Delivered
from staff.hr.sync import carry_out
from staff.models import SyncRun
from tests.world import synthetic_id


@dataclass(frozen=True)
class Row:
    """One line of the neutral file; the cells as text."""

    number: str = "20001"
    fnr: str = ""
    given: str = "Ny"
    family: str = "Ansatt"
    email: str = "ny@example.test"
    phone: str = "40001111"
    username: str = "nyans"
    employment: str = ""
    primary: str = "1"
    code: str = "796200"
    title: str = "Lektor"
    percent: str = "80,00"
    hours: str = "30,00"
    unit: str = "4101"
    unit_name: str = "Skole A"
    manager: str = "1000"
    starts: str = "2024-08-01"
    ends: str = ""
    ended: str = ""

    def cells(self) -> list[str]:
        return [
            *(self.number, self.fnr or number_for(self.number), self.given, self.family, self.email, self.phone),
            *(self.username, self.employment or f"{self.number}-1", self.primary, self.code, self.title, self.percent),
            *(self.hours, self.unit, self.unit_name, self.manager, self.starts, self.ends, self.ended),
        ]

    def but(self, **changed: str) -> "Row":
        return replace(self, **changed)


def number_for(employee_number: str) -> str:
    """A national id of one's own for each employee number."""
    serial = int("".join(c for c in employee_number if c.isdigit()) or "0")
    return synthetic_id(date(1961 + serial // 10_000 % 30, 1, 1) + timedelta(days=serial % 10_000 % 365), 0)


def csv_file(*rows: Row) -> bytes:
    lines = [";".join(COLUMNS), *(";".join(row.cells()) for row in rows)]
    return ("\r\n".join(lines) + "\r\n").encode()


def xml_file(*rows: Row) -> bytes:
    """The same people as Visma Enterprise HRM tells them; rows with one number are one person's positions."""
    people: dict[str, list[Row]] = {}
    for row in rows:
        people.setdefault(row.number, []).append(row)
    inside = "".join(person_xml(held) for held in people.values())
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<personsXML>\n{inside}</personsXML>\n'.encode()


def person_xml(rows: list[Row]) -> str:
    first = rows[0]
    positions = "".join(
        f"""<position><validFromDate>{row.starts}</validFromDate>
        {f"<positionEndDate>{row.ends}</positionEndDate>" if row.ends else ""}
        <isPrimaryPosition>{"true" if row.primary == "1" else "false"}</isPrimaryPosition>
        <positionPercentage>{row.percent.replace(",", ".")}</positionPercentage><weeklyHours>30.00</weeklyHours>
        <positionInfo><positionCode positionCode="{row.code}" name="{row.title}"/></positionInfo>
        <costCentres><dimension1 name="ansvar">{row.unit}</dimension1><dimension2>2020</dimension2></costCentres>
        <chart id="1"><unit id="{row.unit}" name="{row.unit_name}"><manager id="{row.manager}"/></unit></chart>
        </position>\n"""
        for row in rows
    )
    return f"""<person><ssn>{first.fnr or number_for(first.number)}</ssn>
    <givenName>{first.given}</givenName><familyName>{first.family}</familyName>
    <authentication><initials>NYANS</initials><alias>{first.username}</alias></authentication>
    <employments><employment company="1"><employeeId>{first.number}</employeeId><startDate>{first.starts}</startDate>
    <positions>{positions}</positions></employment></employments></person>\n"""


def take(content: bytes, *, accept_short: bool = False) -> SyncRun:
    """Read `content` as the nightly task would."""
    run = SyncRun.objects.create(trigger=SyncRun.Trigger.NIGHTLY)
    return carry_out(run, lambda: Delivered("ansatte.csv", content), accept_short=accept_short)


def drop(folder: Path, content: bytes, name: str = "ansatte.csv") -> None:
    folder.mkdir(exist_ok=True)
    (folder / name).write_bytes(content)
