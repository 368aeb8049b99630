"""Long pieces of work on a draft: asked for on a page, done by a worker, whole or not at all.

The row is the ledger and Celery rings the bell. How far the work has come lies in the cache, since the work itself is
one transaction that nobody sees into before it ends.
"""

import logging
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from celery import current_app
from django.core.cache import cache
from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import override
from kombu.exceptions import OperationalError
from redis.exceptions import RedisError

from accessctl.audit import record_act
from accessctl.models import User
from admissions.models import YearDraft, YearJob
from admissions.year import written
from admissions.year.draft import Refused, fill
from schoolapp.lib import clock

log = logging.getLogger(__name__)
LEASE = timedelta(minutes=6)  # longer than a task may run
Kind, State = YearJob.Kind, YearJob.State
Work = Callable[[YearDraft, YearJob, written.Tell], dict[str, int]]


def ask(draft: YearDraft, kind: str, *, by: User) -> YearJob:
    """Order the work. Raises Refused while other work on the draft is going on."""
    try:
        with transaction.atomic():
            job = YearJob.objects.create(draft=draft, kind=kind, by=by)
    except IntegrityError as error:
        raise Refused(_("En annen kjøring er i gang. Vent til den er ferdig.")) from error
    with override("nb"):
        record_act(by, "plan_year", what=f"{job.get_kind_display()}: {draft.school_year}")
    transaction.on_commit(lambda: ring(job.pk))
    return job


def ring(job_id: int) -> None:
    try:
        current_app.send_task("admissions.tasks.work_on_year", [job_id])
    except OperationalError:
        log.warning("the broker cannot be reached; the sweeper will ring again")


def sweep() -> int:
    """Ring again for work whose bell was lost or whose worker died. Returns how many."""
    due = Q(state=State.QUEUED) | Q(state=State.RUNNING, lease_until__lte=clock.now())
    ids = list(YearJob.objects.filter(due).values_list("pk", flat=True))
    for job_id in ids:
        ring(job_id)
    return len(ids)


def run(job_id: int) -> None:
    """Do the work, if nobody else is at it. Every end leaves a row that says how it went."""
    due = Q(state=State.QUEUED) | Q(state=State.RUNNING, lease_until__lte=clock.now())
    if not YearJob.objects.filter(due, pk=job_id).update(state=State.RUNNING, lease_until=clock.now() + LEASE):
        return
    job = YearJob.objects.select_related("draft__school_year", "by").get(pk=job_id)
    ended: dict[str, Any] = {"state": State.DONE}
    try:
        with override("nb"), transaction.atomic():
            ended["counts"] = WORK[job.kind](job.draft, job, lambda done, of: tell(job, done, of))
    except Refused as refusal:
        ended |= {"state": State.FAILED, "message": str(refusal)}
    except Exception:
        log.exception("work %s on the school year stopped", job.kind)
        ended |= {"state": State.FAILED, "message": _("Noe gikk galt, og ingenting er endret. Prøv igjen.")}
    YearJob.objects.filter(pk=job_id).update(**ended, lease_until=None, ended_at=clock.now())


def filled(draft: YearDraft, job: YearJob, told: written.Tell) -> dict[str, int]:
    told(0, 1)
    return vars(fill(draft))


def published(draft: YearDraft, job: YearJob, told: written.Tell) -> dict[str, int]:
    return written.publish(draft, by=job.by, tell=told)


def rolled_back(draft: YearDraft, job: YearJob, told: written.Tell) -> dict[str, int]:
    written.roll_back(draft, by=job.by, tell=told)
    return {}


def turned(draft: YearDraft, job: YearJob, told: written.Tell) -> dict[str, int]:
    written.set_current(draft, by=job.by, tell=told)
    return {}


WORK: dict[str, Work] = {
    Kind.FILL: filled,
    Kind.PUBLISH: published,
    Kind.ROLL_BACK: rolled_back,
    Kind.SET_CURRENT: turned,
}


def tell(job: YearJob, done: int, of: int) -> None:
    """Say how far the work has come. Without a cache it goes on in silence."""
    try:
        cache.set(f"year-job:{job.uuid}", (done, of), timeout=3600)
    except RedisError:
        log.warning("progress is not shown: the cache cannot be reached")


def progress(job: YearJob) -> tuple[int, int]:
    """Parts done, and parts in all."""
    try:
        return cache.get(f"year-job:{job.uuid}") or (0, 1)
    except RedisError:
        return 0, 1


def latest(draft: YearDraft) -> YearJob | None:
    return draft.jobs.order_by("-pk").first()
