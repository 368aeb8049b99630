"""Runs of the population register: what a person decides, what a broken source does, and going on after a kill."""

import io
import json
from datetime import date

import pytest
from django.core.management import call_command
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from guardians.models import GuardianRelation, RegisterFinding, StagedPerson
from guardians.register import run as runs
from guardians.register.decisions import DecisionError, decide
from people.models import NationalId, Person, ProtectionChange, RegisterImport
from people.register.source import FileRefused
from schoolapp.lib import clock
from students.models import Enrolment, Student
from tests.people.register_file import (
    CHILD,
    FATHER,
    FATHER_BORN,
    MOTHER,
    child,
    family,
    guardian,
    identifier,
    number,
    road,
)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def synthetic(settings):
    settings.SYNTHETIC_IDS_ALLOWED = True


def read(records, *, source="file", verifies=False) -> RegisterImport:
    run = runs.start(source=source, by=None, verifies=verifies)
    runs.read_file(run, io.BytesIO(json.dumps(records).encode()))
    return run


def load(records, **options) -> RegisterImport:
    run = read(records, **options)
    runs.finish(run)
    assert run.state == "done" and not StagedPerson.objects.exists()
    return run


def person(value: str) -> Person:
    return Person.objects.get(national_ids__number=value)


def father(**extra) -> dict:
    return guardian(FATHER, given="Rolig", born=FATHER_BORN, **extra)


def finding(kind: str, **where) -> RegisterFinding:
    return RegisterFinding.objects.get(kind=kind, **({"state": "waiting"} | where))


def access() -> set[str]:
    rows = GuardianRelation.objects.giving_access()
    return set(rows.values_list("guardian__national_ids__number", flat=True))


class TestRecordsTogether:
    """What only the records together can tell."""

    def test_the_same_record_twice_is_read_once(self):
        run = load(family() + family())
        assert Student.objects.count() == 1
        assert {"record": 2, "code": "repeated_record", "detail": ""} in run.remarks

    def test_two_different_records_of_one_child_are_refused_with_the_line(self):
        other = family(navn={"fornavn": "Annen", "etternavn": "Tavle"})
        with pytest.raises(FileRefused, match="linje 1, post 2.*post 1"):
            read(family() + other)
        assert not Person.objects.exists() and not StagedPerson.objects.exists()
        refused = RegisterImport.objects.get()
        assert refused.state == "refused" and "post 2" in refused.refusal

    def test_a_ceased_record_gives_way_to_the_one_that_continues_it(self):
        newer = number(date(2015, 4, 22), 5)
        continues = [child(newer, [guardian(MOTHER)], tidligereIdentifikasjonsnummer=identifier(CHILD))]
        run = load(family(personstatus="opphoert") + continues)
        assert set(NationalId.objects.filter(person=person(newer)).values_list("number", "is_current")) == {
            (newer, True),
            (CHILD, False),
        }
        assert {"record": 1, "code": "superseded", "detail": ""} in run.remarks

    def test_a_living_record_with_a_number_that_another_continues_is_refused(self):
        newer = number(date(2015, 4, 22), 5)
        continues = [child(newer, [guardian(MOTHER)], tidligereIdentifikasjonsnummer=identifier(CHILD))]
        with pytest.raises(FileRefused, match="tidligere nummer"):
            read(family() + continues)

    def test_someone_named_twice_keeps_the_strictest_protection(self):
        born = date(2014, 1, 1)
        load([*family(), child(number(born), [guardian(MOTHER, adressebeskyttelse="fortrolig")], born=born)])
        assert person(MOTHER).protection == "confidential"


class TestGuardians:
    def test_the_first_import_opens_and_later_ones_propose(self, world):
        # The cast has relations from the register, so this is no first import.
        run = load(family())
        assert {row.state for row in GuardianRelation.objects.filter(student__person=person(CHILD))} == {"proposed"}
        found = RegisterFinding.objects.filter(run=run, kind="new_guardian", state="waiting")
        assert {f.person for f in found} == {person(MOTHER), person(FATHER)}
        for one in found:
            decide(one, approve=True, by=world.user("municipal_admin"))
        assert {MOTHER, FATHER} <= access()

    def test_one_turned_down_is_not_asked_about_again(self, world):
        load(family())
        one = finding("new_guardian", person=person(FATHER))
        with pytest.raises(DecisionError, match="hvorfor"):
            decide(one, approve=False, by=world.user("municipal_admin"))
        decide(one, approve=False, reason="Feil person", by=world.user("municipal_admin"))
        load(family())
        rows = GuardianRelation.objects.filter(guardian=person(FATHER))
        assert [row.state for row in rows] == ["ended"]
        assert not RegisterFinding.objects.filter(person=person(FATHER), state="waiting").exists()

    def test_a_lost_guardian_is_shut_out_and_comes_back_when_the_loss_is_turned_down(self, world):
        load(family(), verifies=True)
        assert {MOTHER, FATHER} <= access()
        load(family(foreldreansvarlige=[guardian(MOTHER)]))
        assert FATHER not in access()
        decide(finding("lost_guardian"), approve=False, reason="Feil i kilden", by=world.user("municipal_admin"))
        assert FATHER in access()
        load(family(foreldreansvarlige=[guardian(MOTHER)]))
        assert FATHER in access() and not RegisterFinding.objects.waiting().exists()

    def test_a_lost_guardian_is_ended_by_approval(self, world):
        load(family(), verifies=True)
        load(family(foreldreansvarlige=[guardian(MOTHER)]))
        decide(finding("lost_guardian"), approve=True, by=world.user("municipal_admin"))
        row = GuardianRelation.objects.get(guardian=person(FATHER))
        assert (row.state, row.valid_to) == ("ended", clock.today()) and row.end_reason

    def test_the_portal_does_not_open_into_a_family_that_became_protected_meanwhile(self, world):
        load(family(), verifies=True)
        load(family(foreldreansvarlige=[guardian(MOTHER)]))
        Person.objects.filter(pk=person(MOTHER).pk).update(protection="strict")
        decide(finding("lost_guardian"), approve=False, reason="Feil", by=world.user("municipal_admin"))
        assert FATHER not in access()


class TestDecisions:
    def test_a_death_ends_the_relations_of_the_dead_when_approved(self, world):
        load(family(), verifies=True)
        load(family(foreldreansvarlige=[guardian(MOTHER), father(personstatus="doed")]))
        assert FATHER not in access() and person(FATHER).deceased_on is None
        decide(finding("dead"), approve=True, by=world.user("municipal_admin"))
        assert person(FATHER).deceased_on == clock.today()
        assert GuardianRelation.objects.get(guardian=person(FATHER)).state == "ended"
        assert not RegisterFinding.objects.waiting().exists()

    def test_a_pupil_who_moved_out_keeps_the_place_until_somebody_approves(self, world):
        load(family(), verifies=True)
        pupil = Student.objects.get(person=person(CHILD))
        place(world, pupil)
        load(family(personstatus="utflyttet"))
        assert Enrolment.objects.get(student=pupil).state == "active"
        decide(finding("moved_out"), approve=True, by=world.user("municipal_admin"))
        pupil.refresh_from_db()
        assert Enrolment.objects.get(student=pupil).state == "moved_out" and pupil.school is None

    def test_lower_protection_takes_two_officers_after_the_finding(self, world, officers):
        load(family(adressebeskyttelse="fortrolig"), verifies=True)
        load(family())
        one = finding("lost_protection")
        with pytest.raises(DecisionError):
            decide(one, approve=True, by=world.user("municipal_admin"))
        decide(one, approve=True, by=world.user("officer"))
        assert person(CHILD).protection == "confidential"
        assert ProtectionChange.objects.get(person=person(CHILD)).state == "proposed"

    def test_protection_set_by_the_school_is_not_the_registers_to_lower(self, world):
        load(family(), verifies=True)
        Person.objects.filter(pk=person(CHILD).pk).update(protection="strict", protection_source="school")
        run = load(family())
        assert not RegisterFinding.objects.filter(kind="lost_protection").exists()
        assert "protection_lower" in {remark["code"] for remark in run.remarks}

    def test_nobody_decides_about_the_own_family(self, world):
        load(family())
        Person.objects.filter(pk=world.user("municipal_admin").person.pk).update(user=None)
        Person.objects.filter(pk=person(MOTHER).pk).update(user=world.users["municipal_admin"])
        with pytest.raises(ValueError, match="deg selv"):
            decide(finding("new_guardian", person=person(MOTHER)), approve=True, by=world.user("municipal_admin"))


def place(world, pupil: Student) -> None:
    Enrolment.objects.create(
        student=pupil, school=world.school_a, school_year=world.year, grade_level=4, valid_from=world.year.starts_on
    )
    Student.objects.filter(pk=pupil.pk).update(school=world.school_a, grade_level=4)


class TestRunsThatWait:
    @pytest.fixture
    def many(self):
        born = [date(2010, 1, 1 + n) for n in range(28)] + [date(2011, 1, 1 + n) for n in range(28)]
        records = [child(number(day), [guardian(MOTHER)], born=day) for day in born]
        load(records, verifies=True)
        return records

    def test_one_that_would_change_too_many_waits_and_has_written_nothing(self, many):
        moved = [record | {"bostedsadresse": road("Nyveien", "1")} for record in many]
        run = read(moved)
        assert run.state == "waiting" and [r["code"] for r in run.stop_reasons] == ["many_changes"]
        assert runs.step(run) is False
        assert not RegisterFinding.objects.filter(run=run).exists()
        assert runs.confirm(run, by=None) and not runs.confirm(run, by=None)
        runs.finish(run)
        assert RegisterFinding.objects.filter(run=run, kind="moved").count() == 56

    def test_one_within_the_limit_goes_on(self, many, settings):
        settings.REGISTER_STOP_PERCENT = 100
        assert read([record | {"bostedsadresse": road("Nyveien", "1")} for record in many]).state == "running"

    def test_one_that_is_cancelled_keeps_nothing_it_had_read(self, many):
        run = read([record | {"bostedsadresse": road("Nyveien", "1")} for record in many])
        assert runs.cancel(run, by=None) and not runs.cancel(run, by=None)
        assert not StagedPerson.objects.exists() and RegisterFinding.objects.filter(kind="moved").count() == 0

    def test_a_run_goes_on_where_it_stopped_and_writes_each_once(self, many, monkeypatch):
        monkeypatch.setattr(runs, "PERSONS_AT_A_TIME", 7)
        monkeypatch.setattr(runs, "CHILDREN_AT_A_TIME", 5)
        run = read([record | {"bostedsadresse": road("Nyveien", "1")} for record in many])
        runs.confirm(run, by=None)
        seen = []
        for _step in range(4):
            runs.step(run)
            seen.append(RegisterImport.objects.get(pk=run.pk).position)
        assert seen == sorted(set(seen))
        runs.finish(RegisterImport.objects.get(pk=run.pk))
        assert RegisterFinding.objects.filter(run=run, kind="moved").count() == 56
        run.refresh_from_db()
        assert run.state == "done" and run.position == run.total and run.percent == 100


def test_an_unchanged_source_stages_and_writes_nothing(world):
    load(family(), verifies=True)
    run = read(family())
    assert not StagedPerson.objects.exists()
    runs.finish(run)
    assert not RegisterFinding.objects.filter(run=run).exists()


def test_the_command_goes_on_with_a_run_that_was_broken_off(world):
    run = read(family(), verifies=True)
    call_command("import_oppvekst", resume=True, stdout=io.StringIO())
    run.refresh_from_db()
    assert run.state == "done" and person(CHILD)


PIECES = st.integers(1, 400)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(size=PIECES)
def test_the_piece_a_file_is_read_in_makes_no_difference(monkeypatch, size):
    monkeypatch.setattr("people.register.source.PIECE", size)
    records = family(navn={"fornavn": "Åse Ærlig", "etternavn": "Øst"}) + [
        child(number(date(2013, 2, 3)), [father()], born=date(2013, 2, 3))
    ]
    for text in (json.dumps(records, ensure_ascii=False, indent=1), json.dumps(records)):
        run = runs.start(source="file", by=None)
        runs.read_file(run, io.BytesIO(b"\xef\xbb\xbf" + text.encode()))
        assert sorted(StagedPerson.objects.filter(run=run).values_list("given_name", flat=True)) == [
            "Lysegul", "Modig", "Rolig", "Åse Ærlig"
        ]  # fmt: skip
        runs.cancel(run, by=None)
