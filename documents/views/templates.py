"""Templates, for those who may change them. Previews use made-up values only."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accessctl.audit import open_or_404
from accessctl.guards import requires
from accessctl.models import School
from accessctl.permissions import Permission
from documents.content import Letter
from documents.fields import allowed_in, fields_of, sample_data
from documents.forms import TemplateForm
from documents.markup import escape_value, one_line, to_html
from documents.merge import TemplateError, TooMuch, parse
from documents.models import LANGUAGES, DocumentType, TemplateVersion
from documents.rehearsals import rehearsed_pdf
from documents.requests import SignedInRequest
from documents.template_actions import Outdated, check, restore_template, save_template
from documents.views.files import NO_STORE
from schoolapp.lib.pdf.limits import RenderFailed

EDIT = Permission.EDIT_TEMPLATES


@requires(EDIT)
@require_safe
def template_list(request: SignedInRequest) -> HttpResponse:
    """Every document type with the template in use in each written form."""
    current = TemplateVersion.objects.filter(is_current=True).select_related("created_by")
    by_type: dict[int, dict[str, TemplateVersion]] = {}
    for version in current:
        by_type.setdefault(version.document_type_id, {})[version.language] = version
    rows = [
        {"type": kind, "nb": by_type.get(kind.pk, {}).get("nb"), "nn": by_type.get(kind.pk, {}).get("nn")}
        for kind in DocumentType.objects.select_related("basis").order_by("made_in", "number", "name_nb")
    ]
    return render(request, "documents/templates/list.html", {"rows": rows})


@requires(EDIT)
def edit_template(request: SignedInRequest, slug: str, language: str) -> HttpResponse:
    """Edit one template. Saving makes a new version; a mistake is shown with its line and nothing is saved."""
    kind = open_or_404(request, DocumentType.objects.all(), action="open_template", slug=slug)
    versions = TemplateVersion.objects.filter(document_type=kind, language=written_form(language)).select_related(
        "created_by"
    )
    current = open_or_404(request, versions, action="open_template", is_current=True)
    if request.method != "POST":
        start = {"title": current.title, "body": current.body, "based_on": current.number}
        return page(request, kind, versions, TemplateForm(initial=start), (current.title, current.body))
    form = TemplateForm(request.POST)
    if form.is_valid():
        try:
            saved = save_template(kind, language=language, by=request.user, **form.cleaned_data)
        except TemplateError as error:
            form.add_error(None, str(error))
        except Outdated as outdated:
            text = _(
                "Noen har lagret versjon %(n)d mens du skrev. "
                "Åpne den under «Tidligere versjoner», og ta med endringene dine dit."
            )
            form.add_error(None, text % {"n": outdated.current.number})
        else:
            messages.success(request, _("Versjon %(n)d er lagret og i bruk.") % {"n": saved.number})
            return redirect("documents:edit_template", kind.slug, language)
    return page(request, kind, versions, form, (request.POST.get("title", ""), request.POST.get("body", "")), 422)


def written_form(language: str) -> str:
    """The written form named in the address. Raises Http404 when letters are not written in it."""
    if language not in dict(LANGUAGES):
        raise Http404
    return language


def page(
    request: SignedInRequest,
    kind: DocumentType,
    versions: Any,
    form: TemplateForm,
    source: tuple[str, str],
    status: int = 200,
) -> HttpResponse:
    context = {
        "kind": kind,
        "language": versions[0].language,
        "form": form,
        "versions": versions,
        "fields": fields_of(kind.slug).values(),
    }
    return render(request, "documents/templates/edit.html", context | sample(kind.slug, *source), status=status)


def sample(slug: str, title: str, body: str) -> dict[str, Any]:
    """The template on made-up values: the letter, or what is wrong with it."""
    try:
        shown = [
            parse(source, allowed_in(slug)).render(sample_data(slug), escape=escape_value) for source in (title, body)
        ]
    except TemplateError as error:
        return {"letter": None, "error": str(error)}
    except TooMuch:
        return {"letter": None, "error": _("Malen gir for mye tekst. Gjør den kortere.")}
    return {"letter": Letter(one_line(shown[0]), to_html(shown[1]), []), "error": ""}


@requires(EDIT)
@require_POST
def preview_template(request: SignedInRequest, slug: str, language: str) -> HttpResponse:
    kind = open_or_404(request, DocumentType.objects.all(), action="open_template", slug=slug)
    body = request.POST.get("body", "").replace("\r\n", "\n")
    return render(request, "documents/templates/preview.html", sample(kind.slug, request.POST.get("title", ""), body))


@requires(EDIT)
@require_POST
def try_template(request: SignedInRequest, slug: str, language: str) -> HttpResponse:
    """The text as it stands in the form, merged with a pupil who does not exist, as the real PDF. Nothing is stored."""
    kind = open_or_404(request, DocumentType.objects.all(), action="open_template", slug=slug)
    school = School.objects.order_by("name").first()
    text = {"title": request.POST.get("title", ""), "body": request.POST.get("body", "").replace("\r\n", "\n")}
    version = TemplateVersion(document_type=kind, language=written_form(language), **text)
    try:
        check(kind.slug, version.title, version.body)
        if school is None:
            raise Http404
        pdf = rehearsed_pdf(version, school=school)
    except (TemplateError, TooMuch, RenderFailed) as wrong:
        words = str(wrong) if isinstance(wrong, TemplateError) else _("PDF-en kunne ikke lages. Gjør teksten kortere.")
        context = {"reason": words, "title": _("Vi kan ikke vise PDF-en"), "back": kind.slug, "language": language}
        return render(request, "documents/templates/no_pdf.html", context, status=422)
    headers = {**NO_STORE, "Content-Disposition": 'inline; filename="test.pdf"'}
    return HttpResponse(pdf, content_type="application/pdf", headers=headers)


@requires(EDIT)
def template_version(request: SignedInRequest, slug: str, language: str, number: int) -> HttpResponse:
    """An earlier version, and on POST its text in use again as a new version."""
    versions = TemplateVersion.objects.filter(document_type__slug=slug, language=written_form(language))
    versions = versions.select_related("document_type")
    version = open_or_404(request, versions, action="open_template", number=number)
    if request.method == "POST":
        try:
            saved = restore_template(version, by=request.user)
            messages.success(request, _("Teksten er i bruk igjen, som versjon %(n)d.") % {"n": saved.number})
        except TemplateError as error:
            messages.error(request, _("Denne versjonen kan ikke brukes lenger. %(why)s") % {"why": error})
        return redirect("documents:edit_template", slug, language)
    context = {"version": version, "kind": version.document_type} | sample(slug, version.title, version.body)
    return render(request, "documents/templates/version.html", context)
