"""A letter that could not be sent is mended and sent; one to the protected waits for the officer."""

from datetime import timedelta
from uuid import uuid4

import pytest
from playwright.sync_api import expect

from accessctl.actions import give_grant
from accessctl.permissions import OFFICER_GRANTS
from messaging.models import Dispatch, Price
from schoolapp.lib import clock
from tests.messaging.parts import queue

pytestmark = pytest.mark.django_db(transaction=True)


def test_from_the_failure_to_sent_again(reading, world):
    for kind, ore in ((Price.Kind.DIGITAL, 350), (Price.Kind.PRINT, 1900), (Price.Kind.SMS, 69)):
        Price.objects.create(kind=kind, ore=ore, valid_from=clock.today() - timedelta(days=90))
    for n, changes in enumerate(
        (
            {"state": "parked", "failure": "no_address", "failure_text": "Mottakeren mangler fullstendig postadresse."},
            {"state": "parked", "failure": "no_address", "failure_text": "Mottakeren mangler fullstendig postadresse."},
            {"state": "sent", "status": "LEST", "svarut_id": uuid4(), "sent_at": clock.now(), "way": "digital"},
            {"state": "sent", "status": "IKKE_LEVERT", "svarut_id": uuid4(), "sent_at": clock.now(), "way": "print"},
        )
    ):
        row = queue(world, f"dok:{n}:v1:a", kind="Innkalling til møte på skolen")
        Dispatch.objects.filter(pk=row.pk).update(**changes)
    with reading("school_admin") as reader:
        page = reader.open("/")
        expect(page.get_by_text("2 brev kunne ikke sendes")).to_be_visible()
        page.get_by_role("link", name="Se årsaken").click()
        reader.check_both("utsendinger-feil")
        page.get_by_role("link", name="Foresatt Guardian").first.click()
        reader.check_both("utsendinger-brev")
        page.get_by_role("link", name="Utsendinger").last.click()
        page.get_by_role("link", name="Feil").click()
        page.get_by_role("button", name="Send alle på nytt").click()
        expect(page.get_by_text("2 brev sendes på nytt.")).to_be_visible()
        reader.check_both("utsendinger-ikke-sendt")
        reader.open("/rapporter/utsendinger/?fane=sendt")
        reader.check_both("utsendinger-sendt")
        reader.open("/rapporter/utsendinger/kostnader/")
        reader.check_both("utsendinger-kostnader")
        expect(page.get_by_text("22,50 kr").first).to_be_visible()
    assert Dispatch.objects.filter(state="ready").count() == 2


def test_a_letter_to_the_protected_is_the_officers(reading, world):
    row = queue(world, about="protected", kind="Innkalling til møte på skolen")
    Dispatch.objects.filter(pk=row.pk).update(state="parked", failure="protected")
    for permission in OFFICER_GRANTS:
        give_grant(world.users["municipal_admin"], permission, on=world.municipality, by=None, reason="Prøve")
    with reading("school_admin") as reader:
        page = reader.open("/rapporter/utsendinger/?fane=alle")
        expect(page.get_by_text("Ingen brev er sendt ennå")).to_be_visible()
    with reading("municipal_admin") as reader:
        page = reader.open("/adressesperre/brev/")
        reader.check_both("brev-til-skjermede")
        page.get_by_role("button", name="Levert på annen måte").click()
        expect(page.get_by_text("merket som levert på annen måte")).to_be_visible()
    assert Dispatch.objects.get(pk=row.pk).state == "withdrawn"
