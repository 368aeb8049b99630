"""What other systems are told, in one shape that knows neither the database nor any format.

Every object has one id that never changes: the uuid of its row. A person who teaches and has children at school is
one person (INTEGRATIONS 8). Lists are in the order of ids, so that equal data give equal files.
"""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum


class Role(StrEnum):
    PUPIL = "pupil"
    TEACHER = "teacher"
    ASSISTANT = "assistant"
    PRINCIPAL = "principal"
    STAFF = "staff"
    GUARDIAN = "guardian"


class Kind(StrEnum):
    """The last three follow from the others, and are only in PIFU-IMS."""

    HOME_CLASS = "home_class"
    CONTACT_GROUP = "contact_group"
    SUBJECT_GROUP = "subject_group"
    ELECTIVE = "elective"
    SFO_GROUP = "sfo_group"
    GRADE = "grade"
    SUBJECT = "subject"
    GUARDIANS = "guardians"


@dataclass(frozen=True, slots=True)
class Owner:
    name: str
    number: str
    org_number: str


@dataclass(frozen=True, slots=True)
class Year:
    first: date
    last: date

    @property
    def name(self) -> str:
        return f"{self.first.year}/{self.last.year}"


@dataclass(frozen=True, slots=True)
class SchoolUnit:
    id: str
    name: str
    org_number: str
    kind: str


@dataclass(frozen=True, slots=True)
class GroupUnit:
    id: str
    school: str
    kind: Kind
    name: str
    grade: int | None
    subject: str
    subject_name: str
    first: date
    last: date


@dataclass(frozen=True, slots=True)
class Human:
    """`number` is the national id, empty unless it was asked for; e-mail and phone are those of work for staff."""

    id: str
    given: str
    family: str
    born: date | None
    sex: str
    number: str
    employee_number: str
    email: str
    phone: str
    grade: int | None
    roles: frozenset[Role]


@dataclass(frozen=True, slots=True)
class Belonging:
    """A person at a school, or in a group."""

    id: str
    unit: str
    person: str
    role: Role
    first: date | None
    last: date | None
    is_primary: bool = False


@dataclass(frozen=True, slots=True)
class Roster:
    taken_at: datetime
    owner: Owner
    year: Year
    schools: list[SchoolUnit]
    groups: list[GroupUnit]
    people: list[Human]
    at_schools: list[Belonging]
    in_groups: list[Belonging]
    # The guardians of each pupil, by id.
    guardians: dict[str, list[str]]

    @property
    def source(self) -> str:
        """What the ids are unique within. At most 32 characters, since PIFU-IMS takes no more."""
        return f"schoolapp@NO{self.owner.org_number}"

    def counts(self) -> dict[str, int]:
        return {
            "schools": len(self.schools),
            "groups": len(self.groups),
            "pupils": sum(Role.PUPIL in person.roles for person in self.people),
            "guardians": sum(Role.GUARDIAN in person.roles for person in self.people),
            "staff": sum(bool(person.roles - {Role.PUPIL, Role.GUARDIAN}) for person in self.people),
        }
