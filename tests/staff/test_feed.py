"""What a whole file from HR does: people in, changed, and out on their last day."""

import os
from datetime import timedelta
from io import StringIO

import pytest
from django.contrib.sessions.models import Session
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given
from hypothesis import settings as fast
from hypothesis import strategies as st

from accessctl.actions import assign_role, give_grant
from accessctl.models import RoleAssignment
from accessctl.permissions import Permission
from people.directory import account_for
from people.models import Person, Protection
from sandbox.hrm.server import Hrm, running
from schoolapp.lib import clock
from staff.hr import access, sync
from staff.hr.neutral_csv import parse as parse_csv
from staff.hr.reader import read
from staff.hr.shape import FeedRefused
from staff.hr.visma import parse as parse_xml
from staff.models import Employee, IctOrder, MissingEmployee, OrgUnit, Position, SyncLine, SyncRun
from staff.tasks import nightly
from tests.login import log_in
from tests.staff.feed import Row, csv_file, drop, number_for, take, xml_file

NEW = Row()
OTHERS = [Row(number=f"3{n:04d}", family=f"Annen{n}") for n in range(20)]


def days(n: int) -> str:
    return (clock.today() + timedelta(days=n)).isoformat()


def roles(number: str) -> set[tuple[str, str | None]]:
    rows = RoleAssignment.objects.on().filter(user__person__employee__employee_number=number)
    return set(rows.values_list("role__slug", "school__name"))


@pytest.mark.parametrize("make", [csv_file, xml_file])
def test_a_new_employee_belongs_to_the_school_and_no_more(unit_a, make):
    run = take(make(NEW))
    assert (run.state, run.counts["created"]) == (SyncRun.State.APPLIED, 1)
    employee = Employee.objects.get(employee_number="20001")
    assert (str(employee), employee.title, employee.follows_hr) == ("Ny Ansatt", "Lektor", True)
    position = employee.positions.get()
    assert (position.percent, position.school, position.code) == (8000, unit_a.school, "796200")
    assert roles("20001") == {("grunntilgang", "Skole A")}
    assert not employee.person.user.holds(Permission.VIEW_PUPIL)
    assert account_for(number_for("20001"), name="") == employee.person.user


def test_those_nobody_knew_are_taken_on_together(unit_a):
    """A first file holds the whole staff. One by one they took a quarter of a second each."""

    def statements(*rows: Row) -> int:
        with CaptureQueriesContext(connection) as captured:
            take(csv_file(*rows))
        return len(captured)

    take(csv_file(OTHERS[0]))
    few, many = statements(*OTHERS[:3]), statements(*OTHERS)
    assert few == many, (few, many)
    assert Employee.objects.filter(employee_number__startswith="3", name_from_hr=True).count() == len(OTHERS)
    assert all(roles(row.number) == {("grunntilgang", "Skole A")} for row in OTHERS)
    assert Person.objects.filter(employee__isnull=False, user__display_name="Ny Annen7").exists()


def test_both_formats_tell_the_same(settings):
    settings.SYNTHETIC_IDS_ALLOWED = True
    rows = [NEW, NEW.but(employment="20001-2", unit="4102", percent="20,00", primary="0", starts="2025-08-01")]
    (of_csv,), (of_xml,) = parse_csv(csv_file(*rows).decode()), parse_xml(xml_file(*rows))
    same = ("percent", "code", "title", "unit_id", "unit_name", "manager_number", "is_primary", "valid_from")
    told = [[[getattr(p, name) for name in same] for p in one.positions] for one in (of_csv, of_xml)]
    assert told[0] == told[1]
    assert of_csv.national_id == of_xml.national_id


def test_the_same_file_again_changes_nothing(unit_a, django_assert_max_num_queries):
    content = csv_file(NEW, *OTHERS)
    take(content)
    before = list(Employee.objects.order_by("pk").values())
    with django_assert_max_num_queries(60):
        run = take(content)
    assert not set(run.counts) & {kind.value for kind in SyncLine.Kind}
    assert list(Employee.objects.order_by("pk").values()) == before


def test_changes_are_told_by_field_and_never_by_value(unit_a, unit_b):
    take(csv_file(NEW))
    run = take(csv_file(NEW.but(percent="50,5", family="Gift", unit="4102")))
    line = run.lines.get()
    assert line.detail == "navn, stillingsprosent, skole eller enhet"
    assert "Gift" not in line.detail
    position = Position.objects.get()
    assert (position.percent, position.school) == (5050, unit_b.school)
    assert roles("20001") == {("grunntilgang", "Skole B")}
    assert Person.objects.get(employee__employee_number="20001").family_name == "Gift"


def test_access_ends_on_the_last_day_whoever_gave_it(world, unit_a):
    """Known in advance: nothing has to run that night for the rights to be gone the day after."""
    take(csv_file(NEW))
    user = Employee.objects.get(employee_number="20001").person.user
    assign_role(user, role="laerer", by=None, school=world.school_a)
    grant = give_grant(user, Permission.DECIDE_LEAVE, on=world.school_a, by=None, reason="Prøve")
    take(csv_file(NEW.but(ends=days(3))))
    rows = RoleAssignment.objects.filter(user=user)
    assert {row.valid_to for row in rows} == {clock.today() + timedelta(days=3)}
    grant.refresh_from_db()
    assert grant.valid_to == clock.today() + timedelta(days=3)
    assert not RoleAssignment.objects.on(clock.today() + timedelta(days=4)).filter(user=user).exists()


def test_who_is_prolonged_keeps_the_role_until_the_day_somebody_had_set(world, unit_a):
    take(csv_file(NEW))
    user = Employee.objects.get(employee_number="20001").person.user
    open_end = assign_role(user, role="laerer", by=None, school=world.school_a)
    until = clock.today() + timedelta(days=30)
    limited = assign_role(user, role="helsesykepleier", by=None, school=world.school_a, valid_to=until)
    take(csv_file(NEW.but(ends=days(10))))
    take(csv_file(NEW.but(ends=days(60))))
    open_end.refresh_from_db()
    limited.refresh_from_db()
    assert open_end.valid_to == clock.today() + timedelta(days=60)
    assert limited.valid_to == until
    take(csv_file(NEW))
    open_end.refresh_from_db()
    assert open_end.valid_to is None


def test_sessions_die_and_no_login_is_let_in_after_the_last_day(world, unit_a):
    take(csv_file(NEW, *OTHERS))
    employee = Employee.objects.get(employee_number="20001")
    user = employee.person.user
    client = Client()
    log_in(client, user)
    key = client.session.session_key
    take(csv_file(NEW.but(ends=days(-1)), *OTHERS))
    assert not Session.objects.filter(session_key=key).exists()
    assert roles("20001") == set()
    assert account_for(number_for("20001"), name="") is None


def test_the_night_closes_those_whose_day_has_come_without_any_file(world, unit_a):
    take(csv_file(NEW))
    Employee.objects.filter(employee_number="20001").update(employed_to=clock.today() - timedelta(days=1))
    user = Employee.objects.get(employee_number="20001").person.user
    assign_role(user, role="laerer", by=None, school=world.school_a)
    assert access.close_ended() == 1
    assert roles("20001") == set()
    assert access.close_ended() == 0


def test_a_guardian_who_leaves_the_job_is_still_a_guardian(world, unit_a):
    person = world.people["guardian"]
    row = NEW.but(fnr=person.national_ids.get().number, given=person.given_name, family=person.family_name)
    take(csv_file(row, *OTHERS))
    assert roles("20001") == {("grunntilgang", "Skole A"), ("foresatt", None)}
    take(csv_file(row.but(ends=days(-1)), *OTHERS))
    assert roles("20001") == {("foresatt", None)}
    assert account_for(person.national_ids.get().number, name="") == person.user


def test_a_typed_number_that_is_somebody_elses_opens_nothing(world, unit_a):
    person = world.people["guardian"]
    run = take(csv_file(NEW.but(fnr=person.national_ids.get().number), *OTHERS))
    assert run.counts["conflict"] == 1
    assert "annet navn" in run.lines.get(kind="conflict").detail
    assert not Employee.objects.filter(person=person).exists()


def test_a_number_that_is_taken_is_nobody_elses(world, unit_a):
    holder = world.people["contact_teacher"].employee
    run = take(csv_file(NEW.but(number=holder.employee_number), *OTHERS))
    assert run.counts["conflict"] == 1
    holder.refresh_from_db()
    assert holder.person == world.people["contact_teacher"]


def test_who_was_registered_by_hand_follows_hr_from_the_first_file_on(world, unit_a):
    person = world.people["contact_teacher"]
    row = NEW.but(fnr=person.national_ids.get().number, given="Helt", family="Annet")
    run = take(csv_file(row, *OTHERS))
    employee = person.employee
    employee.refresh_from_db()
    assert (run.counts["updated"], employee.employee_number, employee.follows_hr) == (1, "20001", True)
    person.refresh_from_db()
    assert person.family_name == "Contact_Teacher"  # the name others gave is not HR's to change


def test_missing_is_flagged_first_and_closed_by_a_second_file_on_a_later_day(world, unit_a):
    take(csv_file(NEW, *OTHERS))
    assert take(csv_file(*OTHERS)).counts["flagged"] == 1
    assert roles("20001") == {("grunntilgang", "Skole A")}
    take(csv_file(*OTHERS[:-1], OTHERS[-1].but(percent="70")))
    assert roles("20001") != set()  # the same day: a second file of one day is no second night
    MissingEmployee.objects.update(flagged_on=clock.today() - timedelta(days=1))
    take(csv_file(*OTHERS))
    assert roles("20001") != set()  # the very file that flagged them proves nothing new
    run = take(csv_file(*OTHERS[:-1], OTHERS[-1].but(percent="60")))
    assert run.counts["closed"] == 1
    assert roles("20001") == set()
    assert MissingEmployee.objects.get().state == MissingEmployee.State.CLOSED


def test_who_comes_back_is_flagged_no_longer(world, unit_a):
    take(csv_file(NEW, *OTHERS))
    take(csv_file(*OTHERS))
    assert take(csv_file(NEW, *OTHERS)).counts["back"] == 1
    assert MissingEmployee.objects.get().state == MissingEmployee.State.BACK


def test_a_person_decides_about_a_flag_once(world, unit_a):
    take(csv_file(NEW, *OTHERS))
    take(csv_file(*OTHERS))
    flag = MissingEmployee.objects.get()
    sync.close_missing(flag, by=world.user("municipal_admin"))
    assert roles("20001") == set()
    with pytest.raises(sync.SyncError):
        sync.keep_missing(flag, by=world.user("municipal_admin"))


def test_who_is_kept_is_not_asked_about_again(world, unit_a):
    take(csv_file(NEW, *OTHERS))
    take(csv_file(*OTHERS))
    sync.keep_missing(MissingEmployee.objects.get(), by=world.user("municipal_admin"))
    MissingEmployee.objects.update(flagged_on=clock.today() - timedelta(days=9))
    run = take(csv_file(*OTHERS[:-1], OTHERS[-1].but(percent="60")))
    assert "closed" not in run.counts and "flagged" not in run.counts
    assert roles("20001") != set()


def test_who_is_kept_by_hand_is_never_missing(world, unit_a):
    by_hand = Employee.objects.count()
    take(csv_file(NEW, *OTHERS))
    take(csv_file(NEW, *OTHERS))
    assert MissingEmployee.objects.count() == 0
    assert Employee.objects.filter(follows_hr=False).count() == by_hand


def test_a_unit_nobody_knows_waits_for_a_school_and_then_gives_it_at_once(world):
    take(csv_file(NEW))
    assert roles("20001") == set()
    unit = OrgUnit.objects.get(unit_id="4101")
    assert (unit.school, unit.is_outside) == (None, False)
    unit.school = world.school_a
    sync.set_school(unit, by=world.user("municipal_admin"))
    assert roles("20001") == {("grunntilgang", "Skole A")}


def test_the_new_and_only_they_are_a_task_for_the_principal(world, unit_a):
    take(csv_file(NEW.but(starts=days(-400)), *[row.but(starts=days(-5)) for row in OTHERS[:2]]))
    assert set(IctOrder.objects.values_list("employee__employee_number", flat=True)) == {"30000", "30001"}


def test_a_position_that_is_gone_from_the_file_ends_today(unit_a, unit_b):
    second = NEW.but(employment="20001-2", unit="4102", primary="0")
    take(csv_file(NEW, second))
    take(csv_file(NEW))
    assert Position.objects.get(reference="20001-2").valid_to == clock.today()
    assert Position.objects.get(reference="20001-1").valid_to is None
    assert Employee.objects.get(employee_number="20001").employed_to is None


def test_of_a_protected_employee_hr_tells_nothing_that_is_kept(world, unit_a):
    take(csv_file(NEW))
    Person.objects.filter(employee__employee_number="20001").update(protection=Protection.STRICT)
    take(csv_file(NEW.but(email="ny.adresse@example.test", family="Nyttnavn")))
    employee = Employee.objects.get(employee_number="20001")
    assert (employee.work_email, employee.work_phone, employee.person.family_name) == ("", "", "Ansatt")
    assert employee.person.user.display_name == "Skjermet person"


def test_the_night_reads_the_newest_file_of_the_folder(unit_a, settings, tmp_path):
    settings.STAFF_FEED_FOLDER, settings.STAFF_FEED_URL = str(tmp_path), ""
    nightly()
    assert "ingen fil" in SyncRun.objects.get().refusals[0]["reason"]
    drop(tmp_path, csv_file(OTHERS[0]), "gammel.csv")
    os.utime(tmp_path / "gammel.csv", (1, 1))
    drop(tmp_path, xml_file(NEW), "ny.xml")
    drop(tmp_path, b"halv", "ny.xml.part")
    nightly()
    assert SyncRun.objects.first().source == "ny.xml"
    assert Employee.objects.filter(follows_hr=True).get().employee_number == "20001"


def test_nothing_is_run_where_nothing_is_set_up(db, settings):
    settings.STAFF_FEED_FOLDER = settings.STAFF_FEED_URL = ""
    nightly()
    assert not SyncRun.objects.exists()


@pytest.mark.parametrize(
    ("trouble", "reason"),
    [({"password": "en annen"}, "HTTP 401"), ({"status": 503}, "HTTP 503"), ({"cut_off": True}, "svarte ikke")],
)
def test_a_service_that_fails_changes_nothing(unit_a, settings, trouble, reason):
    with running(Hrm(xml_file(NEW), **trouble)) as hrm:
        settings.STAFF_FEED_URL, settings.STAFF_FEED_USERNAME = hrm.url, hrm.username
        settings.STAFF_FEED_PASSWORD = Hrm().password
        nightly()
    run = SyncRun.objects.get()
    assert run.state == SyncRun.State.REFUSED and reason in run.refusals[0]["reason"]
    assert Hrm().password not in str(run.refusals)
    assert not Employee.objects.filter(follows_hr=True).exists()


def test_the_service_of_visma_is_read(unit_a, settings):
    with running(Hrm(xml_file(NEW))) as hrm:
        settings.STAFF_FEED_URL, settings.STAFF_FEED_USERNAME = hrm.url, hrm.username
        settings.STAFF_FEED_PASSWORD = hrm.password
        nightly()
    assert SyncRun.objects.get().state == SyncRun.State.APPLIED


def test_the_command_shows_first_and_applies_when_told(unit_a, tmp_path):
    drop(tmp_path, csv_file(NEW))
    path, out = str(tmp_path / "ansatte.csv"), StringIO()
    call_command("import_staff", path, stdout=out)
    assert "Ny: 1" in out.getvalue() and "ingenting er endret" in out.getvalue()
    assert not Employee.objects.filter(follows_hr=True).exists() and not SyncRun.objects.exists()
    call_command("import_staff", path, apply=True, stdout=StringIO())
    assert Employee.objects.filter(follows_hr=True).count() == 1
    drop(tmp_path, csv_file(NEW)[:-9])
    err = StringIO()
    with pytest.raises(CommandError):
        call_command("import_staff", path, apply=True, stdout=StringIO(), stderr=err)
    assert "Rad 2: filen slutter midt i en rad" in err.getvalue()


def test_a_run_is_carried_out_once_and_one_at_a_time(world, unit_a, settings, tmp_path):
    drop(tmp_path, csv_file(NEW))
    settings.STAFF_FEED_FOLDER = str(tmp_path)
    first, again = (sync.ask_for_run(by=world.user("municipal_admin")) for _ in range(2))
    assert first == again
    SyncRun.objects.create(trigger="nightly", state=SyncRun.State.RUNNING, started_at=clock.now())
    sync.run_waiting()
    first.refresh_from_db()
    assert first.state == SyncRun.State.WAITING
    SyncRun.objects.filter(state="running").update(started_at=clock.now() - timedelta(hours=2))
    sync.run_waiting()
    first.refresh_from_db()
    assert first.state == SyncRun.State.APPLIED


@fast(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(content=st.binary(max_size=400))
def test_no_bytes_at_all_end_in_anything_but_a_refusal(content):
    """Property: whatever stands in the file, reading it gives a refusal with a reason."""
    with pytest.raises(FeedRefused) as refusal:
        read(content)
    assert refusal.value.refusals[0].reason


@fast(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(at=st.integers(1, 2000))
def test_a_file_cut_anywhere_is_never_read(at):
    """Property: no true beginning of a file, but at the end of a row, is taken for the whole of it."""
    whole = csv_file(NEW, *OTHERS[:5])
    cut = whole[: at % (len(whole) - 1)]
    if cut.endswith(b"\n"):
        return
    with pytest.raises(FeedRefused):
        read(cut)
