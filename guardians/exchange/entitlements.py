"""Feide groups: the values of `eduPersonEntitlement` that the identity management system writes to each person.

Of a group: its own line, a twin with the id alone, and for pupils the grade level (INTEGRATIONS 2). The two match one
to one, and a teaching group must have a subject code, so one without is of the kind «other». Parts are percent-encoded,
so that a colon in a name is no border.
"""

import csv
import io
from collections.abc import Iterator
from typing import BinaryIO
from urllib.parse import quote

from guardians.exchange.shape import Belonging, GroupUnit, Kind, Role, Roster

HEADINGS = ("norEduPersonLIN", "norEduPersonNIN", "eduPersonEntitlement")
GROUP, GROUP_ID = "urn:mace:feide.no:go:group", "urn:mace:feide.no:go:groupid"
GRADE = "urn:mace:feide.no:go:grep:http://psi.udir.no/laereplan/aarstrinn/aarstrinn"
AFFILIATION = {Role.PUPIL: "student", Role.TEACHER: "faculty", Role.ASSISTANT: "employee"}


def write(roster: Roster, file: BinaryIO) -> None:
    """One line per person and value, in the order of persons."""
    numbers = {human.id: human.number for human in roster.people}
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=";", lineterminator="\r\n")
    writer.writerow(HEADINGS)
    writer.writerows((person, numbers.get(person, ""), value) for person, value in values(roster))
    file.write(out.getvalue().encode())


def values(roster: Roster) -> list[tuple[str, str]]:
    return sorted(set(found(roster)))


def found(roster: Roster) -> Iterator[tuple[str, str]]:
    schools = {school.id: school.org_number for school in roster.schools}
    groups = {group.id: group for group in roster.groups if group.kind != Kind.SFO_GROUP}
    for row in roster.in_groups:
        group = groups.get(row.unit)
        if group:
            yield row.person, of_group(group, schools[group.school], row)
            yield row.person, of_group_id(group, schools[group.school])
    for human in roster.people:
        if human.grade and Role.PUPIL in human.roles:
            yield human.id, f"{GRADE}{human.grade}"


def kind_of(group: GroupUnit) -> str:
    if group.kind == Kind.HOME_CLASS:
        return "b"
    return "u" if group.subject and group.kind != Kind.CONTACT_GROUP else "a"


def key(group: GroupUnit, org_number: str) -> str:
    return f"NO{org_number}:{encoded(group.id)}:{group.first:%Y-%m-%d}:{group.last:%Y-%m-%d}"


def of_group(group: GroupUnit, org_number: str, row: Belonging) -> str:
    subject = encoded(group.subject) if kind_of(group) == "u" else ""
    name = encoded(group.name)
    return f"{GROUP}:{kind_of(group)}:{subject}:{key(group, org_number)}:{AFFILIATION[row.role]}:{name}"


def of_group_id(group: GroupUnit, org_number: str) -> str:
    return f"{GROUP_ID}:{kind_of(group)}:{key(group, org_number)}"


def encoded(text: str) -> str:
    return quote(text, safe="")
