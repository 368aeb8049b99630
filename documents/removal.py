"""«Slett dokument»: by special grant, with a reason, and never what the archive or a guardian has (handbook 7.3)."""

from django.core.files.storage import default_storage
from django.db import transaction
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accessctl.audit import record_event
from accessctl.models import User
from archive import actions as archive
from archive.forgotten import forget, never_reached
from archive.models import Delivery
from documents import dispatch
from documents.actions import delete_unused
from documents.models import Document, DocumentDeletion, DocumentDispatch
from messaging.actions import may_have_left
from messaging.models import Dispatch
from students.models import Student

ARCHIVED = _("Dokumentet er arkivert. Det som er arkivert, slettes aldri her. Lag en rettet versjon i stedet.")
QUEUED = _("Dokumentet står i kø til arkivet eller er under overføring. Det kan ikke slettes nå.")
UNSURE = _(
    "Arkivet kan ha tatt imot dokumentet eller noe av det. Be den som har ansvar for arkivet, om å rydde først. "
    "Lag ellers en rettet versjon."
)
SENT = _("Brevet er sendt eller på vei til en mottaker. Det kan ikke slettes. Lag en rettet versjon i stedet.")
REPLACES = _("Denne versjonen retter en tidligere versjon. Slett den tidligere versjonen først.")
UNFINISHED = _("Dokumentet er ikke ferdigstilt. Slett utkastet der det skrives.")


class MayNotGo(Exception):
    """The document must stay. `sentence` says why, and what to do instead."""

    def __init__(self, sentence: str | Promise) -> None:
        super().__init__()
        self.sentence = sentence


def may_ever_go(document: Document) -> bool:
    """Whether deleting is to be offered at all; the page about it says what is in the way for now."""
    delivery = document.delivery
    return document.state == Document.State.FINALISED and (
        delivery is None or delivery.state != Delivery.State.ARCHIVED
    )


def obstacle(document: Document) -> str | Promise:
    """Why the document must stay, or nothing."""
    if document.state != Document.State.FINALISED:
        return UNFINISHED
    delivery = document.delivery
    if delivery is not None and not never_reached(delivery):
        match delivery.state:
            case Delivery.State.ARCHIVED:
                return ARCHIVED
            case Delivery.State.PARKED | Delivery.State.WITHDRAWN:
                return UNSURE
        return QUEUED
    if any(may_have_left(letter.dispatch) for letter in letters_of(document)):
        return SENT
    earlier = Document.objects.filter(series=document.series, version__lt=document.version)
    if document.is_newest and earlier.filter(delivery__state=Delivery.State.WITHDRAWN).exists():
        return REPLACES
    return ""


def letters_of(document: Document) -> list[DocumentDispatch]:
    return list(document.dispatches.select_related("dispatch"))


@transaction.atomic
def delete_finalised(document: Document, *, reason: str, by: User) -> DocumentDeletion:
    """Delete one finalised version with its files, and keep who did it and why.

    Deleting it again gives the same answer. Raises MayNotGo. Whoever queues, corrects or deletes meanwhile waits for
    this, or this for them: every version of the series and its delivery are locked.
    """
    versions = Document.objects.select_for_update(of=("self",)).filter(series=document.series).order_by("version")
    stored = next((version for version in versions if version.uuid == document.uuid), None)
    if stored is None:
        return DocumentDeletion.objects.get(document=document.uuid)
    delivery = None
    if stored.delivery_id is not None:
        delivery = Delivery.objects.select_for_update(of=("self",)).get(pk=stored.delivery_id)
        stored.delivery = delivery
    list(Dispatch.objects.select_for_update(of=("self",)).filter(document_dispatch__document=stored).order_by("pk"))
    if sentence := obstacle(stored):
        raise MayNotGo(sentence)
    if delivery is not None:
        if delivery.state == Delivery.State.PARKED:
            archive.withdraw(delivery, by=by)
        forget(delivery, title=str(stored.document_type.name(stored.language)))
    dispatch.withdraw_unsent(stored, by=by)
    return removed(stored, reason=reason, by=by)


def removed(document: Document, *, reason: str, by: User) -> DocumentDeletion:
    assert document.finalised_at is not None  # the database holds it for what is finalised
    deletion = DocumentDeletion.objects.create(
        document=document.uuid,
        series=document.series,
        version=document.version,
        student=document.student,
        school=document.school,
        document_type=document.document_type,
        finalised_at=document.finalised_at,
        sha256=document.sha256,
        reason=reason,
        by=by,
    )
    record_event(by, "delete_finalised", document, what=document.document_type.name("nb"), reason=reason)
    names, pdf = [attachment.path for attachment in document.attachments.all()], document.pdf.name or ""
    document.delete()
    transaction.on_commit(lambda: delete_unused(names))
    transaction.on_commit(lambda: default_storage.delete(pdf))
    return deletion


def deletions_of(student: Student) -> list[DocumentDeletion]:
    """What was deleted about the pupil, for those who may delete."""
    return list(DocumentDeletion.objects.filter(student=student).select_related("document_type", "by")[:50])
