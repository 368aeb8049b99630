"""Trying a template and a type: on a test pupil who does not exist, marked TEST, as PDF and in the archive."""

import hashlib
from datetime import date
from functools import cache
from uuid import UUID, uuid4

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from accessctl import wall
from accessctl.audit import record_event
from accessctl.models import School, User
from archive import actions as archive
from archive.models import Delivery
from archive.record import Correspondent, FileRef, FolderRef, Record
from documents.content import Letter, Values, compose, letter_html
from documents.delivery import FORMAT_CODES, INCOMING
from documents.fields import sample_data
from documents.letterheads import head_of
from documents.markup import to_html
from documents.models import ArchiveTest, Document, DocumentType, TemplateVersion
from documents.press import press
from people.models import Person
from schoolapp.lib import clock
from schoolapp.lib.national_id import complete
from schoolapp.lib.pdf.identify import approved_pdf
from schoolapp.lib.pdf.limits import PREVIEW, Refusal, RenderFailed
from students.models import Student

BORN = date(2015, 5, 5)
FOLDER_KEY = "testmappe:elev"
State = Delivery.State


class StillTrying(Exception):
    """A test of the type is on its way to the archive. Its answer comes first."""


@cache
def made_up_number() -> str:
    """A number of the series for tests (Tenor), which no person has or will get."""
    birth = f"{BORN:%d}{BORN.month + 80}{BORN:%y}"
    return next(number for n in range(999, 500, -1) if (number := complete(f"{birth}{n}")))


def made_up_pupil() -> Student:
    """A pupil who is never stored."""
    person = Person(given_name="Test", family_name="Testelev", birth_date=BORN)
    return Student(person=person, grade_level=5)


def made_up_values(slug: str, school: School) -> Values:
    """Made-up values for every field, with the school's own letterhead."""
    pupil, head = made_up_pupil(), head_of(school)
    return sample_data(slug) | {
        "elev_fornavn": pupil.person.given_name,
        "elev_navn": pupil.person.full_name,
        "skole": head.name,
        "skole_adresse": head.address_line,
        "skole_telefon": head.phone,
        "skole_epost": head.email,
    }


def rehearsed_pdf(version: TemplateVersion, *, school: School, mark: UUID | None = None) -> bytes:
    """The template merged with the test pupil, as the real PDF, marked TEST; nothing is stored.

    `mark` goes into the text, so that two tests are never the same bytes. Raises merge errors and RenderFailed.
    """
    kind = version.document_type
    letter = compose(version, made_up_values(kind.slug, school)) if version.body else plain_test(kind)
    document = Document(
        student=made_up_pupil(), school=school, document_type=kind, template=version, language=version.language
    )
    html = letter_html(document, letter, signature={}, at=clock.now(), attachments=[], test=str(mark or "TEST"))
    return press.print(html, PREVIEW, wait_seconds=10.0)


def plain_test(kind: DocumentType) -> Letter:
    """For a type whose text another part of the system makes."""
    text = _("Dette er en prøve av «%(kind)s», laget for å teste arkivet. Den gjelder ingen elev.") % {"kind": kind}
    return Letter(str(kind), to_html(text), [])


def try_in_archive(kind: DocumentType, *, school: School, by: User) -> ArchiveTest:
    """«Test-arkiver»: send one made-up record of the type to the archive's test folder, now.

    It goes the way of every document, through the outbox and the connector in use, with the type's own codes.
    Raises RenderFailed, and StillTrying while another test of the type has no answer.
    """
    version = kind.template_versions.filter(is_current=True, language="nb").first()
    mark = uuid4()
    with translation.override("nb"):
        pdf = rehearsed_pdf(version or TemplateVersion(document_type=kind, language="nb"), school=school, mark=mark)
        puid = approved_pdf(pdf)
        if not puid:
            raise RenderFailed(Refusal.FORMAT)
        path = default_storage.save(f"prover/{mark}.pdf", ContentFile(pdf))
        record = rehearsed_record(kind, mark, FileRef(
            path=path, name=f"{mark}.pdf", title=f"TEST – {kind}", sha256=hashlib.sha256(pdf).hexdigest(),
            size=len(pdf), puid=puid, file_format=FORMAT_CODES[puid],
        ))  # fmt: skip
    try:
        return promise(kind, record, mark, school=school, by=by)
    except BaseException:
        default_storage.delete(path)
        raise


@transaction.atomic
@wall.lifted("the test folder is about no pupil, so no scope has it; who gets here may change types for all schools")
def promise(kind: DocumentType, record: Record, mark: UUID, *, school: School, by: User) -> ArchiveTest:
    DocumentType.objects.select_for_update(no_key=True).get(pk=kind.pk)
    if kind.archive_tests.filter(delivery__state__in=[State.READY, State.CLAIMED, State.SENT_UNKNOWN]).exists():
        raise StillTrying(kind.slug)
    delivery = archive.queue(record, school=school, about=None)
    test = ArchiveTest.objects.create(
        uuid=mark, document_type=kind, school=school, codes=kind.codes, delivery=delivery, made_by=by
    )
    archive.send_now(delivery, by=by)
    record_event(by, "test_archive", kind)
    return test


def rehearsed_record(kind: DocumentType, mark: UUID, file: FileRef) -> Record:
    """The record as a document of the type would be, of the test pupil and in the test folder."""
    title = f"TEST – {kind}"
    folder = FolderRef(
        key=FOLDER_KEY,
        kind="pupil",
        title="TEST – testmappe for Schoolapp",
        public_title="TEST – testmappe for Schoolapp",
        national_id=made_up_number(),
        born_on=BORN.isoformat(),
    )
    return Record(
        key=f"test:{mark}:v1",
        folder=folder,
        title=title,
        public_title=title,
        registry_type=kind.registry_type,
        status=kind.registry_status,
        document_date=clock.today().isoformat(),
        access_code=kind.access_code,
        legal_basis=kind.legal_basis,
        document_type=kind.document_code,
        correspondents=(Correspondent("Test Testesen", is_recipient=kind.registry_type != INCOMING),),
        files=(file,),
    )
