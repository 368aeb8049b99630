"""A file that is short is read in when somebody has seen what it does and says so; then it does that or nothing."""

import pytest
from django.urls import reverse

from accessctl.models import AccessEvent
from staff.hr import sync
from staff.models import Employee, MissingEmployee, SyncLine, SyncRun
from tests.login import log_in
from tests.staff.feed import Row, csv_file, drop, take
from tests.staff.test_feed_refused import everything

pytestmark = pytest.mark.django_db
STAFF = [Row(number=f"2{n:04d}", family=f"Fil{n}") for n in range(12)]
LEAVING = [row.but(ends="2025-01-01") for row in STAFF[:3]]
SHORT = csv_file(*LEAVING, *STAFF[3:8], Row(number="29999", family="Helt"))


@pytest.fixture
def folder(settings, tmp_path):
    settings.STAFF_FEED_FOLDER, settings.STAFF_FEED_URL = str(tmp_path), ""
    drop(tmp_path, SHORT)
    return tmp_path


@pytest.fixture
def short(world, unit_a, folder) -> SyncRun:
    take(csv_file(*STAFF))
    return take(SHORT)


@pytest.fixture
def admin(world):
    return world.user("municipal_admin")


def test_what_a_short_file_would_do_is_told_and_not_done(short):
    assert short.state == SyncRun.State.SHORT
    assert (short.foretold["closed"], short.foretold["flagged"], short.foretold["created"]) == (3, 4, 1)
    kinds = list(short.lines.values_list("kind", flat=True))
    assert sorted(kinds) == ["closed"] * 3 + ["created"] + ["flagged"] * 4
    assert short.lines.get(kind="created").employee is None
    assert not Employee.objects.filter(employee_number="29999").exists()
    assert not MissingEmployee.objects.exists()
    assert short.told["closed"] == 0


def test_the_page_shows_it_first_and_then_who_said_yes(short, admin, client):
    log_in(client, admin)
    page = client.get(reverse("staff:sync_run", args=[short.uuid])).content.decode()
    assert "3 ansatte avsluttes og mister all tilgang med en gang." in page
    assert "4 ansatte mangler." in page and "Godta filen og les den inn" in page and "Fil1" in page
    answer = client.post(reverse("staff:sync_accept", args=[short.uuid]))
    run = SyncRun.objects.get(accepts=short)
    assert answer.url == reverse("staff:sync_run", args=[run.uuid])
    assert AccessEvent.objects.filter(user=admin, action="accept_short_staff_file").exists()
    sync.run_waiting()
    run.refresh_from_db()
    assert (run.state, run.by, run.counts["closed"]) == (SyncRun.State.APPLIED, admin, 3)
    assert Employee.objects.get(employee_number="20000").has_left
    page = client.get(reverse("staff:sync_run", args=[short.uuid])).content.decode()
    assert "Godtatt av" in page and "Godta filen og les den inn" not in page


def test_another_file_than_the_one_that_was_seen_is_judged_anew(short, admin, folder):
    run = sync.accept_file(short, by=admin)
    drop(folder, csv_file(*STAFF[:5]))
    before = everything()
    sync.run_waiting()
    run.refresh_from_db()
    assert run.state == SyncRun.State.SHORT
    assert "noe annet enn det som ble godtatt" in run.refusals[0]["reason"]
    assert everything() == before


def test_the_same_people_in_another_order_are_what_was_accepted(short, admin, folder):
    run = sync.accept_file(short, by=admin)
    drop(folder, csv_file(Row(number="29999", family="Helt"), *STAFF[3:8], *reversed(LEAVING)))
    sync.run_waiting()
    run.refresh_from_db()
    assert run.state == SyncRun.State.APPLIED


def test_only_the_newest_file_and_only_a_short_one_can_be_accepted(short, admin):
    sync.accept_file(short, by=admin)
    with pytest.raises(sync.SyncError, match="nyere"):
        sync.accept_file(short, by=admin)
    whole = take(csv_file(*STAFF))
    with pytest.raises(sync.SyncError, match="ikke stanset"):
        sync.accept_file(whole, by=admin)


def test_more_than_a_full_position_at_once_is_told_and_read_in(world, unit_a, unit_b):
    full = STAFF[0].but(percent="80,00")
    beside = STAFF[0].but(employment="20000-2", percent="30,00", unit="4102", primary="0")
    run = take(
        csv_file(full, beside, STAFF[1].but(ends="2024-12-31"), STAFF[1].but(employment="x", starts="2025-01-01"))
    )
    assert run.state == SyncRun.State.APPLIED
    line = run.lines.get(kind=SyncLine.Kind.REMARK)
    assert line.employee.employee_number == "20000" and "over 100 prosent" in line.detail
