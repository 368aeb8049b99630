"""Whom a letter to many is for: a class or group, a grade level, or a school, as far as the writer reaches."""

from dataclasses import dataclass
from uuid import UUID

from django.db.models import QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accessctl.models import School, User
from accessctl.permissions import Permission
from schoolapp.lib import clock
from students.groups.listing import groups_seen, open_on
from students.models import Group, Membership, Student

WRITE = Permission.WRITE_DOCUMENT
MOST = 5_000
IN_ORDER = ("school__name", "grade_level", "home_class_name", "sort_name", "pk")


@dataclass(frozen=True)
class Recipients:
    """`label` says in few words who they are."""

    label: str
    students: QuerySet[Student]


def reached(user: User) -> QuerySet[Student]:
    """The pupils whom `user` may write about, those of no school left out."""
    rows: QuerySet[Student] = Student.objects.visible_to(user, WRITE)
    return rows.filter(school__isnull=False)


def schools(user: User) -> QuerySet[School]:
    """Where `user` may write about anybody."""
    return School.objects.filter(pk__in=reached(user).order_by().values("school").distinct()).order_by("name")


def groups_at(user: User, school: School) -> list[Group]:
    """This year's groups there in which `user` may write about anybody."""
    today = clock.today()
    members = Membership.objects.on().filter(student__in=reached(user)).values("group")
    year = groups_seen(user).filter(school=school, pk__in=members)
    current = year.first()
    return list(open_on(year, current.school_year, today)) if current else []


def choices_at(user: User, school: School) -> list[tuple[str | Promise, list[tuple[str, str]]]]:
    """What can be chosen at a school, as groups of options."""
    pupils = reached(user).filter(school=school)
    grades = pupils.exclude(grade_level=None).order_by("grade_level").values_list("grade_level", flat=True).distinct()
    levels = [(f"trinn:{school.uuid}:{n}", _("%(n)d. trinn") % {"n": n}) for n in grades]
    groups = [(f"gruppe:{group.uuid}", group.name) for group in groups_at(user, school)]
    whole = [(f"skole:{school.uuid}", _("Alle elever ved %(school)s") % {"school": school.name})]
    return [
        (gettext_lazy("Klasser og grupper"), groups),
        (gettext_lazy("Trinn"), levels),
        (gettext_lazy("Skole"), whole if levels else []),
    ]


def found(user: User, choice: str) -> Recipients | None:
    """Those a choice stands for; None for what is no choice of this user's. Whatever was sent is read anew."""
    kind, _colon, rest = choice.partition(":")
    key, _colon, grade = rest.partition(":")
    try:
        uuid = UUID(key)
    except ValueError:
        return None
    if kind == "gruppe":
        return in_group(user, groups_seen(user).filter(uuid=uuid).first())
    school = schools(user).filter(uuid=uuid).first()
    if school is None:
        return None
    pupils = reached(user).filter(school=school)
    if kind == "skole":
        return Recipients(school.name, pupils)
    if kind == "trinn" and grade.isascii() and grade.isdigit() and len(grade) <= 2:
        label = _("%(n)d. trinn ved %(school)s") % {"n": int(grade), "school": school.name}
        return Recipients(label, pupils.filter(grade_level=int(grade)))
    return None


def in_group(user: User, group: Group | None) -> Recipients | None:
    if group is None:
        return None
    members = Membership.objects.on().filter(group=group).values("student")
    return Recipients(f"{group.name}, {group.school.name}", reached(user).filter(pk__in=members))
