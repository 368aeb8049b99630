"""Letters through the whole batch, and one alone, against WeasyPrint called directly at its best settings."""

import multiprocessing
import os
import statistics
import time
from collections.abc import Callable, Iterator
from multiprocessing.connection import Connection
from typing import Any

from django.db import connections

from bench import batch_worker
from bench.measure import Comparison, compare
from bench.pages import someone
from documents.batch import actions as batches
from documents.batch import recipients
from documents.models import Document, DocumentBatch, DocumentType
from documents.press import assets, press
from schoolapp.lib.pdf import sheet
from schoolapp.lib.pdf.limits import Limits
from schoolapp.lib.pdf.zygote import read_workshop

ROUNDS, LETTERS, BATCH_ROUNDS = 15, 60, 3
FIELDS = {
    "innledning": "Vi ønsker å snakke med dere om skolestarten.",
    "tema": "trivsel og læring",
    "moetedato": "2026-11-30",
    "klokkeslett": "14:30",
    "sted": "Møterom 2",
    "saker": "Hvordan har eleven det?\nFag og lekser\nVeien videre",
    "deltakere": "Kontaktlærer\nRektor",
    "svarfrist": "2026-11-25",
}
Worker = tuple[Any, Connection]


def run() -> Iterator[Comparison]:
    cores = len(os.sched_getaffinity(0))
    ours, bare = staff_of(batch_worker.ours, cores), staff_of(batch_worker.bare, cores)
    try:
        for name, count in ((f"{LETTERS} brev i én utsending", LETTERS), ("30 brev på én side", 30)):
            yield of_batches(name, count, ours, bare)
    finally:
        for process, pipe in (*ours, *bare):
            pipe.send(None)
            process.join()
    html = Document.objects.exclude(frozen_html="").latest("pk").frozen_html
    workshop = read_workshop({"assets": {n: str(p) for n, p in assets().items()}, "stylesheets": ["letter.css"]})
    alone = "bare WeasyPrint, varm"
    yield compare(
        "brev til PDF/A",
        lambda: press.print(html),
        alone,
        lambda: sheet.print_document(workshop, html, Limits()),
        rounds=ROUNDS,
    )
    press.close()


def of_batches(name: str, count: int, ours: list[Worker], bare: list[Worker]) -> Comparison:
    """Claim, freeze, print, hash, identify, store and queue, against printing the same pages, on all cores."""
    times: tuple[list[float], list[float]] = ([], [])
    for turn in range(BATCH_ROUNDS + 1):
        batch = begun(count)
        took = timed(ours, [batch.pk] * len(ours))
        assert not batch.items.exclude(state="done").exists(), "every letter is finished"
        pages = list(batch.items.values_list("document__frozen_html", flat=True))
        floor = timed(bare, [pages[n :: len(bare)] for n in range(len(bare))])
        if turn:
            times[0].append(took)
            times[1].append(floor)
    return Comparison(
        name, "bare WeasyPrint på alle kjerner", statistics.median(times[0]), statistics.median(times[1]), BATCH_ROUNDS
    )


def begun(count: int) -> DocumentBatch:
    """A batch that waits for its workers."""
    author = someone("skoleadmin")
    pupils = recipients.reached(author).filter(is_protected=False).order_by("pk")[:count]
    batch = batches.make_batch(
        pupils, document_type=DocumentType.objects.get(slug="innkalling-moete"), language="nb", label="Prøve", by=author
    )
    batch = batches.write_batch(batch, fields=FIELDS)
    return batches.start(batch, finalises=True, method="Feide", by=author)


def staff_of(work: Callable[[Connection], None], count: int) -> list[Worker]:
    connections.close_all()  # none is shared with the children
    context = multiprocessing.get_context("fork")
    staff = []
    for _n in range(count):
        here, there = context.Pipe()
        process = context.Process(target=work, args=(there,), daemon=True)
        process.start()
        there.close()
        staff.append((process, here))
    for _process, pipe in staff:
        pipe.recv()
    return staff


def timed(staff: list[Worker], tasks: list[Any]) -> float:
    started = time.perf_counter()
    for (_process, pipe), task in zip(staff, tasks, strict=True):
        pipe.send(task)
    for _process, pipe in staff:
        pipe.recv()
    return time.perf_counter() - started
