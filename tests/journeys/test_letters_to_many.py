"""A contact teacher calls the homes of a whole class to a meeting: one lacks something, one is cancelled, one PDF."""

import io

import pytest
from playwright.sync_api import expect
from pypdf import PdfReader

from documents import tasks
from documents.batch import work
from documents.installing import install_types
from documents.models import BatchFile, DocumentBatch, TemplateVersion
from students.models import Membership, Student
from tests.documents.conftest import FILLED

pytestmark = pytest.mark.browser
PUPILS = 28


def test_a_class_is_called_to_a_meeting_without_a_script(reading, world):
    install_types()
    TemplateVersion.objects.filter(is_current=True).update(body="Klasse {{ klasse }}. Møtet handler om: {{ tema }}.")
    group = Membership.objects.get(student=world.pupils["own"], is_home_class=True).group
    visible = Membership.objects.filter(group=group, student__is_protected=False).count()
    for n in range(PUPILS - visible):
        world.add_pupil(f"nr{n:02d}", group)
    Student.objects.filter(pk=world.pupils["nr03"].pk).update(home_class_name="")

    with reading("contact_teacher", scripts=False) as teacher:
        page = teacher.open(f"/klasser/{group.uuid}/")
        page.get_by_role("link", name="Dokument til alle").click()
        page.get_by_label("Hva slags dokument?").select_option("innkalling-moete")
        teacher.check_both("letters-new")
        page.get_by_role("button", name="Begynn å skrive").click()
        page.get_by_label("Tema").fill(FILLED["tema"])
        page.get_by_role("button", name="Neste elev").click()
        expect(page.locator("#forhandsvisning")).to_contain_text(f"Møtet handler om: {FILLED['tema']}.")
        expect(page.get_by_text(f"2 av {PUPILS}")).to_be_visible()
        teacher.check_both("letters-write")
        page.get_by_role("button", name="Se over").click()
        expect(page.get_by_text("Dette mangler: Elevens klasse.")).to_be_visible()
        expect(page.get_by_text("Sendes med SvarUt til")).to_be_visible()
        teacher.check_both("letters-review")
        page.get_by_role("button", name="Lag og ferdigstill").click()
        expect(page.get_by_role("button", name="Avbryt resten")).to_be_visible()

        batch = DocumentBatch.objects.get()
        for _turn in range(3):
            work.make(work.take(batch.pk, most=9))
        page.get_by_role("link", name="Se hvor langt det er kommet").click()
        expect(page.get_by_text(f"{PUPILS - 1} av {PUPILS} er ferdig.")).to_be_visible()
        teacher.check_both("letters-progress")
        page.get_by_role("button", name="Avbryt resten").click()
        expect(page.get_by_text(f"{PUPILS - 2} av {PUPILS} er ferdigstilt.")).to_be_visible()
        expect(page.get_by_role("row", name="Elev Nr03")).to_contain_text("Dette mangler: Elevens klasse.")
        expect(page.get_by_text("Avbrutt før dokumentet var begynt på.")).to_be_visible()
        page.get_by_role("button", name="Én PDF til utskrift").click()
        tasks.make_batch_file(BatchFile.objects.get().pk)
        page.get_by_role("link", name="Se om filen er klar").click()
        teacher.check_both("letters-done")
        with page.expect_download() as download:
            page.get_by_role("link", name="Én PDF til utskrift").click()
        content = download.value.path().read_bytes()
        assert len(PdfReader(io.BytesIO(content)).pages) == PUPILS - 2

        Student.objects.filter(pk=world.pupils["nr03"].pk).update(home_class_name=group.name)
        page.get_by_role("button", name="Prøv igjen for disse").click()
        expect(page.get_by_role("button", name="Avbryt resten")).to_be_visible()
        work.work(batch.pk)
        page.get_by_role("link", name="Se hvor langt det er kommet").click()
        expect(page.get_by_text(f"{PUPILS} av {PUPILS} er ferdigstilt.")).to_be_visible()
