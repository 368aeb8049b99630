"""Letters about a school place: for first graders before and after the year is published, and for every other grade."""

import pytest

from admissions.models import LetterBatchPupil
from admissions.moves import actions, batches
from admissions.moves.actions import Decision
from admissions.moves.letters import begin_letter
from admissions.moves.recipients import recipients
from admissions.year import written
from documents.installing import install_types
from documents.models import Document
from schoolapp.lib import clock
from students.actions import register_students
from tests.admissions.moving import browser, day
from tests.admissions.next_year import grow, make_draft, make_ready

INVITATION, WELCOME, DECISION = batches.TYPES
DECIDED = {"tildelt_skole": "Skole B", "fra_dato": "2027-08-18", "begrunnelse": "Nærskolen."}


@pytest.fixture
def spring(world, monkeypatch):
    install_types()
    grow(world)
    monkeypatch.setattr(batches, "ring", lambda _pk: None)
    return world


def named(world, kind: str, who: str = "municipal_admin", school=None, **more) -> set[str]:
    found = recipients(world.user(who), school or world.school_a, kind, **more)
    return {f"{one.student.person.family_name} {one.grade}" for one in found}


BEGINNERS = {"Beginner 0 1", "Beginner 1 1", "Beginner 2 1"}


def test_first_graders_are_invited_in_autumn_from_the_plan_and_after_it_is_published(spring):
    # Whoever came to grade 1 this year may still be welcomed, but is not invited.
    here = {"1A-0 1", "1A-1 1"}
    assert (named(spring, INVITATION), named(spring, WELCOME)) == (set(), here)
    draft = make_draft(spring)
    assert (named(spring, INVITATION), named(spring, WELCOME)) == (BEGINNERS, BEGINNERS | here)
    assert named(spring, INVITATION, "school_admin") == set(), "a school sees a plan that is not open to it"
    draft.opened_at = draft.filled_at
    draft.save()
    assert named(spring, INVITATION, "school_admin") == BEGINNERS
    assert named(spring, INVITATION, "school_admin_b") == set()
    make_ready(draft)
    written.publish(draft, by=None)
    assert named(spring, INVITATION, "school_admin") == BEGINNERS


def test_other_grades_get_an_individual_decision_and_only_who_comes_from_elsewhere(spring):
    make_ready(make_draft(spring))
    assert named(spring, DECISION, school=spring.school_b) == {"7A-0 8", "7A-1 8"}
    assert named(spring, DECISION, school=spring.school_b, grade=9) == set()
    assert named(spring, DECISION) == set()


def test_each_letter_names_the_grade_of_the_place_and_who_has_had_it_is_not_ticked_again(spring):
    make_ready(make_draft(spring))
    by = spring.user("municipal_admin")
    one = spring.pupils["7A-0"]
    batch = batches.order([one], kind=DECISION, school=spring.school_b, fields=DECIDED, method="", by=by)
    assert batches.write_one(batch.pk)
    assert LetterBatchPupil.objects.get().state == "made", LetterBatchPupil.objects.get().reason
    assert "8. trinn" in Document.objects.get().frozen_html
    url = f"/flytting/brev/nytt/?brev={DECISION}&skole={spring.school_b.uuid}"
    form = browser(spring, "municipal_admin").get(url).context["form"]
    assert form.fields["elever"].initial == [str(spring.pupils["7A-1"].uuid)]
    assert f"fikk brevet {clock.today():%d.%m.%Y}" in str(form["elever"])
    assert "plass_trinn" not in form.fields


def test_a_newcomers_letter_says_the_grade_before_the_first_day(spring):
    person = spring.add_person("Ny", "Ådland", born=day(-3650))
    student = register_students([person], by=None)[0][person.pk]
    user = spring.user("school_admin")
    move = actions.start(student, kind="in", to_school=spring.school_a, by=user)
    decision = Decision(first_day=day(4), to_school=spring.school_a, grade_level=5, reason="Nærskolen.")
    moved = actions.decide(move, decision=decision, by=user)
    assert begin_letter(moved, by=user).fields["plass_trinn"] == "5. trinn"
    assert named(spring, DECISION, "school_admin") == {"Ådland 5"}
