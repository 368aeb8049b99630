"""Staff: a file is checked, a new employee gets what is needed, and variable pay goes through two hands."""

from datetime import date, timedelta

import pytest
from playwright.sync_api import expect

from schoolapp.lib import clock
from staff.hr import sync
from staff.models import Employee, OrgUnit, PayBatch, PayCode
from tests.staff.feed import Row, csv_file, drop, take

NEW = Row(starts=(clock.today() - timedelta(days=3)).isoformat())
OTHERS = [Row(number=f"3{n:04d}", family=f"Annen{n}", starts="2024-08-01") for n in range(12)]


@pytest.fixture
def newcomer(world, transactional_db, settings):
    settings.SYNTHETIC_IDS_ALLOWED = True
    OrgUnit.objects.create(unit_id="4101", name="Skole A", school=world.school_a)
    PayCode.objects.create(code="1150", name="Vikartime", rate=41230)
    take(csv_file(NEW, *OTHERS))
    return Employee.objects.get(employee_number="20001")


def test_the_register_is_checked_and_a_flag_is_settled(reading, world, newcomer):
    take(csv_file(*OTHERS))
    take(csv_file(NEW, *OTHERS)[:-20])
    with reading("municipal_admin") as admin:
        page = admin.open("/ansattsynk/")
        expect(page.get_by_text("Den siste filen ble ikke lest inn")).to_be_visible()
        admin.check_both("staff-sync")
        page.get_by_role("link", name="Se hvorfor").click()
        expect(page.get_by_text("Rad 14: filen slutter midt i en rad")).to_be_visible()
        admin.check_both("staff-sync-refused")
        admin.open("/ansattsynk/enheter/")
        admin.check_both("staff-units")
        page = admin.open("/ansattsynk/")
        page.get_by_role("link", name="Vurder Ny Ansatt").click()
        admin.check_both("staff-missing")
        page.get_by_role("button", name="Avslutt tilgangen").click()
        expect(page.get_by_text("Tilgangen er avsluttet.")).to_be_visible()
    newcomer.refresh_from_db()
    assert newcomer.has_left


def test_a_short_file_is_accepted_by_somebody_who_has_seen_what_it_does(reading, world, newcomer, settings, tmp_path):
    short = csv_file(*[row.but(ends="2025-01-01") for row in OTHERS[:3]], *OTHERS[3:])
    take(short)
    settings.STAFF_FEED_FOLDER, settings.STAFF_FEED_URL = str(tmp_path), ""
    drop(tmp_path, short)
    with reading("municipal_admin") as admin:
        page = admin.open("/ansattsynk/")
        page.get_by_role("link", name="Se hvorfor").click()
        expect(page.get_by_text("3 ansatte avsluttes og mister all tilgang med en gang.")).to_be_visible()
        admin.check_both("staff-sync-short")
        page.get_by_role("button", name="Godta filen og les den inn").click()
        expect(page.get_by_text("Filen er godtatt og leses inn om litt.")).to_be_visible()
        sync.run_waiting()
        page.reload()
        expect(page.get_by_text("Lest inn")).to_be_visible()
        admin.check_both("staff-sync-accepted")


def test_a_principal_orders_what_the_new_one_needs_and_plans(reading, world, newcomer):
    with reading("principal") as principal:
        principal.open("/ansatte/")
        principal.check_both("staff-people")
        principal.page.get_by_role("link", name="Ansatt, Ny").click()
        principal.check_both("staff-person")
        page = principal.open("/i-dag/")
        page.get_by_text("IKT-skjema for 1 ny ansatt").wait_for()
        page = principal.open("/ikt-skjema/")
        page.get_by_role("link", name="Fyll ut Ny Ansatt").click()
        page.get_by_role("button", name="Send til kommunen").click()
        principal.check_both("staff-ict-errors")
        page.get_by_label("bærbar PC").check()
        page.get_by_role("button", name="Send til kommunen").click()
        expect(page.get_by_text("Skjemaet er sendt til kommunen.")).to_be_visible()
        principal.check_both("staff-ict-sent")
        page = principal.open("/stillingsplan/")
        page.get_by_role("link", name="Legg inn undervisning").click()
        page.get_by_label("Gruppe", exact=True).fill("5A")
        page.get_by_label("Fag eller oppgave").fill("Norsk")
        page.get_by_label("Timer i året").fill("741")
        page.locator("#id_ansatt").select_option(str(newcomer.uuid))
        principal.check_both("staff-plan-form")
        page.get_by_role("button", name="Lagre").click()
        expect(page.get_by_text("20,00 prosentpoeng over (148,20 timer for mye)")).to_be_visible()
        principal.check_both("staff-plan")
    with reading("municipal_admin") as admin:
        page = admin.open("/ikt-skjema/sendt/")
        admin.check_both("staff-deliveries")
        page.get_by_role("link", name="Se skjemaet Ny Ansatt").click()
        admin.check_both("staff-delivery")
        page.get_by_role("button", name="Alt er levert").click()
        expect(page.get_by_text("Skjemaet er merket som levert.")).to_be_visible()
        admin.check_both("staff-delivered")


def test_pay_goes_through_two_hands(reading, world, newcomer):
    with reading("school_admin") as admin, reading("principal") as principal:
        page = admin.open("/variabel-lonn/ny/")
        page.get_by_label("Ansatt og stilling").select_option(str(newcomer.positions.get().uuid))
        page.get_by_label("Lønnsart").select_option("1150")
        page.get_by_label("Antall").fill("3,5")
        page.get_by_label("Kommentar").fill("=1+1")
        admin.check_both("staff-pay-form")
        page.get_by_role("button", name="Registrer", exact=True).click()
        admin.check_both("staff-pay")
        page = principal.open("/variabel-lonn/")
        page.get_by_role("checkbox").check()
        page.get_by_role("button", name="Godkjenn valgte").click()
        expect(page.get_by_text("1 linje er godkjent.")).to_be_visible()
        page = principal.open("/variabel-lonn/overfor/")
        principal.check_both("staff-pay-transfer")
        page.get_by_role("button", name="Overfør 1 linje").click()
        expect(page.get_by_role("heading", name="Overføring 1")).to_be_visible()
        principal.check_both("staff-pay-batch")
        with page.expect_download() as download:
            page.get_by_role("link", name="Hent filen").click()
        content = download.value.path().read_bytes()
        assert content == bytes(PayBatch.objects.get().content)
        assert b";'=1+1;" in content
        page = admin.open("/variabel-lonn/?fane=overfort")
        page.get_by_role("link", name="Ny Ansatt").click()
        admin.check_both("staff-pay-line")
    assert PayBatch.objects.get().period == date(clock.today().year, clock.today().month, 1)
