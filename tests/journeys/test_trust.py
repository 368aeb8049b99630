"""How far a document has come, deleting one, checking a paper, and the documentation plan, in a real browser."""

from uuid import uuid4

import pytest
from playwright.sync_api import expect

from accessctl.actions import give_grant
from accessctl.permissions import Permission
from archive.models import ArchiveFolder, Delivery
from documents import tasks
from documents.installing import install_types
from documents.models import Document, DocumentDispatch, DocumentType, OlderSource, VerificationCode
from documents.older import install_older_sources
from documents.verification import printed
from messaging.models import Dispatch
from schoolapp.lib import clock
from tests.documents.conftest import finalise, make_draft
from tests.documents.test_status_line import letter
from tests.journeys.browser import PHONE

pytestmark = pytest.mark.browser


@pytest.fixture
def town(world, transactional_db):
    install_types()
    install_older_sources()
    OlderSource.objects.update(began_before=2100)
    return world


def done(world, **delivery) -> Document:
    document = finalise(make_draft(world), by=world.user("contact_teacher"))
    tasks.render(document.pk)
    document.refresh_from_db()
    for row in DocumentDispatch.objects.filter(document=document):
        row.delete()
        row.dispatch.delete()
    Delivery.objects.filter(pk=document.delivery_id).update(**delivery)
    return document


def test_follows_a_letter_and_deletes_another(reading, town):
    archived = done(town, state="archived", archived_at=clock.now(), journal_year=2026, journal_number=4711)
    letter(archived, town.people["guardian"], read=True)
    waiting = letter(archived, town.people["contact_teacher"], state="ready")
    folder = archived.delivery.folder
    folder.case_year, folder.sequence_number = 2025, 88
    folder.save()
    refused = done(town, state="parked", failure="refused", failure_text="Kode 17")
    give_grant(
        town.user("principal"),
        Permission.DELETE_DOCUMENT,
        on=archived.student,
        reason="Oppdrag fra kommunen",
        valid_to=clock.today(),
        by=town.user("municipal_admin"),
    )
    with reading("principal") as principal:
        page = principal.open(f"/elever/{archived.student.uuid}/dokumenter/", name="trust-tab")
        expect(page.get_by_role("heading", name="Eldre dokumenter")).to_be_visible()
        principal.resize(PHONE, name="trust-tab")
        page = principal.open(f"/dokumenter/{archived.uuid}/")
        expect(page.get_by_text("Sendt til 1 av 2")).to_be_visible()
        principal.check("trust-line")
        Dispatch.objects.filter(pk=waiting.pk).update(
            state="sent", svarut_id=uuid4(), sent_at=clock.now(), status="SENDT_DIGITALT"
        )
        page.reload()
        expect(page.locator(".steps li", has_text="Sendt til 2")).to_be_visible()
        expect(page.get_by_text("Det er ikke saksnummeret.")).to_be_visible()
        principal.check("trust-line-sent")
        page = principal.open(f"/dokumenter/{refused.uuid}/")
        page.get_by_role("link", name="Slett dokument").click()
        expect(page.get_by_role("heading", name="Slett dokument")).to_be_visible()
        principal.check("trust-delete")
        page.get_by_role("button", name="Slett dokumentet").click()
        expect(page.get_by_text("Skriv hvorfor dokumentet skal slettes.").first).to_be_visible()
        page.get_by_label("Hvorfor skal dokumentet slettes?").fill("Skrevet på feil elev")
        page.get_by_role("button", name="Slett dokumentet").click()
        expect(page.get_by_text("Skrevet på feil elev")).to_be_visible()
        principal.check("trust-deleted")
    with reading("guardian", size=PHONE) as guardian:
        page = guardian.open(f"/foresatt/dokumenter/{archived.uuid}/")
        expect(page.get_by_text("Sendt til deg i SvarUt")).to_be_visible()
        guardian.check("trust-guardian")


def test_checks_a_paper_without_logging_in(reading, town):
    document = done(town)
    code = printed(VerificationCode.objects.get(document=document).code)
    with reading() as anyone:
        page = anyone.open("/kontroll/", name="trust-verify")
        page.get_by_label("Kode").fill("feil kode")
        page.get_by_role("button", name="Kontroller").click()
        expect(page.get_by_text("Koden er ikke skrevet riktig.").first).to_be_visible()
        anyone.check("trust-verify-slip")
        page.get_by_label("Kode").fill(code.lower())
        page.get_by_role("button", name="Kontroller").click()
        expect(page.get_by_role("heading", name="Dokumentet er ekte")).to_be_visible()
        anyone.check("trust-verified")
        anyone.resize(PHONE, name="trust-verified")


def test_reads_the_documentation_plan(reading, town):
    with reading("municipal_admin") as admin:
        page = admin.open("/dokumentasjonsplan/", name="trust-plan")
        expect(page.get_by_role("link", name="Last ned PDF/A")).to_be_visible()
        admin.resize(PHONE, name="trust-plan")


def test_sends_after_control_what_may_be_chosen_and_sees_where_older_documents_lie(reading, town):
    filed = done(town, state="archived", archived_at=clock.now(), journal_year=2026, journal_number=4711)
    until = clock.now().isoformat()
    former = [{"number": "2025/88", "system": "elements_ncore", "until": until}]
    ArchiveFolder.objects.filter(pk=filed.delivery.folder_id).update(former=former)
    DocumentType.objects.filter(pk=filed.document_type_id).update(archive_mode="optional")
    chosen = done(town)
    with reading("contact_teacher", language="nn") as teacher:
        page = teacher.open(f"/elever/{filed.student.uuid}/dokumenter/", name="trust-former-nn")
        expect(page.get_by_text("ligg i mappe 2025/88 i Elements")).to_be_visible()
        teacher.check_both("trust-former-nn")
    with reading("contact_teacher") as teacher:
        page = teacher.open(f"/dokumenter/{filed.uuid}/")
        expect(page.get_by_text("Dokumentet ligger i elevmappe 2025/88 i Elements (NCore).")).to_be_visible()
        page = teacher.open(f"/dokumenter/{chosen.uuid}/")
        teacher.check_both("trust-choose")
        page.get_by_role("button", name="Send til arkivet").click()
        expect(page.get_by_text("Dokumentet går til arkivet med neste overføring.")).to_be_visible()
        expect(page.get_by_role("button", name="Send til arkivet")).to_have_count(0)
        teacher.check_both("trust-chosen")
