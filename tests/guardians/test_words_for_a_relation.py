"""What the screens say of a guardian is what is true today."""

import re
from datetime import timedelta

import pytest
from django.urls import reverse

from accessctl.actions import give_grant
from accessctl.permissions import Permission
from guardians import actions
from guardians.models import GuardianRelation
from schoolapp.lib import clock
from tests.login import give_reason, log_in


@pytest.fixture
def relation(world) -> GuardianRelation:
    return GuardianRelation.objects.get(guardian=world.people["guardian"], student=world.pupils["own"])


def said(client, world, viewer: str = "contact_teacher") -> list[str]:
    """Status and «Mottar informasjon» of the guardian in force, as the tab shows them."""
    log_in(client, world.user(viewer))
    text = client.get(reverse("guardians:tab", args=[world.pupils["own"].uuid])).content.decode()
    row = next(part for part in text.split("<tr>") if re.search(r">Foresatt Guardian(</a>)?</th>", part))
    cells = row.split("<td")
    return [" ".join(cells[number].split(">", 1)[1].split("</td>")[0].split()) for number in (1, 4)]


def test_one_who_has_access_receives(client, world):
    status, receives = said(client, world)
    assert "Har tilgang" in status and receives == "Ja"


@pytest.mark.parametrize("viewer", ["contact_teacher", "principal"])
def test_the_blocked_receive_nothing_and_are_called_blocked(client, world, viewer):
    fields = {"kind": "no_contact", "reference": "26/9", "by": world.user("principal")}
    actions.block_guardian(world.people["guardian"], student=world.pupils["own"], **fields)
    status, receives = said(client, world, viewer)
    assert "Sperret" in status and "Utløpt" not in status and receives == "Nei"


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"valid_from": -9, "valid_to": -1}, "Utløpt"),
        ({"valid_from": 3}, "Gjelder ikke ennå"),
    ],
)
def test_what_does_not_hold_today_says_why(client, world, relation, change, says):
    days = {name: clock.today() + timedelta(days=number) for name, number in change.items()}
    GuardianRelation.objects.filter(pk=relation.pk).update(**days)
    status, receives = said(client, world)
    assert says in status and "Sperret" not in status and receives == "Nei"


def test_a_closed_portal_sends_nothing(client, world, relation):
    actions.set_portal(relation, enabled=False, by=None)
    status, receives = said(client, world)
    assert "Portalen er stengt" in status and receives == "Nei, ikke så lenge portalen er stengt"


def test_an_own_proposal_is_withdrawn_and_a_colleagues_refused(client, world, officers):
    fields = {"evidence": "court", "reference": "26/1", "valid_to": clock.today() + timedelta(days=9)}
    proposed = actions.propose_by_hand(
        world.people["guardian_b"], student=world.pupils["own"], by=world.user("officer"), **fields
    )
    page, refuse = (reverse(f"guardians:{name}", args=[proposed.uuid]) for name in ("relation", "reject"))
    log_in(client, world.user("second_officer"))
    text = client.get(page).content.decode()
    assert "Avslå" in text and "Trekk forslaget" not in text
    log_in(client, world.user("officer"))
    text = client.get(page).content.decode()
    assert "Trekk forslaget" in text and "Avslå" not in text
    assert "Trekk forslaget" in client.get(refuse).content.decode()
    client.post(refuse, {"reason": "Feil barn"})
    proposed.refresh_from_db()
    assert proposed.state == "ended"


def test_a_protected_pupils_page_says_who_knows_the_contact_details(client, world, officers):
    pupil = world.pupils["protected"]
    page, way = reverse("students:pupil", args=[pupil.uuid]), f'href="{reverse("guardians:protected")}"'
    give_grant(world.user("contact_teacher"), Permission.SEE_PROTECTED, on=pupil, by=None, reason="Kontaktlærer")
    for viewer, manages in (("contact_teacher", False), ("officer", True)):
        log_in(client, world.user(viewer))
        give_reason(client, pupil)
        text = client.get(page).content.decode()
        card = text[text.index("Kontaktopplysningene er skjult") :].split("</p>")[0]
        assert "ansvar for adressesperre" in card and "rektor" not in card
        assert (way in card) is manages
