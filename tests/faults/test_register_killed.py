"""The worker on the population register is killed, again and again; the end is that of a run nobody disturbed."""

import json
import random
import signal
from collections import Counter
from datetime import date, timedelta
from io import BytesIO

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import connection, transaction

from accessctl.models import ChangeEvent
from guardians.models import GuardianRelation, RegisterFinding, StagedAddress, StagedPerson, StagedTie
from guardians.register import run as runs
from guardians.register.work import MOST_STARTS
from people.models import Address, NationalId, Person, RegisterImport
from students.models import Student
from tests.faults.parts import forks
from tests.faults.register_worker import go
from tests.people.register_file import child, guardian, number, road

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
FAMILIES, CHUNK, KILLS, SEED = 60, 5, 12, 20261122
FIRST, SECOND = "Testveien", "Nybrottveien"


def records(street: str, *, families: range) -> bytes:
    """Two guardians and a child in each; every third child is protected, as soon as the street is the second."""
    found = []
    for family in families:
        born = date(2013, 1, 1) + timedelta(days=family)
        parents = [date(1980 + n, 1, 1) + timedelta(days=family) for n in range(2)]
        named = [guardian(number(day), given=f"Voksen{n}", born=day) for n, day in enumerate(parents)]
        grade = {"adressebeskyttelse": "fortrolig"} if street == SECOND and family % 3 == 0 else {}
        found.append(child(number(born), named, born=born, bostedsadresse=road(street), **grade))
    return json.dumps(found).encode()


def end_state() -> dict[str, Counter]:
    """All a run leaves behind, told by national ids, since our own ids differ from run to run."""
    row = "person__national_ids__number"
    tables = {
        "persons": NationalId.objects.values_list("number", "is_current", "person__family_name", "person__protection"),
        "addresses": Address.objects.values_list(row, "kind", "street", "valid_from", "valid_to", "protection"),
        "pupils": Student.objects.values_list(row, "sort_name"),
        "relations": GuardianRelation.objects.values_list(
            "guardian__national_ids__number", "student__" + row, "state", "portal_enabled", "responsibility"
        ),
        "findings": RegisterFinding.objects.values_list(row, "kind", "state", "detail"),
        "history": ChangeEvent.objects.values_list("table_name", "operation", "new__street", "new__protection"),
    }
    return {name: Counter(rows) for name, rows in tables.items()}


def undisturbed(content: bytes) -> tuple[dict[str, Counter], dict[str, int]]:
    """The end state of a run nobody disturbs, and what it counted; nothing of it is kept."""
    with transaction.atomic():
        run = runs.start(source="file", by=None)
        runs.read_file(run, BytesIO(content))
        runs.confirm(run, by=None)
        runs.finish(run)
        found = end_state(), run.counts
        transaction.set_rollback(True)
    return found


def killed_and_started_again(run: RegisterImport, media: str) -> list[int]:
    """Let worker after worker die somewhere, then one live. Gives how far the run had come at each death."""
    rng, progress = random.Random(SEED), []
    for dies_at in [30, *(rng.randint(10, 110) for _ in range(KILLS - 1)), 0]:
        exitcode = worker_that(run, media, dies_at=dies_at)
        how = (run.state, run.position, run.total, run.attempts, run.refusal)
        assert exitcode == (-signal.SIGKILL if dies_at else 0), how
        progress.append(run.percent if run.state != "reading" else 0)
    return progress


def test_a_run_whose_worker_is_killed_ends_as_one_nobody_disturbed(settings):
    settings.SYNTHETIC_IDS_ALLOWED, settings.REGISTER_STOP_PERCENT = True, 1000
    first = runs.start(source="file", by=None)
    runs.read_file(first, BytesIO(records(FIRST, families=range(FAMILIES - 10))))
    runs.finish(first)
    content = records(SECOND, families=range(FAMILIES))
    expected, counts = undisturbed(content)
    name = default_storage.save("folkeregister/drept.json", ContentFile(content))
    run = runs.start(source="file", by=None, file=name)
    progress = killed_and_started_again(run, str(settings.MEDIA_ROOT))
    assert run.state == "done" and not default_storage.exists(name)
    assert end_state() == expected and run.counts == counts
    # It was killed while it read and while it wrote, and never fell back.
    assert progress == sorted(progress) and progress[0] == 0 and len(set(progress)) >= 5
    assert not any(model.objects.exists() for model in (StagedPerson, StagedAddress, StagedTie))
    assert Person.objects.count() == 3 * FAMILIES


def test_a_run_that_kills_every_worker_is_given_up_and_can_be_started_anew(settings):
    settings.SYNTHETIC_IDS_ALLOWED, settings.REGISTER_STOP_PERCENT = True, 1000
    content = records(FIRST, families=range(4))
    name = default_storage.save("folkeregister/dreper.json", ContentFile(content))
    run = runs.start(source="file", by=None, file=name)
    media = str(settings.MEDIA_ROOT)
    for start in range(1, MOST_STARTS + 1):
        assert worker_that(run, media, dies_at=14) == -signal.SIGKILL
        assert (run.state, run.starts) == ("reading", start)
    assert worker_that(run, media) == 0
    assert (run.state, run.position) == ("cancelled", 0)
    assert f"{MOST_STARTS} ganger på rad" in run.refusal and "Start en ny" in run.refusal
    assert not default_storage.exists(name) and not Person.objects.exists()
    anew = runs.start(source="file", by=None, file=default_storage.save("folkeregister/ny.json", ContentFile(content)))
    assert worker_that(anew, media) == 0
    assert (anew.state, anew.starts) == ("done", 0) and Person.objects.count() == 3 * 4


def test_a_run_another_worker_is_at_is_neither_begun_nor_counted(settings):
    settings.SYNTHETIC_IDS_ALLOWED = True
    name = default_storage.save("folkeregister/to.json", ContentFile(records(FIRST, families=range(2))))
    run = runs.start(source="file", by=None, file=name)
    with transaction.atomic():
        runs.lock(run)
        assert worker_that(run, str(settings.MEDIA_ROOT)) == 0
    run.refresh_from_db()
    assert (run.state, run.starts) == ("reading", 0)


def worker_that(run: RegisterImport, media: str, *, dies_at: int = 0) -> int | None:
    """How a worker of its own, which may die at a statement, ended; `run` is as it left it."""
    worker = forks().Process(target=go, args=(connection.settings_dict["NAME"], media, CHUNK, dies_at))
    worker.start()
    worker.join(timeout=240)
    run.refresh_from_db()
    return worker.exitcode
