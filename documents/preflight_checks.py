"""What the archive's pre-flight asks of documents, and the same asked of a draft before it is finalised."""

import re
from collections.abc import Iterable, Sequence
from uuid import UUID

from accessctl import wall
from archive import preflight
from archive.models import ArchiveFolder
from archive.preflight import Facts, Place, Problem
from archive.record import Record
from documents.delivery import folder_key, is_for_archive
from documents.models import Document
from documents.preconditions import Circumstances, refusal

State = preflight.State
PRECONDITION = "precondition"
SUBJECT = ("student", "document_type", "school")
KEY = re.compile(r"dok:([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}):v\d+")


def same_again(records: Sequence[Record]) -> dict[str, list[Problem]]:
    """The same text of the same type about the same pupil in another series, queued or archived this year."""
    series = {UUID(found[1]) for record in records if (found := KEY.fullmatch(record.key))}
    stored = Document.objects.filter(series__in=series).defer("frozen_html") if series else ()
    keys = {record.key for record in records}
    asked = [document for document in stored if document.external_key in keys]
    return {document.external_key: [preflight.DUPLICATE] for document in repeated(asked)}


def repeated(documents: Iterable[Document]) -> list[Document]:
    """Those of the documents that say what another about the same pupil says. One query, however many texts."""
    wanted = [document for document in documents if document.fields]
    if not wanted:
        return []
    with wall.lifted("a document the writer does not see may be the same; only that there is one is told"):
        rows = Document.objects.filter(
            student__in={document.student_id for document in wanted},
            document_type__in={document.document_type_id for document in wanted},
            delivery__isnull=False,
            finalised_at__year__gte=min(record_year(document) for document in wanted),
        ).exclude(delivery__state__in=[State.WITHDRAWN, State.PARKED])
        on_their_way = list(rows.only(*SUBJECT, "series", "fields", "finalised_at"))
    there: dict[tuple[object, ...], list[Document]] = {}
    for other in on_their_way:
        there.setdefault(subject_of(other), []).append(other)
    return [
        document
        for document in wanted
        if any(
            other.series != document.series and other.fields == document.fields
            for other in there.get(subject_of(document), ())
        )
    ]


def subject_of(document: Document) -> tuple[object, ...]:
    """What two documents must share before they can be the same."""
    return document.student_id, document.document_type_id, document.school_id, record_year(document)


def record_year(document: Document) -> int:
    return (document.finalised_at or document.changed_at).year


def problems_of(document: Document) -> list[Problem]:
    """What would stop a draft, to be shown before «Ferdigstill»; nothing for one that does not go to the archive."""
    return problems_of_many([document])[0]


def problems_of_many(documents: Sequence[Document]) -> list[list[Problem]]:
    """The same of many drafts at once, saved or not, in their order."""
    going = [document for document in documents if is_for_archive(document)]
    if not going:
        return [[] for _document in documents]
    facts = Facts({document.school for document in going}, [folder_key(document.student) for document in going])
    same = {id(document) for document in repeated(going)}
    return [in_the_way(document, facts, same) if is_for_archive(document) else [] for document in documents]


def in_the_way(document: Document, facts: Facts, same: set[int]) -> list[Problem]:
    exemption = document.exemption
    codes = (exemption.access_code, exemption.legal_basis) if exemption else ("", "")
    place = Place(folder_key(document.student), ArchiveFolder.Kind.PUPIL, *codes)
    found = preflight.standing(place, document.school, facts)
    about = Circumstances(document.school, document.student, document.fields)
    if sentence := refusal(document.document_type.precondition, about):
        found.append(Problem(PRECONDITION, sentence))
    return [*found, preflight.DUPLICATE] if id(document) in same else found


preflight.register(same_again)
