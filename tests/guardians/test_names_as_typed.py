"""A national id typed by somebody tells nothing of who has it, nor whether anybody here does."""

import re
from datetime import date, timedelta

import pytest
from django.urls import reverse

from guardians import actions
from guardians.actions import RelationError
from guardians.models import GuardianRelation, RelationBlock
from people.models import Person, Protection
from schoolapp.lib import clock
from tests.guardians.conftest import children
from tests.login import log_in
from tests.world import synthetic_id

TYPED = ("Oppgitt", "Etternavn")


@pytest.fixture(params=["unknown", "at another school", "protected pupil", "protected guardian"])
def number(request, world) -> str:
    """The national id of somebody the user has no business with, or of nobody."""
    whose = {"at another school": "other_school", "protected pupil": "protected", "protected guardian": "guardian_b"}
    if request.param == "unknown":
        return synthetic_id(date(1979, 4, 3), 7)
    person = world.people[whose[request.param]]
    if request.param == "protected guardian":
        Person.objects.filter(pk=person.pk).update(protection=Protection.STRICT)
    return person.national_ids.get().number


def block_sent(number: str) -> dict[str, str]:
    start = str(clock.today())
    given, family = TYPED
    fields = {"guardian": "annen", "number": number, "given_name": given, "family_name": family}
    return fields | {"kind": "no_contact", "reference": "26/4", "valid_from": start}


def relation_sent(number: str) -> dict[str, str]:
    end = str(clock.today() + timedelta(days=30))
    fields = {"number": number, "given_name": TYPED[0], "family_name": TYPED[1]}
    return fields | {"evidence": "court", "reference": "26/5", "valid_to": end}


def holder(number: str) -> Person:
    return Person.objects.get(national_ids__number=number)


class TestBlock:
    def test_every_screen_shows_what_was_typed(self, client, world, number):
        own = world.pupils["own"]
        log_in(client, world.user("principal"))
        response = client.post(reverse("guardians:block", args=[own.uuid]), block_sent(number))
        assert response.status_code == 302
        block = RelationBlock.objects.get(guardian=holder(number))
        actions.note_attempt(block.guardian)
        for url in (reverse("guardians:tab", args=[own.uuid]), reverse("guardians:blocks")):
            text = client.get(url).content.decode()
            assert "Oppgitt Etternavn" in text, url
            if block.guardian.full_name != "Oppgitt Etternavn":
                assert block.guardian.full_name not in text, url
        assert client.get(reverse("guardians:prolong", args=[block.uuid])).status_code == 200

    def test_it_holds_for_the_one_with_the_number(self, client, world):
        guardian = world.people["guardian"]
        log_in(client, world.user("principal"))
        number = guardian.national_ids.get().number
        client.post(reverse("guardians:block", args=[world.pupils["own"].uuid]), block_sent(number))
        assert world.pupils["own"].pk not in children(guardian)

    def test_somebody_on_the_list_keeps_the_name_of_the_register(self, client, world):
        own, guardian = world.pupils["own"], world.people["guardian"]
        log_in(client, world.user("principal"))
        client.post(reverse("guardians:block", args=[own.uuid]), block_sent("") | {"guardian": str(guardian.uuid)})
        assert "Foresatt Guardian" in client.get(reverse("guardians:blocks")).content.decode()
        assert RelationBlock.objects.get().named == ""


@pytest.mark.parametrize("whose", ["unknown", "guardian_b"])
class TestProposal:
    """Somebody protected is met like somebody unknown."""

    @pytest.fixture
    def number(self, world, whose) -> str:
        if whose == "unknown":
            return synthetic_id(date(1979, 4, 3), 7)
        Person.objects.filter(pk=world.people[whose].pk).update(protection=Protection.STRICT)
        return world.people[whose].national_ids.get().number

    def propose(self, client, world, number):
        log_in(client, world.user("municipal_admin"))
        response = client.post(reverse("guardians:propose", args=[world.pupils["own"].uuid]), relation_sent(number))
        assert response.status_code == 302
        return GuardianRelation.objects.get(guardian=holder(number), student=world.pupils["own"])

    def test_it_is_shown_by_the_name_typed(self, client, world, number):
        relation = self.propose(client, world, number)
        own = world.pupils["own"].uuid
        pages = [
            reverse("guardians:tab", args=[own]),
            reverse("guardians:queue"),
            reverse("guardians:relation", args=[relation.uuid]),
        ]
        for url in pages:
            text = client.get(url).content.decode()
            assert "Oppgitt Etternavn" in text and "Guardian_B" not in text, url
        for url in (reverse("guardians:block", args=[own]), reverse("guardians:shield", args=[own])):
            assert "Oppgitt" not in client.get(url).content.decode()

    def test_it_does_not_hide_the_family_address(self, client, world, number):
        page = reverse("students:pupil", args=[world.pupils["own"].uuid])
        log_in(client, world.user("municipal_admin"))
        assert "Prøveveien" in client.get(page).content.decode()
        self.propose(client, world, number)
        assert "Prøveveien" in client.get(page).content.decode()


def test_a_number_that_leads_to_somebody_else_is_never_confirmed(client, world, officers):
    person = world.people["guardian_b"]
    Person.objects.filter(pk=person.pk).update(protection=Protection.STRICT)
    log_in(client, world.user("municipal_admin"))
    sent = relation_sent(person.national_ids.get().number)
    client.post(reverse("guardians:propose", args=[world.pupils["own"].uuid]), sent)
    relation = GuardianRelation.objects.get(guardian=person, student=world.pupils["own"])
    with pytest.raises(RelationError, match="kan ikke bekreftes"):
        actions.confirm_relation(relation, by=world.user("officer"))
    relation.refresh_from_db()
    assert relation.state == "proposed"


class TestGrounds:
    """Nobody is given or kept from a right on a ground that was only the first in a list."""

    @pytest.mark.parametrize(("name", "field"), [("propose", "evidence"), ("block", "kind")])
    def test_the_legal_ground_is_chosen(self, client, world, name, field):
        sent = relation_sent("") if name == "propose" else block_sent("")
        url = reverse(f"guardians:{name}", args=[world.pupils["own"].uuid])
        log_in(client, world.user("municipal_admin"))
        shown = client.get(url).context["form"]
        assert shown.fields[field].choices[0][0] == "" and not re.search(r'value="\w+" selected', str(shown[field]))
        response = client.post(url, {key: value for key, value in sent.items() if key != field})
        assert response.status_code == 422 and response.context["form"].errors[field][0].startswith("Velg h")
        assert field not in client.post(url, sent).context["form"].errors
