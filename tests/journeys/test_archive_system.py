"""Kommuneadmin chooses Fiks Arkiv, at every width and in both languages."""

import pytest
from playwright.sync_api import expect

from tests.archive.fiks_server import OURS, THEIRS
from tests.journeys.browser import NARROWEST, PHONE

SYSTEM = "/rapporter/arkiv/oppsett/system/"


@pytest.fixture
def keys(settings):
    settings.FIKS_IO = settings.FIKS_IO | {
        "url": "http://127.0.0.1:9", "integration_id": "x", "integration_password": "x", "private_keys": ["x"],
        "amqp_url": "amqp://127.0.0.1:9/",
    }  # fmt: skip


def test_codes_are_filled_in_and_the_system_is_changed(reading, world, keys):
    world.add_document("own")
    with reading("municipal_admin") as admin:
        page = admin.open("/rapporter/arkiv/oppsett/", name="archive-setup")
        page.get_by_role("link", name="Arkivsystem og koder").click()
        expect(page.get_by_role("heading", name="Arkivsystem", exact=True)).to_be_visible()
        page.get_by_label("Vår Fiks-konto").fill(OURS)
        page.get_by_label("Arkivets Fiks-konto").fill(THEIRS)
        page.get_by_label("Klasser på mappene").fill("FNR;; elever")
        page.get_by_role("button", name="Lagre").click()
        expect(page.get_by_text("Skriv «FNR;; elever» som system; klasse; elev eller skole.").first).to_be_visible()
        admin.check("archive-system-wrong")
        page.get_by_label("Klasser på mappene").fill("FNR;; elev\nK-KODE; B00")
        page.get_by_role("button", name="Lagre").click()
        expect(page.get_by_text("Kodene for arkivet er lagret.")).to_be_visible()
        page.get_by_role("link", name="Bytt til Fiks Arkiv").click()
        expect(page.get_by_text("1 dokument er Klar og går til det nye systemet.")).to_be_visible()
        for size in (PHONE, NARROWEST):
            admin.resize(size, name="archive-switch")
        page.get_by_role("button", name="Bytt til Fiks Arkiv").click()
        expect(page.get_by_text("Dokumentene går nå til Fiks Arkiv.")).to_be_visible()


def test_the_pages_in_nynorsk(reading):
    with reading("municipal_admin", language="nn") as admin:
        for name, path in (("system", SYSTEM), ("switch", f"{SYSTEM}bytt/")):
            admin.open(path, name=f"archive-{name}-nn")
            for size in (PHONE, NARROWEST):
                admin.resize(size, name=f"archive-{name}-nn")
