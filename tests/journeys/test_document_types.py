"""«Hva lages hvor», and the municipality's screens for document types, hjemler and letterheads, in a real browser."""

import io

import pytest
from PIL import Image
from playwright.sync_api import expect

from documents.installing import install_types
from documents.models import AccessBasis, DocumentType, Letterhead
from tests.journeys.browser import NARROWEST, PHONE, WIDE

pytestmark = pytest.mark.browser


@pytest.fixture
def types(world, transactional_db):
    install_types()
    AccessBasis.objects.create(access_code="SF", legal_basis="offl. § 13, strengt", strictness=5)
    return world


def test_a_teacher_finds_out_where_something_is_made(reading, types):
    with reading("contact_teacher", size=WIDE) as teacher:
        page = teacher.open("/dokumenter/hva-lages-hvor/", name="where")
        page.get_by_label("Navn eller ord").fill("bekymring")
        page.get_by_role("button", name="Søk").last.click()
        expect(page.get_by_role("rowheader", name="Bekymringsmelding")).to_be_visible()
        expect(page.get_by_text("Skrives aldri her")).to_be_visible()
        teacher.check("where-found")
        teacher.resize(NARROWEST, name="where-found")
        page.get_by_role("link", name="Nullstill").click()
        teacher.resize(PHONE, name="where")


def test_the_municipality_makes_a_type_and_tries_it(reading, types):
    with reading("municipal_admin", size=WIDE) as admin:
        page = admin.open("/maler/", name="templates")
        page.get_by_role("link", name="Ny dokumenttype").click()
        admin.check("type-new")
        page.get_by_label("Navn på bokmål").fill("Brev om skolehage")
        page.get_by_label("Navn på nynorsk").fill("Brev om skulehage")
        page.get_by_label("Arkivering").select_option("always")
        page.get_by_role("button", name="Lag dokumenttypen").click()
        expect(page.get_by_text("Test den i arkivet før du tar den i bruk.")).to_be_visible()
        expect(page.get_by_role("button", name="Ta i bruk")).to_have_count(0)
        page.get_by_role("button", name="Test-arkiver").click()
        expect(page.get_by_text("De siste testene")).to_be_visible()
        admin.check("type-tried")
        admin.resize(NARROWEST, name="type-tried")
    kind = DocumentType.objects.get(name_nb="Brev om skolehage")
    assert (kind.is_active, kind.archive_tests.count()) == (False, 1)


def test_hjemler_and_letterheads(reading, types, tmp_path):
    logo = tmp_path / "logo.png"
    kept = io.BytesIO()
    Image.new("RGBA", (600, 200), (20, 60, 120, 255)).save(kept, "PNG")
    logo.write_bytes(kept.getvalue())
    with reading("municipal_admin", size=WIDE) as admin:
        page = admin.open("/dokumenttyper/hjemler/", name="bases")
        page.get_by_role("link", name="offl. § 13, strengt").click()
        admin.check("basis")
        page = admin.open("/brevhoder/", name="letterheads")
        page.get_by_role("link", name=types.school_a.name).click()
        page.get_by_label("Navn i brevhodet").fill("Skolen i dalen")
        page.get_by_label("Ny logo").set_input_files(logo)
        page.get_by_role("button", name="Lagre").click()
        expect(page.get_by_alt_text("Logoen")).to_be_visible()
        admin.check("letterhead")
        admin.resize(NARROWEST, name="letterhead")
    assert Letterhead.objects.get().name == "Skolen i dalen"
