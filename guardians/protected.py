"""What the officers for address protection answer for: families in which somebody is protected, and protected staff.

A family is always reached from a pupil, never from a guardian to children.
"""

from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _

from accessctl import wall
from accessctl.login.level import Content
from accessctl.models import RoleAssignment, User
from accessctl.permissions import Permission
from accessctl.roles import Reach
from accessctl.scope import scope_of
from guardians.actions.protection import family_of
from guardians.models import GuardianRelation, as_typed
from people.models import Person, Protection, ProtectionChange, Shielding
from schoolapp.lib import clock
from students.models import GroupStaffing, Membership, Student, StudentGrant
from students.names import filed

MANAGE = Permission.MANAGE_PROTECTION


@dataclass
class Row:
    """One protected person in the list, however many they are responsible for; `students` lead to the family pages."""

    person: Person
    parts: list[str] = field(default_factory=list)
    students: list[Student] = field(default_factory=list)

    @property
    def told(self) -> str:
        return told_of(self.person, self.parts)

    def add(self, part: str, student: Student | None = None) -> None:
        if part not in self.parts:
            self.parts.append(part)
        if student and student not in self.students:
            self.students.append(student)


@dataclass(frozen=True)
class Family:
    """The page about a pupil's family. It asks for a reason as a protected pupil's page does, whoever is protected."""

    student: Student
    guarded_as = frozenset({Content.PROTECTED})

    @property
    def uuid(self) -> UUID:
        return self.student.uuid

    about = uuid


@dataclass(frozen=True)
class Case:
    """What a school has protected in one family, and nobody has taken over yet."""

    shieldings: list[Shielding]

    @property
    def uuid(self) -> UUID:
        return self.shieldings[0].uuid

    @property
    def lines(self) -> list[tuple[Shielding, str]]:
        return [(shielding, whom(shielding)) for shielding in self.shieldings]

    @property
    def names(self) -> list[str]:
        return list({shielding.person_id: told for shielding, told in self.lines}.values())


def told_of(person: Person, parts: list[str]) -> str:
    """What tells a mother from a daughter who has the same name: their part in the family, and the year of birth."""
    year = [_("født %(year)s") % {"year": person.birth_date.year}] if person.birth_date else []
    return ", ".join([*parts, *year])


def whom(row: Any) -> str:
    """Whom a shielding or a proposal of `with_parts` is about."""
    parts = ((_("elev"), row.pupil_uuid), (_("foresatt"), row.is_guardian), (_("ansatt"), row.is_staff))
    told = told_of(row.person, [part for part, holds in parts if holds])
    return f"{row.person.full_name} ({told})" if told else row.person.full_name


def with_parts(rows: QuerySet[Any, Any]) -> QuerySet[Any, Any]:
    """Each row about a person, with that person's part in what the officers answer for."""
    relations = GuardianRelation.objects.open().filter(guardian=OuterRef("person"))
    is_staff = Q(person__employee__isnull=False)
    return rows.annotate(pupil_uuid=F("person__student__uuid"), is_guardian=Exists(relations), is_staff=is_staff)


def family_shown(user: Any, student: Student) -> list[str]:
    """Names of whom «hele familien» takes in, as far as `user` sees them: the pupil and the guardians.

    The guardians' other children are never named: no screen leads from a guardian to them (handbook 8.4, INC-ITS).
    """
    seen = GuardianRelation.objects.visible_to(user, Permission.SHIELD_NOW).open().exclude(as_typed())
    own = seen.filter(student=student, guardian__in=family_of(student)).select_related("guardian").order_by("pk")
    return [student.person.full_name, *(relation.guardian.full_name for relation in own)]


def families(user: Any) -> QuerySet[Student]:
    """Pupils the user manages protection for, who are protected or have a protected guardian."""
    relations = GuardianRelation.objects.visible_to(user, MANAGE).open()
    guarded = relations.exclude(guardian__protection=Protection.NONE).values("student")
    rows = Student.objects.visible_to(user, MANAGE)
    return (
        rows.filter(Q(person__in=protected_people()) | Q(pk__in=guarded)).with_page_data().order_by("sort_name", "pk")
    )


def protected_people() -> QuerySet[Person]:
    return Person.objects.exclude(protection=Protection.NONE)


def persons(user: Any) -> QuerySet[Person]:
    """Persons whose protection the user manages: of the families above, and of the staff for the whole municipality.

    A person known at a school outside the user's reach belongs to the municipality's officers.
    """
    reach = scope_of(user).reach(MANAGE)
    sees = scope_of(user).reach(Permission.SEE_PROTECTED)
    rows = Person.objects.not_merged().annotate(pupil_uuid=F("student__uuid"))
    if reach.everything and sees.everything:
        return rows
    if not reach:
        return rows.none()
    schools = reach.school_ids & sees.school_ids
    open_rows = GuardianRelation.objects.open()
    inside = open_rows.filter(student__school_id__in=schools).values("guardian")
    with wall.lifted("a guardian who also belongs to a school out of reach must be seen to do so"):
        outside = open_rows.exclude(student__school_id__in=schools).filter(guardian__in=inside)
        elsewhere = list(outside.values_list("guardian", flat=True))
    of_pupils = Q(student__school_id__in=schools)
    return rows.filter(of_pupils | Q(pk__in=inside), employee__isnull=True).exclude(pk__in=elsewhere)


def rows_for(user: Any, name: str = "") -> list[Row]:
    """Everyone protected whom the user manages, each once: pupils and guardians by family, then staff.

    With `name`, those in whose name each of its words begins a word.
    """
    students = list(families(user))
    relations = (
        GuardianRelation.objects.visible_to(user, MANAGE)
        .open()
        .filter(student__in=students)
        .exclude(guardian__protection=Protection.NONE)
        .select_related("guardian")
    )
    by_student: dict[int, list[Person]] = {}
    for relation in relations:
        by_student.setdefault(relation.student_id, []).append(relation.guardian)
    found: dict[int, Row] = {}
    for student in students:
        if student.person.is_protected:
            found.setdefault(student.person_id, Row(student.person)).add(_("elev"), student)
        for guardian in by_student.get(student.pk, []):
            found.setdefault(guardian.pk, Row(guardian)).add(_("foresatt"), student)
    staff = persons(user).filter(pk__in=protected_people(), employee__isnull=False)
    for person in staff.order_by("family_name", "given_name"):
        found.setdefault(person.pk, Row(person)).add(_("ansatt"))
    return [row for row in found.values() if is_called(row.person, name)]


def is_called(person: Person, name: str) -> bool:
    words = filed(person.full_name).split()
    return all(any(word.startswith(part) for word in words) for part in filed(name).split())


def cases(user: Any) -> list[Case]:
    """The open shieldings, one case for each family: those who are tied by a guardian to the same children."""
    rows = list(open_shieldings(user))
    people = {row.person_id for row in rows}
    ties = (
        GuardianRelation.objects.visible_to(user, MANAGE)
        .open()
        .filter(Q(guardian__in=people) | Q(student__person__in=people))
        .values_list("guardian", "student__person")
    )
    family = {person: person for pair in ties for person in pair} | {person: person for person in people}
    for pair in ties:
        one, other = (head_of(family, person) for person in pair)
        family[one] = other
    found: dict[int, list[Shielding]] = {}
    for row in rows:
        found.setdefault(head_of(family, row.person_id), []).append(row)
    return [Case(shieldings) for shieldings in found.values()]


def head_of(family: dict[int, int], person: int) -> int:
    while family[person] != person:
        person = family[person]
    return person


def case_of(user: Any, uuid: UUID) -> Case | None:
    """The case an open shielding belongs to, if the user answers for it."""
    return next((case for case in cases(user) if any(row.uuid == uuid for row in case.shieldings)), None)


def open_shieldings(user: Any) -> QuerySet[Shielding]:
    rows = Shielding.objects.filter(followed_up_at__isnull=True, person__in=persons(user).values("pk"))
    return with_parts(rows.select_related("person", "by"))


def open_changes(user: Any) -> QuerySet[ProtectionChange]:
    rows = ProtectionChange.objects.filter(state=ProtectionChange.State.PROPOSED, person__in=persons(user).values("pk"))
    return with_parts(rows.select_related("person", "proposed_by"))


def due_for_review(user: Any) -> QuerySet[Person]:
    """Protected persons whose day of review has come. Nothing opens by itself."""
    return persons(user).filter(pk__in=protected_people(), protection_review_on__lte=clock.today())


def sight_grants(user: User) -> QuerySet[StudentGrant]:
    """The grants to see one protected pupil that the officer answers for."""
    students = Student.objects.visible_to(user, Permission.MANAGE_PROTECTION)
    rows = StudentGrant.objects.filter(content_object__in=students, permission__codename=Permission.SEE_PROTECTED.value)
    return rows.select_related("content_object__person", "permission")


def grants_on(student: Student) -> QuerySet[StudentGrant]:
    """Who may see this protected pupil by a grant of their own, today or later."""
    rows = StudentGrant.objects.filter(
        content_object=student, permission__codename=Permission.SEE_PROTECTED.value, valid_to__gte=clock.today()
    )
    return rows.select_related("user", "permission", "given_by").order_by("valid_to")


def candidates(student: Student) -> list[tuple[User, str]]:
    """Staff who would reach the pupil but for the protection, the contact teachers first."""
    groups = Membership.objects.on().filter(student=student).values("group")
    staffing = (
        GroupStaffing.objects.on()
        .filter(group__in=groups, employee__person__user__isnull=False)
        .select_related("employee__person__user", "group")
    )
    contact_first = sorted(
        staffing, key=lambda row: (row.function != GroupStaffing.Function.CONTACT_TEACHER, str(row.employee.person))
    )
    found: dict[int, tuple[User, str]] = {}
    for row in contact_first:
        user = row.employee.person.user
        found.setdefault(user.pk, (user, f"{row.employee.person}, {row.get_function_display()}"))
    at_school = RoleAssignment.objects.on().filter(
        school=student.school, school__isnull=False, reach=Reach.SCHOOLS, user__person__employee__isnull=False
    )
    for assignment in at_school.select_related("user__person", "role").order_by("user__person__family_name"):
        user = assignment.user
        found.setdefault(user.pk, (user, f"{user.person}, {assignment.role.name}"))
    return list(found.values())
