"""The letters of a batch in one file: merged for the printer, or each by itself. Made by a worker, kept some days."""

import csv
import io
import zipfile
from collections.abc import Iterator
from contextlib import ExitStack
from tempfile import TemporaryFile
from typing import IO, Any
from uuid import UUID

import pikepdf
from django.core.files.storage import default_storage
from django.db import transaction

from accessctl.audit import record_act, record_list
from accessctl.models import User
from accessctl.permissions import Permission
from documents.models import BatchFile, Document, DocumentBatch
from students import file_jobs
from students.lists.tables import harmless

TASK = "documents.tasks.make_batch_file"
Kind = BatchFile.Kind
SUFFIXES = {Kind.PRINT: ".pdf", Kind.DUPLEX: ".pdf", Kind.ZIP: ".zip"}
MIME = {".pdf": "application/pdf", ".zip": "application/zip"}
AT_A_TIME = 100  # letters open at once while they are merged


@transaction.atomic
def ask(batch: DocumentBatch, kind: str, *, by: User) -> BatchFile:
    """Order a file of the letters that are finalised now. A worker makes it."""
    job = BatchFile.objects.create(batch=batch, kind=Kind(kind), asked_by=by)
    record_act(by, "export", what=batch.document_type.name("nb")[:120], object_id=job.uuid)
    file_jobs.ring(job, TASK)
    return job


def letters_of(batch: DocumentBatch, user: User) -> list[Document]:
    """The finalised letters `user` may read, by class and name."""
    mine = Document.objects.visible_to(user, Permission.VIEW_DOCUMENT).filter(state=Document.State.FINALISED)
    rows = batch.items.filter(document__in=mine).select_related("document__student__person", "document__document_type")
    return [item.document for item in rows.order_by("position", "pk") if item.document]


def pupils_in(job: BatchFile, user: User) -> list[UUID] | None:
    """Whose letters are in the file; None when there is one among them that `user` may no longer read."""
    readable = Document.objects.visible_to(user, Permission.VIEW_DOCUMENT).filter(pk__in=job.holds)
    pupils = list(readable.values_list("student__uuid", flat=True))
    return pupils if len(pupils) == len(job.holds) else None


def write(job: BatchFile, file: IO[bytes], tell: file_jobs.Tell) -> None:
    """Log whose letters they are, then write them one after the other. What cannot be logged is not written."""
    user = User.objects.get(pk=job.asked_by_id)
    letters = letters_of(job.batch, user)
    BatchFile.objects.filter(pk=job.pk).update(holds=[letter.pk for letter in letters])
    record_list(user, "export", letters)
    tell(0, len(letters))
    if job.kind == Kind.ZIP:
        write_zip(letters, file, tell)
    else:
        write_merged(letters, file, tell, for_duplex=job.kind == Kind.DUPLEX)


def write_merged(letters: list[Document], file: Any, tell: file_jobs.Tell, *, for_duplex: bool) -> None:
    """One PDF, put together of parts that lie on disk, so that memory holds some letters and never all."""
    with ExitStack() as parts:
        sources = []
        for begin in range(0, len(letters), AT_A_TIME):
            part = parts.enter_context(TemporaryFile())
            sources.append(part)
            merge((opened(letter) for letter in letters[begin : begin + AT_A_TIME]), part, for_duplex=for_duplex)
            part.seek(0)
            tell(min(begin + AT_A_TIME, len(letters)), len(letters))
        whole = parts.enter_context(TemporaryFile())
        merge(iter(sources), whole, for_duplex=False)
        whole.seek(0)
        while content := whole.read(1024 * 1024):
            file.write(content)


def merge(sources: Iterator[Any], to: Any, *, for_duplex: bool) -> None:
    """The pages of all sources after each other; for two-sided paper each source begins on a front."""
    with pikepdf.Pdf.new() as merged:
        held = []
        for source in sources:
            pdf = pikepdf.Pdf.open(source)
            held.append(pdf)
            merged.pages.extend(pdf.pages)
            if for_duplex and len(pdf.pages) % 2:
                merged.add_blank_page(page_size=size_of(pdf.pages[-1]))
        merged.save(to, object_stream_mode=pikepdf.ObjectStreamMode.generate)
        for pdf in held:
            pdf.close()


def size_of(page: pikepdf.Page) -> tuple[float, float]:
    left, bottom, right, top = (float(edge) for edge in page.mediabox)
    return right - left, top - bottom


def opened(letter: Document) -> IO[bytes]:
    with letter.pdf.open("rb") as stored:
        return io.BytesIO(stored.read())


def write_zip(letters: list[Document], file: Any, tell: file_jobs.Tell) -> None:
    """Numbered files, and a list of whose each is. The names of the files tell of nobody."""
    listing = io.StringIO()
    rows = csv.writer(listing, delimiter=";")
    rows.writerow(["Fil", "Klasse", "Elev"])
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for n, letter in enumerate(letters, 1):
            name = f"{n:04d}.pdf"
            with archive.open(name, "w") as target:
                target.write(opened(letter).read())
            student = letter.student
            rows.writerow([name, harmless(student.home_class_name), harmless(student.person.full_name)])
            if n % AT_A_TIME == 0 or n == len(letters):
                tell(n, len(letters))
        archive.writestr("innhold.csv", "\ufeff" + listing.getvalue())


def make(job_id: int) -> None:
    job = BatchFile.objects.filter(pk=job_id).first()
    if job:
        file_jobs.make(BatchFile, job_id, folder="brev", suffix=SUFFIXES[Kind(job.kind)], write=write)


def sweep() -> int:
    return file_jobs.sweep(BatchFile, TASK)


def stored(job: BatchFile) -> IO[bytes]:
    return default_storage.open(str(job.file.name))
