"""A worker is killed in the middle of a letter to many; every pupil gets one letter, queued once."""

import multiprocessing
import os
import signal
from collections.abc import Callable

import pytest
import time_machine
from django.db import connections

from archive.models import Delivery
from documents import dispatch, rendering
from documents.batch import actions, recipients, work
from documents.installing import install_types
from documents.models import Document, DocumentBatchItem, DocumentType
from schoolapp.lib import clock
from students.models import Membership
from tests.documents.conftest import FILLED

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
PLACES = {
    "before the letters are written": (work, "freeze", 1),
    "when they are frozen": (rendering, "attempt", 1),
    "between two prints": (rendering, "attempt", 2),
    "before they are kept": (work, "keep", 1),
    "while they are kept": (dispatch, "letter_of", 3),
}


def work_until_killed(batch_id: int, module: object, name: str, call: int) -> None:
    """The worker: it kills itself where it would make that call for the so-many-th time."""
    connections.close_all()
    real: Callable = getattr(module, name)
    calls = []

    def killing(*arguments):
        calls.append(1)
        if len(calls) == call:
            os.kill(os.getpid(), signal.SIGKILL)
        return real(*arguments)

    setattr(module, name, killing)
    work.work(batch_id)


@pytest.mark.parametrize("place", PLACES)
def test_a_killed_worker_loses_nothing_and_repeats_nothing(world, place):
    install_types()
    group = Membership.objects.get(student=world.pupils["own"], is_home_class=True).group
    for n in range(3):
        world.add_pupil(f"nr{n}", group)
    user = world.user("contact_teacher")
    kind = DocumentType.objects.get(slug="innkalling-moete")
    batch = actions.make_batch(recipients.reached(user), document_type=kind, language="nb", label="5A", by=user)
    actions.start(actions.write_batch(batch, fields=FILLED), finalises=True, method="Feide", by=user)
    connections.close_all()
    worker = multiprocessing.get_context("fork").Process(target=work_until_killed, args=(batch.pk, *PLACES[place]))
    worker.start()
    worker.join(timeout=120)
    assert worker.exitcode == -signal.SIGKILL, place
    assert not batch.items.filter(state="done").exists()

    with time_machine.travel(clock.now() + work.LEASE * 1.1, tick=True):
        work.work(batch.pk)
    assert set(batch.items.values_list("state", flat=True)) == {DocumentBatchItem.State.DONE}
    letters = Document.objects.all()
    assert {letter.state for letter in letters} == {Document.State.FINALISED}
    assert letters.count() == batch.items.count() == Delivery.objects.count() >= 4
    assert len({letter.student_id for letter in letters}) == letters.count()
