"""Screens that make, change and end groups, and take back what was done today."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from accessctl.audit import open_or_404
from accessctl.guards import requires
from accessctl.permissions import Permission
from accessctl.requests import SignedInRequest
from schools.models import SchoolYear, Subject
from students.groups.actions import change_group, close_group, open_group, undo
from students.groups.edit_forms import CloseForm, GroupForm, NewGroupForm
from students.groups.listing import groups_edited_by, pupils_in, responsible_for, schools_edited_by, schools_planned_by
from students.groups.refusals import GroupError, first_open_day
from students.models import Group, GroupChange

Kind = Group.Kind


@requires(Permission.EDIT_GROUPS)
def new(request: SignedInRequest) -> HttpResponse:
    """Choose what kind of group; then say what it is."""
    kind = request.GET.get("slag", "")
    if kind not in Kind.values:
        return render(request, "students/groups/kinds.html", {"kinds": KINDS})
    user = request.user
    states = [SchoolYear.State.CURRENT]
    if schools_planned_by(user).exists():
        states.append(SchoolYear.State.PLANNED)
    form = NewGroupForm(
        request.POST or None,
        kind=kind,
        subjects=subjects_for(kind),
        classes=classes_edited(request) if kind == Kind.CONTACT_GROUP else (),
        schools=schools_edited_by(user),
        years=SchoolYear.objects.filter(state__in=states).order_by("starts_on"),
    )
    if request.method == "POST" and form.is_valid():
        school, year = form.place
        try:
            group = open_group(school=school, year=year, kind=kind, by=user, **form.chosen)
        except GroupError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("%(name)s er opprettet. Sett inn elever og gi noen ansvar.") % {"name": group})
            return redirect("groups:group", group.uuid)
    context = {"form": form, "kind": Kind(kind)}
    return render(request, "students/groups/new.html", context, status=422 if form.errors else 200)


KINDS = [
    (Kind.HOME_CLASS, gettext_lazy("En elev går i én klasse om gangen.")),
    (Kind.CONTACT_GROUP, gettext_lazy("En del av en klasse, med en egen kontaktlærer.")),
    (Kind.SUBJECT_GROUP, gettext_lazy("Elever som har et fag sammen, også på tvers av klasser.")),
    (Kind.ELECTIVE, gettext_lazy("Elever som har valgt det samme valgfaget.")),
    (Kind.SFO_GROUP, gettext_lazy("Barn som er sammen på SFO.")),
]


def subjects_for(kind: str, kept: Subject | None = None) -> list[Subject]:
    """The subjects that are taught now, of the sort the kind of group has; and the one a group has already."""
    found = list(Subject.objects.on().filter(is_elective=kind == Kind.ELECTIVE))
    return found if kept is None or kept in found else [*found, kept]


def classes_edited(request: SignedInRequest) -> QuerySet[Group]:
    rows = groups_edited_by(request.user).filter(kind=Kind.HOME_CLASS, closed_on__isnull=True)
    return rows.order_by("-school_year__starts_on", "school__name", "grade_level", "name")


@requires(Permission.EDIT_GROUPS)
def change(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """Another name, grade level, subject, class or unit."""
    group = open_or_404(request, groups_edited_by(request.user), uuid=uuid)
    classes: Any = ()
    if group.kind == Kind.CONTACT_GROUP:
        classes = classes_edited(request).filter(school=group.school, school_year=group.school_year)
    initial = {
        "navn": group.name,
        "trinn": str(group.grade_level or ""),
        "fag": group.subject.code if group.subject else "",
        "enhet": group.unit,
        "klasse": str(group.home_class.uuid) if group.home_class else "",
    }
    subjects = subjects_for(group.kind, group.subject)
    form = GroupForm(request.POST or None, kind=group.kind, subjects=subjects, classes=classes, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            change_group(group, by=request.user, **form.chosen)
        except GroupError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("Endringene er lagret."))
            return redirect("groups:group", group.uuid)
    context = {"form": form, "group": group}
    return render(request, "students/groups/change.html", context, status=422 if form.errors else 200)


@requires(Permission.EDIT_GROUPS)
def close(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """Choose a last day, see what ends with the group, and end it."""
    group = open_or_404(request, groups_edited_by(request.user), uuid=uuid)
    form = CloseForm(request.POST or None, initial={"siste_dag": first_open_day(group)})
    context: dict[str, Any] = {"group": group, "form": form}
    if request.method != "POST" or not form.is_valid():
        return render(request, "students/groups/close.html", context, status=422 if form.errors else 200)
    last_day = form.cleaned_data["siste_dag"]
    if "bekreft" in request.POST:
        try:
            close_group(group, by=request.user, last_day=last_day)
        except GroupError as error:
            form.add_error(None, str(error))
            return render(request, "students/groups/close.html", context, status=422)
        words = {"name": group.name, "day": f"{last_day:%d.%m.%Y}"}
        messages.success(request, _("%(name)s er avsluttet. Siste dag er %(day)s.") % words)
        return redirect("groups:group", group.uuid)
    responsible = responsible_for(group)
    context |= {
        "pupils": len({row.student_id for row in pupils_in(group, request.user)}),
        "responsible": {str(row.employee) for row in [*responsible["now"], *responsible["coming"]]},
        "parts": group.contact_groups.filter(closed_on__isnull=True),
    }
    return render(request, "students/groups/close_preview.html", context)


@requires(Permission.EDIT_GROUPS)
@require_POST
def take_back(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """Undo one of today's changes of the group."""
    group = open_or_404(request, groups_edited_by(request.user), uuid=uuid)
    try:
        change = group.changes.get(uuid=UUID(request.POST.get("endring", "")))
        undo(change, by=request.user)
    except (ValueError, GroupChange.DoesNotExist) as error:
        text = str(error) if isinstance(error, GroupError) else _("Fant ikke endringen. Se hva som er gjort i dag.")
        messages.error(request, text)
        return redirect("groups:group", group.uuid)
    messages.success(request, _("Endringen er angret. Alt er som det var før den."))
    return redirect("groups:list") if change.act == GroupChange.Act.CREATED else redirect("groups:group", group.uuid)
