"""Where a pupil belongs: groups by date, and the place in a list."""

from collections import defaultdict
from dataclasses import dataclass

from django.http import QueryDict

from accessctl.models import User
from accessctl.permissions import Permission
from accessctl.scope import scope_of
from schoolapp.lib import clock
from schools.models import SchoolYear
from students.groups.listing import staffing
from students.lists.listing import Listing
from students.lists.past import looking_back
from students.models import Group, GroupStaffing, Membership, Student

# How far a list is followed. A longer one is no list one goes through pupil by pupil.
LONGEST = 3000
NEAREST = 25


@dataclass(frozen=True)
class Place:
    """A pupil in a group for a time. `responsible` are those responsible today; `may_open` whether the group opens."""

    membership: Membership
    state: str  # "now", "coming" or "ended"
    responsible: list[GroupStaffing]
    may_open: bool


def memberships_seen(student: Student, *, user: User, all_years: bool) -> list[Membership]:
    """The pupil's places in groups that `user` may know of, the latest first; earlier school years for whoever may see
    them. At which other schools a protected pupil has been is not told (handbook 8.2).
    """
    rows = student.memberships.select_related("group__school", "group__school_year").order_by("-valid_from", "-pk")
    if not all_years:
        rows = rows.exclude(group__school_year__state=SchoolYear.State.PAST)
    if not all_years and not user.holds(Permission.PLAN_YEAR):
        rows = rows.exclude(group__school_year__state=SchoolYear.State.PLANNED)
    if student.person.is_protected and not scope_of(user).reach(Permission.SEE_PROTECTED).everything:
        rows = rows.filter(group__school=student.school_id)
    return list(rows)


def memberships_of(student: Student, *, user: User, all_years: bool) -> list[Place]:
    """The pupil's groups with those responsible, those of today first and then the latest."""
    today = clock.today()
    found = memberships_seen(student, user=user, all_years=all_years)
    now = [row.group_id for row in found if row.valid_from <= today and (row.valid_to is None or row.valid_to >= today)]
    responsible: dict[int, list[GroupStaffing]] = defaultdict(list)
    for line in staffing(GroupStaffing.objects.on().filter(group__in=now)):
        responsible[line.group_id].append(line)
    groups = Group.objects.visible_to(user, Permission.VIEW_GROUPS).filter(pk__in=[row.group_id for row in found])
    opened = set(groups.values_list("pk", flat=True))
    places = [
        Place(row, state_of(row), responsible[row.group_id] if row.group_id in now else [], row.group_id in opened)
        for row in found
    ]
    return sorted(places, key=lambda place: ("now", "coming", "ended").index(place.state))


def state_of(row: Membership) -> str:
    today = clock.today()
    if row.valid_to and row.valid_to < today:
        return "ended"
    return "coming" if row.valid_from > today else "now"


def beside(student: Student, *, user: User, listed: QueryDict, is_back: bool) -> Student | None:
    """The nearest pupil before or after `student` in a list whom the user may open; None at its end."""
    listing = Listing(user, listed)
    ids = looking_back(user, listing.filter, lambda: listing.ids[:LONGEST])
    if student.pk not in ids:
        return None
    at = ids.index(student.pk)
    near = ids[max(at - NEAREST, 0) : at][::-1] if is_back else ids[at + 1 : at + 1 + NEAREST]
    rows = Student.objects.visible_to(user).with_page_data().filter(pk__in=near)
    found = {row.pk: row for row in rows}
    return next((found[pk] for pk in near if pk in found), None)
