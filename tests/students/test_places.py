"""Places at schools and in classes: dated, one at a time, and repeated on the pupil's own row."""

from datetime import date, timedelta

import pytest

from accessctl.permissions import Permission
from schoolapp.lib import clock
from students.actions import PlacementError, enrol, leave_school, move_to, open_class, place_in_class, register_students
from students.models import Enrolment, Membership, Student


@pytest.fixture
def newcomer(world) -> Student:
    person = world.add_person("Ny", "Ådland", born=date(2016, 5, 5))
    students, _new = register_students([person], by=None)
    return students[person.pk]


@pytest.fixture
def yesterday(world) -> date:
    day = clock.today() - timedelta(days=1)
    if day < world.year.starts_on:
        pytest.skip("the first day of a school year has no yesterday in it")
    return day


def repeated(student: Student) -> tuple:
    fresh = Student.objects.get(pk=student.pk)
    return fresh.school, fresh.grade_level, fresh.home_class_name


def test_registering_again_changes_nothing_but_follows_the_name(newcomer):
    person = newcomer.person
    assert register_students([person], by=None)[1] == 0
    person.family_name = "Berg"
    person.save()
    register_students([person], by=None)
    assert Student.objects.get(pk=newcomer.pk).sort_name == "berg ny"


def test_a_place_and_a_class_are_repeated_on_the_pupil(world, newcomer):
    enrol(newcomer, school=world.school_a, year=world.year, grade_level=5, by=None)
    assert repeated(newcomer) == (world.school_a, 5, "")
    place_in_class(newcomer, group=world.groups["5A"], by=None)
    assert repeated(newcomer) == (world.school_a, 5, "5A")
    teacher = world.user("contact_teacher")
    assert Student.objects.visible_to(teacher, Permission.VIEW_PUPIL).filter(pk=newcomer.pk).exists()


def test_a_second_active_place_is_refused(world, newcomer):
    first = enrol(newcomer, school=world.school_a, year=world.year, grade_level=5, by=None)
    assert enrol(newcomer, school=world.school_a, year=world.year, grade_level=5, by=None) == first
    with pytest.raises(PlacementError):
        enrol(newcomer, school=world.school_b, year=world.year, grade_level=5, by=None)
    assert newcomer.enrolments.count() == 1


def test_a_class_needs_a_place_at_its_school(world, newcomer):
    with pytest.raises(PlacementError):
        place_in_class(newcomer, group=world.groups["5A"], by=None)
    enrol(newcomer, school=world.school_b, year=world.year, grade_level=8, by=None)
    with pytest.raises(PlacementError):
        place_in_class(newcomer, group=world.groups["5A"], by=None)
    with pytest.raises(PlacementError):
        place_in_class(newcomer, group=world.groups["5 matematikk"], by=None)
    assert not Membership.objects.filter(student=newcomer).exists()


def test_changing_class_ends_the_one_before(world, newcomer, yesterday):
    enrol(newcomer, school=world.school_a, year=world.year, grade_level=5, by=None, on=yesterday)
    first = place_in_class(newcomer, group=world.groups["5A"], by=None, on=yesterday)
    place_in_class(newcomer, group=world.groups["5B"], by=None)
    first.refresh_from_db()
    assert first.valid_to == yesterday
    assert repeated(newcomer) == (world.school_a, 5, "5B")


def test_moving_keeps_the_past_and_takes_the_access_along(world, newcomer, yesterday):
    enrol(newcomer, school=world.school_a, year=world.year, grade_level=5, by=None, on=yesterday)
    place_in_class(newcomer, group=world.groups["5A"], by=None, on=yesterday)
    move_to(newcomer, school=world.school_b, grade_level=8, by=None)
    assert repeated(newcomer) == (world.school_b, 8, "")
    old = newcomer.enrolments.get(school=world.school_a)
    assert (old.state, old.valid_to) == (Enrolment.State.MOVED_INTERNAL, yesterday)
    teacher = world.user("contact_teacher")
    assert not Student.objects.visible_to(teacher, Permission.VIEW_PUPIL).filter(pk=newcomer.pk).exists()


def test_leaving_ends_every_group(world):
    student = world.pupils["own"]
    leave_school(student, state=Enrolment.State.MOVED_OUT, by=None)
    assert repeated(student) == (None, None, "")
    assert not student.memberships.filter(valid_to__isnull=True).exists()
    with pytest.raises(PlacementError):
        leave_school(student, state=Enrolment.State.MOVED_OUT, by=None)


def test_a_class_is_opened_once(world):
    made = [open_class(school=world.school_a, year=world.year, name="4C", grade_level=4, by=None) for _ in range(2)]
    assert made[0] == made[1] and made[0].grade_level == 4
