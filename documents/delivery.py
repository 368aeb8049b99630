"""A finalised document as the archive wants it: plain data, no model."""

from django.utils import translation
from django.utils.translation import gettext as _

from archive import actions as archive
from archive.models import Delivery
from archive.record import Correspondent, FileRef, FolderRef, Record
from documents.models import Attachment, Document, DocumentType
from guardians.models import GuardianRelation
from schoolapp.lib import clock
from students.models import Student

# The archive's codes for file formats, by PRONOM id. PDF/A has one code whatever its level.
FORMAT_CODES = {"fmt/95": "RA-PDF", "fmt/354": "RA-PDF", "fmt/476": "RA-PDF", "fmt/477": "RA-PDF", "fmt/478": "RA-PDF"}
IMAGE_CODES = {"fmt/43": "RA-JPEG", "fmt/11": "RA-PNG", "fmt/12": "RA-PNG", "fmt/13": "RA-PNG"}


def is_for_archive(document: Document) -> bool:
    """ALWAYS goes when finalised; OPTIONAL when the author chose it (handbook 6.3)."""
    match document.document_type.archive_mode:
        case DocumentType.ArchiveMode.ALWAYS:
            return True
        case DocumentType.ArchiveMode.OPTIONAL:
            return document.send_to_archive
    return False


def queue(document: Document) -> Delivery:
    """Promise the archive this version. Call it in the transaction that finalises, when PDF and hash are set."""
    relations = relations_of(document.student)
    return archive.queue(record_of(document, relations), school=document.school, about=document.student.uuid)


def relations_of(student: Student) -> list[GuardianRelation]:
    rows = GuardianRelation.objects.in_force().filter(student=student)
    return list(rows.select_related("guardian").order_by("guardian__family_name", "guardian__given_name", "pk"))


def record_of(document: Document, relations: list[GuardianRelation]) -> Record:
    kind = document.document_type
    finalised = document.finalised_at or clock.now()
    return Record(
        key=document.external_key,
        folder=folder_of(document.student),
        title=without_marks(document.title),
        public_title=kind.name(document.language),
        registry_type=kind.registry_type,
        status=kind.registry_status,
        document_date=finalised.astimezone(clock.OSLO).date().isoformat(),
        access_code=kind.access_code,
        legal_basis=kind.legal_basis,
        correspondents=tuple(
            Correspondent(r.guardian.full_name, is_recipient=True, protected=r.guardian.is_protected) for r in relations
        ),
        files=(main_file(document), *(attached_file(a) for a in document.attachments.all())),
    )


def folder_of(student: Student) -> FolderRef:
    """The pupil's folder. The name stands between marks, so that the public journal never shows it."""
    person = student.person
    current = person.national_ids.filter(is_current=True).first()
    with translation.override("nb"):
        title = _("Elevmappe – #%(name)s#") % {"name": without_marks(person.full_name)}
    return FolderRef(
        key=f"elevmappe:{student.uuid}",
        kind="pupil",
        title=title,
        public_title=title,
        national_id=current.number if current else "",
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
