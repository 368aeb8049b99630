"""Somebody with a no-contact order in a protected family: shown to the officers, never let in, never shielded along."""

from datetime import timedelta

import pytest
from django.urls import reverse

from guardians import actions
from guardians.models import GuardianRelation
from people.models import Person
from schoolapp.lib import clock
from tests.guardians.conftest import children
from tests.login import give_reason, log_in


@pytest.fixture
def officer(client, world, officers):
    log_in(client, world.user("officer"))
    give_reason(client, world.pupils["protected"])
    return client


KEYS = ("father", "guardian_of_protected")


def block(world, key: str, child: str = "protected"):
    return actions.block_guardian(
        world.people[key], student=world.pupils[child], kind="no_contact", reference="26/7", by=world.user("principal")
    )


def relation(world, key: str, child: str = "protected") -> GuardianRelation:
    return GuardianRelation.objects.get(guardian=world.people[key], student=world.pupils[child])


@pytest.fixture
def father(world, officers) -> Person:
    return world.add_guardian("father", "protected", portal_enabled=False)


class TestPortal:
    def test_the_family_page_says_so_and_offers_no_opening(self, officer, world, father):
        block(world, "father")
        text = officer.get(reverse("guardians:family", args=[world.pupils["protected"].uuid])).content.decode()
        own, other = (reverse("guardians:portal", args=[relation(world, key).uuid]) for key in KEYS)
        assert "besøksforbud" in text and "26/7" in text
        assert own not in text and other in text

    @pytest.mark.parametrize("method", ["get", "post"])
    def test_the_portal_page_says_so_and_opens_nothing(self, officer, world, father, method):
        block(world, "father")
        url = reverse("guardians:portal", args=[relation(world, "father").uuid])
        response = getattr(officer, method)(url, {"reason": "Avklart"})
        text = response.content.decode()
        assert response.status_code == {"get": 200, "post": 409}[method]
        assert "besøksforbud" in text and "<textarea" not in text
        assert not relation(world, "father").portal_enabled

    def test_the_action_refuses_also_before_the_order_begins(self, world, father):
        found = block(world, "father")
        type(found).objects.update(valid_from=clock.today() + timedelta(days=1))
        with pytest.raises(actions.RelationError, match="sperret"):
            actions.set_portal(relation(world, "father"), enabled=True, by=world.user("officer"))
        assert not relation(world, "father").portal_enabled

    def test_lifting_a_block_never_opens_a_protected_childs_portal(self, world, father):
        actions.set_portal(relation(world, "father"), enabled=True, by=world.user("officer"))
        found = block(world, "father")
        actions.lift_block(found, reason="Opphevet", by=world.user("second_officer"))
        assert children(father) == set()
        actions.set_portal(relation(world, "father"), enabled=True, by=world.user("officer"))
        assert children(father) == {world.pupils["protected"].pk}

    def test_the_other_guardians_portal_stands(self, world, father):
        mother = world.people["guardian_of_protected"]
        actions.set_portal(relation(world, "guardian_of_protected"), enabled=True, by=world.user("officer"))
        block(world, "father")
        assert children(mother) == {world.pupils["protected"].pk}

    def test_care_closes_for_all_who_are_not_let_in_in_spite_of_it(self, world, father):
        for key in KEYS:
            actions.set_portal(relation(world, key), enabled=True, by=world.user("officer"))
        foster = world.add_guardian("foster", "protected", opened_despite_care=True)
        end = clock.today() + timedelta(days=90)
        documented = {"evidence": "child_welfare", "reference": "26/9", "valid_to": end, "recheck_on": end}
        two = {"proposed_by": world.users["officer"], "confirmed_by": world.users["second_officer"]}
        GuardianRelation.objects.filter(guardian=foster).update(ground="manual", **documented, **two)
        pupil = world.pupils["protected"]
        found = actions.take_over_care(pupil, reference="26/8", by=world.user("officer"))
        actions.lift_block(found, reason="Tilbakeført", by=world.user("second_officer"))
        assert children(father) == children(world.people["guardian_of_protected"]) == set()
        assert children(foster) == {pupil.pk}

    def test_elsewhere_a_lifted_block_lets_the_register_decide_again(self, world, officers):
        found = block(world, "guardian", "own")
        actions.lift_block(found, reason="Opphevet", by=world.user("officer"))
        assert world.pupils["own"].pk in children(world.people["guardian"])


def protected(world) -> set[str]:
    rows = Person.objects.exclude(protection="none")
    return {key for key, person in world.people.items() if rows.filter(pk=person.pk).exists()} - {"protected"}


class TestShieldNow:
    """The father of «own» has a new household with «other_class»; the mother has «own» and «other_school»."""

    @pytest.fixture
    def new_household(self, world) -> Person:
        world.add_guardian("partner", "other_class")
        return world.add_guardian("father", "own", "other_class")

    def shield(self, client, world) -> None:
        log_in(client, world.user("principal"))
        url = reverse("guardians:shield", args=[world.pupils["own"].uuid])
        assert client.post(url, {"whom": "familien", "level": "strict", "reason": "Trussel"}).status_code == 302

    def test_a_blocked_father_and_his_new_household_are_left_out(self, client, world, new_household):
        block(world, "father", "own")
        self.shield(client, world)
        assert protected(world) == {"own", "guardian", "other_school"}
        for key in ("partner", "guardian_b", "father"):
            assert world.pupils["other_class"].pk in children(world.people[key])

    def test_without_a_block_the_register_counts(self, client, world, new_household):
        self.shield(client, world)
        assert protected(world) == {"own", "guardian", "other_school", "father", "other_class"}

    def test_somebody_only_proposed_is_left_out_with_their_children(self, client, world):
        world.add_guardian("guardian_proposed", "other_class")
        self.shield(client, world)
        assert protected(world) == {"own", "guardian", "other_school"}

    def test_a_child_the_mother_is_kept_from_is_not_taken_in_through_her(self, client, world):
        block(world, "guardian", "other_school")
        self.shield(client, world)
        assert protected(world) == {"own", "guardian"}

    def help_text(self, client, world, viewer: str = "principal") -> str:
        log_in(client, world.user(viewer))
        page = client.get(reverse("guardians:shield", args=[world.pupils["own"].uuid]))
        return str(page.context["form"].fields["whom"].help_text)

    def test_the_screen_says_who_is_taken_in(self, client, world, new_household):
        text = self.help_text(client, world)
        assert "Med i familien er Elev Own, Foresatt Guardian og Foresatt Father. Det samme" in text
        assert "Other_" not in text, "a guardian's other children are not named (INC-ITS)"
        block(world, "father", "own")
        text = self.help_text(client, world)
        assert "Father" not in text

    def test_whom_the_user_may_not_see_makes_no_difference_to_the_text(self, client, world):
        before = self.help_text(client, world)
        hidden = world.add_guardian("hidden", "own", "other_class")
        Person.objects.filter(pk=hidden.pk).update(protection="strict")
        assert self.help_text(client, world) == before
