"""Document types and the register of grounds for exemption, for those who may change templates."""

from django.contrib import messages
from django.db import IntegrityError
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accessctl.audit import open_or_404
from accessctl.guards import requires
from accessctl.models import School
from accessctl.permissions import Permission
from archive import preflight
from documents import type_actions
from documents.merge import TooMuch
from documents.models import AccessBasis, ArchiveTest, DocumentType
from documents.rehearsals import StillTrying, try_in_archive
from documents.requests import SignedInRequest
from documents.status import WORDS
from documents.type_forms import BasisForm, TypeForm
from schoolapp.lib.pdf.limits import RenderFailed

EDIT = Permission.EDIT_TEMPLATES


def opened(request: SignedInRequest, slug: str) -> DocumentType:
    rows = DocumentType.objects.select_related("basis")
    return open_or_404(request, rows, action="open_document_type", slug=slug)


@requires(EDIT)
def edit(request: SignedInRequest, slug: str) -> HttpResponse:
    """One type: its rules, its test in the archive, and whether it is in use."""
    kind = opened(request, slug)
    form = TypeForm(request.POST or None, instance=kind)
    if request.method == "POST" and form.is_valid():
        type_actions.change_type(form.save(commit=False), by=request.user)
        messages.success(request, _("Endringene er lagret. De gjelder fra neste dokument som ferdigstilles."))
        return redirect("documents:edit_type", slug)
    stored = DocumentType.objects.select_related("basis").get(pk=kind.pk) if form.errors else kind
    context = {
        "kind": stored,
        "form": form,
        "schools": School.objects.all(),
        "tests": [(test, word_of(test)) for test in tests_of(stored)],
        "needs_test": type_actions.needs_test(stored),
        "languages": stored.template_versions.filter(is_current=True).values_list("language", flat=True),
    }
    return render(request, "documents/types/edit.html", context, status=422 if form.errors else 200)


def tests_of(kind: DocumentType) -> list[ArchiveTest]:
    tests = kind.archive_tests.select_related("delivery", "made_by", "school", "document_type__basis")
    return list(tests[:5])


def word_of(test: ArchiveTest) -> dict[str, object]:
    """How the test stands, in the words of the archive log, with the archive's own where it said no."""
    delivery = test.delivery
    if delivery.state == delivery.State.ARCHIVED:
        number = f"{delivery.journal_year}/{delivery.journal_number}" if delivery.journal_number else ""
        text = _("Arkivert %(number)s") % {"number": number} if number else _("Arkivert")
        return {"word": text, "color": "success", "reason": ""}
    word, color = WORDS[delivery.State(delivery.state)]
    is_refused = delivery.state == delivery.State.PARKED
    return {"word": word, "color": color, "reason": preflight.shown(delivery.failure_text) if is_refused else ""}


@requires(EDIT)
def new(request: SignedInRequest) -> HttpResponse:
    """A type of the municipality's own. It is out of use until the archive has taken a test of it."""
    start = DocumentType(basis=AccessBasis.objects.filter(slug="taushetsplikt", is_active=True).first())
    form = TypeForm(request.POST or None, instance=start)
    if request.method == "POST" and form.is_valid():
        kind = type_actions.make_type(form.save(commit=False), by=request.user)
        messages.success(request, _("Dokumenttypen er laget. Test den i arkivet før du tar den i bruk."))
        return redirect("documents:edit_type", kind.slug)
    return render(request, "documents/types/new.html", {"form": form}, status=422 if form.errors else 200)


@requires(EDIT)
@require_POST
def test_archive(request: SignedInRequest, slug: str) -> HttpResponse:
    """«Test-arkiver»."""
    kind = opened(request, slug)
    school = next((s for s in School.objects.all() if str(s.uuid) == request.POST.get("skole")), None)
    if school is None or kind.made_in == DocumentType.MadeIn.ELEMENTS:
        raise Http404
    try:
        try_in_archive(kind, school=school, by=request.user)
    except (RenderFailed, TooMuch):
        messages.error(request, _("PDF-en kunne ikke lages nå. Se på malen, og prøv igjen."))
    except OSError:
        messages.error(request, _("Filen kunne ikke lagres nå. Vent litt, og prøv igjen."))
    except StillTrying:
        messages.info(request, _("En test av typen er alt på vei til arkivet. Vent på svaret før du tester på nytt."))
    else:
        messages.success(request, _("Testen er lagt i kø til arkivet. Last siden på nytt om litt for å se svaret."))
    return redirect("documents:edit_type", slug)


@requires(EDIT)
@require_POST
def switch(request: SignedInRequest, slug: str) -> HttpResponse:
    """Take a type into use, or out of it."""
    kind = opened(request, slug)
    if request.POST.get("handling") == "av":
        type_actions.deactivate(kind, by=request.user)
        messages.success(request, _("Dokumenttypen er ikke lenger i bruk. Det som er skrevet, blir som det er."))
        return redirect("documents:edit_type", slug)
    try:
        type_actions.activate(kind, by=request.user)
        messages.success(request, _("Dokumenttypen er tatt i bruk."))
    except type_actions.NotTested:
        messages.error(request, _("Arkivet har ikke tatt imot en test med disse kodene. Test-arkiver først."))
    return redirect("documents:edit_type", slug)


@requires(EDIT)
@require_safe
def bases(request: SignedInRequest) -> HttpResponse:
    """The register of grounds for exemption."""
    return render(request, "documents/types/bases.html", {"bases": AccessBasis.objects.all()})


@requires(EDIT)
def edit_basis(request: SignedInRequest, number: int | None = None) -> HttpResponse:
    """Add a ground, or change one. A changed text holds from the next document that is finalised."""
    basis = open_or_404(request, AccessBasis.objects.all(), action="open_access_basis", pk=number) if number else None
    form = BasisForm(request.POST or None, instance=basis)
    if request.method == "POST" and form.is_valid():
        try:
            type_actions.save_basis(form.save(commit=False), by=request.user)
        except type_actions.InUse:
            form.add_error("is_active", type_actions.IN_USE)
        except IntegrityError:
            form.add_error(None, _("Denne hjemmelen finnes fra før. Endre den som står i listen."))
        else:
            messages.success(request, _("Hjemmelen er lagret."))
            return redirect("documents:bases")
    context = {"form": form, "basis": basis}
    return render(request, "documents/types/basis.html", context, status=422 if form.errors else 200)
