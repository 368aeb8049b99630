"""A letter from «Nytt dokument» to the guardian's screen, in a real browser."""

import re

import pytest
from playwright.sync_api import expect

from documents import guide, tasks
from documents.installing import install_types
from documents.models import Document
from tests.documents.conftest import FILLED, finalise, make_draft
from tests.journeys.browser import NARROWEST, PHONE, WIDE

pytestmark = pytest.mark.browser
UNTIL_SAVED = 1000  # milliseconds on the browser's clock, past the pause after which the editor saves

ASK_FOR_SOMETHING = "async () => (await fetch('/static/css/app.css')).status"


@pytest.fixture
def letters(world, transactional_db):
    install_types()
    return world


def test_writes_previews_finalises_and_the_guardian_reads(reading, letters):
    student = letters.pupils["own"]
    with reading("contact_teacher") as teacher:
        page = teacher.open(f"/elever/{student.uuid}/dokumenter/", name="documents-empty")
        page.get_by_role("link", name="Nytt dokument").click()
        teacher.check("documents-new")
        page.get_by_label("Innkalling til møte på skolen").check()
        page.get_by_role("button", name="Begynn å skrive").click()
        expect(page.get_by_text("Det du skriver, lagres av seg selv.")).to_be_visible()
        preview = page.locator("#forhandsvisning")
        expect(preview.locator("mark").first).to_be_visible()
        teacher.check("documents-editor")
        page.get_by_label("Tema").fill("Hvordan Elev har det")
        expect(page.get_by_text(re.compile("Lagret kl."))).to_be_visible()
        expect(preview).to_contain_text("Møtet handler om: Hvordan Elev har det.")
        expect(page.get_by_label("Tema")).to_be_focused()

        page.get_by_role("button", name="Ferdigstill").click()
        expect(page.get_by_text("Dokumentet kan ikke ferdigstilles ennå.")).to_be_visible()
        teacher.check("documents-missing")
        summary = page.locator("#utkast .ds-error-summary")
        expect(summary.get_by_role("listitem")).to_have_count(3)
        page.get_by_label("Sted").fill("Biblioteket")
        expect(summary.get_by_role("listitem")).to_have_count(2)
        expect(page.get_by_label("Sted")).not_to_have_attribute("aria-invalid", "true")
        expect(page.get_by_text("Fyll ut «Sted».")).to_have_count(0)
        expect(page.get_by_text("Fyll ut «Klokkeslett».")).to_have_count(2)
        page.get_by_label("Dato for møtet").fill(FILLED["moetedato"])
        page.get_by_label("Klokkeslett").fill(FILLED["klokkeslett"])
        expect(summary).to_have_count(0)
        page.get_by_label("Sted").fill(FILLED["sted"])
        page.get_by_role("button", name="Ferdigstill").click()
        expect(page.get_by_text("PDF-en lages nå.")).to_be_visible()
        teacher.check("documents-rendering")
        document = Document.objects.get()
        tasks.render(document.pk)
        expect(page.get_by_role("link", name="Last ned PDF")).to_be_visible()
        teacher.check("documents-finalised")
        for size in (PHONE, NARROWEST):
            teacher.resize(size, name="documents-finalised")
    with reading("guardian", size=PHONE) as guardian:
        page = guardian.open("/foresatt/")
        page.get_by_role("link", name=re.compile("Innkalling til møte")).click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Innkalling til møte på skolen")
        guardian.check("documents-guardian")


def test_without_scripts_everything_still_works(reading, letters):
    draft = make_draft(letters, fields=None)
    with reading("contact_teacher", scripts=False) as teacher:
        page = teacher.open(f"/dokumenter/{draft.uuid}/rediger/")
        for name, value in {**FILLED, "tema": "Uten skript"}.items():
            page.locator(f"[name={name}]").fill(value)
        page.get_by_role("button", name="Forhåndsvis").click()
        expect(page.locator("#forhandsvisning")).to_contain_text("Uten skript")
        page.get_by_role("button", name="Ferdigstill").click()
        tasks.render(draft.pk)
        page.get_by_role("link", name="Se om den er klar").click()
        expect(page.get_by_role("link", name="Last ned PDF")).to_be_visible()


def test_the_field_for_a_reason_comes_with_the_warning_and_is_left_alone(reading, letters):
    guide.install_words()
    draft = make_draft(letters)
    with reading("contact_teacher") as teacher:
        page = teacher.open(f"/dokumenter/{draft.uuid}/rediger/")
        reason = page.get_by_label("Hvorfor kan det sendes herfra?")
        expect(reason).to_have_count(0)
        page.get_by_label("Tema").fill("Diagnosen til Elev")
        expect(page.get_by_text("Disse ordene kan vise at innholdet er sensitivt:")).to_be_visible()
        expect(reason).to_be_visible()
        teacher.check("documents-warned")
        with page.expect_response("**/rediger/"):
            reason.press_sequentially("Etter")
        reason.press_sequentially(" ønske")
        expect(reason).to_have_value("Etter ønske")
        expect(reason).to_be_focused()
        page.get_by_role("button", name="Ferdigstill").click()
        expect(page.get_by_text("PDF-en lages nå.")).to_be_visible()


def test_a_quick_writer_is_not_in_their_own_way(reading, letters):
    """Typing goes on while the save before is under way; the last text wins and no conflict is shown."""
    draft = make_draft(letters)
    with reading("contact_teacher") as teacher:
        teacher.page.clock.install()
        page = teacher.open(f"/dokumenter/{draft.uuid}/rediger/")
        field = page.get_by_label("Tema")

        def typing_goes_on(save):
            for text in ("En to", "En to tre"):
                field.fill(text)
                page.clock.run_for(UNTIL_SAVED)
            save.continue_()

        page.route("**/rediger/", typing_goes_on, times=1)
        field.fill("En")
        with page.expect_response("**/rediger/"):
            page.clock.run_for(UNTIL_SAVED)
        page.get_by_role("button", name="Ferdigstill").click()
        page.wait_for_url(re.compile(r"/dokumenter/[^/]+/$"))
        assert Document.objects.get().fields["tema"] == "En to tre"
        teacher.check()


def test_a_draft_on_its_way_is_not_saved_once_more(reading, letters):
    """A save that begins after the click would make the click the stale copy, or be cut off by the next page."""
    draft = make_draft(letters)
    with reading("contact_teacher") as teacher:
        teacher.page.clock.install()
        page = teacher.open(f"/dokumenter/{draft.uuid}/rediger/")
        saves, sent = [], []

        def nothing_to_show(route):
            """The page stays as it was when the button was pressed."""
            (saves if "hx-request" in route.request.headers else sent).append(route)
            route.fulfill(status=204)

        page.route("**/rediger/", nothing_to_show)
        page.get_by_label("Tema").fill("Sendt med en gang")
        button = page.get_by_role("button", name="Ferdigstill")
        with page.expect_request("**/rediger/"):
            button.click(no_wait_after=True)
        page.evaluate(ASK_FOR_SOMETHING)
        page.clock.run_for(UNTIL_SAVED)
        page.evaluate(ASK_FOR_SOMETHING)  # a save would have been asked for before it
        assert (len(saves), len(sent)) == (0, 1)
        page.unroute("**/rediger/")
        button.click()
        page.wait_for_url(re.compile(r"/dokumenter/[^/]+/$"))
        assert Document.objects.get().fields["tema"] == "Sendt med en gang"


@pytest.mark.parametrize("scripts", [True, False])
def test_the_enter_key_saves_and_does_not_finalise(reading, letters, scripts):
    draft = make_draft(letters)
    with reading("contact_teacher", scripts=scripts) as teacher:
        page = teacher.open(f"/dokumenter/{draft.uuid}/rediger/")
        page.get_by_label("Sted").fill("Gymsalen")
        page.get_by_label("Sted").press("Enter")
        expect(page.get_by_text(re.compile("Lagret kl."))).to_be_visible()
        teacher.check()
        stored = Document.objects.get()
        assert (stored.state, stored.fields["sted"]) == (Document.State.DRAFT, "Gymsalen")


def test_two_writers_see_both_texts(reading, letters):
    draft = make_draft(letters)
    with reading("contact_teacher") as teacher, reading("principal") as principal:
        path = f"/dokumenter/{draft.uuid}/rediger/"
        first, second = teacher.open(path), principal.open(path)
        second.get_by_label("Sted").fill("Biblioteket")
        expect(second.get_by_text(re.compile("Lagret kl."))).to_be_visible()
        first.get_by_label("Sted").fill("Gymsalen")
        expect(first.get_by_text("Noen andre har lagret dette utkastet")).to_be_visible()
        expect(first.locator("#lagret")).to_contain_text("Biblioteket")
        teacher.check("documents-conflict")
        teacher.resize(PHONE, name="documents-conflict")
        first.get_by_role("button", name="Behold min tekst").click()
        expect(first.get_by_text(re.compile("Lagret kl."))).to_be_visible()
        assert Document.objects.get().fields["sted"] == "Gymsalen"


def test_the_screens_on_a_phone_and_refused_by_the_archive(reading, letters):
    document = make_draft(letters)
    finalise(document, by=letters.user("contact_teacher"))
    tasks.render(document.pk)
    document = Document.objects.get()
    delivery = document.delivery
    delivery.state, delivery.failure, delivery.failure_text = "parked", "refused", "Feil: ugyldig tilgangskode UOX."
    delivery.save()
    draft = make_draft(letters)
    with reading("municipal_admin", size=PHONE) as admin:
        for name, path in {
            "tab": f"/elever/{document.student.uuid}/dokumenter/",
            "new": f"/elever/{document.student.uuid}/dokumenter/nytt/",
            "refused": f"/dokumenter/{document.uuid}/",
            "editor": f"/dokumenter/{draft.uuid}/rediger/",
            "templates": "/maler/",
            "template": "/maler/innkalling-moete/nb/",
            "version": "/maler/innkalling-moete/nb/1/",
        }.items():
            admin.open(path)
            for size in (PHONE, WIDE):
                admin.resize(size, name=f"documents-{name}")


def test_a_template_is_previewed_while_it_is_written(reading, letters):
    with reading("municipal_admin") as admin:
        page = admin.open("/maler/innkalling-moete/nb/")
        page.get_by_role("textbox", name="Tekst").fill("Hei {{ elev_fornavn }}, velkommen.")
        expect(page.locator("#forhandsvisning")).to_contain_text("Hei Ola, velkommen.")
        page.get_by_role("textbox", name="Tekst").fill("Hei\n{{ fnr }}")
        expect(page.locator("#forhandsvisning")).to_contain_text("Linje 2: Feltet «fnr» finnes ikke")
        page.get_by_role("button", name="Lagre ny versjon").click()
        expect(page.get_by_role("alert")).to_contain_text("Linje 2")
        admin.check("documents-template-refused")
