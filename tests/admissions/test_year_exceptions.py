"""What takes a decision of its own: early and postponed start, SFO after grade 4, and consents for one year alone."""

from datetime import date, timedelta

import pytest
import time_machine
from django.db import IntegrityError, transaction
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from admissions.models import PlannedPlace
from admissions.year import rules, written
from admissions.year.decisions import add_group, choose_groups, decide
from admissions.year.draft import Refused, differences, fill
from admissions.year.exceptions import begin_early, keep_in_sfo, may_begin_early, take_out
from admissions.year.rules import Outcome
from guardians.models import PhotoConsent
from people.models import Protection
from schools.models import Subject
from students.models import Group, Membership, Student
from students.names import sort_name
from tests.admissions.next_year import grow, make_draft, make_ready
from tests.admissions.test_year_screens import client_of, messages_of, texts


@pytest.fixture
def spring(world):
    grow(world)
    return world


@pytest.fixture
def draft(spring):
    made = make_draft(spring)
    make_ready(made)
    return made


def young(world, draft, key: str = "young", *, day: tuple[int, int] = (4, 1)) -> Student:
    born = date(draft.school_year.starts_on.year - 5, *day)
    person = world.add_person("Ung", key.title(), born=born)
    world.people[key] = person
    return Student.objects.create(person=person, sort_name=sort_name(person))


def early(world, draft, child: Student, **changed) -> PlannedPlace:
    given = {"school": world.school_a, "reason": "Sak 26/1", "has_assessment": True, "has_consent": True}
    return begin_early(draft, child, by=world.user("municipal_admin"), **given | changed)


@given(st.dates(date(2010, 1, 1), date(2030, 12, 31)), st.integers(2020, 2030))
def test_nobody_begins_at_an_age_the_law_does_not_know(born, year):
    ways = rules.ways_to_begin(born, year)
    turns = year - born.year
    assert (Outcome.NEW in ways) == rules.is_to_begin(born.year, year) == (turns in (6, 7))
    assert (Outcome.POSTPONE in ways) == (turns == 6)
    # Five by 1 April: the fifth birthday has come on that day.
    assert (Outcome.EARLY in ways) == (turns == 5 and born.replace(year=2000) <= date(2000, 4, 1))


def test_a_child_of_five_by_april_begins_early_with_assessment_and_consent(spring, draft):
    child = young(spring, draft)
    place = early(spring, draft, child)
    assert (place.outcome, place.grade_level, place.is_decided) == ("early", 1, True)
    assert differences(draft) == 0
    assert fill(draft).gone == 0, "filling anew takes the child out"
    make_ready(draft)
    written.publish(draft, by=None)
    assert child.enrolments.get().grade_level == 1
    written.roll_back(draft, by=None)
    take_out(PlannedPlace.objects.get(pk=place.pk), by=spring.user("municipal_admin"))
    assert not draft.places.filter(student=child).exists() and differences(draft) == 0


@pytest.mark.parametrize("lacking", [{"has_assessment": False}, {"has_consent": False}, {"reason": " "}])
def test_early_start_is_refused_without_its_ground(spring, draft, lacking):
    with pytest.raises(Refused):
        early(spring, draft, young(spring, draft), **lacking)


def test_early_start_is_refused_a_day_too_young_at_a_lower_secondary_school_and_by_a_school(spring, draft):
    with pytest.raises(Refused, match=r"fem år innen 1\. april"):
        early(spring, draft, young(spring, draft, "second", day=(4, 2)))
    child = young(spring, draft)
    with pytest.raises(Refused, match=r"1\. trinn"):
        early(spring, draft, child, school=spring.school_b)
    with pytest.raises(Refused, match="Kommunen"):
        begin_early(
            draft, child, school=spring.school_a, reason="x", has_assessment=True, has_consent=True,
            by=spring.user("principal"),
        )  # fmt: skip
    child.person.protection = Protection.STRICT
    child.person.save()
    assert not may_begin_early(draft, spring.user("municipal_admin")).filter(pk=child.pk).exists()


def test_school_start_is_postponed_with_assessment_and_consent_alone(spring, draft):
    place = draft.places.get(student=spring.pupils["beginner 0"])
    asked = {"outcome": Outcome.POSTPONE, "school": None, "reason": "Sak 26/2", "version": place.version}
    by = spring.user("municipal_admin")
    with pytest.raises(Refused, match="sakkyndig vurdering"):
        decide(place, by=by, has_assessment=True, **asked)
    with pytest.raises(Refused, match="alderen"):
        decide(place, by=by, has_assessment=True, has_consent=True, **asked | {"outcome": Outcome.EARLY})
    decide(place, by=by, has_assessment=True, has_consent=True, **asked)
    assert place.outcome == "postpone" and place.school is None
    with pytest.raises(IntegrityError), transaction.atomic():
        PlannedPlace.objects.filter(pk=place.pk).update(has_consent=False)


def test_the_search_for_a_child_shows_only_those_who_may_and_logs_them(spring, draft):
    child, late = young(spring, draft), young(spring, draft, "toolate", day=(4, 2))
    client = client_of(spring, "municipal_admin")
    url = reverse("year:early")
    assert "Young" not in texts(client.get(url))
    page = client.get(url, {"sok": "ung"})
    assert list(page.context["page"]) == [child]
    assert client.get(url, {"barn": late.uuid}).status_code == 404
    empty = client.post(f"{url}?barn={child.uuid}", {"skole": spring.school_a.uuid, "grunnlag": "26/1"})
    assert empty.status_code == 422 and "Kryss av når den foreligger" in texts(empty)
    ticked = {"skole": spring.school_a.uuid, "grunnlag": "26/1", "sakkyndig": "on", "samtykke": "on"}
    assert "tidlig skolestart" in texts(client.post(f"{url}?barn={child.uuid}", ticked, follow=True))
    place = draft.places.get(student=child)
    pupil = f"{reverse('year:pupil')}?elev={place.uuid}"
    assert "tatt ut av planen" in messages_of(client.post(pupil, {"ta-ut": "1"}, follow=True))


def in_fifth_and_sfo(world, draft) -> PlannedPlace:
    return draft.places.get(student=world.pupils["4A-0"])


def test_sfo_goes_on_after_grade_four_by_decision_alone(spring, draft):
    draft.opened_at = draft.filled_at
    draft.save()
    client = client_of(spring, "principal")
    url = reverse("year:sfo", args=[spring.school_a.uuid])
    page = client.get(url)
    assert [place.student for place in page.context["places"]] == [spring.pupils["4A-0"]]
    place = in_fifth_and_sfo(spring, draft)
    answer = {"elev": place.uuid, "versjon": place.version, "vedtak": "Sak 26/3"}
    assert "Lagret" in messages_of(client.post(url, answer, follow=True))
    assert "Noen andre" in messages_of(client.post(url, answer | {"vedtak": ""}, follow=True))
    assert "Sak 26/3" in texts(client.get(reverse("year:exceptions")))
    assert fill(draft).changed == 0
    written.publish(draft, by=None)
    with time_machine.travel(draft.school_year.starts_on, tick=False):
        written.set_current(draft, by=None)
        in_sfo = Membership.objects.on().filter(group__kind=Group.Kind.SFO_GROUP).values_list("student", flat=True)
        assert set(in_sfo) == {spring.pupils[key].pk for key in ("1A-0", "3A-0", "4A-0")}


def test_sfo_by_decision_falls_with_the_grade_and_is_not_for_others(spring, draft):
    place, by = in_fifth_and_sfo(spring, draft), spring.user("municipal_admin")
    keep_in_sfo(place, reason="Sak 26/3", version=place.version, by=by)
    with pytest.raises(Refused, match="SFO-plass"):
        other = draft.places.get(student=spring.pupils["4A-1"])
        keep_in_sfo(other, reason="Sak", version=other.version, by=by)
    place.refresh_from_db()
    decide(place, outcome=Outcome.REPEAT, school=None, reason="Sak 26/4", version=place.version, by=by)
    assert place.sfo_reason == ""


@pytest.mark.parametrize("ends", [True, False])
def test_consents_for_one_year_end_with_it_and_others_go_on(spring, draft, ends):
    guardian = spring.people["guardian"]
    consent = PhotoConsent.objects.create(student=spring.pupils["own"], person=guardian, is_given=True)
    refusal = PhotoConsent.objects.create(student=spring.pupils["classmate"], person=guardian, is_given=False)
    draft.ends_consents = ends
    draft.save()
    written.publish(draft, by=None)
    with time_machine.travel(draft.school_year.starts_on, tick=False):
        written.set_current(draft, by=None)
    consent.refresh_from_db()
    refusal.refresh_from_db()
    assert consent.valid_to == (draft.school_year.starts_on - timedelta(days=1) if ends else None)
    assert refusal.valid_to is None


@pytest.fixture
def outdated(spring):
    """The group in mathematics has a subject that ends with the year."""
    group = spring.groups["5 matematikk"]
    group.subject = Subject.objects.create(
        code="MAT0010", name_nb="Matematikk", valid_from=date(2006, 8, 1), valid_to=spring.year.ends_on
    )
    group.save()
    return group


def test_a_group_in_a_subject_no_longer_taught_is_found_and_does_not_go_on(spring, outdated):
    draft = make_draft(spring)
    planned = draft.groups.get(origin=outdated)
    assert not planned.is_chosen
    page = client_of(spring, "municipal_admin").get(reverse("year:school", args=[spring.school_a.uuid]))
    found = {str(finding.title): finding.names for finding in page.context["findings"]}
    assert found["Faget gjelder ikke neste skoleår"] == ["5 matematikk"]
    by = spring.user("municipal_admin")
    with pytest.raises(Refused, match="5 matematikk"):
        choose_groups(draft, spring.school_a, chosen={planned.pk}, by=by)
    words = {"kind": "subject_group", "grade_level": 5, "by": by}
    with pytest.raises(Refused, match="gjelder ikke i skoleåret"):
        add_group(draft, spring.school_a, name="Ny", subject=outdated.subject, **words)
    with pytest.raises(Refused, match="Velg faget"):
        add_group(draft, spring.school_a, name="Ny", **words)


def test_who_teaches_a_group_is_chosen_before_the_year_and_gets_access_with_it(spring, draft):
    draft.opened_at = draft.filled_at
    draft.save()
    client = client_of(spring, "school_admin")
    url = reverse("year:teachers", args=[spring.school_a.uuid]) + "?vis=grupper"
    group = draft.groups.get(name="5 matematikk")
    teacher = spring.people["subject_teacher"].employee
    client.post(url, {"klasse": group.uuid, "ansatt": teacher.uuid})
    written.publish(draft, by=None)
    made = Group.objects.get(school_year=draft.school_year, name="5 matematikk")
    row = made.staffing.get()
    assert (row.employee, row.function, row.valid_from) == (teacher, "subject_teacher", draft.school_year.starts_on)
