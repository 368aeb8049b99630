"""What the pages about pupils show, for whoever is looking."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any, cast

from django.http import HttpRequest
from django.urls import reverse
from django.utils.http import urlencode

from accessctl.models import User
from accessctl.permissions import Permission
from accessctl.policy import held
from people.display import ContactCard, contact_card
from students.elsewhere.told import away_on
from students.models import Group, GroupStaffing, Membership, Student
from students.tabs import hides_address, panels, tabs

# The list one came from, in the address: its own query string, whole.
CAME_FROM, LONGEST_LIST = "fra", 500
WAYS = ("forrige", "neste")


@dataclass(frozen=True)
class TabLink:
    label: Any
    url: str
    is_current: bool


def pupil_page(
    request: HttpRequest, student: Student, active: str, also: Collection[Permission] = ()
) -> dict[str, Any]:
    """Context of `students/pupil_page.html`: the pupil, and the tabs the user may open about this pupil.

    `rights` are those of the tabs' rights, and of the rights in `also`, that the user holds for the pupil. Whoever
    came from a list keeps it through the tabs, and may step to the one before or after in it.
    """
    rights = held(cast(User, request.user), [*(tab.permission for tab in tabs()), *also], student)
    came_from = request.GET.get(CAME_FROM, "")[:LONGEST_LIST]
    kept = f"?{urlencode({CAME_FROM: came_from})}" if came_from else ""
    links = [
        TabLink(tab.label, reverse(tab.url_name, args=[student.uuid]) + kept, tab.slug == active)
        for tab in tabs()
        if tab.permission in rights
    ]
    step = {CAME_FROM: came_from, "fane": active}
    context = {"student": student, "tabs": links, "active": active, "rights": rights, "came_from": came_from}
    return context | {"steps": {way: urlencode({**step, "til": way}) for way in WAYS} if came_from else {}}


def overview_page(request: HttpRequest, student: Student) -> dict[str, Any]:
    """The overview tab: the pupil's card, the contact teachers, and the panels of other apps."""
    context = page_with_panels(request, student, "oversikt")
    away = away_on([student.pk]).get(student.pk)
    return context | {"teachers": contact_teachers([student])[student.pk], "away": away}


def page_with_panels(
    request: HttpRequest, student: Student, tab: str, also: Collection[Permission] = ()
) -> dict[str, Any]:
    """A tab with the pupil's card and the panels other apps have added to it."""
    user, added = cast(User, request.user), panels(tab)
    asked = [Permission.VIEW_CONTACT, *also, *(panel.permission for panel in added)]
    context = pupil_page(request, student, active=tab, also=asked)
    hidden = hides_address(user, student)
    return context | {
        "card": pupil_card(student, sees_contact=Permission.VIEW_CONTACT in context["rights"], hides_address=hidden),
        "manages_protection": user.holds(Permission.MANAGE_PROTECTION),
        "panels": [
            {"template": panel.template_name, "data": panel.data(user, student, hidden)}
            for panel in added
            if panel.permission in context["rights"]
        ],
    }


def pupil_card(student: Student, *, sees_contact: bool, hides_address: bool) -> ContactCard | None:
    """`student` comes from `visible_to(user)`, so that a protected one is seen with a grant."""
    return contact_card(
        student.person,
        sees_contact=sees_contact,
        sees_protected=True,
        household_protected=hides_address,
        birth_date=True,
    )


def contact_teachers(students: Iterable[Student], day: date | None = None) -> dict[int, list[str]]:
    """Names of the contact teachers by pupil, those of the contact group and the class; today, or on `day`.

    Two queries.
    """
    groups: dict[int, list[int]] = defaultdict(list)
    pupil_groups = Membership.objects.on(day).filter(
        student__in=[student.pk for student in students],
        group__kind__in=[Group.Kind.HOME_CLASS, Group.Kind.CONTACT_GROUP],
    )
    for group_id, student_id in pupil_groups.values_list("group_id", "student_id"):
        groups[group_id].append(student_id)
    staffing = (
        GroupStaffing.objects.on(day)
        .filter(group__in=groups, function=GroupStaffing.Function.CONTACT_TEACHER)
        .select_related("employee__person")
        .order_by("employee__person__family_name")
    )
    names: dict[int, list[str]] = defaultdict(list)
    for row in staffing:
        for student_id in groups[row.group_id]:
            if str(row.employee.person) not in names[student_id]:
                names[student_id].append(str(row.employee.person))
    return names
