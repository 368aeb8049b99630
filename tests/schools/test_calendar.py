"""The school calendar on screen: who edits what, what it counts to, and what is refused."""

from datetime import date, timedelta

import pytest
from django.test import Client

from accessctl.actions import give_grant
from accessctl.permissions import Permission
from schools.calendar.actions import CalendarError, remove_entry, set_entry
from schools.models import CalendarEntry, SchoolYear
from tests.login import log_in

PAGE, NEW = "/oppsett/skolerute/", "/oppsett/skolerute/ny/"


@pytest.fixture
def client_of(world):
    def logged_in(name):
        client = Client()
        log_in(client, world.user(name))
        return client

    return logged_in


def text_of(response) -> str:
    return " ".join(response.content.decode().replace("\xa0", " ").split())


def autumn(world) -> date:
    """A Monday in October of the world's year."""
    day = date(world.year.starts_on.year, 10, 1)
    return day + timedelta(days=-day.weekday() % 7)


def entry_of(world, school=None, days=5, name="Høstferie") -> CalendarEntry:
    first = autumn(world)
    return CalendarEntry.objects.create(
        school_year=world.year,
        school=school,
        kind="holiday",
        name=name,
        first_day=first,
        last_day=first + timedelta(days=days - 1),
    )


def sent(world, school, **extra) -> dict[str, str]:
    first = autumn(world)
    return {
        "skole": str(school.uuid) if school else "alle",
        "slag": "planning_day",
        "navn": "Planlegging",
        "fra": first.isoformat(),
        "til": "",
        **extra,
    }


@pytest.mark.parametrize("name", ["contact_teacher", "adviser", "nurse", "no_role", "guardian"])
def test_the_calendar_is_for_those_who_plan_the_year(client_of, name):
    assert client_of(name).get(PAGE).status_code == 403


def test_each_sees_the_common_days_and_those_of_own_schools(client_of, world):
    entry_of(world)
    entry_of(world, world.school_a, 1, "A-dag"), entry_of(world, world.school_b, 1, "B-dag")
    expected = {"school_admin": {"Høstferie", "A-dag"}, "municipal_admin": {"Høstferie", "A-dag", "B-dag"}}
    for name, names in expected.items():
        shown = client_of(name).get(PAGE).context
        assert {entry.name for entry, _may in shown["entries"]} == names
    assert {entry.name for entry, may in client_of("school_admin").get(PAGE).context["entries"] if may} == {"A-dag"}


def test_the_days_are_counted_and_what_is_wrong_is_said(client_of, world):
    shown = client_of("school_admin").get(PAGE)
    (line,) = shown.context["lines"]
    assert line.school == world.school_a
    assert line.count.days > 250
    assert any("vanlig er 190" in warning for warning in line.warnings)
    assert any("45" in warning for warning in line.warnings)
    before = line.count.days
    entry_of(world)
    (line,) = client_of("school_admin").get(PAGE).context["lines"]
    assert line.count.days == before - 5


def test_a_school_enters_its_own_days_after_a_look(client_of, world):
    admin = client_of("school_admin")
    preview = admin.post(NEW, sent(world, world.school_a))
    ((line, before),) = preview.context["rows"]
    assert line.count.days == before - 1
    assert not CalendarEntry.objects.exists()
    admin.post(NEW, sent(world, world.school_a, bekreft="1"))
    entry = CalendarEntry.objects.get()
    assert (entry.school, entry.first_day, entry.last_day) == (world.school_a, autumn(world), autumn(world))
    page = f"{PAGE}{entry.uuid}/"
    changed = sent(world, None, navn="Kurs", bekreft="1")
    admin.post(page, changed)
    entry.refresh_from_db()
    assert (entry.name, entry.school) == ("Kurs", world.school_a)
    admin.post(page, {"valg": "slett"})
    assert not CalendarEntry.objects.exists()


def test_a_school_edits_neither_the_common_days_nor_anothers(client_of, world):
    common, other = entry_of(world), entry_of(world, world.school_b, 1, "B-dag")
    admin = client_of("school_admin")
    for entry in (common, other):
        assert admin.get(f"{PAGE}{entry.uuid}/").status_code == 404
        assert admin.post(f"{PAGE}{entry.uuid}/", {"valg": "slett"}).status_code == 404
    for school in (None, world.school_b):
        assert admin.post(NEW, sent(world, school, bekreft="1")).status_code == 422
    by = world.user("school_admin")
    with pytest.raises(CalendarError, match="Rollene dine"):
        remove_entry(common, by=by)
    assert CalendarEntry.objects.count() == 2
    municipal = client_of("municipal_admin")
    assert municipal.post(f"{PAGE}{common.uuid}/", {"valg": "slett"}).status_code == 302


def test_who_plans_the_whole_municipality_without_opening_the_year_edits_no_common_days(client_of, world):
    give_grant(world.user("principal"), Permission.PLAN_YEAR, on=world.municipality, by=None, reason="Hjelper staben")
    principal = client_of("principal")
    assert principal.post(NEW, sent(world, None, bekreft="1")).status_code == 422
    assert principal.post(NEW, sent(world, world.school_b, bekreft="1")).status_code == 302


@pytest.mark.parametrize(
    "extra, message",
    [
        ({"fra": "31.04.2027"}, "Denne datoen finnes ikke"),
        ({"fra": "1999-10-01"}, "går fra"),
        ({"til": "1999-10-01"}, "før første dag"),
        ({"navn": ""}, "Skriv et navn"),
        ({"fra": ""}, "Velg en dato"),
    ],
)
def test_bad_days_are_refused_with_a_reason(client_of, world, extra, message):
    answer = client_of("school_admin").post(NEW, sent(world, world.school_a, **extra, bekreft="1"))
    assert answer.status_code == 422
    assert message in text_of(answer)
    assert not CalendarEntry.objects.exists()


def test_days_that_are_off_already_are_refused(client_of, world):
    entry_of(world)
    answer = client_of("school_admin").post(NEW, sent(world, world.school_a, bekreft="1"))
    assert answer.status_code == 422
    assert "overlapper «Høstferie»" in text_of(answer)


def test_a_past_year_is_shown_and_stays(client_of, world):
    entry = entry_of(world, world.school_a, 1)
    SchoolYear.objects.update(state="past")
    admin = client_of("school_admin")
    shown = admin.get(f"{PAGE}?ar={world.year}")
    assert [may for _entry, may in shown.context["entries"]] == [False]
    assert admin.get(f"{PAGE}{entry.uuid}/").status_code == 404
    with pytest.raises(CalendarError):
        set_entry(
            entry,
            by=world.user("school_admin"),
            kind="holiday",
            name="Ny",
            first_day=entry.first_day,
            last_day=entry.last_day,
        )


def test_the_page_costs_the_same_for_many_schools_and_days(client_of, world, django_assert_max_num_queries):
    admin = client_of("municipal_admin")
    with django_assert_max_num_queries(25) as few:
        admin.get(PAGE)
    for number in range(12):
        school = type(world.school_a).objects.create(
            name=f"Skole {number}", org_number=f"{800000000 + number}", kind="primary"
        )
        entry_of(world, school, 1)
    with django_assert_max_num_queries(25) as many:
        admin.get(PAGE)
    assert len(many) == len(few)
