"""The officers of address protection at work, each step wide and on a phone."""

from datetime import timedelta

import pytest
from playwright.sync_api import expect

from accessctl.actions import give_grant
from accessctl.permissions import OFFICER_GRANTS
from guardians.models import GuardianRelation
from people.models import Protection
from schoolapp.lib import clock
from tests.journeys.browser import PHONE

PUPIL, GUARDIAN = "Elev Protected", "Foresatt Guardian_Of_Protected"


@pytest.fixture
def officers(world):
    for name in ("officer", "second_officer"):
        world.add_employee(name, role="kommuneadmin")
        for permission in OFFICER_GRANTS:
            give_grant(world.user(name), permission, on=world.municipality, by=None, reason="Ansvarlig")
    return world


def open_from_list(person, link: str):
    """From the list to one person's page, with the reason it asks for."""
    page = person.open("/adressesperre/")
    page.get_by_role("link", name=link, exact=True).click()
    page.get_by_label("Hvorfor må du åpne siden?").fill("Mor har ringt")
    person.check_both("protected-asks")
    page.get_by_role("button", name="Åpne siden").click()
    return page


def test_an_officer_opens_the_portal_for_one_guardian(reading, officers):
    with reading("officer") as officer:
        page = open_from_list(officer, PUPIL)
        officer.check_both("family")
        page.get_by_role("link", name=f"Åpne – {GUARDIAN}").click()
        page.get_by_role("button", name="Åpne portalen").click()
        expect(page.get_by_role("link", name="Begrunnelse: Skriv en begrunnelse.")).to_be_visible()
        officer.check_both("portal-open")
        page.get_by_label("Begrunnelse").fill("Har foreldreansvar, og er selv skjermet sammen med eleven")
        page.get_by_role("button", name="Åpne portalen").click()
        expect(page.get_by_text("Portalen er åpen.")).to_be_visible()
        officer.check_both("family-open")
    with reading("guardian_of_protected", size=PHONE) as guardian:
        page = guardian.open("/foresatt/", name="portal-of-protected")
        expect(page.get_by_role("article")).to_contain_text("5A · Skole A")


def test_an_officer_lets_a_teacher_see_the_pupil(reading, officers):
    with reading("officer") as officer, reading("contact_teacher") as teacher:
        page = open_from_list(officer, PUPIL)
        page.get_by_role("link", name="Gi en ansatt innsyn").click()
        officer.check_both("give-sight")
        page.get_by_label("Ansatt", exact=True).select_option(str(officers.people["contact_teacher"].uuid))
        page.get_by_label("Til og med").fill((clock.today() + timedelta(days=30)).isoformat())
        page.get_by_label("Begrunnelse").fill("Er kontaktlærer")
        page.get_by_role("button", name="Gi innsyn").click()
        expect(page.get_by_text("Innsynet er gitt.")).to_be_visible()
        officer.check_both("family-with-sight")
        expect(teacher.open("/elever/").get_by_role("link", name="Protected, Elev")).to_be_visible()
        page.get_by_role("button", name="Avslutt innsynet – Ansatt Contact_Teacher").click()
        expect(page.get_by_text("Ingen ansatte har eget innsyn")).to_be_visible()
        expect(teacher.open("/elever/").get_by_role("link", name="Protected, Elev")).to_have_count(0)


def test_two_officers_take_protection_off(reading, officers):
    with reading("officer") as officer, reading("second_officer") as second:
        page = open_from_list(officer, f"Endre dato – {PUPIL}")
        officer.check_both("review-day")
        page.get_by_label("Vurderes på nytt (valgfritt)").fill(clock.today().isoformat())
        page.get_by_role("button", name="Lagre").click()
        page.get_by_role("link", name=f"Foreslå å oppheve – {PUPIL}").click()
        officer.check_both("lower")
        page.get_by_label("Begrunnelse").fill("Vedtaket er opphevet")
        page.get_by_role("button", name="Send til godkjenning").click()
        expect(page.get_by_text("En kollega må godkjenne.", exact=True)).to_be_visible()
        expect(page.get_by_role("button", name="Godkjenn")).to_have_count(0)
        officer.check_both("lower-waiting")
        page = second.open("/adressesperre/")
        second.check_both("lower-decide")
        page.get_by_role("button", name="Godkjenn").click()
        expect(page.get_by_text("Skjermingen er endret.")).to_be_visible()
        second.check_both("lowered")
    officers.people["protected"].refresh_from_db()
    assert officers.people["protected"].protection == Protection.NONE


def test_a_guardian_by_hand_is_approved_by_a_colleague(reading, officers):
    own = officers.pupils["own"]
    with reading("municipal_admin") as admin, reading("second_officer") as colleague:
        page = admin.open(f"/elever/{own.uuid}/foresatte/")
        page.get_by_role("link", name="Ny foresatt").click()
        page.get_by_role("button", name="Send til godkjenning").click()
        admin.check_both("guardian-new-errors")
        number = officers.people["guardian_b"].national_ids.get().number
        page.get_by_label("Fødselsnummer eller D-nummer").fill(number)
        page.get_by_label("Fornavn").fill("Foresatt")
        page.get_by_label("Etternavn").fill("Guardian_B")
        page.get_by_label("Dokumentasjon", exact=True).select_option(label="oppnevning som verge")
        page.get_by_label("Saksnummer eller dato for vedtaket").fill("26/12")
        page.get_by_label("Tilgangen varer til og med").fill(clock.today().isoformat())
        page.get_by_role("button", name="Send til godkjenning").click()
        expect(page.get_by_text("Forslaget er sendt.")).to_be_visible()
        admin.check_both("guardian-proposed")
        page = colleague.open("/foresatte/til-godkjenning/")
        page.get_by_role("link", name="Foresatt Guardian_B").click()
        colleague.check_both("guardian-approve")
        page.get_by_role("button", name="Godkjenn").click()
        expect(page.get_by_text("Tilgangen gjelder nå.")).to_be_visible()
        page = admin.open(f"/elever/{own.uuid}/foresatte/")
        page.get_by_role("link", name="Foresatt Guardian_B").click()
        page.get_by_role("link", name="Avslutt tilgangen").click()
        admin.check_both("guardian-end")
        page.get_by_label("Begrunnelse").fill("Vergemålet er over")
        page.get_by_role("button", name="Avslutt tilgangen").click()
        expect(page.get_by_text("Tilgangen er avsluttet.")).to_be_visible()
    assert not GuardianRelation.objects.in_force().filter(student=own, guardian=officers.people["guardian_b"]).exists()
