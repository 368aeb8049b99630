"""The jobs under the role they run as: a worker owns nothing, and may not do what the owner in other tests may."""

import json
from datetime import date, timedelta

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from accessctl import tasks as access_tasks
from admissions import tasks as admission_tasks
from admissions.year import jobs
from archive import tasks as archive_tasks
from documents import tasks as document_tasks
from guardians import tasks as register_tasks
from guardians.exchange import actions as exchange
from guardians.models import GuardianRelation, PersonMerge, RegisterFinding
from messaging import tasks as letter_tasks
from people.models import RegisterImport
from schoolapp.lib import clock
from staff import tasks as staff_tasks
from staff.models import Employee, OrgUnit, SyncRun
from students import tasks as student_tasks
from students.insight import actions as insight
from students.models import Snapshot
from tests.admissions.next_year import grow, make_draft, make_ready
from tests.login import log_in
from tests.people.register_file import CHILD, FATHER, MOTHER, child, family, guardian, identifier, number, road
from tests.roles import as_worker
from tests.staff.feed import Row, csv_file

pytestmark = pytest.mark.django_db


@pytest.fixture
def admin(world, settings) -> Client:
    settings.SYNTHETIC_IDS_ALLOWED, settings.REGISTER_STOP_PERCENT = True, 1000
    client = Client()
    log_in(client, world.user("municipal_admin"))
    return client


def worked() -> None:
    with as_worker():
        register_tasks.register_work()


def read_in(admin: Client, records: list[dict]) -> RegisterImport:
    """From the file in the browser to the end of the run, as the web's and the worker's roles."""
    file = SimpleUploadedFile("oppvekst.json", json.dumps(records).encode(), content_type="application/json")
    admin.post(reverse("guardians:register_upload"), {"file": file})
    worked()
    run = RegisterImport.objects.latest("pk")
    assert (run.state, run.refusal) == ("waiting", "")
    admin.post(reverse("guardians:register_confirm", args=[run.uuid]))
    worked()
    run.refresh_from_db()
    assert run.state == "done", (run.state, run.refusal)
    return run


def answer(admin: Client, kind: str, *, left: int = 0) -> None:
    """Decide all that waits of one kind, in the browser; `left` are for those who answer for protected persons."""
    waiting = RegisterFinding.objects.waiting().filter(kind=kind)
    chosen = [str(uuid) for uuid in waiting.values_list("uuid", flat=True)]
    assert chosen, kind
    given = {"valgt": chosen, "svar": "godkjenn", "bekreftet": "ja", "reason": "Kontrollert"}
    admin.post(reverse("guardians:register_decide"), given)
    assert waiting.count() == left, kind


def later() -> list[dict]:
    """The family a year on: moved, renamed, renumbered and with a dead father; and a protected child of another."""
    born = date(2014, 5, 6)
    other = guardian(number(date(1979, 3, 3)), given="Blid", born=date(1979, 3, 3))
    new_number = number(date(2015, 4, 22), 7)
    father = guardian(FATHER, given="Rolig", born=date(1983, 7, 3), personstatus="doed", kjoenn="mann")
    first = child(
        new_number,
        [guardian(MOTHER, bostedsadresse=road("Nyveien")), father],
        bostedsadresse=road("Nyveien"),
        navn={"fornavn": "Modig", "etternavn": "Nytt"},
        tidligereIdentifikasjonsnummer=identifier(CHILD),
    )
    hidden = child(number(born), [other], born=born, adressebeskyttelse="fortrolig")
    return [first, first, hidden]


def test_a_file_is_read_approved_and_its_duplicates_merged_and_made_two_again(world, admin):
    double = world.add_person("Lysegul", "Tavle", born=date(1985, 2, 14))
    read_in(admin, family())
    answer(admin, "new_guardian")
    read_in(admin, later())
    found = set(RegisterFinding.objects.values_list("kind", flat=True))
    assert {"new", "moved", "changed", "new_guardian", "dead", "duplicate"} <= found
    answer(admin, "new_guardian", left=1)
    answer(admin, "dead")
    pair = RegisterFinding.objects.get(kind="duplicate", state="waiting")
    assert double in (pair.person, pair.other)
    merge = reverse("guardians:register_merge", args=[pair.uuid])
    assert "Lysegul Tavle" in admin.get(merge).content.decode()
    admin.post(merge, {"strictest": "on"})
    merged = PersonMerge.objects.get()
    admin.post(reverse("guardians:register_undo_merge", args=[merged.uuid]))
    merged.refresh_from_db()
    assert merged.undone_at and GuardianRelation.objects.giving_access().filter(guardian__family_name="Tavle").exists()


def test_a_year_is_filled_published_rolled_back_published_and_set_current(world, settings):
    grow(world)
    draft = make_draft(world)
    by = world.user("municipal_admin")

    def did(kind: str) -> str:
        job = jobs.ask(draft, kind, by=by)
        with as_worker():
            admission_tasks.sweep_year()
            admission_tasks.work_on_year(job.pk)
        job.refresh_from_db()
        draft.refresh_from_db()
        assert job.state == "done", (kind, job.message)
        return draft.state

    assert did("fill") == "planning"
    make_ready(draft)
    assert [did("publish"), did("roll_back"), did("publish")] == ["published", "planning", "published"]
    with time_machine.travel(draft.school_year.starts_on, tick=False):
        assert did("set_current") == "current"


def test_staff_are_hired_changed_and_closed(world, tmp_path, settings):
    settings.SYNTHETIC_IDS_ALLOWED = True
    OrgUnit.objects.create(unit_id="4101", name="Skole A", school=world.school_a)
    settings.STAFF_FEED_FOLDER, settings.STAFF_FEED_URL = str(tmp_path), ""
    ended = (clock.today() - timedelta(days=3)).isoformat()
    for title, last in (("Lektor", 20), ("Adjunkt", 21)):
        rows = [Row(number=str(20000 + n), family=f"Fil{n}", title=title, username="", email="") for n in range(last)]
        rows[0] = rows[0].but(ends="" if title == "Lektor" else ended)
        (tmp_path / "ansatte.csv").write_bytes(csv_file(*rows))
        with as_worker():
            staff_tasks.nightly()
            staff_tasks.run_waiting()
            staff_tasks.close_ended()
        run = SyncRun.objects.latest("pk")
        assert run.state == "applied", (run.state, run.refusals)
    assert Employee.objects.filter(employee_number__startswith="200").count() == 21


def count(world) -> bool:
    student_tasks.freeze_statistics()
    return Snapshot.objects.exists()


def package(world) -> bool:
    job = world.jobs["insight"]
    student_tasks.sweep_insight()
    student_tasks.make_insight(job.pk)
    job.refresh_from_db()
    return job.state == "done"


def roster(world) -> bool:
    states = []
    for job in world.jobs["rosters"]:
        register_tasks.sweep_rosters()
        register_tasks.make_roster(job.pk)
        job.refresh_from_db()
        states.append(job.state)
    return states == ["done"] * 3


def minor(world) -> bool:
    """The rounds that mostly find nothing: that they may ask at all."""
    rounds = [access_tasks.seal_log, access_tasks.look_for_alerts, student_tasks.repeat_classes]
    rounds += [admission_tasks.carry_out_moves, admission_tasks.sweep_letters, document_tasks.sweep]
    rounds += [letter_tasks.sweep, letter_tasks.work, letter_tasks.poll]
    rounds += [archive_tasks.start_run, archive_tasks.sweep, archive_tasks.work, register_tasks.register_sweep]
    rounds += [archive_tasks.empty_old_replies]
    for task in rounds:
        task()
    return True


@pytest.mark.parametrize("job", [count, package, roster, minor], ids=lambda job: job.__name__)
def test_the_job_is_done_by_the_role_it_runs_as(world, job):
    by = world.user("municipal_admin")
    world.add_document("own")
    world.jobs = {
        "insight": insight.ask(world.pupils["own"], reason="Prøve", by=by),
        "rosters": [exchange.ask(f, with_numbers=True, with_guardians=True, by=by) for f in exchange.WRITERS],
    }
    with as_worker():
        assert job(world)
