"""Files for others: a file to another system, the counts of 1 October, everything about one pupil, and a calendar."""

import re

from playwright.sync_api import expect

from guardians.exchange import actions as exchange
from guardians.models import RosterExport
from students.insight import actions as insight
from students.models import InsightExport
from students.statistics.actions import freeze


def test_a_file_for_another_system(reading, world):
    with reading("municipal_admin") as admin:
        page = admin.open("/oppsett/eksport/")
        admin.check_both("exchange-empty")
        page.get_by_label("OneRoster 1.1 (CSV)").check()
        page.get_by_role("button", name="Lag filen").click()
        expect(page.get_by_text("Filen er bestilt.")).to_be_visible()
        exchange.make(RosterExport.objects.get().pk)
        page.get_by_role("link", name="Se om filen er klar").click()
        expect(page.get_by_text("4 elever")).to_be_visible()
        admin.check_both("exchange-ready")
        with page.expect_download() as download:
            page.get_by_role("link", name="Last ned").click()
        assert download.value.suggested_filename.startswith("oneroster-20")


def test_the_counts_of_the_first_of_october(reading, world):
    freeze(world.school_a, world.year.starts_on.replace(month=10))
    with reading("principal") as principal:
        page = principal.open("/rapporter/gsi/")
        principal.check_both("gsi")
        page.get_by_role("link", name="Skole A").click()
        principal.check_both("gsi-school")
        page.get_by_role("link", name="Fyll ut Skoleskyss").click()
        page.get_by_label("Riktig tall").fill("7")
        page.get_by_role("button", name="Rett tallet").click()
        expect(page.get_by_text("Skriv hvorfor tallet rettes.").first).to_be_visible()
        principal.check_both("gsi-correct-errors")
        page.get_by_label("Hvorfor rettes tallet?").fill("Talt ved skolen")
        page.get_by_role("button", name="Rett tallet").click()
        expect(page.get_by_text("Tallet er rettet.")).to_be_visible()
        principal.check_both("gsi-corrected")


def test_everything_about_one_pupil(reading, world):
    with reading("municipal_admin") as admin:
        page = admin.open(f"/elever/{world.pupils['own'].uuid}/innsyn/")
        page.get_by_label("Hvem har bedt om innsyn, og når?").fill("Mor, brev 3. mars")
        page.get_by_role("button", name="Lag pakken").click()
        expect(page.get_by_text("Pakken er bestilt.")).to_be_visible()
        insight.make(InsightExport.objects.get().pk)
        page.get_by_role("link", name="Se om pakken er klar").click()
        admin.check_both("insight")
        with page.expect_download() as download:
            page.get_by_role("link", name="Last ned").click()
        assert download.value.suggested_filename.startswith("innsyn-20")


def test_a_calendar_of_ones_own(reading, world):
    with reading("contact_teacher") as teacher:
        page = teacher.open("/min-kalender/")
        page.get_by_role("button", name="Lag adresse").click()
        expect(page.get_by_label("Hemmelig adresse")).to_have_value(re.compile(r".*/kalender/.+\.ics"))
        teacher.check_both("calendar-address")
        page.get_by_role("button", name="Slett adressen").click()
        expect(page.get_by_text("Adressen er slettet.")).to_be_visible()
        teacher.check_both("calendar")
