"""«Gruppeoversikter»: made for all schools of a team in one go, with progress and the result of each school."""

from uuid import UUID

from django.contrib import messages
from django.db.models import QuerySet
from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from accessctl.audit import open_or_404, record_pupils
from accessctl.guards import requires
from accessctl.models import School, User
from accessctl.permissions import Permission
from documents import group_overviews
from documents.models import DocumentType, SchoolDocument
from schoolapp.lib import clock

TEAMS: dict[str, tuple[str, ...]] = {
    "barneskole": (School.Kind.PRIMARY,),
    "ungdomsskole": (School.Kind.LOWER_SECONDARY, School.Kind.COMBINED),
}
State = SchoolDocument.State


def schools_of(request: HttpRequest) -> QuerySet[School]:
    return School.objects.visible_to(request.user, Permission.RUN_ARCHIVE)


@requires(Permission.RUN_ARCHIVE)
def overviews(request: HttpRequest) -> HttpResponse:
    """Each school with its latest overview of the year; POST makes them for a team, or for one school."""
    year = clock.school_year_start(clock.today()).year
    schools = list(schools_of(request))
    if request.method == "POST":
        return make(request, schools, year)
    rows = SchoolDocument.objects.visible_to(request.user).filter(year=year, document_type__slug=group_overviews.SLUG)
    latest = {row.school_id: row for row in rows.select_related("delivery").order_by("version")}
    lines = [(school, latest.get(school.pk)) for school in schools]
    asked = [row for row in latest.values() if row.state == State.RENDERING]
    context = {
        "lines": lines,
        "year": f"{year}/{year + 1}",
        "done": sum(row.state == State.FINALISED for row in latest.values()),
        "failed": [school.name for school, row in lines if row and row.state == State.FAILED],
        "left": len(asked),
        "total": len(latest),
        "has_type": DocumentType.objects.filter(slug=group_overviews.SLUG, is_active=True).exists(),
        "primary": any(school.kind in TEAMS["barneskole"] for school in schools),
        "lower": any(school.kind in TEAMS["ungdomsskole"] for school in schools),
    }
    return render(request, "documents/overviews.html", context)


def make(request: HttpRequest, schools: list[School], year: int) -> HttpResponse:
    """For the schools of a team, or one; what is under way is left alone."""
    kinds = TEAMS.get(request.POST.get("team", ""), ())
    one = request.POST.get("skole", "")
    chosen = [school for school in schools if school.kind in kinds or str(school.uuid) == one]
    assert isinstance(request.user, User)
    if not DocumentType.objects.filter(slug=group_overviews.SLUG, is_active=True).exists():
        messages.error(request, _("Dokumenttypen Gruppeoversikter er ikke i bruk. Be kommuneadmin ta den i bruk."))
        return redirect("documents:overviews")
    made = group_overviews.ask_for(chosen, year=year, by=request.user)
    if not made:
        messages.info(request, _("Oversiktene lages alt. Vent til de er ferdige."))
        return redirect("documents:overviews")
    text = ngettext("Lager oversikt for %(n)s skole.", "Lager oversikter for %(n)s skoler.", len(made))
    messages.success(request, text % {"n": len(made)})
    return redirect("documents:overviews")


@requires(Permission.RUN_ARCHIVE)
@require_safe
def overview_pdf(request: HttpRequest, uuid: UUID) -> FileResponse | HttpResponseRedirect:
    """The frozen PDF of one school, while nobody in it has address protection. Everybody in it gets a line."""
    rows = SchoolDocument.objects.visible_to(request.user).filter(state=State.FINALISED)
    row = open_or_404(request, rows, action="download", uuid=uuid)
    if group_overviews.names_protected(row):
        messages.error(request, _("Noen i oversikten har fått adressesperre siden den ble laget. Lag en ny oversikt."))
        return redirect("documents:overviews")
    record_pupils(request.user, "download", row.pupils, what=row.title)
    answer = FileResponse(
        row.pdf.open("rb"), content_type="application/pdf", as_attachment=True, filename="dokument.pdf"
    )
    answer["Cache-Control"] = "no-store"
    return answer
