"""Reads the roster from the database, with the same few queries however many pupils there are.

Whoever has address protection is not in it, be they pupil, guardian or staff, whatever the reader may see: the file
leaves the house (handbook 8.2). A group in which nobody else is, is not in it either, so that no empty class tells of
them.
"""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db.models import Q

from accessctl.models import Municipality, RoleAssignment, School
from accessctl.scope import valid_today
from guardians.exchange.shape import Belonging, GroupUnit, Human, Kind, Owner, Role, Roster, SchoolUnit, Year
from guardians.models import GuardianRelation
from people.models import NationalId, Protection
from schoolapp.lib import clock
from schools.models import SchoolYear
from staff.models import Employee
from students.models import Elsewhere, Enrolment, Group, GroupStaffing, Membership

ROLE_OF_FUNCTION = {
    GroupStaffing.Function.CONTACT_TEACHER: Role.TEACHER,
    GroupStaffing.Function.SUBJECT_TEACHER: Role.TEACHER,
    GroupStaffing.Function.ASSISTANT: Role.ASSISTANT,
}
ROLE_OF_SLUG = {"rektor": Role.PRINCIPAL, "laerer": Role.TEACHER}
# Which of several roles at a school a person is first of all.
RANK = [Role.PUPIL, Role.PRINCIPAL, Role.TEACHER, Role.ASSISTANT, Role.STAFF]


class NoSchoolYear(Exception):
    """No school year is current, so there is nobody to tell of."""


@dataclass
class Gathered:
    """One person while the roster is read."""

    row: dict[str, Any]
    roles: set[Role] = field(default_factory=set)
    grade: int | None = None
    employee_number: str = ""
    email: str = ""
    phone: str = ""


PERSON = ("pk", "uuid", "given_name", "family_name", "birth_date", "sex")


def person_at(prefix: str) -> list[str]:
    return [f"{prefix}__{name}" for name in PERSON]


class Reading:
    def __init__(self, *, with_numbers: bool, with_guardians: bool) -> None:
        self.with_numbers, self.with_guardians = with_numbers, with_guardians
        self.people: dict[int, Gathered] = {}
        self.pupils: dict[int, int] = {}  # from the pupil's key to the person's
        self.pupil_uuids: list[UUID] = []

    def meet(self, values: tuple[Any, ...], role: Role) -> Gathered:
        row = dict(zip(PERSON, values, strict=True))
        person = self.people.setdefault(row["pk"], Gathered(row))
        person.roles.add(role)
        return person

    def id_of(self, person_pk: int) -> str:
        return str(self.people[person_pk].row["uuid"])

    def read_pupils(self, year: SchoolYear) -> list[Belonging]:
        rows = Enrolment.objects.on().filter(
            school_year=year,
            state=Enrolment.State.ACTIVE,
            student__person__protection=Protection.NONE,
            student__person__deceased_on__isnull=True,
        )
        found = []
        for pk, uuid, school, grade, first, last, *person in rows.values_list(
            "student", "student__uuid", "school__uuid", "grade_level", "valid_from", "valid_to",
            *person_at("student__person"),
        ).order_by("student__person__uuid"):  # fmt: skip
            self.meet(tuple(person), Role.PUPIL).grade = grade
            self.pupils[pk] = person[0]
            self.pupil_uuids.append(uuid)
            found.append(belonging(str(school), str(person[1]), Role.PUPIL, first, last, is_primary=True))
        return found + self.read_guests()

    def read_guests(self) -> list[Belonging]:
        """Pupils at the school of the municipality where they are taught for now, beside their own (STR-09)."""
        rows = Elsewhere.objects.on().filter(host__isnull=False).order_by("pk")
        return [
            belonging(str(school), self.id_of(self.pupils[student]), Role.PUPIL, first, last)
            for student, school, first, last in rows.values_list("student", "host__uuid", "valid_from", "valid_to")
            if student in self.pupils
        ]

    def read_groups(self, year: SchoolYear) -> tuple[dict[int, GroupUnit], list[Belonging]]:
        """The groups with somebody in them today, and those in them."""
        rows = Membership.objects.on().filter(group__school_year=year)
        members = [
            (group, self.pupils[student], first, last)
            for group, student, first, last in rows.values_list("group", "student", "valid_from", "valid_to")
            if student in self.pupils
        ]
        filled = {group for group, *_rest in members}
        groups = {
            group.pk: as_unit(group, year)
            for group in Group.objects.filter(school_year=year).select_related("school", "subject")
            if group.pk in filled
        }
        found = [
            belonging(groups[group].id, self.id_of(person), Role.PUPIL, first, last)
            for group, person, first, last in members
            if group in groups
        ]
        return groups, found

    def read_staff(self, groups: dict[int, GroupUnit]) -> tuple[list[Belonging], list[Belonging]]:
        """Employees at schools by their roles, and those responsible for groups."""
        employees = {
            employee.pk: employee
            for employee in Employee.objects.employed()
            .filter(person__protection=Protection.NONE)
            .filter(Q(employed_from__isnull=True) | Q(employed_from__lte=clock.today()))
            .select_related("person")
        }
        by_user = {employee.person.user_id: employee for employee in employees.values() if employee.person.user_id}
        at_schools: dict[tuple[str, str], tuple[Role, Any, Any]] = {}
        given = valid_today(RoleAssignment.objects.filter(school__isnull=False, user__in=list(by_user)))
        for user, slug, school, first, last in given.values_list(
            "user", "role__slug", "school__uuid", "valid_from", "valid_to"
        ).order_by("pk"):
            role = ROLE_OF_SLUG.get(slug, Role.STAFF)
            person = self.meet_employee(by_user[user], role)
            key = (str(school), person)
            if key not in at_schools or RANK.index(role) < RANK.index(at_schools[key][0]):
                at_schools[key] = (role, first, last)
        in_groups = []
        for group, employee, function, first, last in (
            GroupStaffing.objects.on()
            .filter(group__in=list(groups))
            .values_list("group", "employee", "function", "valid_from", "valid_to")
        ):
            if employee not in employees:
                continue
            role = ROLE_OF_FUNCTION[GroupStaffing.Function(function)]
            person = self.meet_employee(employees[employee], role)
            at_schools.setdefault((groups[group].school, person), (role, None, None))
            is_contact = function == GroupStaffing.Function.CONTACT_TEACHER
            in_groups.append(belonging(groups[group].id, person, role, first, last, is_primary=is_contact))
        schools = [belonging(school, person, *rest) for (school, person), rest in at_schools.items()]
        return schools, in_groups

    def meet_employee(self, employee: Employee, role: Role) -> str:
        person = self.meet(tuple(getattr(employee.person, name) for name in PERSON), role)
        person.employee_number = employee.employee_number
        person.email, person.phone = employee.work_email, employee.work_phone
        return str(employee.person.uuid)

    def read_guardians(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = defaultdict(list)
        if not self.with_guardians:
            return {}
        rows = GuardianRelation.objects.giving_access().filter(
            guardian__protection=Protection.NONE, guardian__deceased_on__isnull=True
        )
        for student, email, phone, *person in rows.values_list(
            "student", "guardian__contact__email", "guardian__contact__phone", *person_at("guardian")
        ):
            if student in self.pupils:
                met = self.meet(tuple(person), Role.GUARDIAN)
                met.email, met.phone = met.email or email or "", met.phone or phone or ""
                found[self.id_of(self.pupils[student])].append(str(person[1]))
        return {pupil: sorted(set(guardians)) for pupil, guardians in sorted(found.items())}

    def read_numbers(self) -> dict[int, str]:
        if not self.with_numbers:
            return {}
        rows = NationalId.objects.filter(is_current=True, person__protection=Protection.NONE)
        return {person: number for person, number in rows.values_list("person", "number") if person in self.people}

    def humans(self) -> list[Human]:
        numbers = self.read_numbers()
        return sorted(
            (
                Human(
                    id=str(person.row["uuid"]),
                    given=person.row["given_name"],
                    family=person.row["family_name"],
                    born=person.row["birth_date"],
                    sex=person.row["sex"],
                    number=numbers.get(pk, ""),
                    employee_number=person.employee_number,
                    email=person.email,
                    phone=person.phone,
                    grade=person.grade,
                    roles=frozenset(person.roles),
                )
                for pk, person in self.people.items()
            ),
            key=lambda human: human.id,
        )


def belonging(
    unit: str, person: str, role: Role, first: date | None, last: date | None, *, is_primary: bool = False
) -> Belonging:
    return Belonging(f"{unit}:{person}:{role}", unit, person, role, first, last, is_primary)


def as_unit(group: Group, year: SchoolYear) -> GroupUnit:
    return GroupUnit(
        id=str(group.uuid),
        school=str(group.school.uuid),
        kind=Kind(group.kind),
        name=group.name,
        grade=group.grade_level,
        subject=group.subject.code if group.subject else "",
        subject_name=group.subject.name_nb if group.subject else "",
        first=year.starts_on,
        last=group.closed_on or year.ends_on,
    )


def in_order(rows: list[Belonging]) -> list[Belonging]:
    """By id, one of each: who has two functions in a group is there once for each role."""
    return [row for _id, row in sorted({row.id: row for row in rows}.items())]


def read(*, taken_at: datetime, with_numbers: bool = False, with_guardians: bool = False) -> tuple[Roster, list[UUID]]:
    """The roster of today, and the pupils in it for the access log. Raises NoSchoolYear."""
    year = SchoolYear.objects.filter(state=SchoolYear.State.CURRENT).first()
    if year is None:
        raise NoSchoolYear
    owner = Municipality.objects.get()
    reading = Reading(with_numbers=with_numbers, with_guardians=with_guardians)
    pupils = reading.read_pupils(year)
    groups, members = reading.read_groups(year)
    at_schools, responsible = reading.read_staff(groups)
    guardians = reading.read_guardians()
    used = {row.unit for row in (*pupils, *at_schools)}
    schools = School.objects.order_by("uuid").values_list("uuid", "name", "org_number", "kind")
    roster = Roster(
        taken_at=taken_at,
        owner=Owner(owner.name, owner.number, owner.org_number),
        year=Year(year.starts_on, year.ends_on),
        schools=[SchoolUnit(str(uuid), *rest) for uuid, *rest in schools if str(uuid) in used],
        groups=sorted(groups.values(), key=lambda group: group.id),
        people=reading.humans(),
        at_schools=in_order([*pupils, *at_schools]),
        in_groups=in_order([*members, *responsible]),
        guardians=guardians,
    )
    return roster, reading.pupil_uuids
