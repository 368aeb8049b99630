"""Who is to be responsible for the classes and groups of next year. Nobody gets access before publishing."""

from uuid import UUID

from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from accessctl.guards import requires
from accessctl.permissions import Permission
from accessctl.requests import SignedInRequest
from admissions.models import PlannedGroup, PlannedTeacher
from admissions.year import reading
from admissions.year.decisions import accept_teacher, decline_teacher
from admissions.year.draft import Refused
from admissions.year.views.common import done, draft_or_404, refused, school_or_404
from staff.models import Employee
from students.models import Group, GroupStaffing

CLASS, CONTACT_GROUP = Group.Kind.HOME_CLASS, Group.Kind.CONTACT_GROUP
Function = GroupStaffing.Function
PAGE_SIZE = 25


@requires(Permission.PLAN_YEAR)
def teachers(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """Accept or turn down the proposed contact teachers, or choose others; and who teaches the other groups."""
    draft = draft_or_404()
    found = school_or_404(request, draft, uuid, Permission.PLAN_YEAR)
    shows_groups = request.GET.get("vis") == "grupper"
    groups = draft.groups.filter(school=found, is_chosen=True).select_related("subject")
    groups = groups.exclude(kind=CLASS) if shows_groups else groups.filter(kind=CLASS)
    page = Paginator(groups.order_by("grade_level", "name", "pk"), PAGE_SIZE).get_page(request.GET.get("side"))
    rows = list(page)
    proposed = reading.proposed_teachers(rows)
    employees = reading.employees_at(found, but=request.user)
    if request.method == "POST":
        here = request.get_full_path()
        try:
            return done(request, changed_teacher(request, rows, proposed, employees), here)
        except Refused as refusal:
            return refused(request, refusal, here)
    context = {
        "draft": draft,
        "school": found,
        "rows": [(group, function_in(group).label, proposed.get(group.pk, [])) for group in rows],
        "employees": employees,
        "shows_groups": shows_groups,
        "page": page,
        "kept": "vis=grupper" if shows_groups else "",
    }
    return render(request, "admissions/year/teachers.html", context)


def function_in(group: PlannedGroup) -> Function:
    """As what somebody becomes responsible for a group of that kind."""
    match group.kind:
        case Group.Kind.HOME_CLASS | Group.Kind.CONTACT_GROUP:
            return Function.CONTACT_TEACHER
        case Group.Kind.SFO_GROUP:
            return Function.ASSISTANT
    return Function.SUBJECT_TEACHER


def changed_teacher(
    request: SignedInRequest,
    rows: list[PlannedGroup],
    proposed: dict[int, list[PlannedTeacher]],
    employees: list[Employee],
) -> str:
    """Carry out what was asked about one group; returns what to say. Raises Refused, and Http404 for no such group."""
    if "godta-alle" in request.POST:
        own = [t for found in proposed.values() for t in found if t.employee.person.user_id != request.user.pk]
        by_group = {group.pk: group for group in rows}
        for teacher in own:
            accept_teacher(
                by_group[teacher.group_id], employee=teacher.employee, function=teacher.function, by=request.user
            )
        return _("Forslagene er godtatt.")
    group = next((group for group in rows if str(group.uuid) == request.POST.get("klasse")), None)
    if group is None:
        raise Http404
    known = {str(teacher.employee.uuid): teacher for teacher in proposed.get(group.pk, [])}
    named = request.POST.get("ansatt", "")
    if "fjern" in request.POST and named in known:
        decline_teacher(known[named], by=request.user)
        return _("Fjernet fra %(name)s.") % {"name": group.name}
    chosen = {str(employee.uuid): employee for employee in employees}
    employee = known[named].employee if named in known else chosen.get(named)
    if employee is None:
        raise Refused(_("Velg en ansatt."))
    function = function_in(group)
    accept_teacher(group, employee=employee, function=function, by=request.user)
    words = {"who": employee, "function": function.label, "name": group.name}
    return _("%(who)s blir %(function)s for %(name)s når skoleåret publiseres.") % words
