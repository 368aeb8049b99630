"""Letters to many: whom one can choose, the batch, and a worker that writes one letter at a time.

The rows are the ledger. A worker that dies has written whole letters and no half ones; the next one goes on.
"""

import logging
from collections.abc import Mapping
from typing import Any
from uuid import uuid5

from celery import current_app
from django.db import transaction
from django.db.models import Count, Q
from django.utils.translation import gettext as _
from kombu.exceptions import OperationalError

from accessctl import wall
from accessctl.audit import record_event
from accessctl.models import RoleAssignment, School, User
from accessctl.permissions import Permission
from accessctl.scope import scope_of
from admissions.models import LetterBatch, LetterBatchPupil
from admissions.moves.errors import MoveError
from admissions.moves.letters import grade_in_words
from admissions.moves.recipients import LATER, recipients, schools_for
from admissions.moves.rules import FIRST_GRADE_LETTER, INVITATION, OTHER_LETTER
from documents import actions as documents
from documents.models import LANGUAGES, Document, DocumentType
from schoolapp.lib import clock
from students.models import Student

log = logging.getLogger(__name__)
State, Row = LetterBatch.State, LetterBatchPupil.State
TYPES = (INVITATION, FIRST_GRADE_LETTER, OTHER_LETTER)
AT_ONCE = 20


@transaction.atomic
@wall.lifted(LATER)
def order(
    students: list[Student], *, kind: str, school: School, fields: Mapping[str, str], method: str, by: User
) -> LetterBatch:
    """A letter to each of the pupils, to be written by a worker. Raises MoveError for what can not be ordered."""
    if not schools_for(by).filter(pk=school.pk).exists():
        raise MoveError(_("Rollene dine lar deg ikke skrive brev for denne skolen."))
    if not students:
        raise MoveError(_("Velg minst én elev."))
    known = {found.student.pk: found.grade for found in recipients(by, school, kind)}
    document_type = DocumentType.objects.filter(slug=kind, is_active=True).first()
    if kind not in TYPES or document_type is None or any(student.pk not in known for student in students):
        raise MoveError(_("Brevet kan ikke skrives til alle disse. Velg på nytt."))
    batch = LetterBatch.objects.create(
        document_type=document_type,
        school=school,
        fields=dict(fields),
        role=role_at(by, school),
        method=method[:80],
        created_by=by,
    )
    LetterBatchPupil.objects.bulk_create(
        LetterBatchPupil(batch=batch, student=student, school=school, grade_level=known[student.pk])
        for student in students
    )
    record_event(by, "write_letters", batch)
    transaction.on_commit(lambda: ring(batch.pk))
    return batch


def role_at(user: User, school: School) -> str:
    """In which role the user writes for the school: one there before a municipal one."""
    held = RoleAssignment.objects.on().filter(
        Q(school=school) | Q(school=None), user=user, role__permissions__contains=[Permission.WRITE_DOCUMENT.value]
    )
    names = {row.school_id: row.role.name for row in held.select_related("role")}
    return names.get(school.pk) or names.get(None, "")


def ring(batch_id: int) -> None:
    """Wake a worker. When the broker cannot be reached the sweeper does it later; the order stands."""
    try:
        current_app.send_task("admissions.tasks.write_letters", args=[batch_id], retry=False)
    except (OperationalError, OSError):
        log.warning("the broker cannot be reached; batch %s waits for the sweeper", batch_id)


def write(batch_id: int) -> int:
    """Write what is left of the batch, AT_ONCE letters, and ring again for the rest. Returns how many were written."""
    written = 0
    for _n in range(AT_ONCE):
        if not write_one(batch_id):
            return written
        written += 1
    ring(batch_id)
    return written


@transaction.atomic
def write_one(batch_id: int) -> bool:
    """Write the next letter; False when there is none. A letter that can not be written keeps the reason."""
    row = (
        LetterBatchPupil.objects.select_for_update(skip_locked=True, of=("self",))
        .filter(batch=batch_id, state=Row.WAITING, batch__state=State.WAITING)
        .select_related("batch__document_type", "batch__created_by", "student__person", "student__school", "school")
        .order_by("pk")
        .first()
    )
    if row is None:
        finish(batch_id)
        return False
    try:
        with transaction.atomic():
            row.document = letter_for(row)
            row.state = Row.MADE
    except (MoveError, documents.NoTemplate, documents.FieldsMissing) as error:
        row.document, row.state, row.reason = None, Row.FAILED, reason_of(error)
    row.save(update_fields=["document", "state", "reason"])
    return True


def letter_for(row: LetterBatchPupil) -> Document:
    """One letter, finalised. Raises MoveError, NoTemplate and FieldsMissing; then nothing is left of it."""
    batch, student = row.batch, row.student
    if not scope_of(batch.created_by).reach(Permission.WRITE_DOCUMENT).covers_school(row.school_id):
        raise MoveError(_("Den som bestilte brevet, kan ikke lenger skrive for denne skolen."))
    if student.person.is_protected:
        raise MoveError(_("Eleven er skjermet. Kommunens ansvarlige for adressesperre må kontakte familien."))
    language = student.person.written_form
    draft = documents.start_draft(
        student,
        document_type=batch.document_type,
        language=language if language in dict(LANGUAGES) else "nb",
        by=batch.created_by,
        series=uuid5(batch.uuid, str(student.uuid)),
        school=row.school,
    )
    if draft.state != Document.State.DRAFT:
        return draft
    own = {"plass_trinn": grade_in_words(row.grade_level, draft.language)} if row.grade_level else {}
    saved = documents.save_draft(draft, fields=batch.fields | own, revision=draft.revision, by=batch.created_by)
    return documents.finalise(saved, revision=saved.revision, role=batch.role, method=batch.method, by=batch.created_by)


def reason_of(error: Exception) -> str:
    if isinstance(error, documents.FieldsMissing):
        return _("Dette mangler: %(names)s.") % {"names": ", ".join(str(label) for label in error.labels)}
    if isinstance(error, documents.NoTemplate):
        return _("Malen mangler på elevens målform.")
    return str(error)[:300]


def finish(batch_id: int) -> None:
    if not LetterBatchPupil.objects.filter(batch=batch_id, state=Row.WAITING).exists():
        LetterBatch.objects.filter(pk=batch_id, state=State.WAITING).update(
            state=State.FINISHED, finished_at=clock.now()
        )


def sweep() -> int:
    """Ring again for batches whose bell was lost or whose worker died. Returns how many."""
    waiting = list(LetterBatch.objects.filter(state=State.WAITING).values_list("pk", flat=True)[:50])
    for batch_id in waiting:
        ring(batch_id)
    return len(waiting)


@transaction.atomic
@wall.lifted(LATER)
def cancel(batch: LetterBatch, *, by: User) -> None:
    """Stop what is not written yet. Letters that are written stand."""
    locked = LetterBatch.objects.select_for_update().get(pk=batch.pk)
    if locked.state != State.WAITING:
        raise MoveError(_("Brevene er allerede skrevet."))
    LetterBatchPupil.objects.filter(batch=locked, state=Row.WAITING).update(state=Row.CANCELLED)
    locked.state, locked.finished_at = State.CANCELLED, clock.now()
    locked.save(update_fields=["state", "finished_at"])
    record_event(by, "cancel_letters", locked)


@wall.lifted(LATER)
def progress(user: User, batch: LetterBatch) -> dict[str, Any]:
    """How far the batch has come, in one count, and the pupils by name as far as the user may know them."""
    numbers = batch.pupils.aggregate(
        total=Count("pk"),
        made=Count("pk", filter=Q(state=Row.MADE)),
        failed=Count("pk", filter=Q(state=Row.FAILED)),
        waiting=Count("pk", filter=Q(state=Row.WAITING)),
    )
    rows = batch.pupils.select_related("student__person", "student__school", "document")
    named = rows.filter(student__in=Student.objects.hide_protected_from(user))
    return {**numbers, "rows": list(named.order_by("-state", "student__sort_name")[:500])}
