"""Who can see, who has seen, emergency access and one's own logins: each step wide and on a phone."""

from datetime import date

import pytest
from django.test import Client
from playwright.sync_api import expect

from accessctl.audit import record_event
from accessctl.models import Alert
from tests.login import log_in


@pytest.fixture
def ombud(world):
    return world.add_employee("ombud", role="personvernombud")


def test_a_school_sees_who_can_see_a_pupil(reading, world):
    with reading("school_admin") as admin:
        page = admin.open(f"/elever/{world.pupils['own'].uuid}/")
        page.get_by_role("navigation", name="Om eleven").get_by_role("link", name="Hvem kan se dette").click()
        expect(page.get_by_role("row", name="Ansatt Contact_Teacher")).to_contain_text("Kontaktlærer i 5A")
        admin.check_both("watchers")
        shown = page.locator("tbody tr").count()
        page.get_by_label("Hvem", exact=True).select_option(label="Ansatte")
        page.get_by_role("button", name="Vis").click()
        expect(page.get_by_role("row", name="Ansatt Contact_Teacher")).to_be_visible()
        assert page.locator("tbody tr").count() < shown
        admin.check_both("watchers-filtered")


def test_the_privacy_officer_finds_a_pupil_without_opening_the_page(reading, world, ombud):
    with reading("ombud") as officer:
        page = officer.open("/innsyn/hvem-kan-se/")
        page.get_by_label("Navn").fill("Ingen")
        page.locator("main").get_by_role("button", name="Søk").click()
        expect(page.get_by_role("heading", name="Ingen elever passer med søket")).to_be_visible()
        officer.check_both("watchers-none")
        page.get_by_label("Navn").fill("own")
        page.locator("main").get_by_role("button", name="Søk").click()
        officer.check_both("watchers-found")
        page.get_by_role("link", name="Own, Elev").click()
        expect(page.get_by_role("row", name="Foresatt Guardian")).to_be_visible()
        officer.check_both("watchers-ombud")


def test_the_privacy_officer_searches_the_log(reading, world, ombud):
    own = world.pupils["own"]
    record_event(world.user("contact_teacher"), "open", own)
    with reading("ombud") as officer:
        page = officer.open("/innsynslogg/")
        officer.check_both("log")
        finder = page.get_by_role("form", name="Finn en elev")
        finder.get_by_label("Navn").fill("Elev Nobody")
        finder.get_by_role("button", name="Finn eleven").click()
        expect(
            page.get_by_role("link", name="Fødselsdato: Skriv inn en dato, for eksempel 14.08.2026.")
        ).to_be_visible()
        officer.check_both("log-refused")
        finder.get_by_label("Navn").fill("Elev Own")
        finder.get_by_label("Fødselsdato").fill(own.person.birth_date.isoformat())
        finder.get_by_role("button", name="Finn eleven").click()
        expect(page.get_by_role("row", name="Ansatt Contact_Teacher")).to_contain_text("Kontaktlærer i 5A")
        officer.check_both("log-pupil")
        page.get_by_role("link", name="Lag utskrift til den det gjelder").click()
        officer.check_both("log-handout")
        officer.open("/innsynslogg/endringer/")
        officer.check_both("log-changes")


def test_emergency_access_and_what_the_privacy_officer_writes_about_it(reading, world, ombud):
    person = world.people["other_class"]
    with reading("contact_teacher") as teacher:
        page = teacher.open("/nodtilgang/")
        page.get_by_role("button", name="Ta nødtilgang").click()
        expect(page.get_by_role("link", name="Elevens fulle navn: Skriv navnet på eleven.")).to_be_visible()
        teacher.check_both("emergency-errors")
        page.get_by_label("Elevens fulle navn").fill("Elev Other_Class")
        page.get_by_label("Fødselsdato").fill(date(2001, 1, 1).isoformat())
        page.get_by_label("Hvorfor trenger du tilgang nå?").fill("Eleven har skadet seg på skoleveien")
        page.get_by_role("button", name="Ta nødtilgang").click()
        expect(page.get_by_role("alert")).to_contain_text("Vi fant ingen elev med dette navnet")
        teacher.check_both("emergency-not-found")
        page.get_by_label("Fødselsdato").fill(person.birth_date.isoformat())
        page.get_by_role("button", name="Ta nødtilgang").click()
        expect(page.get_by_text("Du har tilgang til eleven ut dagen.")).to_be_visible()
        teacher.check_both("emergency-pupil")
    with reading("ombud") as officer:
        page = officer.open("/varsler/")
        officer.check_both("alerts")
        page.get_by_label("Vurdering").fill("Snakket med læreren. Det var riktig å åpne.")
        page.get_by_role("button", name="Lagre som vurdert").click()
        expect(page.get_by_text("Vurderingen er lagret.")).to_be_visible()
        officer.check_both("alerts-assessed")
    assert Alert.objects.filter(assessment__note__startswith="Snakket").exists()


def test_ending_a_login_on_another_machine(reading, world):
    elsewhere = Client()
    log_in(elsewhere, world.user("guardian"))
    with reading("guardian") as guardian:
        page = guardian.open("/mine-innlogginger/")
        guardian.check_both("logins")
        page.get_by_role("button", name="Avslutt alle andre").click()
        expect(page.get_by_text("1 annen innlogging er avsluttet.")).to_be_visible()
        guardian.check_both("logins-ended")
        expect(page.get_by_role("listitem")).to_have_count(1)
    assert elsewhere.get("/foresatt/").status_code == 302
