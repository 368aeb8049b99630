"""The officers' rights are given by two persons, neither of them the receiver, and those who watch are told."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.test import Client

from accessctl.actions import RightsError, end_grant, give_grant
from accessctl.models import AccessEvent, Alert, MunicipalityGrant, SamePerson, SchoolGrant, User
from accessctl.permissions import OFFICER_GRANTS
from accessctl.permissions import Permission as P
from guardians.actions.protection import give_sight
from people.models import Person, Protection
from schoolapp.lib import clock
from students.models import GrantProposal, StudentGrant
from students.rights.actions import decide_grant, propose_grant, withdraw_grant
from tests.login import log_in

UNTIL = clock.today() + timedelta(days=90)


@pytest.fixture
def officer(world):
    make_officer(world, "officer")
    world.add_employee("second_admin", role="kommuneadmin")


def make_officer(world, name):
    world.add_employee(name)
    for permission in OFFICER_GRANTS:
        give_grant(world.users[name], permission, on=world.municipality, by=None, reason="Ansvarlig")


@pytest.fixture
def client_of(world):
    def logged_in(name):
        client = Client()
        log_in(client, world.user(name))
        return client

    return logged_in


def text_of(response):
    return " ".join(response.content.decode().replace("\xa0", " ").split())


def proposed(world, *, by="municipal_admin", right=P.MANAGE_PROTECTION, on=None, to="principal"):
    return propose_grant(
        world.user(to), right, on=on or world.municipality, by=world.user(by), reason="Ny ansvarlig", valid_to=UNTIL
    )


def form(world, **changed):
    return {
        "tilgang": "manage_protection",
        "omfang": "kommune",
        "skole": "",
        "begrunnelse": "Ny ansvarlig",
        "til": UNTIL.isoformat(),
        "bekreft": "1",
    } | changed


def url_of(world, name="principal", rest="saerskilt/"):
    return f"/tilganger/{world.people[name].employee.uuid}/{rest}"


@pytest.mark.parametrize("right", OFFICER_GRANTS, ids=str)
@pytest.mark.parametrize("place", ["municipality", "school_a"])
def test_nobody_gives_an_officers_right_alone(world, officer, right, place):
    for name in ("municipal_admin", "officer"):
        with pytest.raises(RightsError, match="to personer"):
            give_grant(world.user("principal"), right, on=getattr(world, place), by=world.user(name), reason="x")
    with pytest.raises(RightsError):
        give_grant(world.user("principal"), right, on=world.pupils["own"], by=world.user("municipal_admin"), reason="x")
    assert not SchoolGrant.objects.exists()
    assert not MunicipalityGrant.objects.filter(user=world.users["principal"]).exists()


def test_a_proposal_for_something_else_lets_nothing_more_through(world, officer):
    proposal = proposed(world, right=P.SEE_PROTECTED, on=world.school_a)
    given = {"on": world.school_a, "reason": "x", "valid_to": UNTIL, "proposal": proposal}
    with pytest.raises(RightsError, match="to personer"):
        give_grant(world.user("principal"), P.SEE_PROTECTED, by=world.user("officer"), **given)
    decide_grant(proposal, approve=True, by=world.user("officer"))
    proposal.refresh_from_db()
    asked = {"to": world.users["principal"], "permission": P.SEE_PROTECTED, "by": "officer"}
    for changed in (
        {"to": world.users["school_admin"]},
        {"permission": P.MANAGE_PROTECTION},
        {"by": "municipal_admin"},
        {"on": world.municipality},
        {"valid_to": UNTIL + timedelta(days=1)},
    ):
        fields = given | asked | changed
        with pytest.raises(RightsError, match="to personer"):
            give_grant(fields.pop("to"), fields.pop("permission"), **fields | {"by": world.user(fields["by"])})


def test_an_officer_still_gives_sight_of_one_pupil_alone(world, officer):
    give_sight(
        world.user("contact_teacher"),
        student=world.pupils["protected"],
        until=UNTIL,
        reason="x",
        by=world.user("officer"),
    )
    assert StudentGrant.objects.get().user == world.users["contact_teacher"]


def test_the_screen_proposes_and_a_colleague_gives(world, officer, client_of):
    admin, theirs, url = client_of("municipal_admin"), client_of("officer"), url_of(world)
    Person.objects.filter(pk=world.people["nurse"].pk).update(protection=Protection.STRICT)
    preview = text_of(admin.post(url, without_confirmation(world)))
    assert "for 2 personer med adressesperre, av dem 1 elev." in preview
    assert "Foreslå tilgangen" in preview
    assert "Elev Protected" not in preview
    assert admin.post(url, form(world)).status_code == 302
    mine = MunicipalityGrant.objects.filter(user=world.users["principal"])
    assert not mine.exists()
    page = f"/tilganger/forslag/{GrantProposal.objects.get().uuid}/"
    for where in ("/tilganger/", url_of(world, rest="")):
        assert page in text_of(admin.get(where))
    assert page not in text_of(admin.get("/i-dag/"))
    assert page in text_of(theirs.get("/i-dag/"))
    assert 'value="godkjenn"' not in text_of(admin.get(page))
    admin.post(page, {"valg": "godkjenn"})
    assert not mine.exists()
    shown = text_of(theirs.get(page))
    assert 'value="godkjenn"' in shown
    assert "for 2 personer med adressesperre" in shown
    assert theirs.post(page, {"valg": "godkjenn"}).status_code == 302
    row = mine.get()
    assert (row.given_by, row.valid_to, row.reason) == (world.users["officer"], UNTIL, "Ny ansvarlig")
    assert page not in text_of(theirs.get("/i-dag/"))
    assert [event.action for event in AccessEvent.objects.filter(action__endswith="_grant").order_by("pk")] == [
        "propose_grant",
        "give_grant",
    ]


def without_confirmation(world, **changed):
    return {name: value for name, value in form(world, **changed).items() if name != "bekreft"}


def test_the_preview_counts_the_protected_pupils_of_a_school(world, officer, client_of):
    admin = client_of("municipal_admin")
    for school, count in ((world.school_a, "1 elev"), (world.school_b, "0 elever")):
        asked = without_confirmation(world, omfang="skole", skole=str(school.uuid), tilgang="see_protected")
        assert f"for {count} med adressesperre" in text_of(admin.post(url_of(world), asked))


def test_not_on_a_group(world, officer, client_of):
    asked = form(world, omfang="gruppe", skole=str(world.school_a.uuid), gruppe="5A")
    assert client_of("municipal_admin").post(url_of(world), asked).status_code == 422
    with pytest.raises(RightsError):
        proposed(world, on=world.groups["5A"])


@pytest.mark.parametrize("name", ["municipal_admin", "principal", "second_admin", "school_admin"])
def test_who_may_not_decide_while_there_is_an_officer(world, officer, name):
    proposal = proposed(world)
    with pytest.raises((RightsError, SamePerson)):
        decide_grant(proposal, approve=True, by=world.user(name))
    assert GrantProposal.objects.get().state == "proposed"
    assert not MunicipalityGrant.objects.filter(user=world.users["principal"]).exists()


def test_without_an_officer_another_who_gives_roles_in_the_municipality_decides(world, client_of):
    world.add_employee("second_admin", role="kommuneadmin")
    proposal = proposed(world)
    for name in ("municipal_admin", "principal", "school_admin"):
        with pytest.raises((RightsError, SamePerson)):
            decide_grant(proposal, approve=True, by=world.user(name))
    page = f"/tilganger/forslag/{proposal.uuid}/"
    assert page in text_of(client_of("second_admin").get("/i-dag/"))
    client_of("second_admin").post(page, {"valg": "godkjenn"})
    assert MunicipalityGrant.objects.get().user == world.users["principal"]


def test_the_only_officers_own_right_can_be_renewed(world, officer):
    """Nobody decides on their own right, so the others may when there is no other officer."""
    proposal = proposed(world, to="officer")
    with pytest.raises(RightsError):
        decide_grant(proposal, approve=True, by=world.user("officer"))
    decide_grant(proposal, approve=True, by=world.user("second_admin"))
    row = MunicipalityGrant.objects.get(user=world.users["officer"], permission__codename="manage_protection")
    assert row.valid_to == UNTIL


def test_the_database_refuses_one_person_in_two_parts(world, officer):
    proposal = proposed(world)
    mine, theirs = world.users["municipal_admin"], world.users["principal"]
    for changed, name in (
        ({"decided_by": mine, "state": "approved", "decided_at": clock.now()}, "two_persons"),
        ({"decided_by": theirs, "state": "approved", "decided_at": clock.now()}, "not_for_decider"),
        ({"proposed_by": theirs}, "not_for_proposer"),
        ({"permission": "decide_leave"}, "of_officers_right"),
    ):
        with pytest.raises(IntegrityError, match=f"grantproposal_{name}"), transaction.atomic():
            GrantProposal.objects.filter(pk=proposal.pk).update(**changed)


def test_all_is_judged_again_when_it_is_approved(world, officer):
    proposal = proposed(world)
    world.users["municipal_admin"].assignments.all().delete()
    with pytest.raises(RightsError, match="ikke lenger"):
        decide_grant(proposal, approve=True, by=world.user("officer"))
    late = proposed(world, by="second_admin", right=P.SEE_PROTECTED)
    GrantProposal.objects.filter(pk=late.pk).update(valid_to=clock.today() - timedelta(days=1))
    with pytest.raises(RightsError, match="sluttdato"):
        decide_grant(late, approve=True, by=world.user("officer"))
    User.objects.filter(pk=world.users["principal"].pk).update(is_active=False)
    with pytest.raises(RightsError, match="stengt"):
        decide_grant(late, approve=True, by=world.user("officer"))
    assert GrantProposal.objects.waiting().count() == 2


def test_the_same_is_not_proposed_twice_and_can_be_refused_and_withdrawn(world, officer):
    first = proposed(world)
    with pytest.raises(RightsError, match="allerede foreslått"):
        proposed(world, by="second_admin")
    decide_grant(first, approve=False, by=world.user("officer"))
    again = proposed(world)
    with pytest.raises(RightsError):
        withdraw_grant(again, by=world.user("second_admin"))
    withdraw_grant(again, by=world.user("municipal_admin"))
    assert [row.state for row in GrantProposal.objects.all()] == ["rejected"]
    assert not MunicipalityGrant.objects.filter(user=world.users["principal"]).exists()
    assert not Alert.objects.exists()


def test_renewing_takes_two_and_ending_one(world, officer, client_of):
    row = give_grant(world.users["principal"], P.SEE_PROTECTED, on=world.school_a, by=None, reason="Inntak")
    before = row.valid_to
    asked = {"valg": "forny", "begrunnelse": "Fortsatt", "til": UNTIL.isoformat()}
    client_of("municipal_admin").post(f"/tilganger/saerskilt/{row.uuid}/", asked)
    row.refresh_from_db()
    assert row.valid_to == before
    decide_grant(GrantProposal.objects.get(), approve=True, by=world.user("officer"))
    row.refresh_from_db()
    assert row.valid_to == UNTIL
    end_grant(row, by=world.user("second_admin"))
    assert not SchoolGrant.objects.on().exists()


def test_the_privacy_officer_and_the_other_officers_are_told(world, officer, client_of):
    make_officer(world, "third")
    world.add_employee("ombud", role="personvernombud")
    for right in OFFICER_GRANTS:
        decide_grant(proposed(world, right=right), approve=True, by=world.user("officer"))
    decide_grant(
        proposed(world, right=P.SEE_PROTECTED, on=world.pupils["own"], to="nurse"),
        approve=True,
        by=world.user("officer"),
    )
    assert Alert.objects.filter(kind="officer", user=world.users["principal"]).count() == len(OFFICER_GRANTS)
    assert Alert.objects.get(user=world.users["nurse"]).about == world.pupils["own"].uuid
    page = text_of(client_of("ombud").get("/varsler/"))
    assert page.count("Ansvar for adressesperre er gitt</h2>") == 3
    assert f"{P.MANAGE_PROTECTION.label}, hele kommunen: Ny ansvarlig" in page
    told = "Ansatt Principal har fått ansvar for adressesperre"
    assert told in text_of(client_of("third").get("/i-dag/"))
    for name in ("officer", "municipal_admin", "school_admin"):
        assert told not in text_of(client_of(name).get("/i-dag/"))
    GrantProposal.objects.update(decided_at=clock.now() - timedelta(days=8))
    assert told not in text_of(client_of("third").get("/i-dag/"))


def test_a_proposal_about_a_pupil_one_may_not_know_of_does_not_exist(world, officer, client_of):
    make_officer(world, "asking")
    give_grant(world.users["asking"], P.GIVE_ROLES, on=world.municipality, by=None, reason="x")
    proposal = proposed(world, by="asking", right=P.MANAGE_PROTECTION, on=world.pupils["protected"])
    page = f"/tilganger/forslag/{proposal.uuid}/"
    assert client_of("municipal_admin").get(page).status_code == 404
    assert page not in text_of(client_of("municipal_admin").get("/tilganger/"))
    client = client_of("officer")
    assert "Elev Protected" in text_of(client.get(page))
    assert AccessEvent.objects.get(action="open_grant_proposal").about == world.pupils["protected"].uuid
    client.post(page, {"valg": "godkjenn"})
    assert StudentGrant.objects.get().content_object == world.pupils["protected"]
    assert not MunicipalityGrant.objects.filter(user=world.users["principal"]).exists()
