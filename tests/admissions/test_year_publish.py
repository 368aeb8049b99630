"""Publishing, rolling back and turning the year: whole, exact, and without losing or doubling anybody."""

from collections import Counter
from datetime import date, timedelta

import pytest
import time_machine
from django.db import connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accessctl.permissions import Permission
from accessctl.wall import append_only_tables
from admissions.models import PlannedTeacher, SchoolRoute, YearDraft
from admissions.year import written
from admissions.year.draft import Refused, differences, fill, open_draft, start_draft
from admissions.year.rules import Outcome
from schools.models import SchoolYear
from students.actions import leave_school, repeat_placement
from students.models import Enrolment, Group, GroupStaffing, Membership, Student
from students.places import memberships_of
from tests.admissions.next_year import add_beginner, grow, make_draft, make_ready


@pytest.fixture
def spring(world):
    grow(world)
    return world


@pytest.fixture
def draft(spring) -> YearDraft:
    made = make_draft(spring)
    make_ready(made)
    return made


LOGS = append_only_tables() | {"accessctl_changeevent", "django_session", "django_migrations"}


def dump() -> dict[str, list[str]]:
    """Every row of every table but the logs, which only grow."""
    found = {}
    with connection.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        for (table,) in cursor.fetchall():
            if table not in LOGS:
                cursor.execute(f'SELECT to_jsonb(r)::text FROM "{table}" r ORDER BY 1')
                found[table] = [row[0] for row in cursor.fetchall()]
    assert found["students_student"], "nothing was looked at"
    return found


def autumn(draft: YearDraft):
    return time_machine.travel(draft.school_year.starts_on, tick=False)


def test_every_pupil_and_every_beginner_has_one_place(draft, spring):
    assert sorted(draft.places.values_list("student", flat=True)) == sorted(s.pk for s in spring.pupils.values())
    outcomes = Counter(draft.places.values_list("outcome", flat=True))
    # 5A and 5B four (one protected), 1A, 3A, 4A and 9A two each, 8A one; 7A moves, 10A is finished, three begin.
    assert outcomes == {"promote": 13, "move": 2, "graduate": 2, "new": 3}


def test_classes_follow_their_pupils(draft, spring):
    place = draft.places.get(student=spring.pupils["own"])
    assert (place.home_class.name, place.home_class.origin) == ("6A", spring.groups["5A"])
    assert set(draft.groups.filter(kind="home_class", school=spring.school_a).values_list("name", flat=True)) == {
        "1A", "2A", "4A", "5A", "6A", "6B",
    }  # fmt: skip
    assert draft.places.get(student=spring.pupils["7A-0"]).school == spring.school_b


def test_a_contact_teacher_is_proposed_and_gets_nothing_before_somebody_accepts(spring):
    draft = make_draft(spring)
    make_ready(draft)
    PlannedTeacher.objects.update(is_accepted=False)
    proposed = PlannedTeacher.objects.get(group__name="6A")
    assert proposed.employee.person == spring.people["contact_teacher"]
    written.publish(draft, by=None)
    assert not GroupStaffing.objects.filter(group__school_year=draft.school_year).exists()


def test_publishing_and_rolling_back_restores_every_row(draft):
    before = dump()
    for _turn in range(3):
        counts = written.publish(draft, by=None)
        assert counts["students_enrolment"] == 18
        assert dump() != before
        written.roll_back(draft, by=None)
        assert dump() == before


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_whatever_is_decided_undo_restores_exactly_and_nobody_is_lost(draft, data):
    """Random outcomes and classes within the rules; after each round the tables are as they were."""
    with transaction.atomic():
        decide_at_random(draft, data)
        before = dump()
        written.publish(draft, by=None)
        enrolled = Counter(Enrolment.objects.filter(school_year=draft.school_year).values_list("student", flat=True))
        staying = draft.places.exclude(outcome__in=["graduate", "postpone"]).values_list("student", flat=True)
        assert enrolled == Counter(staying)
        in_class = Membership.objects.filter(is_home_class=True, group__school_year=draft.school_year)
        assert Counter(in_class.values_list("student", flat=True)) == enrolled
        written.roll_back(draft, by=None)
        assert dump() == before
        transaction.set_rollback(True)


def decide_at_random(draft, data) -> None:
    places = list(draft.places.order_by("pk"))
    for place in data.draw(st.lists(st.sampled_from(places), max_size=8, unique_by=lambda place: place.pk)):
        groups = list(
            draft.groups.filter(school=place.school, grade_level=place.grade_level, kind="home_class").order_by("pk")
        )
        place.home_class = data.draw(st.sampled_from(groups)) if groups else None
        if place.outcome == Outcome.NEW and data.draw(st.booleans()):
            place.outcome, place.school, place.grade_level, place.home_class = Outcome.POSTPONE, None, None, None
            place.has_assessment = place.has_consent = True
        place.save()


def test_filling_again_changes_nothing(draft):
    before = dump()
    done = fill(draft)
    assert (done.added, done.changed, done.gone) == (0, 0, 0)
    after = dump()
    assert {table: rows for table, rows in after.items() if table != "admissions_yeardraft"} == {
        table: rows for table, rows in before.items() if table != "admissions_yeardraft"
    }


def test_what_is_published_is_seen_by_nobody_before_its_first_day(draft, spring):
    """A plan shows guardians, pupils and teachers nothing."""
    seen = {
        name: set(Student.objects.visible_to(spring.user(name), right).values_list("pk", flat=True))
        for name, right in READERS.items()
    }
    shown = list(Student.objects.order_by("pk").values())
    today = list(Membership.objects.on().order_by("pk").values_list("pk"))
    written.publish(draft, by=None)
    for name, right in READERS.items():
        assert set(Student.objects.visible_to(spring.user(name), right).values_list("pk", flat=True)) == seen[name]
    assert list(Student.objects.order_by("pk").values()) == shown
    assert list(Membership.objects.on().order_by("pk").values_list("pk")) == today
    assert SchoolYear.objects.get(state="current") == spring.year


READERS = {
    "contact_teacher": Permission.VIEW_PUPIL,
    "teacher_b": Permission.VIEW_PUPIL,
    "school_admin_b": Permission.VIEW_PUPIL,
    "guardian": Permission.VIEW_OWN_CHILDREN,
    "other_school": Permission.VIEW_OWN_RECORD,
}


def test_the_year_turns_whole(draft, spring):
    written.publish(draft, by=None)
    with autumn(draft):
        written.set_current(draft, by=None)
        assert SchoolYear.objects.get(state="current") == draft.school_year
        assert SchoolYear.objects.get(pk=spring.year.pk).state == "past"
        after = {row.pk: (row.school_id, row.grade_level, row.home_class_name) for row in Student.objects.all()}
        for student in Student.objects.all():
            repeat_placement(student)
            student.refresh_from_db()
            assert after[student.pk] == (student.school_id, student.grade_level, student.home_class_name)
    assert after[spring.pupils["own"].pk] == (spring.school_a.pk, 6, "6A")
    assert after[spring.pupils["7A-0"].pk][:2] == (spring.school_b.pk, 8)
    assert after[spring.pupils["10A-0"].pk] == (None, None, "")
    assert after[spring.pupils["beginner 0"].pk] == (spring.school_a.pk, 1, "1A")
    last_day = draft.school_year.starts_on - timedelta(days=1)
    of_old = Enrolment.objects.filter(school_year=spring.year)
    assert set(of_old.values_list("valid_to", flat=True)) == {last_day}
    assert of_old.filter(state="graduated").count() == 2
    assert not Enrolment.objects.filter(state="planned").exists()
    assert not Membership.objects.filter(group__school_year=spring.year, valid_to__isnull=True).exists()


def test_a_teacher_sees_the_new_class_from_the_first_day_and_loses_the_old_group(draft, spring):
    written.publish(draft, by=None)
    with autumn(draft):
        written.set_current(draft, by=None)
        own = set(Student.objects.visible_to(spring.user("contact_teacher")).values_list("pk", flat=True))
        assert own == {spring.pupils["own"].pk, spring.pupils["classmate"].pk}
        assert not Student.objects.visible_to(spring.user("subject_teacher")).exists()


def test_sfo_goes_on_to_grade_four_and_ends_from_grade_five(draft, spring):
    written.publish(draft, by=None)
    with autumn(draft):
        written.set_current(draft, by=None)
        in_sfo = Membership.objects.on().filter(group__kind=Group.Kind.SFO_GROUP)
        assert set(in_sfo.values_list("student", flat=True)) == {
            spring.pupils["1A-0"].pk, spring.pupils["3A-0"].pk,
        }  # fmt: skip


def test_subject_groups_are_made_empty_and_only_those_chosen(draft, spring):
    draft.groups.filter(name="5 matematikk").update(is_chosen=False)
    draft.groups.create(school=spring.school_a, kind="subject_group", name="5 norsk", grade_level=5)
    written.publish(draft, by=None)
    made = Group.objects.filter(school_year=draft.school_year, kind="subject_group")
    assert [group.name for group in made] == ["5 norsk"]
    assert not Membership.objects.filter(group__in=made).exists()


def test_a_pupil_exempt_from_school_stays_listed_and_exempt(spring):
    pupil = spring.pupils["other_class"]
    pupil.enrolments.update(state=Enrolment.State.EXEMPT)
    draft = make_draft(spring)
    make_ready(draft)
    assert draft.places.get(student=pupil).grade_level == 6
    written.publish(draft, by=None)
    with autumn(draft):
        written.set_current(draft, by=None)
        assert pupil.enrolments.get(school_year=draft.school_year).state == Enrolment.State.EXEMPT
        after = Student.objects.get(pk=pupil.pk)
        assert (after.school, after.grade_level) == (spring.school_a, 6)


def test_a_contact_group_follows_its_class(spring):
    part = spring.add_group("5A kontakt 1", spring.school_a, 5, Group.Kind.CONTACT_GROUP)
    Group.objects.filter(pk=part.pk).update(home_class=spring.groups["5A"])
    draft = make_draft(spring)
    make_ready(draft)
    before = dump()
    written.publish(draft, by=None)
    made = Group.objects.get(school_year=draft.school_year, kind="contact_group")
    assert (made.name, made.home_class.name) == ("6A kontakt 1", "6A")
    written.roll_back(draft, by=None)
    assert dump() == before


@pytest.mark.parametrize("act", [written.publish, written.roll_back, written.set_current])
def test_nothing_is_done_twice(draft, act):
    order = [written.publish, written.roll_back] if act is written.roll_back else [written.publish, act]
    with autumn(draft):
        for step in dict.fromkeys(order):
            step(draft, by=None)
        before = dump()
        with pytest.raises(Refused):
            act(draft, by=None)
        assert dump() == before


def test_there_is_no_way_back_from_a_year_that_is_current(draft):
    written.publish(draft, by=None)
    with autumn(draft):
        written.set_current(draft, by=None)
    with pytest.raises(Refused):
        written.roll_back(draft, by=None)


def test_the_year_does_not_turn_before_its_first_day(draft):
    written.publish(draft, by=None)
    last_day = draft.school_year.starts_on - timedelta(days=1)
    with time_machine.travel(last_day, tick=False), pytest.raises(Refused, match="Skoleåret begynner 01.08"):
        written.set_current(draft, by=None)


def test_a_pupil_who_left_after_publishing_stops_the_turn_and_is_not_brought_back(draft, spring):
    written.publish(draft, by=None)
    leave_school(spring.pupils["own"], state=Enrolment.State.MOVED_OUT, by=None)
    with autumn(draft), pytest.raises(Refused, match="1 elev har kommet, sluttet eller flyttet"):
        written.set_current(draft, by=None)
    written.roll_back(draft, by=None)
    ended = spring.pupils["own"].memberships.get(is_home_class=True)
    assert ended.valid_to < draft.school_year.starts_on - timedelta(days=1)
    assert fill(draft).gone == 1
    written.publish(draft, by=None)
    assert not spring.pupils["own"].enrolments.filter(school_year=draft.school_year).exists()


def test_publishing_is_refused_while_something_is_missing(spring):
    draft = make_draft(spring, codes=())
    with pytest.raises(Refused) as refusal:
        written.publish(draft, by=None)
    assert "3 elever mangler skole" in str(refusal.value)
    assert "2 elever mangler klasse" in str(refusal.value)
    assert "2 skoler er ikke gjennomgått" in str(refusal.value)
    assert not Enrolment.objects.filter(school_year=draft.school_year).exists()


def test_a_new_child_in_the_register_is_seen_as_a_difference(draft, spring):
    assert differences(draft) == 0
    add_beginner(spring, "late", late=1)
    assert differences(draft) == 1
    assert fill(draft).added == 1
    assert differences(draft) == 0


def test_an_error_in_the_middle_leaves_nothing(draft, monkeypatch):
    broken = written.Part("students_groupstaffing", "SELECT 1 / 0")
    monkeypatch.setattr(written, "PUBLISH", (*written.PUBLISH[:-1], broken))
    before = dump()
    with pytest.raises(Exception, match="division by zero"):
        written.publish(draft, by=None)
    assert dump() == before


def test_a_group_that_stands_in_the_year_already_is_named(draft, spring):
    Group.objects.create(school=spring.school_a, school_year=draft.school_year, kind="home_class", name="6A")
    with pytest.raises(Refused, match="Grupper i planen finnes i skoleåret fra før: 6A"):
        written.publish(draft, by=None)


def test_what_others_have_built_on_is_named_and_not_torn_down(draft, spring):
    written.publish(draft, by=None)
    group = Group.objects.get(school_year=draft.school_year, name="6B")
    start = draft.school_year.starts_on
    pupil = spring.pupils["own"]
    extra = Membership.objects.create(student=pupil, group=group, is_home_class=False, valid_from=start)
    before = dump()
    with pytest.raises(Refused, match=r"6B \(Skole A\)"):
        written.roll_back(draft, by=None)
    assert dump() == before
    extra.delete()
    written.roll_back(draft, by=None)


@pytest.mark.parametrize(("name", "sees"), [("contact_teacher", False), ("school_admin", True)])
def test_the_pupils_page_tells_of_the_published_year_to_planners_alone(draft, spring, name, sees):
    written.publish(draft, by=None)
    places = memberships_of(spring.pupils["own"], user=spring.user(name), all_years=False)
    assert ("6A" in [place.membership.group.name for place in places]) is sees


def test_one_draft_at_a_time(draft, spring):
    assert open_draft() == draft
    with pytest.raises(Refused):
        start_draft(by=spring.user("municipal_admin"))


def test_the_receiving_school_is_the_one_most_went_to(spring):
    before = SchoolYear.objects.create(
        starts_on=date(spring.year.starts_on.year - 1, 8, 1),
        ends_on=spring.year.starts_on - timedelta(days=1),
        state="past",
    )
    Enrolment.objects.create(
        student=spring.pupils["other_school"], school=spring.school_a, school_year=before, grade_level=7,
        valid_from=before.starts_on,
    )  # fmt: skip
    start_draft(by=spring.user("municipal_admin"))
    assert SchoolRoute.objects.get(school=spring.school_a).receiving == spring.school_b
