"""From a finalised document to letters: one to each guardian who is marked to receive them, or to a pupil of age.

The letters are promised in the transaction that freezes the document. What channel a document goes by is its type's
(handbook 6.2); what comes in, and what is internal, is never sent.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse
from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from accessctl.models import User
from documents.guide import goes_on_paper, recipients_of
from documents.models import Document, DocumentDispatch, DocumentType
from messaging import actions as letters
from messaging import mending, words
from messaging.letter import PDF, Letter, LetterFile
from messaging.models import Dispatch
from people.models import Person

OUTGOING = "U"
MIME_OF = {"fmt/43": "image/jpeg", "fmt/11": "image/png", "fmt/12": "image/png", "fmt/13": "image/png"}
# What no file name in a letter may hold (SvarUt).
NOT_IN_NAMES = str.maketrans(dict.fromkeys('*:"\\/<>|?', " "))


def is_for_dispatch(document: Document) -> bool:
    """Whether finalising it sends it: the type's channel is SvarUt, it goes out of the house, and not on paper."""
    kind = document.document_type
    is_letter = kind.channel == DocumentType.Channel.SVARUT and kind.registry_type == OUTGOING
    return is_letter and not goes_on_paper(document)


def send(documents: Iterable[Document]) -> None:
    """Promise the letters of those of these versions that are sent. Call it in the transaction that finalises.

    Repeating it does no harm. Letters of earlier versions that have not gone out are taken back.
    """
    sent = [document for document in documents if is_for_dispatch(document)]
    for document in sent:
        withdraw_earlier(document)
    people = recipients_of(document.student for document in sent)
    wanted: list[tuple[Document, Person | None]] = []
    for document in sent:
        wanted += [(document, person) for person in people.get(document.student_id, ())] or [(document, None)]
    promise(wanted)


def promise(wanted: Sequence[tuple[Document, Person | None]]) -> None:
    rows = letters.queue_all([(letter_of(document, person), document.school) for document, person in wanted])
    known = set(DocumentDispatch.objects.filter(dispatch__in=rows).values_list("dispatch", flat=True))
    DocumentDispatch.objects.bulk_create(
        [
            DocumentDispatch(dispatch=row, document=document, guardian=person)
            for row, (document, person) in zip(rows, wanted, strict=True)
            if row.pk not in known
        ]
    )


def letter_of(document: Document, person: Person | None) -> Letter:
    """Title and file names are what a notification shows: who writes, and neither about whom nor about what."""
    with translation.override(document.language):
        title = _("Brev fra %(school)s") % {"school": document.school.name}
        attachment = _("Vedlegg %(n)s")
        main = LetterFile(
            path=document.pdf.name or "",
            name=f"{title.translate(NOT_IN_NAMES)}.pdf",
            sha256=document.sha256,
            size=document.size,
        )
        attached = [
            LetterFile(
                path=a.path,
                name=f"{attachment % {'n': n}}.{a.path.rpartition('.')[2]}",
                sha256=a.sha256,
                size=a.size,
                mime=MIME_OF.get(a.puid, PDF),
            )
            for n, a in enumerate(document.attachments.all(), 1)
        ]
    return Letter(
        key=f"{document.external_key}:{person.uuid if person else 'ingen'}",
        title=title,
        recipient=person.pk if person else None,
        about=document.student.uuid,
        files=(main, *attached),
        is_sensitive=document.is_sensitive,
        kind=document.document_type.name_nb,
    )


def withdraw_earlier(document: Document) -> None:
    """Earlier versions that wait or have failed are not to be sent once this one takes their place."""
    if document.is_first:
        return
    earlier = Dispatch.objects.filter(
        document_dispatch__document__series=document.series, document_dispatch__document__version__lt=document.version
    )
    withdraw_all(list(earlier), by=document.signed_by)


def withdraw_unsent(document: Document, *, by: User | None) -> None:
    """Take back the letters of this version that have not gone out, as when it is deleted."""
    withdraw_all(list(Dispatch.objects.filter(document_dispatch__document=document)), by=by)


def withdraw_all(rows: list[Dispatch], *, by: User | None) -> None:
    for row in rows:
        if row.state in (Dispatch.State.READY, Dispatch.State.PARKED) and not letters.may_have_left(row):
            letters.withdraw(row, by=by, with_document=True)


def readdress(dispatch: Dispatch, by: User | None) -> None:
    """Promise a letter that had nobody to those who are marked to receive it now; it waits on if that is nobody yet."""
    document = Document.objects.select_related("school", "document_type", "student__person").get(
        dispatches__dispatch=dispatch
    )
    people = recipients_of([document.student]).get(document.student_id)
    if people:
        promise([(document, person) for person in people])
        letters.withdraw(dispatch, by=by)


letters.readdressed_by(readdress)


def addresses(dispatches: Iterable[Dispatch]) -> dict[int, str]:
    """The pages of the documents the letters came from, by the letters' ids. One query."""
    rows = DocumentDispatch.objects.filter(dispatch__in=list(dispatches))
    return {key: reverse("documents:page", args=[uuid]) for key, uuid in rows.values_list("dispatch", "document__uuid")}


mending.documents_are_at(addresses)


@dataclass(frozen=True, slots=True)
class Sending:
    """How one letter stands. `recipient` is None when nobody is marked to receive it."""

    dispatch: Dispatch
    recipient: Person | None
    word: str | Promise
    color: str
    read_at: datetime | None
    is_failed: bool

    @property
    def is_sent(self) -> bool:
        return self.dispatch.state == Dispatch.State.SENT


def sendings_of(document: Document) -> list[Sending]:
    """The letters of this version, by recipient; those that were taken back before they went are left out."""
    rows = document.dispatches.select_related("dispatch", "guardian")
    rows = rows.exclude(dispatch__state=Dispatch.State.WITHDRAWN).order_by(
        "guardian__family_name", "guardian__given_name", "pk"
    )
    return [
        Sending(
            row.dispatch,
            row.guardian,
            *words.of(row.dispatch),
            row.dispatch.read_at,
            row.dispatch.state == Dispatch.State.PARKED,
        )
        for row in rows
    ]
