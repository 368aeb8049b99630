"""Celery rings, PostgreSQL knows. A render that is rung twice finds nothing to do the second time."""

from celery import shared_task
from django.db.models import Q

from documents import actions, group_overviews, render_actions, rendering
from documents.batch import actions as batches
from documents.batch import files as batch_files
from documents.batch import work as batch_work
from documents.models import Document, DocumentBatchItem
from schoolapp.lib import clock


@shared_task
def render(document_id: int) -> None:
    """Make the PDF of one finalised document. Every end, also this process dying, leaves a row that says so."""
    document = render_actions.claim(document_id)
    if document is None:
        return
    rendering.conclude([(document, rendering.attempt(document))])


@shared_task
def sweep() -> int:
    """Ring again for documents whose bell was lost or whose worker died. Returns how many."""
    due = Q(render_lease_until=None) | Q(render_lease_until__lte=clock.now())
    waiting = Document.objects.filter(due, state=Document.State.RENDERING).order_by("finalised_at")
    ids = list(waiting.values_list("pk", flat=True)[:200])
    for document_id in ids:
        actions.ring(document_id)
    return len(ids)


@shared_task
def work_batch(batch_id: int) -> None:
    batch_work.work(batch_id)


@shared_task
def sweep_batches() -> None:
    for batch_id in DocumentBatchItem.objects.due().values_list("batch", flat=True).distinct().order_by():
        batches.ring(batch_id)
    batch_files.sweep()


@shared_task
def make_batch_file(job_id: int) -> None:
    batch_files.make(job_id)


@shared_task
def make_school_document(pk: int) -> None:
    group_overviews.make(pk)


@shared_task
def sweep_school_documents() -> None:
    group_overviews.sweep()
