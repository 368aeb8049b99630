"""The cast in spring: every way into the next school year, and a plan for it."""

from datetime import date

from admissions.models import PlannedTeacher, SchoolRoute, StepDone, YearDraft
from admissions.year.draft import fill, start_draft
from people.models import Address
from students.models import Group, Membership, Student
from students.names import sort_name
from tests.world import World


def grow(world: World) -> None:
    """Pupils in the grades where something happens: the last of a school, the last of all, SFO, and beginners."""
    for name, school, grade in [
        ("1A", world.school_a, 1),
        ("3A", world.school_a, 3),
        ("4A", world.school_a, 4),
        ("7A", world.school_a, 7),
        ("9A", world.school_b, 9),
        ("10A", world.school_b, 10),
    ]:
        group = world.add_group(name, school, grade)
        for number in range(2):
            world.add_pupil(f"{name}-{number}", group)
    sfo = world.add_group("Base Blå", world.school_a, 1, Group.Kind.SFO_GROUP)
    for key in ("1A-0", "3A-0", "4A-0"):
        start = world.year.starts_on
        Membership.objects.create(student=world.pupils[key], group=sfo, is_home_class=False, valid_from=start)
    for number in range(3):
        add_beginner(world, f"beginner {number}")


def add_beginner(world: World, key: str, *, code: str = "0001", late: int = 0, **extra) -> Student:
    """A child who turns six next year, known from the register and at no school."""
    born = date(world.year.starts_on.year + 1 - 6 - late, 5, 5)
    person = world.add_person("Barn", key.title(), born=born, **extra)
    Address.objects.create(
        person=person, kind="home", street="Veien 1", postal_code=code, city="Sted", valid_from=date(2022, 1, 1)
    )
    world.people[key] = person
    world.pupils[key] = Student.objects.create(person=person, sort_name=sort_name(person))
    return world.pupils[key]


def make_draft(world: World, *, codes: tuple[str, ...] = ("0001",)) -> YearDraft:
    """A draft with everybody in it, and the local school of a postal code."""
    draft = start_draft(by=world.user("municipal_admin"))
    SchoolRoute.objects.filter(school=world.school_a).update(receiving=world.school_b, postal_codes=list(codes))
    fill(draft)
    return draft


def make_ready(draft: YearDraft) -> None:
    """Everybody in the first class of the grade, every school reviewed, every proposal accepted."""
    for place in draft.places.filter(school__isnull=False, home_class__isnull=True):
        place.home_class = draft.groups.filter(
            school=place.school_id, kind=Group.Kind.HOME_CLASS, grade_level=place.grade_level
        ).first()
        if place.home_class is None:
            name = f"{place.grade_level}A"
            place.home_class = draft.groups.create(
                school_id=place.school_id, kind=Group.Kind.HOME_CLASS, name=name, grade_level=place.grade_level
            )
        place.save()
    for school in set(draft.places.filter(school__isnull=False).values_list("school", flat=True)):
        StepDone.objects.get_or_create(draft=draft, school_id=school, number=8)
    PlannedTeacher.objects.filter(group__draft=draft).update(is_accepted=True)
