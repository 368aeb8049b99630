"""Pupils taught another place than their own school: recorded with dates, counted once, and silent about protection."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from hypothesis import given
from hypothesis import strategies as st

from accessctl.models import AccessEvent, ChangeEvent
from people.models import Protection
from schoolapp.lib import clock
from students.actions import place_in_class
from students.elsewhere.actions import ElsewhereError, leave, remove, restore, write_down
from students.elsewhere.rules import NO_SCHOOL, counted_at
from students.models import Elsewhere, Enrolment, Membership
from students.statistics import actions as statistics
from tests.login import log_in

TODAY = clock.today()
FOR_A_TIME = {"kind": "hospital", "host": None, "place": "Sykehusskolen", "is_lasting": False}


def away(world, key: str = "own", **values) -> Elsewhere:
    asked = FOR_A_TIME | {"first_day": world.year.starts_on, "last_day": world.year.ends_on, **values}
    return write_down(world.pupils[key], **asked, by=world.user("school_admin"))


def at(world, school: str) -> int:
    """How many pupils the school counts on 1 October, protected included."""
    day = world.year.starts_on.replace(month=10, day=1)
    cells = statistics.work_out(getattr(world, school), day)["pupils"]
    return sum(number.shown + number.hidden for number in cells.values())


@given(
    st.sampled_from(Elsewhere.Kind.values),
    st.booleans(),
    st.sampled_from(["own", "a", "b"]),
    st.sampled_from(["a", "b"]),
)
def test_gsi_counts_a_pupil_at_one_school_at_most(kind, is_lasting, own, host):
    there = host if kind == "school" else None
    counted = counted_at(own, kind=kind, host=there, is_lasting=is_lasting)
    if not is_lasting or kind in NO_SCHOOL:
        assert counted == own
    else:
        assert counted == there


def test_for_a_time_counts_at_the_own_school_and_lasting_where_taught_and_never_twice(world):
    a, b = at(world, "school_a"), at(world, "school_b")
    row = away(world, kind="school", host=world.school_b, place="")
    assert (at(world, "school_a"), at(world, "school_b")) == (a, b)
    remove(row, by=world.user("school_admin"))
    row = away(world, kind="school", host=world.school_b, place="", is_lasting=True, last_day=None)
    assert (at(world, "school_a"), at(world, "school_b")) == (a - 1, b + 1)
    remove(row, by=world.user("school_admin"))
    away(world, kind="private", is_lasting=True, last_day=None)
    assert (at(world, "school_a"), at(world, "school_b")) == (a - 1, b)


def test_places_and_class_stand_and_what_was_changed_is_kept(world):
    pupil = world.pupils["own"]
    places = (
        list(Enrolment.objects.filter(student=pupil).values()),
        list(Membership.objects.filter(student=pupil).values()),
    )
    row = away(world)
    assert places == (
        list(Enrolment.objects.filter(student=pupil).values()),
        list(Membership.objects.filter(student=pupil).values()),
    )
    remove(row, by=world.user("school_admin"))
    kept = ChangeEvent.objects.filter(table_name="students_elsewhere", pupil_id=pupil.pk)
    assert sorted(kept.values_list("operation", flat=True)) == sorted(
        [ChangeEvent.Operation.INSERT, ChangeEvent.Operation.DELETE]
    )
    told = AccessEvent.objects.filter(about=pupil.uuid, action__in=["write_elsewhere", "remove_elsewhere"])
    assert told.count() == 2 and not any("Sykehus" in line.what for line in told)


@pytest.mark.parametrize(
    ("values", "says"),
    [
        ({"last_day": None}, "Skriv siste dag"),
        ({"last_day": TODAY, "first_day": TODAY + timedelta(1)}, "før første dag"),
        ({"kind": "school", "host": None}, "Velg hvilken skole"),
        ({"kind": "school", "host": "school_a"}, "egen skole"),
        ({"first_day": TODAY - timedelta(9000)}, "ingen skoleplass"),
    ],
)
def test_what_cannot_be_is_refused_with_words_and_saves_nothing(world, values, says):
    if isinstance(values.get("host"), str):
        values = values | {"host": getattr(world, values["host"])}
    with pytest.raises(ElsewhereError, match=says):
        away(world, **values)
    assert not Elsewhere.objects.exists()


def test_one_place_at_a_time_also_in_the_database(world):
    row = away(world)
    with pytest.raises(ElsewhereError, match="allerede"):
        away(world, first_day=TODAY, last_day=TODAY)
    row.pk, row.uuid = None, row.uuid.__class__(int=1)
    with pytest.raises(IntegrityError, match="one_place_elsewhere"), transaction.atomic():
        row.save(force_insert=True)


def test_who_leaves_is_not_away_any_more_and_undo_restores_exactly(world):
    pupil = world.pupils["own"]
    away(world, last_day=TODAY)
    away(world, first_day=TODAY + timedelta(2), last_day=TODAY + timedelta(4))
    before = list(Elsewhere.objects.order_by("pk").values())
    noted = leave(pupil, last_day=TODAY - timedelta(1))
    assert [row.valid_to for row in Elsewhere.objects.all()] == [TODAY - timedelta(1)]
    restore(pupil, noted)
    found = list(Elsewhere.objects.order_by("pk").values())
    for row in (*before, *found):
        row.pop("uuid")
    assert found == before


def test_the_school_writes_it_down_sees_what_it_means_and_puts_it_right(world, client):
    pupil = world.pupils["own"]
    log_in(client, world.user("school_admin"))
    page = f"/elever/{pupil.uuid}/annet-sted/"
    values = {"hvor": "school", "skole": str(world.school_b.uuid), "varighet": "varig", "fra": TODAY.isoformat()}
    shown = client.post(page, values)
    assert world.school_b.name in shown.text and "GSI teller eleven ved" in shown.text
    assert not Elsewhere.objects.exists()
    assert client.post(page, values | {"bekreft": "ja"}).status_code == 302
    row = Elsewhere.objects.get()
    assert world.school_b.name in client.get(f"/elever/{pupil.uuid}/grupper/").text
    assert world.school_b.name in client.get(f"/elever/{pupil.uuid}/").text
    history = client.get(f"/elever/{pupil.uuid}/historikk/").text
    assert "Opplæring et annet sted opprettet" in history or "Opplæring et annet sted lagt til" in history
    listed = client.get("/elever/?annet_sted=ja&kol=annet_sted").text
    assert world.school_b.name in listed and str(world.pupils["classmate"].uuid) not in listed
    assert client.post(f"/elever/annet-sted/{row.uuid}/", {"fjern": "ja"}).status_code == 302
    assert not Elsewhere.objects.exists()


def test_an_error_says_what_to_do(world, client):
    log_in(client, world.user("school_admin"))
    answer = client.post(
        f"/elever/{world.pupils['own'].uuid}/annet-sted/",
        {"hvor": "camp", "sted": "Fjellheim", "varighet": "tid", "fra": TODAY.isoformat(), "til": ""},
    )
    assert answer.status_code == 422 and "Skriv siste dag" in answer.text


def test_the_emergency_list_says_who_is_away_and_never_where(world, client):
    away(world, last_day=TODAY, place="Hemmelig Sykehus")
    group = world.pupils["own"].memberships.get(is_home_class=True).group
    log_in(client, world.user("school_admin"))
    page = client.get(f"/klasser/{group.uuid}/nodliste/").text
    assert page.count("Går et annet sted nå") == 1 and "Hemmelig" not in page


def test_the_list_does_not_say_where_a_protected_pupil_is(world, client):
    away(world, last_day=TODAY, place="Hemmelig Sykehus")
    world.people["own"].protection = Protection.STRICT
    world.people["own"].save()
    log_in(client, world.user("school_admin"))
    assert "Hemmelig" not in client.get("/elever/?kol=annet_sted").text


def test_the_other_school_does_not_see_the_pupil_of_it(world, client):
    away(world, kind="school", host=world.school_b, place="", is_lasting=True, last_day=None)
    log_in(client, world.user("school_admin_b"))
    assert client.get(f"/elever/{world.pupils['own'].uuid}/").status_code == 404
    assert world.people["own"].family_name not in client.get("/elever/").text


def test_a_new_class_does_not_end_it(world):
    row = away(world)
    other = world.add_group("5C", world.school_a, 5)
    place_in_class(world.pupils["own"], group=other, by=None)
    row.refresh_from_db()
    assert row.valid_to == world.year.ends_on


@pytest.mark.parametrize(
    ("given", "field"),
    [({}, "til"), ({"til": "2001-01-01"}, "til"), ({"skole": ""}, "skole"), ({"fra": "1999-01-01"}, "fra")],
)
def test_what_is_wrong_is_told_at_the_field_it_is_about(world, client, given, field):
    log_in(client, world.user("school_admin"))
    values = {"hvor": "school", "skole": str(world.school_b.uuid), "varighet": "tid", "fra": TODAY.isoformat()}
    last = {} if field == "til" else {"til": TODAY.isoformat()}
    page = client.post(f"/elever/{world.pupils['own'].uuid}/annet-sted/", values | last | given)
    assert (page.status_code, list(page.context["form"].errors)) == (422, [field])


def test_how_to_end_it_stands_by_each_row_for_those_who_may(world, client):
    row = away(world)
    for name, may in (("school_admin", True), ("contact_teacher", False)):
        log_in(client, world.user(name))
        shown = client.get(f"/elever/{world.pupils['own'].uuid}/grupper/").text
        assert (f"/elever/annet-sted/{row.uuid}/" in shown and "Endre eller avslutt" in shown) == may
