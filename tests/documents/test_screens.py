"""What staff see about documents: which is which in the list, where a version is, and names in their language."""

import re

import pytest
from django.conf import settings
from django.urls import reverse

from archive.models import Delivery
from documents import actions, tasks
from documents.models import Document
from documents.status import status_of
from tests.documents.conftest import finalise, make_draft
from tests.world import World


@pytest.fixture
def corrected(school: World) -> tuple[Document, Document]:
    """A version the archive refused, and the finalised one that replaced it."""
    first = finalise(make_draft(school), by=school.user("contact_teacher"))
    tasks.render(first.pk)
    Delivery.objects.update(state="parked", failure="refused", failure_text="Kode 17")
    second = finalise(actions.correct(first, by=school.user("principal")), by=school.user("principal"))
    tasks.render(second.pk)
    return Document.objects.get(pk=first.pk), Document.objects.get(pk=second.pk)


def test_a_replaced_version_does_not_look_as_if_it_waits(corrected, browser) -> None:
    old, new = corrected
    assert old.delivery.state == Delivery.State.WITHDRAWN
    steps = [(str(step.label), step.is_now) for step in status_of(old).steps]
    assert steps == [("Utkast", False), ("Ferdigstilt", False), ("Erstattet av rettet versjon", True)]
    html = browser("contact_teacher").get(reverse("documents:page", args=[old.uuid])).content.decode()
    link = f'<a class="ds-link" href="{reverse("documents:page", args=[new.uuid])}">Les den rettede versjonen</a>'
    assert link in html
    assert ">Klar<" not in html.partition('id="versjoner"')[0]


def test_the_list_of_versions_says_which_was_replaced(corrected, browser) -> None:
    _old, new = corrected
    html = browser("contact_teacher").get(reverse("documents:page", args=[new.uuid])).content.decode()
    assert "Les den rettede versjonen" not in html
    versions = html.partition('id="versjoner"')[2].partition("</ul>")[0]
    words = re.findall(r'class="note">([^<]+)<', versions)
    assert words == ["Klar", "Erstattet av rettet versjon"]


def test_rows_with_the_same_title_can_be_told_apart(school: World, browser) -> None:
    drafts = [make_draft(school, fields={"tema": topic}) for topic in ("Leksehjelp", "Skoleveien")]
    done = finalise(make_draft(school), by=school.user("principal"))
    html = browser("contact_teacher").get(reverse("documents:tab", args=[school.pupils["own"].uuid])).content.decode()
    assert {d.title for d in (*drafts, done)} == {"Innkalling til møte på skolen"}
    for text in ("Leksehjelp", "Skoleveien"):
        assert text in html
    assert 'data-label="Ferdigstilt">' in html
    assert "Ansatt Principal" in html
    assert re.search(r'data-label="Opprettet">\d\d\.\d\d\.\d{4} \d\d\.\d\d <div class="note">Ansatt Contact', html)


@pytest.mark.parametrize(("language", "name"), [("nn", "Innkalling til møte på skulen"), ("en", "Innkalling til møte")])
def test_document_types_are_named_in_the_language_of_the_interface(
    school: World, browser, language: str, name: str
) -> None:
    draft = make_draft(school, fields=None)
    client = browser("municipal_admin")
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = language
    student = school.pupils["own"].uuid
    for path in (
        reverse("documents:new", args=[student]),
        reverse("documents:edit", args=[draft.uuid]),
        reverse("documents:tab", args=[student]),
        "/maler/",
        "/maler/innkalling-moete/nb/",
    ):
        text = client.get(path).content.decode()
        assert name in text, path
