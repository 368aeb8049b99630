"""The counts of 1 October: overview, one school, a correction, and the file."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from accessctl.audit import open_or_404, record_act
from accessctl.guards import requires
from accessctl.models import School
from accessctl.permissions import Permission
from accessctl.requests import SignedInRequest
from accessctl.scope import scope_of
from schoolapp.lib import clock
from schoolapp.lib.whole_number import whole
from students.lists import tables as files
from students.models import Snapshot, SnapshotCount
from students.statistics import actions
from students.statistics.tables import Reader, Table, of_counts, of_numbers, of_schools

NO_STORE = {"Cache-Control": "private, no-store", "X-Content-Type-Options": "nosniff"}


class CorrectForm(forms.Form):
    use_required_attribute = False
    tall = forms.IntegerField(
        label=gettext_lazy("Riktig tall"),
        min_value=0,
        max_value=100_000,
        error_messages={"required": gettext_lazy("Skriv det riktige tallet.")},
    )
    grunn = forms.CharField(
        label=gettext_lazy("Hvorfor rettes tallet?"),
        max_length=300,
        help_text=gettext_lazy("Skriv ikke navn på elever."),
        error_messages={"required": gettext_lazy("Skriv hvorfor tallet rettes.")},
    )


def schools_of(request: SignedInRequest) -> Any:
    """The schools the user reports for, as a whole."""
    reach = scope_of(request.user).reach(Permission.REPORT_STATISTICS)
    return School.objects.all() if reach.everything else School.objects.filter(pk__in=reach.school_ids)


@requires(Permission.REPORT_STATISTICS)
@require_safe
def overview(request: SignedInRequest) -> HttpResponse:
    """The schools and when each was frozen."""
    day = actions.counting_day()
    done = {row.school_id: row for row in Snapshot.objects.visible_to(request.user).filter(counted_on=day)}
    schools = list(schools_of(request))
    lines = [{"school": school, "snapshot": done.get(school.pk)} for school in schools]
    context = {
        "lines": lines,
        "day": day,
        "next_day": actions.next_counting_day(),
        "frozen": sum(school.pk in done for school in schools),
        "tables": summed_up(request, schools, done) if len(schools) > 1 else [],
    }
    return render(request, "students/statistics/overview.html", context)


def summed_up(request: SignedInRequest, schools: list[School], done: dict[int, Snapshot]) -> list[Table]:
    """The sum of the schools that are frozen."""
    frozen = {done[school.pk].pk: school for school in schools if school.pk in done}
    counts: dict[int, list[SnapshotCount]] = {pk: [] for pk in frozen}
    for count in SnapshotCount.objects.visible_to(request.user).filter(snapshot__in=frozen):
        counts[count.snapshot_id].append(count)
    per_school = [(Reader.of(request.user, school), counts[pk]) for pk, school in frozen.items()]
    return of_schools(per_school, actions.latest(*done.values()))


def found(request: SignedInRequest, uuid: str) -> tuple[School, Snapshot | None, list[Table]]:
    """The school, the snapshot asked for or the last one, and what the user may be told of it."""
    school = schools_of(request).filter(uuid=uuid).first()
    if school is None:
        raise Http404
    reader = Reader.of(request.user, school)
    if request.GET.get("vis") == "na":
        return school, None, of_numbers(actions.work_out(school, clock.today()), reader)
    rows = Snapshot.objects.visible_to(request.user).filter(school=school)
    year = whole(request.GET.get("ar", ""), otherwise=0)
    wanted = rows.filter(counted_on__year=year) if year in range(1900, 10_000) else rows
    snapshot = wanted.first()
    if snapshot is None:
        return school, None, of_numbers(actions.work_out(school, clock.today()), reader)
    counts = SnapshotCount.objects.visible_to(request.user).filter(snapshot=snapshot).select_related("snapshot")
    recount = actions.work_out(school, snapshot.counted_on) if request.GET.get("vis") == "endret" else None
    return school, snapshot, of_counts(counts, actions.latest(snapshot), reader, recount)


@requires(Permission.REPORT_STATISTICS)
@require_safe
def one_school(request: SignedInRequest, uuid: str) -> HttpResponse:
    school, snapshot, tables = found(request, uuid)
    context = {
        "school": school,
        "snapshot": snapshot,
        "tables": tables,
        "reader": Reader.of(request.user, school),
        "snapshots": Snapshot.objects.visible_to(request.user).filter(school=school),
        "today": clock.today(),
        "compares": snapshot is not None and request.GET.get("vis") == "endret",
        "has_changed": any(cell.now for table in tables for line in table.lines for cell in line.cells),
    }
    return render(request, "students/statistics/school.html", context)


@requires(Permission.REPORT_STATISTICS)
@require_safe
def as_file(request: SignedInRequest, uuid: str) -> HttpResponse:
    """The tables of a school below each other, as CSV for a spreadsheet."""
    school, snapshot, tables = found(request, uuid)
    day = snapshot.counted_on if snapshot else clock.today()
    record_act(request.user, "export", what="GSI-tall", object_id=school.uuid)
    return in_a_file(tables, title=school.name, file=f"gsi-{school.org_number}-{day:%Y-%m-%d}.csv")


@requires(Permission.REPORT_STATISTICS)
@require_safe
def sum_as_file(request: SignedInRequest) -> HttpResponse:
    """The sum of the frozen schools as CSV, for those who are shown it."""
    day, schools = actions.counting_day(), list(schools_of(request))
    done = {row.school_id: row for row in Snapshot.objects.visible_to(request.user).filter(counted_on=day)}
    tables = summed_up(request, schools, done) if len(schools) > 1 else []
    if not tables:
        raise Http404
    record_act(request.user, "export", what="GSI-tall, sum for skolene")
    return in_a_file(tables, title=_("Sum for skolene"), file=f"gsi-sum-{day:%Y-%m-%d}.csv")


def in_a_file(tables: list[Table], *, title: str, file: str) -> HttpResponse:
    rows: list[list[str]] = [
        [str(table.section.title), str(line.label), str(heading), cell.text]
        for table in tables
        for line in table.lines
        for heading, cell in zip(table.headings, line.cells, strict=True)
    ]
    headings = [_("Tabell"), _("Linje"), _("Kolonne"), _("Tall")]
    content = files.to_csv(files.Table(_("GSI"), title, headings, rows))
    response = HttpResponse(content, content_type="text/csv; charset=utf-8", headers=NO_STORE)
    response["Content-Disposition"] = f'attachment; filename="{file}"'
    return response


def may_correct(request: HttpRequest, count: SnapshotCount) -> bool:
    """Who is not told a number does not correct it either."""
    return Reader.of(request.user, count.snapshot.school).sees_few


@requires(Permission.REPORT_STATISTICS)
@require_http_methods(["GET", "POST"])
def correct(request: SignedInRequest, uuid: str) -> HttpResponse:
    """Another number, with a reason. What was frozen, and every correction, is shown."""
    seen = SnapshotCount.objects.visible_to(request.user)
    count = open_or_404(request, seen.select_related("snapshot__school"), uuid=uuid)
    if not may_correct(request, count):
        raise Http404
    form = CorrectForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        chosen = form.cleaned_data
        actions.correct(count, number=chosen["tall"], reason=chosen["grunn"], by=request.user)
        messages.success(request, _("Tallet er rettet. Det som ble frosset, er beholdt."))
        return redirect("statistics:school", uuid=count.snapshot.school.uuid)
    context = {"count": count, "form": form, "school": count.snapshot.school} | words(count)
    return render(request, "students/statistics/correct.html", context, status=422 if form.errors else 200)


def words(count: SnapshotCount) -> dict[str, Any]:
    """What the number is called, and how it has been corrected."""
    section = next(one for one in actions.sections() if one.slug == count.section)
    column = next(one for one in section.columns if one.slug == count.column)
    return {
        "section": section.title,
        "line": section.label(count.line),
        "column": column,
        "corrections": count.corrections.select_related("by"),
    }
