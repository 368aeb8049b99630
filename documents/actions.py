"""Everything that is done with documents: write, attach, finalise, correct."""

import logging
from collections.abc import Mapping
from uuid import UUID, uuid4

from celery import current_app
from django.core.files.storage import default_storage
from django.db import transaction
from django.utils.functional import Promise
from kombu.exceptions import OperationalError

from accessctl import wall
from accessctl.audit import record_event
from accessctl.models import School, User
from documents.content import draft_letter, letter_html, signature_of
from documents.models import Attachment, Document, DocumentType, Sensitivity, TemplateVersion
from documents.uploads import Accepted
from schoolapp.lib import clock
from students.models import Student

log = logging.getLogger(__name__)
State = Document.State
MAX_ATTACHMENTS = 20


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
    """The type has no template in this language, or the pupil has no school."""


@transaction.atomic
def start_draft(student: Student, *, document_type: DocumentType, language: str, by: User, series: UUID) -> Document:
    """A new draft. `series` comes from the form, so that a form sent twice gives one draft. Raises NoTemplate."""
    existing = Document.objects.filter(series=series, student=student).order_by("version").first()
    if existing:
        return existing
    school: School | None = student.school
    template = TemplateVersion.objects.filter(document_type=document_type, language=language, is_current=True).first()
    if template is None or school is None:
        raise NoTemplate
    document, is_new = Document.objects.get_or_create(
        series=series,
        version=1,
        defaults={
            "student": student,
            "school": school,
            "document_type": document_type,
            "template": template,
            "language": language,
            "title": document_type.name(language),
            "created_by": by,
        },
    )
    if is_new:
        record_event(by, "create_draft", document)
    return document


def locked(document: Document) -> Document:
    """The stored document, locked for this transaction."""
    rows = Document.objects.select_for_update(of=("self",))
    return rows.select_related("student__person", "school", "document_type", "template__document_type").get(
        pk=document.pk
    )


@transaction.atomic
def save_draft(
    document: Document,
    *,
    fields: Mapping[str, str],
    revision: int,
    by: User,
    send_to_archive: bool | None = None,
    sensitivity: str | None = None,
) -> Document:
    """Store what the author typed. Raises Changed for an old form, and NotADraft; neither changes anything."""
    stored = locked(document)
    if stored.state != State.DRAFT:
        raise NotADraft
    new = {**stored.fields, **fields}
    choice = stored.send_to_archive if send_to_archive is None else send_to_archive
    kept = stored.sensitivity if sensitivity is None else sensitivity
    if (stored.fields, stored.send_to_archive, stored.sensitivity) == (new, choice, kept):
        return stored
    if stored.revision != revision:
        raise Changed(stored)
    stored.fields, stored.send_to_archive, stored.sensitivity = new, choice, kept
    stored.revision += 1
    stored.changed_at = clock.now()
    stored.title = draft_letter(stored, author=by).title or stored.document_type.name(stored.language)
    stored.save(update_fields=["fields", "send_to_archive", "sensitivity", "revision", "changed_at", "title"])
    return stored


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
def attach(document: Document, *, file: Accepted, title: str, by: User) -> Attachment:
    """Add an accepted file to a draft under a name of ours. Raises NotADraft, TooManyAttachments."""
    stored = locked(document)
    if stored.state != State.DRAFT:
        raise NotADraft
    if stored.attachments.count() >= MAX_ATTACHMENTS:
        raise TooManyAttachments
    name = default_storage.save(f"vedlegg/{uuid4()}.{file.extension}", file.as_file())
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
    """Delete stored attachments that no document refers to; versions of a document share their files."""
    with wall.lifted("a file in use by a document out of sight must not be deleted; and the request has ended here"):
        used = set(Attachment.objects.filter(file__in=names).values_list("file", flat=True))
    for name in names:
        if name not in used:
            default_storage.delete(name)


@transaction.atomic
def finalise(document: Document, *, revision: int, role: str, method: str, by: User) -> Document:
    """Freeze text, template and signature, and have the PDF made.

    Of two people who finalise at once, one takes effect and both get the same result. Raises Changed when the draft
    was saved after the person last saw it, and FieldsMissing.
    """
    stored = locked(document)
    if stored.state != State.DRAFT:
        return stored
    if stored.revision != revision:
        raise Changed(stored)
    letter = draft_letter(stored, author=by)
    if letter.missing:
        raise FieldsMissing([field.label for field in letter.missing])
    at = clock.now()
    stored.title = letter.title
    stored.signed_by = by
    stored.signature = signature_of(by, role=role, at=at, method=method)
    stored.finalised_at = at
    stored.frozen_html = letter_html(
        stored, letter, signature=stored.signature, at=at, attachments=list(stored.attachments.all())
    )
    stored.state = State.RENDERING
    stored.render_error, stored.render_attempts, stored.render_lease_until = "", 0, None
    stored.save()
    record_event(by, "finalise", stored)
    transaction.on_commit(lambda: ring(stored.pk))
    return stored


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
        version=newest.version + 1,
        student=newest.student,
        school=newest.school,
        document_type=newest.document_type,
        template=template,
        language=newest.language,
        title=newest.title,
        fields=newest.fields,
        send_to_archive=newest.send_to_archive,
        sensitivity=newest.sensitivity,
        created_by=by,
    )
    for a in newest.attachments.all():
        Attachment.objects.create(document=draft, title=a.title, file=a.path, sha256=a.sha256, size=a.size, puid=a.puid)
    record_event(by, "correct", newest)
    return draft


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
