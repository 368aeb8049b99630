"""Making groups, putting pupils in and taking them out: dated, refused with a reason, taken back the same day."""

from datetime import date, timedelta

import pytest
import time_machine
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accessctl.models import AccessEvent
from schoolapp.lib import clock
from schools.models import SchoolYear, Subject
from students.actions import PlacementError, StaffingError, leave_school, place_in_class, staff_group
from students.groups.actions import change_group, close_group, open_group, put_in, take_out, undo
from students.groups.class_names import repeat_class_names
from students.groups.refusals import GroupError
from students.groups.rules import DAY, Period, Refused, Why, ended, put_beside, put_in_class
from students.models import Enrolment, Group, GroupStaffing, Membership, Student

EPOCH = date(2026, 8, 1)
# The first draws of a process can be slow where many share the machine.
PATIENT = settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
days = st.integers(min_value=0, max_value=60).map(lambda n: EPOCH + timedelta(days=n))


@st.composite
def apart(draw) -> list[Period]:
    """Class places one after the other, the last one perhaps without an end."""
    marks = sorted(draw(st.sets(days, max_size=8)))
    found = [Period(first, last) for first, last in zip(marks[::2], marks[1::2], strict=False)]
    if len(marks) % 2:
        found.append(Period(marks[-1], None))
    return found


def held(periods: list[Period], day: date) -> int:
    return sum(period.holds(day) for period in periods)


@PATIENT
@given(apart(), days, days)
def test_a_move_never_gives_two_classes_and_never_changes_a_day_that_has_been(standing, first, today):
    after = put_in_class(standing, Period(first), today=today)
    if isinstance(after, Refused):
        assert standing[after.standing].overlaps(Period(first))
        return
    for n in range(70):
        day = EPOCH + timedelta(days=n)
        assert held([*after, Period(first)], day) <= 1
        if day < min(today, first):
            assert held(after, day) == held(standing, day)


@PATIENT
@given(apart(), days, st.none() | days)
def test_nobody_is_twice_in_the_same_group_at_once(standing, first, last):
    new = Period(first, last) if last is None or last >= first else Period(first, first)
    refused = put_beside(standing, new)
    assert (refused is not None) == any(held([*standing, new], EPOCH + timedelta(days=n)) > 1 for n in range(70))


@PATIENT
@given(days, st.none() | days, days)
def test_an_end_only_ever_shortens(first, last, end):
    period = Period(first, last)
    after = ended(period, end)
    assert (after is None) == (first > end)
    if after:
        assert after.first == first and after.last is not None and after.last <= end
        assert last is None or after.last <= last


def memberships(student: Student) -> list[tuple[str, date, date | None]]:
    rows = Membership.objects.filter(student=student).order_by("valid_from", "group__name")
    return [(row.group.name, row.valid_from, row.valid_to) for row in rows.select_related("group")]


def refusals(steps) -> list[str]:
    return [step.refusal for step in steps if step.refusal]


def test_a_pupil_moves_class_from_today_and_the_past_stays(world):
    by, pupil, today = world.user("school_admin"), world.pupils["own"], clock.today()
    steps = put_in(world.groups["5B"], [pupil], by=by, on=today)
    assert refusals(steps) == []
    start = world.year.starts_on
    assert memberships(pupil) == [("5A", start, today - DAY), ("5B", today, None)]
    pupil.refresh_from_db()
    assert pupil.home_class_name == "5B"
    assert AccessEvent.objects.filter(action="put_in_group", about=pupil.uuid).exists()


def test_a_trial_saves_nothing_and_says_from_where(world):
    by, pupil = world.user("school_admin"), world.pupils["own"]
    before = memberships(pupil)
    (step,) = put_in(world.groups["5B"], [pupil], by=by, on=clock.today(), is_trial=True)
    assert step.moves_from == world.groups["5A"]
    assert memberships(pupil) == before


def test_a_class_that_begins_later_shows_on_its_day(world):
    by, pupil, later = world.user("school_admin"), world.pupils["own"], clock.today() + timedelta(days=3)
    put_in(world.groups["5B"], [pupil], by=by, on=later)
    assert Student.objects.get(pk=pupil.pk).home_class_name == "5A"
    with time_machine.travel(later, tick=False):
        assert repeat_class_names() == 1
    assert Student.objects.get(pk=pupil.pk).home_class_name == "5B"


def test_one_refusal_and_nobody_is_put_in(world):
    by, other = world.user("school_admin"), world.pupils["other_class"]
    Enrolment.objects.filter(student=world.pupils["own"]).update(valid_to=clock.today() + timedelta(days=5))
    steps = put_in(world.groups["5 matematikk"], [other, world.pupils["own"]], by=by, on=clock.today())
    texts = refusals(steps)
    assert len(texts) == 2
    assert any("Er allerede i 5 matematikk" in text for text in texts)
    assert any("Slutter ved Skole A" in text for text in texts)
    assert world.groups["5 matematikk"].memberships.count() == 1


@pytest.mark.parametrize("offset", [-1, 400])
def test_a_day_outside_the_school_year_is_refused(world, offset):
    day = world.year.starts_on + timedelta(days=offset)
    with pytest.raises(GroupError, match="Skoleåret .* går fra"):
        put_in(world.groups["5B"], [world.pupils["own"]], by=world.user("school_admin"), on=day)


def test_a_class_place_is_not_moved_back_in_time(world):
    yesterday = clock.today() - DAY
    steps = put_in(world.groups["5B"], [world.pupils["own"]], by=world.user("school_admin"), on=yesterday)
    assert "fra i dag eller senere" in refusals(steps)[0]


def test_a_pupil_who_does_not_go_to_the_school_is_refused_and_another_schools_is_nobody(world):
    by, gone = world.user("school_admin"), world.pupils["own"]
    stranger = world.pupils["other_school"]
    assert put_in(world.groups["5B"], [stranger], by=by, on=clock.today()) == []
    assert put_in(world.groups["5B"], [world.pupils["protected"]], by=by, on=clock.today()) == []
    Enrolment.objects.filter(student=gone).delete()
    assert "må først få plass" in refusals(put_in(world.groups["5B"], [gone], by=by, on=clock.today()))[0]


def test_a_contact_group_is_for_the_pupils_of_its_class_and_ends_with_it(world):
    by, today = world.user("school_admin"), clock.today()
    half = open_group(
        school=world.school_a,
        year=world.year,
        kind="contact_group",
        name="5A gul",
        by=by,
        grade_level=5,
        home_class=world.groups["5A"],
    )
    own, other = world.pupils["own"], world.pupils["other_class"]
    assert "Går ikke i 5A" in refusals(put_in(half, [other], by=by, on=today))[0]
    assert refusals(put_in(half, [own], by=by, on=today)) == []
    put_in(world.groups["5B"], [own], by=by, on=today + DAY)
    assert ("5A gul", today, today) in memberships(own)


def test_who_leaves_the_class_leaves_its_contact_group(world):
    by, today, own = world.user("school_admin"), clock.today(), world.pupils["own"]
    half = open_group(
        school=world.school_a,
        year=world.year,
        kind="contact_group",
        name="5A gul",
        by=by,
        home_class=world.groups["5A"],
    )
    put_in(half, [own], by=by, on=today)
    row = Membership.objects.get(student=own, is_home_class=True)
    take_out(world.groups["5A"], [row], by=by, last_day=today)
    assert {last for _name, _first, last in memberships(own)} == {today}


def test_the_last_day_is_not_in_the_past(world):
    row = Membership.objects.get(student=world.pupils["own"])
    with pytest.raises(GroupError, match="endres ikke"):
        take_out(world.groups["5A"], [row], by=world.user("school_admin"), last_day=clock.today() - DAY)


def test_the_place_of_a_protected_pupil_is_not_ended_by_who_does_not_see_them(world):
    row = Membership.objects.get(student=world.pupils["protected"])
    with pytest.raises(GroupError, match="ikke lenger"):
        take_out(world.groups["5A"], [row], by=world.user("school_admin"), last_day=clock.today())


def test_closing_a_class_ends_places_contact_groups_and_responsibility(world):
    by, today = world.user("school_admin"), clock.today()
    group = world.groups["5A"]
    half = open_group(
        school=world.school_a, year=world.year, kind="contact_group", name="5A gul", by=by, home_class=group
    )
    put_in(half, [world.pupils["own"]], by=by, on=today)
    close_group(group, by=by, last_day=today)
    assert set(Membership.objects.filter(group__in=[group, half]).values_list("valid_to", flat=True)) == {today}
    assert not group.staffing.filter(valid_to__isnull=True).exists()
    half.refresh_from_db()
    assert half.closed_on == today
    group.refresh_from_db()
    with pytest.raises(GroupError, match="avsluttet"):
        put_in(group, [world.pupils["other_class"]], by=by, on=today + DAY)
    with pytest.raises(GroupError, match="avsluttet allerede"):
        close_group(group, by=by, last_day=today)


def snapshot() -> dict[str, list]:
    return {
        "places": list(Membership.objects.order_by("pk").values_list()),
        "staffing": list(GroupStaffing.objects.order_by("pk").values_list()),
        "groups": list(Group.objects.order_by("pk").values_list("pk", "name", "closed_on")),
        "names": list(Student.objects.order_by("pk").values_list("pk", "home_class_name")),
    }


@pytest.mark.parametrize("act", ["close", "move", "out"])
def test_undo_restores_exactly_also_for_those_one_does_not_see(world, act):
    by, today, group = world.user("school_admin"), clock.today(), world.groups["5A"]
    before = snapshot()
    if act == "close":
        close_group(group, by=by, last_day=today)
    elif act == "move":
        put_in(world.groups["5B"], [world.pupils["own"], world.pupils["classmate"]], by=by, on=today)
        group = world.groups["5B"]
    else:
        take_out(group, group.memberships.filter(student=world.pupils["own"]), by=by, last_day=today)
    assert snapshot() != before
    undo(group.changes.get(), by=by)
    assert snapshot() == before


def test_undo_is_for_the_same_day_and_for_what_nobody_has_changed_since(world):
    by, today, own = world.user("school_admin"), clock.today(), world.pupils["own"]
    put_in(world.groups["5B"], [own], by=by, on=today)
    change = world.groups["5B"].changes.get()
    leave_school(own, state=Enrolment.State.MOVED_OUT, by=by)
    before = snapshot()
    with pytest.raises(GroupError, match="endret siden"):
        undo(change, by=by)
    assert snapshot() == before
    with time_machine.travel(clock.now() + timedelta(days=1)), pytest.raises(GroupError, match="i dag"):
        undo(change, by=by)


def test_a_new_group_is_taken_back_until_it_is_used(world):
    by, today = world.user("school_admin"), clock.today()
    group = open_group(school=world.school_a, year=world.year, kind="home_class", name="5C", grade_level=5, by=by)
    put_in(group, [world.pupils["own"]], by=by, on=today)
    with pytest.raises(GroupError, match="tatt i bruk"):
        undo(group.changes.get(act="created"), by=by)
    undo(group.changes.get(act="put_in"), by=by)
    undo(group.changes.get(act="created"), by=by)
    assert not Group.objects.filter(name="5C").exists()


@pytest.mark.parametrize(
    "extra, message",
    [
        ({"grade_level": 8}, "trinnene 1 til 7"),
        ({"name": "5a", "grade_level": 5}, "har allerede"),
        ({"name": " ", "grade_level": 5}, "Skriv navnet"),
        ({}, "Velg trinn"),
        ({"kind": "subject_group"}, "Velg faget"),
        ({"kind": "contact_group"}, "Velg klassen"),
        ({"kind": "contact_group", "home_class": "8A"}, "annen skole"),
        ({"kind": "elective", "subject": "MAT"}, "ikke et valgfag"),
        ({"kind": "sfo_group", "subject": "MAT"}, "har fag"),
    ],
)
def test_what_does_not_go_together_makes_no_group(world, extra, message):
    maths = Subject.objects.create(code="PRV0001", name_nb="Prøvefag", valid_from=EPOCH)
    extra = dict(extra)
    if "home_class" in extra:
        extra["home_class"] = world.groups[extra["home_class"]]
    if "subject" in extra:
        extra["subject"] = maths
    asked = {"kind": "home_class", "name": "Ny", **extra}
    with pytest.raises(GroupError, match=message):
        open_group(school=world.school_a, year=world.year, by=world.user("school_admin"), **asked)


def test_only_who_holds_the_right_at_the_school_and_year_makes_groups(world):
    asked = {"kind": "home_class", "name": "5C", "grade_level": 5}
    for name in ("principal", "contact_teacher", "school_admin_b", "municipal_admin"):
        with pytest.raises(GroupError, match="Rollene dine"):
            open_group(school=world.school_a, year=world.year, by=world.user(name), **asked)
    start = world.year.starts_on
    past = SchoolYear.objects.create(
        starts_on=date(start.year - 1, 8, 1), ends_on=date(start.year, 7, 31), state="past"
    )
    with pytest.raises(GroupError, match="endres ikke"):
        open_group(school=world.school_a, year=past, by=world.user("school_admin"), **asked)


def test_a_class_that_is_renamed_is_renamed_for_all_its_pupils(world):
    change_group(world.groups["5A"], by=world.user("school_admin"), name="5X", grade_level=5, subject=None)
    names = {world.pupils[key].home_class_name for key in ("own", "classmate", "protected")}
    assert names == {"5A"}
    assert set(
        Student.objects.filter(memberships__group=world.groups["5A"]).values_list("home_class_name", flat=True)
    ) == {"5X"}


def test_the_cost_does_not_grow_with_the_pupils(world, django_assert_max_num_queries):
    by, today = world.user("school_admin"), clock.today()
    new = [world.add_pupil(f"many {n}", world.groups["5A"]) for n in range(15)]
    with django_assert_max_num_queries(30):
        put_in(world.groups["5B"], new, by=by, on=today)


def test_the_refusals_have_words():
    assert {why.value for why in Why} == {"stands_later", "past", "there_already"}


def test_a_closed_group_takes_nobody_responsible_after_its_last_day(world):
    by, group, today = world.user("school_admin"), world.groups["5A"], clock.today()
    close_group(group, by=by, last_day=today)
    group.refresh_from_db()
    newcomer = world.add_employee("newcomer", role="laerer", schools=(world.school_a,))
    asked = {"employee": newcomer, "function": "assistant", "by": by}
    with pytest.raises(StaffingError, match="avsluttet"):
        staff_group(group, **asked, valid_from=today + DAY)
    row = staff_group(group, **asked)
    assert row.valid_to == today
    with pytest.raises(PlacementError, match="avsluttet"):
        place_in_class(world.pupils["other_class"], group=group, by=by, on=today + DAY)


def test_an_import_that_moves_a_pupil_ends_the_contact_group_too(world):
    by, today, own = world.user("school_admin"), clock.today(), world.pupils["own"]
    half = open_group(
        school=world.school_a,
        year=world.year,
        kind="contact_group",
        name="5A gul",
        by=by,
        home_class=world.groups["5A"],
    )
    put_in(half, [own], by=by, on=today)
    place_in_class(own, group=world.groups["5B"], by=None, on=today + DAY)
    assert ("5A gul", today, today) in memberships(own)


@pytest.mark.parametrize("again", ["5A", "5B"])
def test_what_has_been_built_upon_is_not_taken_back(world, again):
    by, today, own = world.user("school_admin"), clock.today(), world.pupils["own"]
    group = world.groups["5A"]
    take_out(group, group.memberships.filter(student=own), by=by, last_day=today)
    first = group.changes.get()
    put_in(world.groups[again], [own], by=by, on=today + DAY)
    before = snapshot()
    with pytest.raises(GroupError, match="endret siden"):
        undo(first, by=by)
    assert snapshot() == before
    undo(world.groups[again].changes.order_by("pk").last(), by=by)
    undo(first, by=by)
    assert memberships(own) == [("5A", world.year.starts_on, None)]


def test_a_class_given_in_some_other_way_since_is_not_doubled_by_undo(world):
    by, today, own = world.user("school_admin"), clock.today(), world.pupils["own"]
    group = world.groups["5A"]
    take_out(group, group.memberships.filter(student=own), by=by, last_day=today)
    place_in_class(own, group=world.groups["5B"], by=None, on=today + DAY)
    before = snapshot()
    with pytest.raises(GroupError, match="endret siden"):
        undo(group.changes.get(), by=by)
    assert snapshot() == before
