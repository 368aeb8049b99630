"""Each error of the archives has its own plain sentence, and a link that works for whoever can mend it."""

import pytest
from django.test import Client
from django.urls import reverse

from accessctl.scope import scope_of
from archive import advice, log
from archive.models import Delivery
from schoolapp.lib import clock
from tests.archive.parts import make_record, queue, run_all
from tests.login import log_in

REFUSALS = {
    "Administrativ enhet ELVEBAKKEN finnes ikke.": "unit",
    "Ukjent tilgangsgruppe.": "group",
    "Journalenhet SKOLE er ikke i bruk.": "registry_unit",
    "Arkivdel ELEV finnes ikke.": "series",
    "Hjemmelen er ukjent.": "exemption",
    "Ugyldig journalstatus.": "document_type",
    "Klassering B99 finnes ikke.": "class",
    "Saken 2026/12 er avsluttet.": "folder_closed",
    "Fant ikke mappe 2026/99 i Elements.": "folder_gone",
    "Ugyldig filformat.": "format",
    "Dokumentet er for stort.": "too_large",
    "Brukeren har ikke tilgang.": "access_refused",
    "no.ks.fiks.arkiv.v1.feilmelding.ikkefunnet": "folder_gone",
    "no.ks.fiks.kvittering.tidsavbrudd": "expired",
    "no.ks.fiks.arkiv.v1.feilmelding.serverfeil": "peer_broken",
    "no.ks.fiks.arkiv.v1.feilmelding.ugyldigforespoersel": "invalid",
}


@pytest.mark.parametrize(("words", "code"), REFUSALS.items())
def test_what_an_archive_says_has_an_entry(words, code):
    cause, _it = advice.cause_of("refused", words)
    assert cause and cause.code == code


def test_every_entry_is_met_by_something_and_has_a_sentence_of_its_own():
    sentences = [str(cause.sentence) for cause in advice.CAUSES]
    assert len(set(sentences)) == len(sentences)
    assert len({cause.code for cause in advice.CAUSES}) == len(advice.CAUSES)


def test_words_nobody_foresaw_are_shown_as_they_are(world):
    told = advice.advice("refused", "Xyzzy.", school=world.school_a, scope=scope_of(world.user("municipal_admin")))
    assert (told.cause, told.words, told.url) == ("Arkivet avviste dokumentet", "Xyzzy.", "")


def test_a_name_that_is_quoted_of_a_sensitive_document_does_not_come_through(world):
    said = "Saksbehandler Kari finnes ikke i Elements."
    told = advice.advice(
        "refused", said, school=world.school_a, scope=scope_of(world.user("municipal_admin")), with_words=False
    )
    assert "Kari" not in told.cause + told.words + told.step


@pytest.mark.parametrize("words", REFUSALS)
def test_a_seeded_fault_is_told_with_a_link_that_opens(elements, world, words):
    """As the local archive refuses it, read in the log by the municipality's administrator."""
    elements.faults.add(mode="refuse", text=words, operation="Insert", kind="RegistryEntry")
    delivery = queue(make_record("dok:1:v1"), world.school_a)
    run_all()
    delivery.refresh_from_db()
    assert delivery.state == "parked"
    client = Client()
    log_in(client, world.user("municipal_admin"))
    text = client.get(reverse("archive:log"), {"fane": "feilet"}).content.decode()
    told = advice.advice_for(delivery, scope=scope_of(world.user("municipal_admin")))
    assert told.cause in text and told.step in text
    if told.url:
        assert told.url in text and client.get(told.url).status_code == 200
    else:
        assert told.who or told.step


def failed(world, school, count: int, words: str) -> list[Delivery]:
    rows = [
        queue(make_record(f"dok:{len(words)}-{school.pk}-{n}:v1", folder=f"elevmappe:{n + 1}"), school)
        for n in range(count)
    ]
    Delivery.objects.filter(pk__in=[row.pk for row in rows]).update(
        state="parked", failure="refused", failure_text=words, claimed_at=clock.now()
    )
    return rows


def test_equal_causes_are_one_group_though_the_archive_words_them_differently(world):
    failed(world, world.school_a, 2, "Saksbehandler REK er ikke en aktiv bruker i Elements.")
    failed(world, world.school_a, 3, "Saksansvarlig «REK» finnes ikke i Elements.")
    failed(world, world.school_b, 2, "Saksansvarlig «ABC» finnes ikke i Elements.")
    groups = log.by_cause(Delivery.objects.all())
    assert [(group.key, group.n) for group in groups] == [("owner_unknown:REK", 5), ("owner_unknown:ABC", 2)]
    client = Client()
    log_in(client, world.user("municipal_admin"))
    page = client.get(reverse("archive:log"), {"fane": "feilet"})
    assert [cause.n for cause in page.context["shared"]] == [5, 2]
    client.post(reverse("archive:set_ready_many"), {"gruppe": "owner_unknown:REK"})
    assert Delivery.objects.filter(state="parked").count() == 2


def test_a_large_group_goes_on_until_all_have_been_asked(world, monkeypatch):
    monkeypatch.setattr("archive.views.retry.AT_A_TIME", 2)
    failed(world, world.school_a, 5, "Hjemmelen er ukjent.")
    client = Client()
    log_in(client, world.user("school_admin"))
    form = {"gruppe": "exemption:"}
    answer = client.post(reverse("archive:set_ready_many"), form)
    seen = []
    while answer.status_code == 200:
        context = answer.context
        seen.append((context["changed"], context["left"]))
        form |= {"etter": context["after"], "satt": context["changed"], "stoppet": context["stopped"]}
        answer = client.post(reverse("archive:set_ready_many"), form)
    assert seen == [(2, 3), (4, 1)]
    assert answer.status_code == 302
    assert not Delivery.objects.filter(state="parked").exists()


def test_those_still_stopped_are_counted_and_stay_with_their_reason(world):
    rows = failed(world, world.school_a, 2, "Skolen mangler administrativ enhet.")
    Delivery.objects.update(failure="stopped")
    world.school_a.archive_settings.administrative_unit = ""
    world.school_a.archive_settings.save()
    client = Client()
    log_in(client, world.user("school_admin"))
    answer = client.post(reverse("archive:set_ready_many"), {"valgt": [str(row.uuid) for row in rows]}, follow=True)
    assert "2 dokumenter er fortsatt stoppet." in answer.content.decode()
    assert set(Delivery.objects.values_list("state", flat=True)) == {"parked"}
