"""Utkast → Ferdigstilt → Sendt → Lest → Arkivert år/nummer: every branch, and who is told what."""

from uuid import uuid4

import pytest
from django.urls import reverse

from accessctl.models import AccessEvent
from archive.models import Delivery
from documents import tasks
from documents.models import Document, DocumentDispatch
from documents.sent import sendings_by_document
from documents.status import Sending, archived, sent_tag, status_of
from messaging.models import Dispatch
from people.models import Person, Protection
from schoolapp.lib import clock
from tests.documents.conftest import finalise, make_draft, type_called
from tests.world import World


def letter(
    document: Document, person: Person | None, *, state: str = "sent", read: bool = False, failure: str = ""
) -> Dispatch:
    dispatch = Dispatch.objects.create(
        key=str(uuid4()),
        school=document.school,
        recipient=person,
        about=document.student.uuid,
        title="Brev fra skolen",
        letter={},
        content_sha256="0" * 64,
        state=state,
        failure=failure,
        svarut_id=uuid4() if state == "sent" else None,
        sent_at=clock.now() if state == "sent" else None,
        status="LEST" if read else "SENDT_DIGITALT" if state == "sent" else "",
        read_at=clock.now() if read else None,
    )
    DocumentDispatch.objects.create(document=document, guardian=person, dispatch=dispatch)
    return dispatch


@pytest.fixture
def done(school: World) -> Document:
    """Finalised, with whatever letters that gave taken away again, so that each test lays its own."""
    document = finalise(make_draft(school), by=school.user("contact_teacher"))
    tasks.render(document.pk)
    DocumentDispatch.objects.all().delete()
    Dispatch.objects.all().delete()
    return Document.objects.select_related("delivery", "document_type").get(pk=document.pk)


def shown(document: Document, world: World, *, by: str = "contact_teacher"):
    document = Document.objects.select_related("delivery", "document_type").get(pk=document.pk)
    sent = sendings_by_document([document], user=world.user(by), sees_guardians=True)
    return status_of(document, sent.get(document.pk, ()))


def labels(status) -> list[str]:
    return [str(step.label) for step in status.steps]


def test_a_letter_to_be_sent_and_archived_has_the_whole_line(school: World) -> None:
    draft = make_draft(school)
    status = status_of(draft)
    assert labels(status) == ["Utkast", "Ferdigstilt", "Sendt", "Lest", "Arkivert"]
    assert [step.is_now for step in status.steps] == [True, False, False, False, False]
    assert not any(step.is_done for step in status.steps)


@pytest.mark.parametrize(
    ("channel", "mode", "expected"),
    [
        ("internal", "always", ["Utkast", "Ferdigstilt", "Arkivert"]),
        ("svarut", "never", ["Utkast", "Ferdigstilt", "Sendt", "Lest"]),
        ("internal", "never", ["Utkast", "Ferdigstilt"]),
    ],
)
def test_what_a_type_does_not_do_is_not_in_its_line(school: World, channel, mode, expected) -> None:
    kind = type_called()
    kind.channel, kind.archive_mode = channel, mode
    kind.save()
    assert labels(status_of(make_draft(school, document_type=kind))) == expected


def test_several_guardians_in_one_line_with_the_one_who_has_read(done: Document, school: World) -> None:
    letter(done, school.people["guardian"], read=True)
    letter(done, school.people["contact_teacher"])
    status = shown(done, school)
    assert labels(status) == ["Utkast", "Ferdigstilt", "Sendt til 2", "Lest av 1 av 2", "Klar for arkivet"]
    assert [step.is_done for step in status.steps] == [True, True, True, False, False]
    assert str(status.sent.word) == "Sendt til 2, lest av 1"
    assert [bool(sending.read_at) for sending in status.sendings].count(True) == 1
    assert not status.is_moving


def test_a_failed_letter_is_bad_and_the_rest_is_told(done: Document, school: World) -> None:
    letter(done, school.people["guardian"], state="parked", failure="refused")
    letter(done, school.people["contact_teacher"])
    status = shown(done, school)
    assert labels(status)[2] == "Sendt til 1 av 2"
    assert status.steps[2].is_bad
    assert str(status.sent.word) == "Sendt til 1, 1 feilet"
    assert status.sent.color == "danger"
    assert status.has_failed_letters


def test_a_failed_letter_leads_to_where_it_is_mended_for_those_who_may(done: Document, school: World, browser) -> None:
    dispatch = letter(done, school.people["guardian"], state="parked", failure="refused")
    link = f'href="{reverse("messaging:letter", args=[dispatch.uuid])}">Rett og send på nytt'
    page = reverse("documents:page", args=[done.uuid])
    assert link in browser("school_admin").get(page).content.decode()
    assert "Rett og send" not in browser("contact_teacher").get(page).content.decode()


def test_a_letter_without_a_recipient_says_so(done: Document, school: World, browser) -> None:
    letter(done, None, state="parked", failure="nobody")
    html = browser("contact_teacher").get(reverse("documents:page", args=[done.uuid])).content.decode()
    assert "Ingen er merket som mottaker" in html
    assert labels(shown(done, school))[2] == "Ikke sendt"


def test_a_guardian_with_protection_is_not_in_the_line_of_others(done: Document, school: World, browser) -> None:
    hidden = school.people["contact_teacher"]
    Person.objects.filter(pk=hidden.pk).update(protection=Protection.STRICT, family_name="Hemmelig")
    letter(done, hidden, state="parked", failure="protected")
    letter(done, school.people["guardian"])
    status = shown(done, school, by="principal")
    assert labels(status)[2] == "Sendt"
    assert len(status.sendings) == 1
    html = browser("principal").get(reverse("documents:page", args=[done.uuid])).content.decode()
    assert "Hemmelig" not in html
    assert "skjerming" not in html.partition('id="status"')[2].partition("</section>")[0]


def test_names_are_for_those_who_see_guardians(done: Document, school: World) -> None:
    letter(done, school.people["guardian"])
    sent = sendings_by_document([done], user=school.user("contact_teacher"), sees_guardians=False)
    assert [sending.name for sending in sent[done.pk]] == ["En foresatt"]


def test_letters_taken_back_are_not_told_of(done: Document, school: World) -> None:
    letter(done, school.people["guardian"], state="withdrawn")
    assert shown(done, school).sent is None


def test_the_journal_number_is_told_apart_from_the_case_number(done: Document, school: World, browser) -> None:
    Delivery.objects.filter(pk=done.delivery_id).update(
        state="archived", archived_at=clock.now(), journal_year=2026, journal_number=4711
    )
    folder = done.delivery.folder
    folder.case_year, folder.sequence_number = 2025, 88
    folder.save()
    page = " ".join(
        browser("contact_teacher").get(reverse("documents:page", args=[done.uuid])).content.decode().split()
    )
    assert "2026/4711 er nummeret dette dokumentet har i journalen. Det er ikke saksnummeret." in page
    assert "Dokumentet ligger i elevmappe 2025/88." in page
    tab = browser("contact_teacher").get(reverse("documents:tab", args=[done.student.uuid])).content.decode()
    mapper = tab.partition('id="mapper"')[2]
    assert "2025/88" in mapper.partition("</section>")[0]
    assert "4711" not in mapper
    done.refresh_from_db()
    assert archived(done.delivery) == "Arkivert 2026/4711"


def test_sent_and_archived_but_unread_waits_at_lest(done: Document, school: World) -> None:
    letter(done, school.people["guardian"])
    Delivery.objects.filter(pk=done.delivery_id).update(
        state="archived", archived_at=clock.now(), journal_year=2026, journal_number=1
    )
    steps = shown(done, school).steps
    assert [(step.is_done, step.is_now) for step in steps][2:] == [(True, False), (False, True), (True, False)]


def test_the_line_asks_again_only_while_something_moves(done: Document, school: World, browser) -> None:
    url = reverse("documents:status", args=[done.uuid])
    client = browser("contact_teacher")
    sent = letter(done, school.people["guardian"], state="ready")
    assert "every 10s" in client.get(reverse("documents:page", args=[done.uuid])).content.decode()
    answer = client.get(f"{url}?venter=sending&runde=1", headers={"HX-Request": "true"})
    assert "runde=2" in answer.content.decode()
    assert "HX-Refresh" not in answer
    assert "hx-trigger" not in client.get(f"{url}?venter=sending&runde=29").content.decode()
    Dispatch.objects.filter(pk=sent.pk).update(
        state="sent", svarut_id=uuid4(), sent_at=clock.now(), status="SENDT_DIGITALT"
    )
    answer = client.get(f"{url}?venter=sending&runde=1", headers={"HX-Request": "true"})
    assert answer["HX-Refresh"] == "true"
    assert "hx-trigger" not in answer.content.decode()


def test_the_way_to_ask_again_speaks_of_the_document(done: Document, school: World, browser) -> None:
    """It waits for the archive while its letter is sent; nothing called «den» is named there."""
    letter(done, school.people["guardian"], state="ready")
    page = browser("contact_teacher").get(reverse("documents:page", args=[done.uuid])).content.decode()
    assert "Dokumentet går til arkivet i neste overføring." in page
    assert "Se hvor langt det er kommet" in page and "Se om den er klar" not in page


def test_a_guardian_is_told_of_the_own_letter_only(done: Document, school: World, browser) -> None:
    letter(done, school.people["guardian"])
    letter(done, school.people["contact_teacher"], read=True)
    html = browser("guardian").get(reverse("documents:guardian_page", args=[done.uuid])).content.decode()
    assert "Sendt til deg i SvarUt" in html
    assert "Lest" not in html
    assert school.people["contact_teacher"].family_name not in html.partition("<article")[0]


def test_sums_of_many_letters() -> None:
    now = clock.now()
    read = Sending("a", "Lest", "success", read_at=now, is_done=True)
    waiting = Sending("b", "Klar", "info", is_moving=True)
    failed = Sending("c", "Feil", "danger", is_bad=True)
    assert sent_tag([]) is None
    assert str(sent_tag([waiting]).word) == "Sendes"
    assert str(sent_tag([read]).word) == "Lest"
    assert str(sent_tag([waiting, waiting]).word) == "2 venter"
    assert str(sent_tag([read, waiting, failed]).word) == "Sendt til 1, lest av 1, 1 venter, 1 feilet"
    assert str(sent_tag([failed, failed]).word) == "2 feilet"


def test_looking_at_the_line_is_logged_as_looking_at_the_pupil(done: Document, school: World, browser) -> None:
    browser("contact_teacher").get(reverse("documents:status", args=[done.uuid]))
    assert AccessEvent.objects.filter(action="status", about=done.student.uuid).exists()
