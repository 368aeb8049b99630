"""«Gruppeoversikter» (row 5): all classes of a school with their pupils, as PDF/A to the school's folder of the year.

A row is a promise to make one; a worker makes it, freezes it and queues it for the archive. A batch is rows made
together, so progress is counted and nothing is lost with a process.
"""

import hashlib
import logging
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from uuid import UUID, uuid4

from celery import current_app
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import F, Max
from django.template.loader import render_to_string
from django.utils import translation
from kombu.exceptions import OperationalError

from accessctl import wall
from accessctl.audit import record_event
from accessctl.models import Municipality, School, User
from archive import actions as archive
from archive import folder_actions
from archive.models import folder_key
from archive.record import FileRef, FolderRef, Record
from documents.delivery import FORMAT_CODES
from documents.models import DocumentType, SchoolDocument
from documents.press import press
from schoolapp.lib import clock
from schoolapp.lib.files import store
from schoolapp.lib.pdf.identify import approved_pdf
from schoolapp.lib.pdf.limits import Refusal, RenderFailed
from students.models import Group, GroupStaffing, Membership, Student

log = logging.getLogger(__name__)
SLUG = "gruppeoversikter"
LEASE, MOST_ATTEMPTS = timedelta(seconds=90), 3
State = SchoolDocument.State


@transaction.atomic
def ask_for(schools: Iterable[School], *, year: int, by: User) -> list[SchoolDocument]:
    """One overview for each school that has none under way. One made before stands, and this is its next version."""
    kind = DocumentType.objects.select_for_update(no_key=True).get(slug=SLUG)  # one who asks at a time
    made = []
    for school in schools:
        rows = SchoolDocument.objects.filter(school=school, year=year, document_type=kind)
        if rows.filter(state=State.RENDERING).exists():
            continue
        with translation.override(school.language):
            title = f"{kind.name(school.language)} {year}/{year + 1} – {school.name}"
        last = rows.aggregate(last=Max("version"))["last"] or 0
        row = SchoolDocument.objects.create(
            school=school, year=year, document_type=kind, version=last + 1, title=title, created_by=by
        )
        record_event(by, "make_school_document", row)
        made.append(row)
    ids = [row.pk for row in made]
    transaction.on_commit(lambda: [ring(pk) for pk in ids])
    return made


def ring(pk: int) -> bool:
    """Wake a worker. False when the broker cannot be reached; the sweeper rings again."""
    try:
        current_app.send_task("documents.tasks.make_school_document", args=[pk], retry=False)
    except (OperationalError, OSError):
        log.warning("the broker cannot be reached; school document %s waits for the sweeper", pk)
        return False
    return True


def sweep() -> None:
    for pk in SchoolDocument.objects.due().order_by("pk").values_list("pk", flat=True)[:200]:
        if not ring(pk):
            break


def make(pk: int) -> None:
    """One attempt. Every end leaves a row that says so."""
    taken = SchoolDocument.objects.due().filter(pk=pk)
    if not taken.update(lease_until=clock.now() + LEASE, attempts=F("attempts") + 1):
        return
    row = SchoolDocument.objects.select_related("school", "document_type__basis").get(pk=pk)
    if row.attempts > MOST_ATTEMPTS:
        end(row, state=State.FAILED)
        return
    at = clock.now()
    try:
        html, pupils = html_of(row, clock.today())
        pdf = press.print(html)
        puid = approved_pdf(pdf)
        if not puid:
            raise RenderFailed(Refusal.FORMAT)
        path = store(f"dokumenter/{uuid4()}.pdf", ContentFile(pdf))
    except RenderFailed as failure:
        lasting = not failure.is_temporary or row.attempts >= MOST_ATTEMPTS
        end(row, state=State.FAILED if lasting else State.RENDERING, error=failure.refusal)
        return
    except OSError as error:
        log.error("school document %s cannot be stored: %s", row.uuid, error.strerror)
        end(row, state=State.FAILED if row.attempts >= MOST_ATTEMPTS else State.RENDERING, error=Refusal.STORAGE)
        return
    kept = False
    try:
        kept = complete(row, path=path, pdf=pdf, puid=puid, at=at, pupils=pupils)
    finally:
        if not kept:
            default_storage.delete(path)


def end(row: SchoolDocument, **fields: object) -> bool:
    """Note how the attempt went, unless another has taken over."""
    rows = SchoolDocument.objects.filter(pk=row.pk, state=State.RENDERING, attempts=row.attempts)
    return bool(rows.update(**fields, lease_until=None))


@transaction.atomic
def complete(row: SchoolDocument, *, path: str, pdf: bytes, puid: str, at: datetime, pupils: list[UUID]) -> bool:
    """Freeze the bytes and promise them to the archive, both or neither."""
    stored = SchoolDocument.objects.select_for_update(of=("self",)).get(pk=row.pk)
    if stored.state != State.RENDERING or stored.attempts != row.attempts:
        return False
    sha256 = hashlib.sha256(pdf).hexdigest()
    delivery = archive.queue(
        record_of(row, path=path, sha256=sha256, size=len(pdf), puid=puid), school=row.school, about=None
    )
    return end(
        row, state=State.FINALISED, error="", pdf=path, sha256=sha256, size=len(pdf), puid=puid, finalised_at=at,
        pupils=pupils, delivery=delivery,
    )  # fmt: skip


def record_of(row: SchoolDocument, *, path: str, sha256: str, size: int, puid: str) -> Record:
    kind, basis = row.document_type, row.document_type.basis
    file = FileRef(path, f"{row.uuid}.pdf", row.title, sha256, size, puid, FORMAT_CODES[puid])
    title = folder_actions.title_of(row.school, row.year)
    return Record(
        key=row.external_key,
        folder=FolderRef(folder_key(row.school, row.year), "school", title, title),
        title=row.title,
        public_title=row.title,
        registry_type=kind.registry_type,
        status=kind.registry_status,
        document_date=clock.today().isoformat(),
        access_code=basis.access_code if basis else "",
        legal_basis=basis.legal_basis if basis else "",
        correspondents=(),
        files=(file,),
    )


def names_protected(row: SchoolDocument) -> bool:
    """Whether somebody in it has got address protection since it was made. Then it is not handed out any more."""
    with wall.lifted("whoever hands it out may not know of the protected, who must not be in it all the same"):
        return Student.objects.filter(uuid__in=row.pupils, is_protected=True).exists()


def html_of(row: SchoolDocument, day: date) -> tuple[str, list[UUID]]:
    """The classes as they are today, and who is named: never pupils with address protection, whoever asks for it."""
    classes = Group.objects.filter(
        school=row.school, school_year__starts_on__year=row.year, kind=Group.Kind.HOME_CLASS, closed_on=None
    ).order_by("grade_level", "name")
    places = Membership.objects.on().filter(group__in=classes, student__is_protected=False)
    pupils: dict[int, list[Membership]] = {}
    for place in places.select_related("student__person").order_by("student__sort_name", "pk"):
        pupils.setdefault(place.group_id, []).append(place)
    staffed = GroupStaffing.objects.on().filter(group__in=classes, function=GroupStaffing.Function.CONTACT_TEACHER)
    teachers: dict[int, list[str]] = {}
    for staffing in staffed.select_related("employee__person").order_by("pk"):
        teachers.setdefault(staffing.group_id, []).append(staffing.employee.person.full_name)
    named = sorted({place.student.uuid for places_of in pupils.values() for place in places_of})
    context = {
        "row": row,
        "school": row.school,
        "municipality": Municipality.objects.first(),
        "day": day,
        "at": clock.now(),
        "classes": [(group, teachers.get(group.pk, []), pupils.get(group.pk, [])) for group in classes],
    }
    with translation.override(row.school.language):
        return render_to_string("documents/pdf/groups.html", context), named
