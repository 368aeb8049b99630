"""Writing a draft: autosave, preview, attachments, finalising. Every part also works without JavaScript."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import prefetch_related_objects
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from accessctl.audit import open_or_404
from accessctl.guards import requires
from accessctl.login.level import method_name
from accessctl.permissions import Permission
from documents import actions
from documents.content import draft_letter
from documents.exemption import Choice, TooLoose, offered
from documents.flows import address_of
from documents.forms import AttachmentForm, DraftForm, typed_values
from documents.guide import Caution, MadeElsewhere, NeedsPaperReason, NeedsReason
from documents.merge import TooMuch
from documents.models import Attachment, Document, DocumentType, Sensitivity
from documents.preconditions import NotMet, warning
from documents.requests import SignedInRequest
from documents.signing import role_of
from documents.status import REASONS
from documents.uploads import Refused, accept
from documents.views.sending import keep_decisions, sending
from documents.views.staff import opened
from schoolapp.lib.whole_number import whole
from students.pages import pupil_page

WRITE = Permission.WRITE_DOCUMENT
TOO_LOOSE = gettext_lazy(
    "Et dokument kan ikke være mindre skjermet enn typen krever. Velg en hjemmel fra listen, eller «Som typen sier»."
)
KEEP_MINE, FINALISE = "behold", "ferdigstill"


@requires(WRITE)
def edit(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """The editor. POST saves, and then previews or finalises; autosave is the same POST through htmx."""
    document = opened(request, uuid, WRITE, action="save_draft" if request.method == "POST" else "open")
    if document.state != Document.State.DRAFT:
        return gone(request, document)
    if flow := address_of(document):
        return redirect(flow)
    if request.method != "POST":
        return editor(request, document)
    typed = typed_values(document, request.POST.dict())
    wish = request.POST.get("handling", "")
    try:
        document = actions.save_draft(
            document,
            fields=typed,
            revision=number(request, "sett" if wish == KEEP_MINE else "revision"),
            send_to_archive=wants_archive(request, document),
            sensitivity=chosen_sensitivity(request),
            exemption=chosen_exemption(request, document),
            by=request.user,
        )
        keep_decisions(request, document)
        if wish == FINALISE:
            return finalise(request, document)
    except actions.NotADraft:
        return gone(request, document)
    except actions.Changed as changed:
        return editor(request, document, typed=typed, stored=changed.document, status=409)
    except TooMuch:
        return editor(request, document, typed=typed, problem=REASONS["size"], status=422)
    except TooLoose:
        return editor(request, document, typed=typed, problem=TOO_LOOSE, status=422)
    return editor(request, document)


def finalise(request: SignedInRequest, document: Document) -> HttpResponse:
    try:
        actions.finalise(
            document,
            revision=document.revision,
            role=role_of(request.user, document),
            method=method_name(request),
            by=request.user,
        )
    except actions.FieldsMissing as missing:
        wrong = DraftForm(document)  # a day or time that is none is told of at its field
        told = {wrong[name].label for name in wrong.errors}
        names = ", ".join(str(label) for label in missing.labels if str(label) not in told)
        problem = _("Dokumentet kan ikke ferdigstilles ennå. Rett det som er markert i skjemaet.")
        if names:
            problem = _("Dokumentet kan ikke ferdigstilles ennå. Dette mangler: %(names)s.") % {"names": names}
        return editor(request, document, problem=problem, judge=True, status=422)
    except NeedsReason as needed:
        problem = _("Skriv hvorfor dokumentet kan sendes herfra, og ferdigstill på nytt. Varselet står i skjemaet.")
        return editor(request, document, problem=problem, caution=needed.warning, status=422)
    except NeedsPaperReason:
        problem = _("Skriv hvorfor dokumentet leveres på papir, og ferdigstill på nytt.")
        return editor(request, document, problem=problem, status=422)
    except MadeElsewhere:
        problem = _("Denne typen lages i Elements og kan ikke ferdigstilles her.")
        return editor(request, document, problem=problem, status=422)
    except NotMet as not_met:
        return editor(request, document, problem=not_met.sentence, judge=True, status=422)
    return redirect("documents:page", document.uuid)


def number(request: SignedInRequest, name: str) -> int:
    return whole(request.POST.get(name, ""), otherwise=-1)


def wants_archive(request: SignedInRequest, document: Document) -> bool | None:
    """The tick for the archive, where the type leaves it to the author. Absent from other forms it changes nothing."""
    if document.document_type.archive_mode != DocumentType.ArchiveMode.OPTIONAL:
        return None
    return "send_to_archive" in request.POST


def chosen_sensitivity(request: SignedInRequest) -> str | None:
    """The author's choice. Absent from other forms it changes nothing."""
    value = request.POST.get("sensitivity")
    return value if value in Sensitivity.values else None


def chosen_exemption(request: SignedInRequest, document: Document) -> Choice | None:
    """What the author chose from the register; empty for what the type says. Absent it changes nothing.

    Raises TooLoose for what is not among the choices.
    """
    value = request.POST.get("exemption")
    if value is None:
        return None
    if not value:
        return Choice(None)
    for basis in offered(document):
        if str(basis.pk) == value:
            return Choice(basis)
    raise TooLoose


def gone(request: SignedInRequest, document: Document) -> HttpResponse:
    """The draft was finalised meanwhile, perhaps by the same click sent twice: the result is shown."""
    if request.headers.get("HX-Request"):
        return HttpResponse(headers={"HX-Redirect": document_url(document)})
    return redirect("documents:page", document.uuid)


def document_url(document: Document) -> str:
    return redirect("documents:page", document.uuid).headers["Location"]


def editor(
    request: SignedInRequest,
    document: Document,
    *,
    typed: dict[str, str] | None = None,
    stored: Document | None = None,
    problem: Any = "",
    judge: bool = False,
    status: int = 200,
    upload: AttachmentForm | None = None,
    caution: Caution | None = None,
) -> HttpResponse:
    """The page, or for htmx the parts that follow the text. A conflict shows both texts and loses neither."""
    prefetch_related_objects([document], "attachments")
    form = DraftForm(document, values=typed, judge=judge)
    context = {
        "document": document,
        "form": form,
        "problem": problem,
        "conflict": conflicts(form, stored, typed or {}) if stored else [],
        "stored": stored,
        "letter": letter_or_none(request, document),
        "reason": REASONS.get(document.render_error, "") if document.render_error else "",
        "saved": request.method == "POST" and status == 200,
        "exemptions": offered(document),
        "archive_warning": warning(document.document_type.precondition),
        "optional": document.document_type.archive_mode == DocumentType.ArchiveMode.OPTIONAL,
    }
    context |= sending(request, document, caution)
    if request.headers.get("HX-Request"):
        # The field for the reason comes and goes with the warning, and is else left alone: somebody may write in it.
        context["reason_moves"] = bool(context["caution"]) != ("word_reason" in request.POST)
        return render(request, "documents/saved_parts.html", context | corrected(request, document))
    context |= pupil_page(request, document.student, active="dokumenter")
    context |= {"attachments": document.attachments.all(), "upload": upload or AttachmentForm()}
    return render(request, "documents/edit.html", context, status=status)


def corrected(request: SignedInRequest, document: Document) -> dict[str, Any]:
    """Of the errors that stand on the page (`feil`), those that what is stored no longer has, and if that was all."""
    judged = DraftForm(document, judge=True)
    shown = [name for name in request.POST.getlist("feil") if name in judged.fields]
    gone_now = [name for name in shown if name not in judged.errors]
    return {"corrected": gone_now, "nothing_left": bool(shown) and gone_now == shown}


def letter_or_none(request: SignedInRequest, document: Document) -> Any:
    try:
        return draft_letter(document, author=request.user)
    except TooMuch:
        return None


def conflicts(form: DraftForm, stored: Document, typed: dict[str, str]) -> list[dict[str, Any]]:
    """Field by field what the person typed and what is stored, where they differ."""
    return [
        {"label": field.label, "mine": typed[name], "stored": stored.fields.get(name, "")}
        for name, field in form.fields.items()
        if name in typed and typed[name] != stored.fields.get(name, "")
    ]


@requires(WRITE)
@require_POST
def delete(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    document = opened(request, uuid, WRITE, action="delete_draft")
    try:
        actions.delete_draft(document, by=request.user)
    except actions.NotADraft:
        messages.error(request, _("Dokumentet er ferdigstilt og kan ikke slettes."))
        return redirect("documents:page", document.uuid)
    messages.success(request, _("Utkastet er slettet."))
    return redirect("documents:tab", document.student.uuid)


@requires(WRITE)
@require_POST
def attach(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """Add a file. Whatever is wrong with it, the draft is as it was."""
    document = opened(request, uuid, WRITE, action="attach")
    form = AttachmentForm(request.POST, request.FILES)
    if form.is_valid():
        try:
            file = accept(form.cleaned_data["file"])
            actions.attach(document, file=file, title=form.cleaned_data["title"], by=request.user)
            return redirect(f"{document_url(document)}rediger/#vedlegg")
        except Refused as refused:
            form.add_error("file", str(refused.message))
        except actions.TooManyAttachments:
            form.add_error(None, _("Dokumentet kan ha høyst %(n)d vedlegg.") % {"n": actions.MAX_ATTACHMENTS})
        except (actions.NotADraft, actions.MadeByFlow):
            return gone(request, document)
        except OSError:
            form.add_error(None, _("Filen kunne ikke lagres nå. Vent litt, og prøv igjen."))
    return editor(request, document, upload=form, status=422)


@requires(WRITE)
@require_POST
def detach(request: SignedInRequest, uuid: UUID, attachment: UUID) -> HttpResponse:
    document = opened(request, uuid, WRITE, action="detach")
    file: Attachment = open_or_404(request, document.attachments.all(), action="detach", uuid=attachment)
    try:
        actions.detach(file, by=request.user)
    except actions.NotADraft:
        return gone(request, document)
    return redirect(f"{document_url(document)}rediger/#vedlegg")
