"""One document out of ten thousand that wait, as after a day without the archive, against one out of a few."""

import time
from collections.abc import Iterator

from django.conf import settings
from django.test import override_settings

from archive import actions, worker
from archive.models import ArchiveRun, Delivery
from bench.archive_transfer import addresses, archive, queue, transfer
from bench.measure import Comparison

FEW, MANY, SECONDS = 50, 10_000, 20


def run() -> Iterator[Comparison]:
    with archive() as address, override_settings(NCORE=settings.NCORE | addresses(address)):
        queue(FEW)
        floor = transfer() / FEW
        queue(MANY)
        actions.start_run(trigger=ArchiveRun.Trigger.MANUAL)
        started = time.perf_counter()
        attempts = worker.work(seconds=SECONDS)
        taken = (time.perf_counter() - started) / attempts
        waiting = Delivery.objects.filter(state=Delivery.State.READY).count()
        if waiting < MANY - 2 * attempts:
            raise RuntimeError(f"only {waiting} were left in the queue, so it was not long")
        yield Comparison(f"dokument fra en kø på {MANY}", f"dokument fra en kø på {FEW}", taken, floor, attempts)
