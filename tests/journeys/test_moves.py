"""A pupil changes school: from the pupil's page at the old school to the list of those who come at the new one."""

import pytest
from playwright.sync_api import expect

from admissions.models import Move
from documents import tasks
from documents.installing import install_types
from documents.models import Document
from students.models import Student
from tests.admissions.moving import day


@pytest.fixture
def letters(world):
    install_types()
    return world


def test_a_pupil_changes_school(reading, letters):
    world, student = letters, letters.pupils["other_class"]
    with reading("school_admin") as old, reading("school_admin_b") as new:
        page = old.open(f"/elever/{student.uuid}/skolegang/")
        old.check_both("move-history")
        page.get_by_role("link", name="Bytter skole eller slutter").click()
        page.get_by_label("Bytte av skole i kommunen").check()
        old.check_both("move-begin")
        page.get_by_role("button", name="Begynn").click()
        expect(page.get_by_role("heading", name="Elev Other_Class")).to_be_visible()
        old.check_both("move-case-draft")
        page.get_by_role("link", name="Fatt vedtak").click()
        page.get_by_role("button", name="Se hva som vil skje").click()
        old.check_both("move-decide-errors")
        page.get_by_label("Skole", exact=True).select_option("Skole B")
        page.get_by_label("Trinn").select_option("8")
        page.get_by_label("Første dag på skolen").fill(day(4).isoformat())
        page.get_by_label("Begrunnelse").fill("Familien flytter.")
        page.get_by_role("button", name="Se hva som vil skje").click()
        expect(page.get_by_text("Ingenting er lagret ennå.")).to_be_visible()
        old.check_both("move-preview")
        page.get_by_role("button", name="Lagre vedtaket").click()
        expect(page.get_by_text("Vedtaket er lagret.")).to_be_visible()
        old.check_both("move-case")
        page.get_by_role("link", name="Gjør klar").click()
        old.check_both("move-notice")
        page.get_by_role("button", name="Lag flyttemelding").click()
        expect(page.get_by_text("Flyttemeldingen er laget.")).to_be_visible()
        tasks.render(Document.objects.get().pk)
        received = new.open("/i-dag/")
        received.get_by_role("link", name="Ta imot").click()
        new.check_both("move-coming")
        received.get_by_role("link", name="Elev Other_Class").click()
        received.get_by_role("link", name="Se flyttemeldingen").click()
        new.check_both("move-notice-received")
        received.get_by_role("button", name="Merk som lest").click()
        received.get_by_role("link", name="Elev Other_Class").click()
        received.get_by_role("link", name="Velg klasse").click()
        received.get_by_label("Klasse", exact=True).select_option(label="8A")
        new.check_both("move-class")
        received.get_by_role("button", name="Lagre klassen").click()
        page = old.open(f"/flytting/{Move.objects.get().uuid}/avslutt/")
        old.check_both("move-end")
        page.get_by_role("button", name="Avbryt flyttingen").click()
        expect(page.get_by_text("Alt er som før.")).to_be_visible()
    assert Student.objects.get(pk=student.pk).school == world.school_a


def test_the_other_screens_wide_and_on_a_phone(reading, letters):
    world = letters
    school = world.school_a.uuid
    with reading("municipal_admin") as admin:
        for name, path in {
            "moves": "/flytting/",
            "moves-arrive": "/flytting/inn/",
            "moves-waiting": "/flytting/uten-plass/",
            "moves-letters": "/flytting/brev/",
            "moves-letters-none": f"/flytting/brev/nytt/?brev=invitasjon-innskriving&skole={school}",
        }.items():
            admin.page.goto(admin.base_url + path)
            admin.check_both(name)
