"""Everything that is done with documents: write, attach, finalise, correct."""

import logging
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID, uuid4

from celery import current_app
from django.core.files.storage import default_storage
from django.db import IntegrityError, transaction
from django.db.models import Max, QuerySet, prefetch_related_objects
from django.utils.functional import Promise
from kombu.exceptions import OperationalError

from accessctl import wall
from accessctl.audit import record_event, record_list
from accessctl.models import School, User
from documents.content import Facts, draft_letter, facts_about, letter_html, signature_of
from documents.delivery import demand_what_archiving_takes
from documents.exemption import Choice, allows, taken
from documents.fields import is_made_by_flow
from documents.guide import demand_reason, stems
from documents.models import (
    Attachment,
    Document,
    DocumentBatch,
    DocumentDeletion,
    DocumentType,
    SendingChoice,
    Sensitivity,
    TemplateVersion,
)
from documents.uploads import Accepted
from documents.verification import code_of, keep_codes
from schoolapp.lib import clock
from schoolapp.lib.files import store
from students.models import Student

log = logging.getLogger(__name__)
State = Document.State
MAX_ATTACHMENTS = 20
CHOSEN = ("send_to_archive", "sensitivity", "basis")
FROZEN = (
    "title", "signed_by", "signature", "finalised_at", "basis", "frozen_html",
    "state", "render_error", "render_attempts", "render_lease_until",
)  # fmt: skip


class NotADraft(Exception):
    """The document has been finalised, or is being finalised, and is not changed any more."""


class Changed(Exception):
    """Somebody saved the draft after this form was opened. `document` is what is stored now."""

    def __init__(self, document: Document) -> None:
        super().__init__()
        self.document = document


class FieldsMissing(Exception):
    """Required fields are empty. `labels` are their names, as the person knows them."""

    def __init__(self, labels: list[str | Promise]) -> None:
        super().__init__()
        self.labels = labels


class TooManyAttachments(Exception):
    """A document has room for MAX_ATTACHMENTS."""


class NotFinalised(Exception):
    """Only a finalised document can be corrected; a draft is simply edited."""


class NoTemplate(Exception):
    """The type has no template in this language, is not in use or not made here, or the pupil has no school."""


class MadeByFlow(Exception):
    """Documents of this type hold what a flow puts in, and nothing is added to them."""


@transaction.atomic
def start_draft(
    student: Student,
    *,
    document_type: DocumentType,
    language: str,
    by: User,
    series: UUID,
    school: School | None = None,
) -> Document:
    """A new draft. `series` comes from the form, so that a form sent twice gives one draft. Raises NoTemplate.

    It is written by the pupil's school unless another is given, such as one the pupil comes to or has left.
    """
    existing = Document.objects.filter(series=series, student=student).order_by("version").first()
    if existing:
        return existing
    template = TemplateVersion.objects.filter(document_type=document_type, language=language, is_current=True).first()
    draft = blank_draft(student, document_type=document_type, template=template, by=by, series=series, school=school)
    try:
        with transaction.atomic():
            keep_drafts([draft], by=by)
    except IntegrityError:  # the same form, sent at the same moment
        return Document.objects.get(series=series, version=1)
    return draft


def blank_draft(
    student: Student,
    *,
    document_type: DocumentType,
    template: TemplateVersion | None,
    by: User,
    series: UUID,
    school: School | None = None,
) -> Document:
    """A draft that is not stored yet. Raises NoTemplate."""
    school = school or student.school
    if template is None or school is None or not document_type.is_active:
        raise NoTemplate
    if document_type.made_in == DocumentType.MadeIn.ELEMENTS:
        raise NoTemplate
    return Document(
        series=series,
        student=student,
        school=school,
        document_type=document_type,
        template=template,
        language=template.language,
        title=document_type.name(template.language),
        created_by=by,
    )


def keep_drafts(drafts: Sequence[Document], *, by: User) -> None:
    """Store new drafts, each with its line in the log."""
    Document.objects.bulk_create(drafts)
    record_list(by, "create_draft", drafts)


def locking() -> QuerySet[Document]:
    """Stored documents, locked for this transaction, with what is asked of each read along."""
    rows = Document.objects.select_for_update(of=("self",))
    return rows.select_related(
        "student__person", "school__letterhead", "document_type__basis", "basis", "template__document_type"
    )


def locked(document: Document) -> Document:
    """The stored document, locked for this transaction."""
    return locking().get(pk=document.pk)


@transaction.atomic
def save_draft(
    document: Document,
    *,
    fields: Mapping[str, str],
    revision: int,
    by: User,
    send_to_archive: bool | None = None,
    sensitivity: str | None = None,
    exemption: Choice | None = None,
) -> Document:
    """Store what the author typed. Raises Changed for an old form, NotADraft and TooLoose; none changes anything."""
    stored = locked(document)
    if stored.state != State.DRAFT:
        raise NotADraft
    new = {**stored.fields, **fields}
    choice = stored.send_to_archive if send_to_archive is None else send_to_archive
    kept = stored.sensitivity if sensitivity is None else sensitivity
    basis = stored.basis if exemption is None else taken(stored, exemption)
    if (stored.fields, stored.send_to_archive, stored.sensitivity, stored.basis) == (new, choice, kept, basis):
        return stored
    if stored.revision != revision:
        raise Changed(stored)
    stored.send_to_archive, stored.sensitivity, stored.basis = choice, kept, basis
    fill_in(stored, new, by=by)
    stored.save(update_fields=[*CHOSEN, "fields", "revision", "changed_at", "title"])
    return stored


def fill_in(draft: Document, fields: Mapping[str, str], *, by: User, facts: Facts | None = None) -> None:
    """What the author typed, and the title that follows from it. Raises TooMuch, and then the title is as it was."""
    draft.fields = {**fields}
    draft.revision += 1
    draft.changed_at = clock.now()
    draft.title = draft_letter(draft, author=by, facts=facts).title or draft.document_type.name(draft.language)


@transaction.atomic
def delete_draft(document: Document, *, by: User) -> None:
    """Throw a draft away, with its attachments. Raises NotADraft."""
    stored = locked(document)
    if stored.state != State.DRAFT:
        raise NotADraft
    names = [attachment.path for attachment in stored.attachments.all()]
    record_event(by, "delete_draft", stored)
    stored.delete()
    transaction.on_commit(lambda: delete_unused(names))


@transaction.atomic
def attach(document: Document, *, file: Accepted, title: str, by: User, in_flow: bool = False) -> Attachment:
    """Add an accepted file to a draft under a name of ours; to one made by a flow the flow alone, `in_flow`.

    Raises NotADraft, TooManyAttachments, MadeByFlow.
    """
    stored = locked(document)
    if stored.state != State.DRAFT:
        raise NotADraft
    if is_made_by_flow(stored.document_type.slug) and not in_flow:
        raise MadeByFlow
    if stored.attachments.count() >= MAX_ATTACHMENTS:
        raise TooManyAttachments
    name = store(f"vedlegg/{uuid4()}.{file.extension}", file.as_file())
    attachment = Attachment.objects.create(
        document=stored, title=title, file=name, sha256=file.sha256, size=file.size, puid=file.puid
    )
    record_event(by, "attach", stored)
    return attachment


@transaction.atomic
def detach(attachment: Attachment, *, by: User) -> None:
    """Remove a file from a draft. Raises NotADraft."""
    stored = locked(attachment.document)
    if stored.state != State.DRAFT:
        raise NotADraft
    name = attachment.path
    attachment.delete()
    record_event(by, "detach", stored)
    transaction.on_commit(lambda: delete_unused([name]))


def delete_unused(names: list[str]) -> None:
    """Delete stored attachments that nothing refers to; versions of a document share their files, as a batch does."""
    with wall.lifted("a file in use by a document out of sight must not be deleted; and the request has ended here"):
        used = set(Attachment.objects.filter(file__in=names).values_list("file", flat=True))
        used |= {
            name for name in names if DocumentBatch.objects.filter(attachments__contains=[{"file": name}]).exists()
        }
    for name in names:
        if name not in used:
            default_storage.delete(name)


@transaction.atomic
def finalise(document: Document, *, revision: int, role: str, method: str, by: User) -> Document:
    """Freeze text, template and signature, and have the PDF made by a worker.

    Of two people who finalise at once, one takes effect and both get the same result. Raises Changed when the draft
    was saved after the person last saw it, and what `freeze` raises.
    """
    stored = locked(document)
    if stored.state != State.DRAFT:
        return stored
    if stored.revision != revision:
        raise Changed(stored)
    freeze(stored, role=role, method=method, by=by, known=known_of([stored]))
    keep_frozen([stored], by=by)
    transaction.on_commit(lambda: ring(stored.pk))
    return stored


@dataclass(frozen=True, slots=True)
class Known:
    """What is read at once for the documents that are to be frozen."""

    facts: Facts
    stems: list[str]


def known_of(drafts: Sequence[Document], facts: Facts | None = None) -> Known:
    """Reads it, and what belongs to each of the drafts."""
    prefetch_related_objects(drafts, "attachments", "sending_choice", "verification")
    return Known(facts or facts_about([draft.student_id for draft in drafts]), stems())


def freeze(
    stored: Document, *, role: str, method: str, by: User, known: Known, held_for: timedelta | None = None
) -> None:
    """Freeze text, template and signature of a locked draft, which `keep_frozen` stores. With `held_for` the caller
    makes the PDF, and has the document for so long.

    Raises FieldsMissing, TooMuch, guide.NeedsReason, NeedsPaperReason and MadeElsewhere, and preconditions.NotMet for
    what may not be archived.
    """
    letter = draft_letter(stored, author=by, facts=known.facts)
    if letter.missing:
        raise FieldsMissing([field.label for field in letter.missing])
    demand_reason(stored, known=known.stems)
    demand_what_archiving_takes(stored)
    at = clock.now()
    stored.title = letter.title
    stored.signed_by = by
    stored.signature = signature_of(by, role=role, at=at, method=method)
    stored.finalised_at = at
    stored.basis = stored.exemption
    stored.frozen_html = letter_html(
        stored,
        letter,
        signature=stored.signature,
        at=at,
        attachments=list(stored.attachments.all()),
        code=code_of(stored).code,
        municipality=known.facts.municipality,
    )
    stored.state = State.RENDERING
    stored.render_error, stored.render_attempts, stored.render_lease_until = "", 0, None
    if held_for:
        stored.render_attempts, stored.render_lease_until = 1, at + held_for


def keep_frozen(documents: Iterable[Document], *, by: User) -> None:
    """Store what was frozen, with the codes on paper, each with its line in the log."""
    frozen = list(documents)
    for document in frozen:
        document.save(update_fields=FROZEN)
    keep_codes(frozen)
    record_list(by, "finalise", frozen)


def ring(document_id: int) -> None:
    """Wake a worker. When the broker cannot be reached the sweeper does it later; the save stands."""
    try:
        current_app.send_task("documents.tasks.render", args=[document_id], retry=False)
    except (OperationalError, OSError):
        log.warning("the broker cannot be reached; document %s waits for the sweeper", document_id)


@transaction.atomic
def correct(document: Document, *, by: User) -> Document:
    """«Lag rettet versjon»: a draft of the next version with the same text and attachments.

    Repeating it gives the same draft.

    Raises NotFinalised for a first version that is still being written.
    """
    versions = Document.objects.filter(series=document.series)
    locked(versions.earliest("version"))  # the one row that every correction of the series must pass
    newest = locked(versions.latest("version"))
    if newest.state != State.FINALISED:
        if newest.version > 1:
            return newest
        raise NotFinalised
    template = (
        TemplateVersion.objects.filter(
            document_type=newest.document_type, language=newest.language, is_current=True
        ).first()
        or newest.template
    )
    draft = Document.objects.create(
        series=newest.series,
        version=next_version(newest),
        student=newest.student,
        school=newest.school,
        document_type=newest.document_type,
        template=template,
        language=newest.language,
        title=newest.title,
        fields=newest.fields,
        send_to_archive=newest.send_to_archive,
        sensitivity=newest.sensitivity,
        basis=newest.basis if allows(newest.document_type.basis, newest.basis) else None,
        created_by=by,
    )
    if choice := SendingChoice.objects.filter(document=newest).first():
        choice.pk, choice.document = None, draft
        choice.save(force_insert=True)
    for a in newest.attachments.all():
        Attachment.objects.create(document=draft, title=a.title, file=a.path, sha256=a.sha256, size=a.size, puid=a.puid)
    record_event(by, "correct", newest)
    return draft


def next_version(newest: Document) -> int:
    """One after all there ever were: keys in the archive are made of it, and a deleted version has used its own."""
    deleted = DocumentDeletion.objects.filter(series=newest.series).aggregate(last=Max("version"))["last"] or 0
    return max(newest.version, deleted) + 1


@transaction.atomic
def mark_sensitive(document: Document, *, by: User) -> None:
    """Let every version be opened only on a fresh login from now on. It is never undone here. Saying it again is fine.

    For what turns out to be about health, belief, child welfare or the like after it was finalised (handbook 7.2).
    """
    for version in Document.objects.filter(series=document.series).order_by("version"):
        stored = locked(version)
        stored.sensitivity = Sensitivity.SENSITIVE
        stored.save(update_fields=["sensitivity"])
    record_event(by, "mark_sensitive", document)
