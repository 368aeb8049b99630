"""A finalised document as the archive wants it: plain data, no model."""

from collections.abc import Iterable, Sequence

from django.utils import translation
from django.utils.translation import gettext as _

from archive import actions as archive
from archive.models import Delivery
from archive.record import Correspondent, FileRef, FolderRef, Record
from documents.fields import is_made_by_flow
from documents.models import Attachment, Document, DocumentType
from documents.preconditions import Circumstances, NotMet, refusal
from guardians.models import GuardianRelation
from people.models import NationalId
from schoolapp.lib import clock
from students.models import Student

# The archive's codes for file formats, by PRONOM id. PDF/A has one code whatever its level.
FORMAT_CODES = {"fmt/95": "RA-PDF", "fmt/354": "RA-PDF", "fmt/476": "RA-PDF", "fmt/477": "RA-PDF", "fmt/478": "RA-PDF"}
INCOMING = "I"
IMAGE_CODES = {"fmt/43": "RA-JPEG", "fmt/11": "RA-PNG", "fmt/12": "RA-PNG", "fmt/13": "RA-PNG"}


def is_for_archive(document: Document) -> bool:
    """ALWAYS goes when finalised; OPTIONAL when the author chose it (handbook 6.3)."""
    match document.document_type.archive_mode:
        case DocumentType.ArchiveMode.ALWAYS:
            return True
        case DocumentType.ArchiveMode.OPTIONAL:
            return document.send_to_archive
    return False


def demand_what_archiving_takes(document: Document) -> None:
    """That the type's precondition is met, where the document goes to the archive. Raises preconditions.NotMet."""
    if not is_for_archive(document):
        return
    about = Circumstances(document.school, document.student, document.fields)
    if sentence := refusal(document.document_type.precondition, about):
        raise NotMet(sentence)


def queue(documents: Iterable[Document]) -> dict[int, Delivery]:
    """Promise the archive those of these versions that go there; the deliveries, by the documents' ids.

    Call it in the transaction that finalises, when PDF and hash are set and what archiving takes is met.
    """
    wanted = [document for document in documents if is_for_archive(document)]
    if not wanted:
        return {}
    students = [document.student for document in wanted]
    relations, numbers = relations_of(students), numbers_of(students)
    rows = archive.queue_all(
        [
            (
                record_of(
                    document, relations.get(document.student_id, ()), numbers.get(document.student.person_id, "")
                ),
                document.school,
                document.student.uuid,
            )
            for document in wanted
        ]
    )
    return {document.pk: row for document, row in zip(wanted, rows, strict=True)}


def relations_of(students: Iterable[Student]) -> dict[int, list[GuardianRelation]]:
    """The guardians whose relation is in force today, by the pupils' ids."""
    rows = GuardianRelation.objects.in_force().filter(student__in=list(students)).select_related("guardian")
    found: dict[int, list[GuardianRelation]] = {}
    for row in rows.order_by("guardian__family_name", "guardian__given_name", "pk"):
        found.setdefault(row.student_id, []).append(row)
    return found


def numbers_of(students: Iterable[Student]) -> dict[int, str]:
    """The national ids they have now, by the persons' ids."""
    rows = NationalId.objects.filter(person__in=[student.person_id for student in students], is_current=True)
    return dict(rows.values_list("person", "number"))


def record_of(document: Document, relations: Sequence[GuardianRelation], national_id: str) -> Record:
    kind, exemption = document.document_type, document.exemption
    finalised = document.finalised_at or clock.now()
    return Record(
        key=document.external_key,
        folder=folder_of(document.student, national_id),
        title=without_marks(document.title),
        public_title=kind.name(document.language),
        registry_type=kind.registry_type,
        status=kind.registry_status,
        document_date=finalised.astimezone(clock.OSLO).date().isoformat(),
        access_code=exemption.access_code if exemption else "",
        legal_basis=exemption.legal_basis if exemption else "",
        document_type=kind.document_code,
        correspondents=correspondents_of(document, relations),
        files=(main_file(document), *(attached_file(a) for a in document.attachments.all())),
    )


def correspondents_of(document: Document, relations: Sequence[GuardianRelation]) -> tuple[Correspondent, ...]:
    """Whom it is for: the guardians, or whom a document made by a flow names, which may be nobody yet.

    What comes in is from somebody instead.
    """
    if is_made_by_flow(document.document_type.slug):
        is_recipient = document.document_type.registry_type != INCOMING
        named = str(document.fields.get("mottaker" if is_recipient else "fra", "")).strip()
        return (Correspondent(named, is_recipient=is_recipient),) if named else ()
    return tuple(
        Correspondent(r.guardian.full_name, is_recipient=True, protected=r.guardian.is_protected) for r in relations
    )


def folder_key(student: Student) -> str:
    return f"elevmappe:{student.uuid}"


def folder_of(student: Student, national_id: str) -> FolderRef:
    """The pupil's folder. The name stands between marks, so that the public journal never shows it."""
    person = student.person
    with translation.override("nb"):
        title = _("Elevmappe – #%(name)s#") % {"name": without_marks(person.full_name)}
    return FolderRef(
        key=folder_key(student),
        kind="pupil",
        title=title,
        public_title=title,
        national_id=national_id,
        born_on=person.birth_date.isoformat() if person.birth_date else "",
    )


def without_marks(text: str) -> str:
    """Text without the marks that mean «hide this» to the archive."""
    return text.replace("#", "").replace("@", "")


def main_file(document: Document) -> FileRef:
    return FileRef(
        path=document.pdf.name or "",
        name=f"{document.uuid}.pdf",
        title=without_marks(document.title),
        sha256=document.sha256,
        size=document.size,
        puid=document.puid,
        file_format=FORMAT_CODES[document.puid],
    )


def attached_file(attachment: Attachment) -> FileRef:
    return FileRef(
        path=attachment.path,
        name=attachment.path.rpartition("/")[2],
        title=without_marks(attachment.title),
        sha256=attachment.sha256,
        size=attachment.size,
        puid=attachment.puid,
        file_format=(FORMAT_CODES | IMAGE_CODES)[attachment.puid],
    )
