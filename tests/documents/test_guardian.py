"""What guardians see: finalised letters about their own children, the newest version first, and nothing else."""

import pytest
from django.urls import reverse

from accessctl.models import AccessEvent
from documents import actions, tasks
from documents.models import Document, DocumentType
from documents.portal_cards import letters
from schools.today import TodayLine, lines_for
from tests.documents.conftest import finalise, make_draft
from tests.world import World


def sent(world: World, about: str = "own", **more) -> Document:
    document = make_draft(world, about, **more)
    finalise(document, by=world.user("municipal_admin"))
    tasks.render(document.pk)
    return Document.objects.get(pk=document.pk)


def url(document: Document, name: str = "guardian_page") -> str:
    return reverse(f"documents:{name}", args=[document.uuid])


def test_a_guardian_reads_the_letter_and_its_pdf_and_it_is_logged(school: World, browser) -> None:
    document = sent(school)
    client = browser("guardian")
    html = client.get(url(document)).content.decode()
    assert "Innkalling til møte på skolen" in html
    assert "14.09.2026" in html
    assert "arkiv" not in html.lower()
    pdf = client.get(url(document, "guardian_pdf"))
    assert b"".join(pdf.streaming_content).startswith(b"%PDF")
    assert pdf.headers["Cache-Control"] == "private, no-store"
    logged = AccessEvent.objects.filter(user=school.users["guardian"], object_id=document.uuid)
    assert sorted(logged.values_list("action", flat=True)) == ["download", "open"]
    assert set(logged.values_list("about", flat=True)) == {school.pupils["own"].uuid}


@pytest.mark.parametrize("name", ["guardian_page", "guardian_pdf"])
@pytest.mark.parametrize(
    ("who", "about"),
    [
        ("guardian_b", "own"),
        ("guardian_proposed", "own"),
        ("guardian_former", "own"),
        ("guardian_of_protected", "protected"),
        ("guardian", "other_class"),
    ],
)
def test_others_letters_do_not_exist(school: World, browser, name: str, who: str, about: str) -> None:
    assert browser(who).get(url(sent(school, about), name)).status_code == 404


def test_guardians_have_no_way_in_through_the_staff_door(school: World, browser) -> None:
    document = sent(school)
    for name in ("page", "pdf", "edit", "status"):
        assert browser("guardian").get(url(document, name)).status_code == 403


def test_drafts_and_internal_types_are_not_shown(school: World, browser) -> None:
    draft = make_draft(school)
    assert browser("guardian").get(url(draft)).status_code == 404
    document = sent(school)
    DocumentType.objects.update(shown_to_guardians=False)
    assert browser("guardian").get(url(document)).status_code == 404


def test_the_card_tells_what_is_unread_and_shows_the_newest_version(school: World, browser) -> None:
    first = sent(school)
    children = [school.pupils["own"], school.pupils["other_school"]]
    lines = letters(school.user("guardian"), children)
    assert [(str(line.title), str(line.tag)) for line in lines[children[0].pk]] == [(first.title, "Ulest")]
    assert children[1].pk not in lines
    browser("guardian").get(url(first))
    assert [line.tag for line in letters(school.user("guardian"), children)[children[0].pk]] == [""]

    second = actions.correct(first, by=school.user("contact_teacher"))
    finalise(second, by=school.user("contact_teacher"))
    tasks.render(second.pk)
    assert [line.url for line in letters(school.user("guardian"), children)[children[0].pk]] == [url(second)]
    assert "Det finnes en rettet versjon" in browser("guardian").get(url(first)).content.decode()
    assert letters(school.user("guardian_b"), children) == {}


def test_the_portal_shows_the_card(school: World, browser) -> None:
    document = sent(school)
    assert url(document) in browser("guardian").get(reverse("guardians:home")).content.decode()


def test_today_counts_own_drafts_and_the_line_goes_when_they_are_done(school: World) -> None:
    first, _second = make_draft(school), make_draft(school, "classmate")

    def waiting_drafts(name: str) -> list[TodayLine]:
        return [line for line in lines_for(school.user(name)) if line.action == "Skriv ferdig"]

    [line] = waiting_drafts("contact_teacher")
    assert (line.count, line.tone) == (2, "warn")
    assert line.url == url(first, "edit")
    assert waiting_drafts("principal") == []
    assert waiting_drafts("guardian") == []
    Document.objects.all().delete()
    assert waiting_drafts("contact_teacher") == []


def test_reading_and_writing_are_different_rights(school: World, browser) -> None:
    document = sent(school)
    tab = reverse("documents:tab", args=[school.pupils["own"].uuid])
    new = reverse("documents:new", args=[school.pupils["own"].uuid])
    assert browser("adviser").get(tab).status_code == 403
    assert browser("adviser").get(url(document, "page")).status_code == 403
    assert new in browser("principal").get(tab).content.decode()
    assert browser("guardian").post(new).status_code == 403
