"""Nobody handles a case about themselves or their own children, whatever they may do for others."""

import inspect
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.urls import reverse

import people.actions as of_people
import students.rights.actions as of_rights
from accessctl.actions import give_grant
from accessctl.permissions import OFFICER_GRANTS, Permission
from guardians import actions
from guardians.actions import blocks, protection, relations
from guardians.models import BlockedAttempt, GuardianRelation, RelationBlock
from people.apart import OwnCase
from people.models import Person, Protection, ProtectionChange, Shielding
from schoolapp.lib import clock
from students.models import GrantProposal, StudentGrant
from tests.guardians.conftest import new_adult
from tests.login import give_reason, log_in

# What concerns nobody in particular, or only the one who does it.
NOT_ABOUT_A_CASE = {
    "find_or_add_person": "finds or adds a person; what is done with it asks",
    "find_or_add_by_name": "as find_or_add_person",
    "change_own_contact": "one's own by nature",
    "withdraw_grant": "one's own proposal, which gives nothing",
    "look_up": "an employee, not a pupil or a guardian",
    "leave_to_officers": "a task for others, part of shielding",
    "raise_at_once": "the others of a family, after the case has been judged",
}
MODULES = (blocks, protection, relations, of_people, of_rights)


def verbs() -> set[str]:
    """Every action with somebody behind it in the modules of relations, blocks and protection."""
    return {
        name
        for module in MODULES
        for name, found in inspect.getmembers(module, inspect.isfunction)
        if found.__module__ == module.__name__ and "by" in inspect.signature(found).parameters
    }


class Case:
    """A pupil with a guardian who is also the municipality's administrator and officer, and everything to act on."""

    def __init__(self, world, own: Person, other: Person, by: str):
        self.student, self.by = world.pupils["own"], world.user(by)
        today, officer = clock.today(), world.user("officer")
        self.until = today + timedelta(days=30)
        self.own, self.teacher = own, world.user("contact_teacher")
        self.relation = GuardianRelation.objects.get(guardian=other, student=self.student)
        self.proposed = GuardianRelation.objects.get(guardian=world.people["guardian_proposed"], student=self.student)
        block = {"student": self.student, "reference": "1", "created_by": officer}
        self.block = RelationBlock.objects.create(guardian=other, kind="no_contact", **block)
        self.attempt = BlockedAttempt.objects.create(block=self.block)
        Person.objects.filter(pk=self.student.person_id).update(protection=Protection.STRICT)
        self.student.person.refresh_from_db()
        self.pupil = self.student.person
        self.shielding = Shielding.objects.create(person=self.pupil, level="strict", reason="x", by=officer)
        self.change = ProtectionChange.objects.create(person=self.pupil, level="none", reason="x", proposed_by=officer)
        asked = {"user": self.teacher, "permission": "see_protected", "valid_to": self.until, "reason": "x"}
        self.asked = GrantProposal.objects.create(student=self.student, proposed_by=officer, **asked)
        self.grant = give_grant(
            self.teacher, Permission.SEE_PROTECTED, on=self.student, by=None, reason="x", valid_to=self.until
        )


CASES: dict[str, Callable[[Case], object]] = {
    "block_guardian": lambda c: actions.block_guardian(c.own, student=c.student, kind="other", reference="1", by=c.by),
    "take_over_care": lambda c: actions.take_over_care(c.student, reference="1", by=c.by),
    "set_block": lambda c: blocks.set_block(c.student, None, "care", "1", c.by, None, None),
    "prolong_block": lambda c: actions.prolong_block(c.block, order_ends_on=None, by=c.by),
    "lift_block": lambda c: actions.lift_block(c.block, reason="x", by=c.by),
    "mark_seen": lambda c: actions.mark_seen(c.attempt, by=c.by),
    "shield_family": lambda c: actions.shield_family(c.student, whom=None, level="strict", reason="x", by=c.by),
    "set_portal": lambda c: actions.set_portal(c.relation, enabled=True, by=c.by),
    "give_sight": lambda c: actions.give_sight(c.teacher, student=c.student, until=c.until, reason="x", by=c.by),
    "end_sight": lambda c: actions.end_sight(c.grant, by=c.by),
    "propose_relation": lambda c: actions.propose_relation(c.own, student=c.student, ground="register", by=c.by),
    "propose_by_hand": lambda c: actions.propose_by_hand(
        c.own, student=c.student, evidence="court", reference="1", valid_to=c.until, by=c.by
    ),
    "confirm_relation": lambda c: actions.confirm_relation(c.proposed, by=c.by),
    "reject_relation": lambda c: actions.reject_relation(c.proposed, reason="x", by=c.by),
    "end_relation": lambda c: actions.end_relation(c.relation, by=c.by, reason="x"),
    "recheck_relation": lambda c: actions.recheck_relation(c.relation, next_on=c.until, by=c.by),
    "let_in_despite_care": lambda c: actions.let_in_despite_care(c.relation, reason="x", by=c.by),
    "set_receiving": lambda c: actions.set_receiving(c.relation, receives=False, by=c.by),
    "raise_protection": lambda c: of_people.raise_protection(c.pupil, level="strict", reason="x", by=c.by),
    "follow_up": lambda c: of_people.follow_up(c.shielding, by=c.by),
    "propose_lower": lambda c: of_people.propose_lower(c.pupil, level="none", reason="x", by=c.by),
    "decide_lower": lambda c: of_people.decide_lower(c.change, approve=True, by=c.by),
    "give_grant": lambda c: of_rights.give_grant(
        c.teacher, Permission.DECIDE_LEAVE, on=c.student, by=c.by, reason="x", valid_to=c.until
    ),
    "propose_grant": lambda c: of_rights.propose_grant(
        c.teacher, Permission.SEE_PROTECTED, on=c.student, by=c.by, reason="x", valid_to=c.until
    ),
    "decide_grant": lambda c: of_rights.decide_grant(c.asked, approve=True, by=c.by),
    "set_review_day": lambda c: of_people.set_review_day(c.pupil, day=None, by=c.by),
}


@pytest.fixture
def mother(world, officers) -> Person:
    """The guardian of a pupil, who is also an officer of the municipality."""
    world.add_employee("mother", role="kommuneadmin")
    for permission in OFFICER_GRANTS:
        give_grant(world.user("mother"), permission, on=world.municipality, by=None, reason="Ansvarlig")
    return world.add_guardian("mother", "own")


def test_every_action_is_known_here():
    assert verbs() == CASES.keys() | NOT_ABOUT_A_CASE.keys()


@pytest.mark.parametrize("verb", CASES)
def test_a_guardian_is_refused_in_the_case_of_her_own_child(world, mother, verb):
    case = Case(world, mother, world.people["guardian"], "mother")
    with pytest.raises(OwnCase):
        CASES[verb](case)


@pytest.mark.parametrize("verb", [name for name in CASES if name not in ("propose_by_hand", "set_block")])
def test_a_colleague_is_not(world, mother, verb):
    case = Case(world, mother, world.people["guardian"], "second_officer")
    try:
        CASES[verb](case)
    except OwnCase:
        pytest.fail(f"{verb} refused somebody who has nothing to do with the family")
    except ValueError:
        pass


class TestWhoIsAParty:
    def test_the_blocked_one_who_is_no_guardian(self, world, officers):
        blocked = world.people["officer"]
        fields = {"student": world.pupils["own"], "kind": "no_contact", "reference": "1"}
        block = actions.block_guardian(blocked, by=world.user("principal"), **fields)
        with pytest.raises(OwnCase):
            actions.lift_block(block, reason="x", by=world.user("officer"))
        with pytest.raises(OwnCase):
            actions.take_over_care(world.pupils["own"], reference="2", by=world.user("officer"))

    def test_one_who_shares_a_child_with_the_protected(self, world, mother):
        father = world.people["guardian"]
        Person.objects.filter(pk=father.pk).update(protection=Protection.STRICT)
        father.refresh_from_db()
        with pytest.raises(OwnCase):
            of_people.propose_lower(father, level="none", reason="x", by=world.user("mother"))

    def test_one_whose_relation_has_ended(self, world, mother):
        relation = GuardianRelation.objects.get(guardian=mother)
        actions.end_relation(relation, reason="Dom", by=world.user("second_officer"))
        with pytest.raises(OwnCase):
            actions.confirm_relation(
                GuardianRelation.objects.get(guardian=world.people["guardian_proposed"]), by=world.user("mother")
            )

    def test_a_new_relation_for_oneself(self, world, officers):
        with pytest.raises(OwnCase):
            actions.propose_by_hand(
                world.people["officer"],
                student=world.pupils["other_class"],
                evidence="court",
                reference="1",
                valid_to=clock.today(),
                by=world.user("officer"),
            )

    def test_other_families_are_handled_as_before(self, world, mother):
        relation = GuardianRelation.objects.get(guardian=world.people["guardian_b"])
        actions.set_receiving(relation, receives=False, by=world.user("mother"))
        new_adult(world, "Ny")


class TestOnTheScreens:
    def test_the_form_says_so_and_nothing_happens(self, client, world, mother):
        fields = {"student": world.pupils["own"], "kind": "no_contact", "reference": "1"}
        block = actions.block_guardian(mother, by=world.user("principal"), **fields)
        log_in(client, world.user("mother"))
        response = client.post(reverse("guardians:lift", args=[block.uuid]), {"reason": "Feil"})
        assert response.status_code == 422 and "deg selv eller egne barn" in response.content.decode()
        assert RelationBlock.objects.active().filter(pk=block.pk).exists()

    def test_the_button_says_so(self, client, world, mother):
        relation = GuardianRelation.objects.get(guardian=world.people["guardian_proposed"])
        log_in(client, world.user("mother"))
        url = reverse("guardians:confirm", args=[relation.uuid])
        assert "deg selv eller egne barn" in client.post(url, follow=True).content.decode()
        relation.refresh_from_db()
        assert relation.state == "proposed"

    def test_sight_of_ones_own_child_is_given_by_a_colleague(self, client, world, mother):
        pupil = world.pupils["own"]
        Person.objects.filter(pk=pupil.person_id).update(protection=Protection.STRICT)
        log_in(client, world.user("mother"))
        give_reason(client, pupil)
        sent = {"user": str(world.people["contact_teacher"].uuid), "valid_to": str(clock.today()), "reason": "x"}
        response = client.post(reverse("guardians:give_sight", args=[pupil.uuid]), sent)
        assert response.status_code == 422 and not StudentGrant.objects.exists()

    def test_so_is_a_special_grant(self, client, world, mother):
        log_in(client, world.user("mother"))
        url = reverse("rights:give_grant", args=[world.people["principal"].employee.uuid])
        sent = {
            "tilgang": "decide_leave",
            "omfang": "elev",
            "skole": str(world.school_a.uuid),
            "elev": "Elev Own",
            "begrunnelse": "x",
            "til": str(clock.today()),
            "bekreft": "1",
        }
        response = client.post(url, sent)
        assert response.status_code == 422 and "deg selv eller egne barn" in response.content.decode()
        assert not StudentGrant.objects.exists()
