"""«Rett og send på nytt», walked for each cause: what is wrong, where it is put right, whose job it is, and that it
arrives then.
"""

import pytest
from django.test import Client
from django.urls import reverse

from accessctl.models import School
from accessctl.scope import scope_of
from documents.models import DocumentDispatch
from guardians.models import GuardianRelation
from messaging import actions, mending, polling
from messaging.channels.svarut.refusals import MEND, PLACES
from messaging.models import Dispatch, Peer
from people.models import Address
from tests.login import log_in
from tests.messaging.parts import after_the_quiet_period, give_address, queue, stored, work

pytestmark = pytest.mark.django_db
LOG = reverse("messaging:log")
Failure = Dispatch.Failure


def as_user(world, name: str) -> Client:
    client = Client()
    log_in(client, world.user(name))
    return client


def shown(world, dispatch: Dispatch, *, to: str = "municipal_admin") -> str:
    return as_user(world, to).get(reverse("messaging:letter", args=[dispatch.uuid])).content.decode()


def park(dispatch: Dispatch, failure: str, text: str = "") -> Dispatch:
    Dispatch.objects.filter(pk=dispatch.pk).update(state="parked", failure=failure, failure_text=text)
    return stored(dispatch)


def again(world, dispatch: Dispatch) -> Dispatch:
    as_user(world, "municipal_admin").post(reverse("messaging:send_again", args=[dispatch.uuid]))
    after_the_quiet_period()
    work()
    return stored(dispatch)


def test_without_an_address_the_register_is_where_it_is_found(world, svarut):
    Address.objects.all().delete()
    dispatch = queue(world)
    work()
    assert stored(dispatch).failure == Failure.NO_ADDRESS
    page = shown(world, dispatch)
    assert "Mottakeren mangler postadresse" in page and reverse("guardians:register") in page
    page = shown(world, dispatch, to="school_admin")
    assert "Det er kommuneadmin som kan gjøre dette." in page and "Åpne Folkeregisteret" not in page
    give_address(world.people["guardian"])
    assert again(world, dispatch).state == "sent"


def test_an_unknown_person_is_put_right_in_the_register_and_goes_again(world, svarut):
    svarut.store.faults = ["avvist"]
    dispatch = queue(world)
    work()
    svarut.store.move_on([str(stored(dispatch).svarut_id)])
    after_the_quiet_period()
    polling.poll()
    assert stored(dispatch).failure == Failure.REFUSED
    page = shown(world, dispatch)
    assert "Fødselsnummeret til mottakeren er ikke gyldig." in page and reverse("guardians:register") in page
    assert again(world, dispatch).state == "sent"


def test_a_schools_number_that_is_put_right_is_the_one_that_is_sent(world, svarut):
    """The number is read when the letter goes, like the address, so that mending it helps the letters that failed."""
    School.objects.filter(pk=world.school_a.pk).update(org_number="9 1 0")
    dispatch = queue(world)
    work()
    assert stored(dispatch).failure == Failure.REFUSED
    page = shown(world, dispatch)
    assert "Skolens organisasjonsnummer" in page
    assert reverse("admin:accessctl_school_change", args=[world.school_a.pk]) in page
    School.objects.filter(pk=world.school_a.pk).update(org_number="910000000")
    assert again(world, dispatch).state == "sent"
    (sending,) = svarut.store.sendings.values()
    assert sending.data["konteringskode"] == "910000000"


def test_a_refused_file_takes_a_new_version_and_is_not_sent_again(world, svarut):
    document = world.add_draft("own")
    dispatches = [
        park(
            queue(world, f"dok:{n}:v1:a"),
            Failure.REFUSED,
            next(w for w, place in PLACES.items() if place == "document"),
        )
        for n in range(2)
    ]
    DocumentDispatch.objects.create(dispatch=dispatches[0], document=document, guardian=world.people["guardian"])
    page = shown(world, dispatches[0])
    assert "Lag en rettet versjon av dokumentet." in page and "Rett og send på nytt" not in page
    assert reverse("documents:page", args=[document.uuid]) in page
    log = as_user(world, "municipal_admin").get(LOG, {"fane": "feil"}).content.decode()
    assert "Send alle på nytt" not in log and reverse("documents:page", args=[document.uuid]) in log


def test_nobody_to_receive_leads_to_the_pupils_guardians(world, svarut):
    dispatch = park(queue(world), Failure.NOT_RECEIVING)
    GuardianRelation.objects.filter(guardian=world.people["guardian"]).update(receives_information=False)
    assert reverse("guardians:tab", args=[world.pupils["own"].uuid]) in shown(world, dispatch, to="school_admin")
    assert again(world, dispatch).failure == Failure.NOT_RECEIVING
    GuardianRelation.objects.filter(guardian=world.people["guardian"]).update(receives_information=True)
    assert again(world, dispatch).state == "sent"


@pytest.mark.parametrize(
    ("fault", "words"), [("401", "integrasjonen vår"), ("403", "ikke tilgang til å sende")]
)  # fmt: skip
def test_an_error_of_the_account_is_told_over_the_log_and_fails_no_letter(world, svarut, fault, words):
    svarut.store.faults = [fault] * 5
    rows = [queue(world, f"dok:{n}:v1:a") for n in range(5)]
    work()
    assert {stored(row).state for row in rows} == {"ready"}
    page = as_user(world, "municipal_admin").get(LOG).content.decode()
    assert words in page and "Den som drifter systemet" in page and "ingenting går tapt" in page
    after_the_quiet_period()
    work()
    assert words not in as_user(world, "municipal_admin").get(LOG).content.decode()
    assert Peer.objects.get().said == ""


def test_without_an_account_the_log_says_that_letters_wait(world, settings):
    settings.SVARUT = settings.SVARUT | {"account_id": ""}
    assert "SvarUt er ikke satt opp." in as_user(world, "municipal_admin").get(LOG).content.decode()


def test_every_cause_says_what_to_do_and_each_link_opens_for_whom_it_is_given_to(world):
    dispatch = queue(world)
    DocumentDispatch.objects.create(
        dispatch=dispatch, document=world.add_draft("own"), guardian=world.people["guardian"]
    )
    causes = [(failure, "") for failure in Failure.values]
    causes += [(Failure.REFUSED, words) for _pattern, words, _place in MEND]
    for name in ("municipal_admin", "school_admin"):
        scope, links = scope_of(world.user(name)), set()
        for failure, text in causes:
            row = park(dispatch, failure, text)
            documents = mending.documents_of([row])
            told = mending.mending_of(row, pupil=world.pupils["own"], scope=scope, documents=documents)
            assert told and told.step, failure
            assert told.url or told.who or actions.may_go_again(row), failure
            links |= {told.url} - {""}
        client = as_user(world, name)
        assert len(links) >= 2
        assert {client.get(link, follow=True).status_code for link in links} == {200}
