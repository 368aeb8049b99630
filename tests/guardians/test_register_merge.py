"""Finding two rows of one person, merging them, and making them two again exactly as they were."""

import io
import json
from datetime import date

import pytest
from django.apps import apps
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accessctl.wall.roles import is_append_only
from guardians.models import GuardianRelation, PersonMerge, RegisterFinding
from guardians.register import run as runs
from guardians.register.duplicates import find_duplicates
from guardians.register.merge import MergeError, merge, preview, undo
from people.models import Address, ContactDetails, NationalId, Person, RegisterImport
from schoolapp.lib import clock
from staff.models import Employee
from students.models import Enrolment, Student
from tests.login import log_in
from tests.people.register_file import child, guardian, identifier, number

pytestmark = pytest.mark.django_db


def snapshot() -> dict[str, list]:
    """Every row of every table of ours but logs, and the merges themselves."""
    return {
        model._meta.label: sorted(map(repr, model._base_manager.values_list()))
        for model in apps.get_models()
        if model._meta.app_label in {"people", "students", "guardians", "staff", "accessctl", "documents"}
        and not is_append_only(model)
        and model not in (PersonMerge, RegisterFinding)
    }


def add(world, given: str, family: str, born: date | None = date(1985, 5, 5), **extra) -> Person:
    return world.add_person(given, family, born=born or date(1985, 5, 5), **extra)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (("Anne-Marie", "Berg"), ("Anne Marie", "Berg")),
        (("Åse", "Bø"), ("Aase", "Boe")),
        (("Kjærsti", "Vik"), ("Kjaersti", "Vik")),
        (("Bjørn Erik", "Li"), ("Bjørn", "Erik Li")),
        (("André", "Öst"), ("Andre", "Øst")),
    ],
)
def test_ways_to_write_one_name_are_found(world, first, second):
    one, two = add(world, *first), add(world, *second)
    add(world, *first, born=date(1990, 1, 1))
    run = RegisterImport.objects.create()
    assert find_duplicates(run, everywhere=True) == 1
    found = RegisterFinding.objects.get()
    assert {found.person, found.other} == {one, two} and found.detail == "same_name"
    assert find_duplicates(run, everywhere=True) == 0


def test_a_d_number_without_a_birth_date_is_found_by_name(world):
    one, two = add(world, "Tora", "Vik"), Person.objects.create(given_name="Tora", family_name="Vik")
    NationalId.objects.create(person=two, number="41850000000")
    find_duplicates(RegisterImport.objects.create(), everywhere=True)
    assert RegisterFinding.objects.get().detail == "d_number" and one


def test_a_run_finds_those_it_brings(world, settings):
    settings.SYNTHETIC_IDS_ALLOWED = True
    add(world, "Modig", "Tavle", born=date(2015, 4, 22))
    records = [child(number(date(2015, 4, 22)), [])]
    run = runs.start(source="file", by=None)
    runs.read_file(run, io.BytesIO(json.dumps(records).encode()))
    runs.finish(run)
    assert run.counts["duplicates"] == 1


def test_two_numbers_of_one_person_in_the_source_ask_for_a_merge(world, settings):
    settings.SYNTHETIC_IDS_ALLOWED = True
    old, new = number(date(2014, 1, 1)), number(date(2015, 4, 22))
    for record in (child(old, [], born=date(2014, 1, 1)), child(new, [guardian(number(date(1980, 1, 1)))])):
        run = runs.start(source="file", by=None)
        runs.read_file(run, io.BytesIO(json.dumps([record]).encode()))
        runs.finish(run)
    run = runs.start(source="file", by=None)
    continued = child(new, [], tidligereIdentifikasjonsnummer=identifier(old))
    runs.read_file(run, io.BytesIO(json.dumps([continued]).encode()))
    runs.finish(run)
    found = RegisterFinding.objects.get(kind="duplicate", state="waiting")
    assert {found.person, found.other} == set(Person.objects.filter(national_ids__number__in=[old, new]))
    merge(found.person, found.other, by=world.user("municipal_admin"))
    found.refresh_from_db()
    assert found.state == "approved"


class TestMerge:
    def test_everything_moves_and_one_number_is_current(self, world):
        kept, gone = world.people["guardian"], add(world, "Foresatt", "Guardian")
        relation = GuardianRelation.objects.create(
            guardian=gone, student=world.pupils["other_class"], state="verified", ground="register"
        )
        merge(kept, gone, by=world.user("municipal_admin"))
        relation.refresh_from_db()
        assert relation.guardian == kept
        assert sorted(kept.national_ids.values_list("is_current", flat=True)) == [False, True]
        assert Person.objects.filter(pk=gone.pk).exists()

    def test_two_open_relations_to_one_child_become_one(self, world):
        kept, gone = world.people["guardian"], add(world, "Foresatt", "Guardian")
        GuardianRelation.objects.create(guardian=gone, student=world.pupils["own"], state="verified", ground="register")
        merge(kept, gone, by=world.user("municipal_admin"))
        assert (
            GuardianRelation.objects.open().filter(student=world.pupils["own"], guardian__in=[kept, gone]).count() == 1
        )

    def test_different_protection_is_never_merged_silently(self, world, officers):
        kept, gone = world.people["guardian"], add(world, "Foresatt", "Guardian", protection="strict")
        by = world.user("officer")
        with pytest.raises(MergeError, match="strengeste"):
            merge(kept, gone, by=by)
        done = merge(kept, gone, strictest=True, by=by)
        kept.refresh_from_db()
        assert kept.protection == "strict"
        assert not GuardianRelation.objects.filter(guardian=kept, portal_enabled=True).exists()
        undo(done, by=by)
        kept.refresh_from_db()
        assert (
            kept.protection == "none" and GuardianRelation.objects.filter(guardian=kept, portal_enabled=True).exists()
        )

    def test_who_may_not_see_the_protected_merges_none_of_them(self, world):
        gone = add(world, "Foresatt", "Guardian", protection="strict")
        with pytest.raises(MergeError, match="adressesperre"):
            merge(world.people["guardian"], gone, strictest=True, by=world.user("municipal_admin"))

    def test_two_with_logins_are_refused(self, world):
        with pytest.raises(MergeError, match="innlogging"):
            merge(world.people["guardian"], world.people["guardian_b"], by=world.user("municipal_admin"))

    def test_the_emptied_row_is_shown_nowhere_until_it_is_undone(self, world, client):
        by, kept = world.user("municipal_admin"), world.pupils["own"]
        gone = Student.objects.create(person=add(world, "Tvilling", "Tom"), sort_name="tom tvilling")
        place = kept.enrolments.get(valid_to=None)
        twin = Enrolment.objects.create(
            student=gone,
            school=place.school,
            school_year=place.school_year,
            grade_level=place.grade_level,
            valid_from=clock.today(),
        )
        shown = lambda: set(Student.objects.visible_to(by)) >= {gone}  # noqa: E731
        told = preview(kept.person, gone.person)
        assert dict(told.moves) and any("Elevplasser" in line for line in told.stays)
        assert shown()
        done = merge(kept.person, gone.person, by=by)
        twin.refresh_from_db()
        assert not shown() and gone.person not in Person.objects.not_merged()
        log_in(client, by)
        assert client.get(reverse("students:pupil", args=[gone.uuid])).status_code == 404
        # Counted once: what can not be moved because there is one already is over.
        assert twin.student == gone and twin.valid_to == twin.valid_from
        undo(done, by=by)
        twin.refresh_from_db()
        assert shown() and gone.person in Person.objects.not_merged() and twin.valid_to is None

    def test_two_employees_are_not_merged_here(self, world):
        pair = Employee.objects.select_related("person").order_by("pk")[:2]
        with pytest.raises(MergeError, match="ansatte"):
            merge(pair[0].person, pair[1].person, by=world.user("municipal_admin"))

    def test_it_is_undone_once(self, world):
        done = merge(world.people["guardian"], add(world, "A", "B"), by=world.user("municipal_admin"))
        undo(done, by=world.user("municipal_admin"))
        with pytest.raises(MergeError, match="allerede"):
            undo(done, by=world.user("municipal_admin"))


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_merging_and_undoing_leaves_every_row_as_it_was(world, data):
    """Whatever hangs on the two, in both directions, pupils or not."""
    yes = lambda: data.draw(st.booleans())  # noqa: E731
    pupils = list(world.pupils.values())
    two = []
    for name in ("En", "To"):
        person = Person.objects.create(
            given_name=name, family_name="Tvilling", birth_date=date(2014, 2, 2) if yes() else None
        )
        two.append(person)
        if yes():
            NationalId.objects.create(person=person, number=f"{person.pk:011d}", is_current=yes())
        if yes():
            ContactDetails.objects.create(person=person, phone="40000000")
        if yes():
            Address.objects.create(person=person, kind="home", street="Veien 1", valid_to=None)
        for pupil in pupils[:3]:
            if yes():
                state = data.draw(st.sampled_from(["verified", "proposed", "ended"]))
                GuardianRelation.objects.create(guardian=person, student=pupil, state=state, ground="register")
        if yes():
            child_row = Student.objects.create(person=person, sort_name=name, school=world.school_a if yes() else None)
            GuardianRelation.objects.create(
                guardian=world.people["guardian"], student=child_row, state="verified", ground="register"
            )
    before = snapshot()
    done = merge(two[0], two[1], by=world.user("municipal_admin"))
    undo(done, by=world.user("municipal_admin"))
    assert snapshot() == before
