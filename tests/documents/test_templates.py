"""Templates in the browser: a mistake is shown at its line and saves nothing; every save is a version."""

import pytest
from django.urls import reverse

from documents.models import Document, TemplateVersion
from documents.template_actions import Outdated, restore_template, save_template
from tests.documents.conftest import make_draft, type_called
from tests.world import World

SLUG = "innkalling-moete"


def url(name: str = "edit_template", *more) -> str:
    return reverse(f"documents:{name}", args=[SLUG, "nb", *more])


def current(language: str = "nb") -> TemplateVersion:
    return TemplateVersion.objects.get(document_type__slug=SLUG, language=language, is_current=True)


def form(**changed) -> dict[str, str]:
    return {"title": "Møte", "body": "Hei {{ elev_fornavn }}.", "based_on": str(current().number), **changed}


def test_only_those_who_may_change_templates_get_in(school: World, browser) -> None:
    for who in ("contact_teacher", "principal", "school_admin", "guardian"):
        client = browser(who)
        for address in (reverse("documents:templates"), url(), url("template_version", 1)):
            assert client.get(address).status_code == 403
        assert client.post(url(), form()).status_code == 403
    page = browser("municipal_admin").get(reverse("documents:templates")).content.decode()
    assert page.count("/maler/") >= 16


def test_saving_makes_a_version_and_old_drafts_keep_theirs(school: World, browser) -> None:
    draft = make_draft(school)
    client = browser("municipal_admin")
    assert client.post(url(), form()).status_code == 302
    saved = current()
    assert (saved.number, saved.title, saved.body) == (2, "Møte", "Hei {{ elev_fornavn }}.\n")
    assert saved.created_by == school.users["municipal_admin"]
    assert Document.objects.get(pk=draft.pk).template.number == 1
    assert make_draft(school, "classmate", fields=None).template.number == 2
    client.post(url(), form())
    assert current().number == 2


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("Hei\n{{ fnr }}", "Linje 2: Feltet «fnr» finnes ikke"),
        ("\n\n{{ elev_navn.upper }}", "Linje 3"),
        ("{% load x %}", "Linje 1: «load x» er ikke en kommando"),
        ("{% for a in saker %}{% for b in saker %}x{% slutt %}{% slutt %}", "kan ikke stå inne i en annen"),
        ("a\n{% for a in saker %}" + "x" * 900 + "{% slutt %}", "Linje 2: Løkken kan gi for mye tekst"),
        ("x" * 40_001, "Malen er for lang"),
        ("", "Skriv en tekst"),
    ],
)
def test_mistakes_and_bombs_are_refused_at_their_line_and_nothing_is_saved(
    school: World, browser, body: str, words: str
) -> None:
    answer = browser("municipal_admin").post(url(), form(body=body))
    html = answer.content.decode()
    assert answer.status_code == 422
    assert words in html
    assert current().number == 1


def test_a_mistake_in_the_title_is_refused_too(school: World, browser) -> None:
    assert browser("municipal_admin").post(url(), form(title="{{ fnr }}")).status_code == 422


def test_live_preview_uses_made_up_values_and_saves_nothing(school: World, browser) -> None:
    client = browser("municipal_admin")
    html = client.post(url("preview_template"), form(body="Hei {{ elev_navn }} <b>x</b>")).content.decode()
    assert "Hei Ola Eksempel &lt;b&gt;x&lt;/b&gt;" in html
    assert school.pupils["own"].person.full_name not in html
    assert "Linje 1" in client.post(url("preview_template"), form(body="{{ fnr }}")).content.decode()
    assert current().number == 1


def test_an_outdated_editor_does_not_overwrite(school: World, browser) -> None:
    client, old = browser("municipal_admin"), form(body="Gammel.")
    client.post(url(), form())
    html = client.post(url(), old).content.decode()
    assert "Noen har lagret versjon 2" in html
    assert "Gammel." in html
    assert current().body == "Hei {{ elev_fornavn }}.\n"
    with pytest.raises(Outdated):
        save_template(type_called(), language="nb", title="x", body="y", based_on=1, by=None)


def test_an_old_version_is_used_again_as_a_new_one(school: World, browser) -> None:
    client, first = browser("municipal_admin"), current()
    client.post(url(), form())
    assert "Bruk denne teksten igjen" in client.get(url("template_version", 1)).content.decode()
    assert client.post(url("template_version", 1)).status_code == 302
    assert (current().number, current().body) == (3, first.body)
    assert TemplateVersion.objects.filter(document_type__slug=SLUG, language="nb").count() == 3


def test_a_version_that_no_longer_fits_is_not_restored(school: World, browser) -> None:
    bad = TemplateVersion.objects.create(
        document_type=type_called(), language="nb", number=9, title="x", body="{{ borte }}"
    )
    answer = browser("municipal_admin").post(url("template_version", bad.number), follow=True)
    assert "Denne versjonen kan ikke brukes lenger" in answer.content.decode()
    assert current().number == 1


def test_restoring_what_is_in_use_changes_nothing(school: World) -> None:
    assert restore_template(current(), by=school.user("municipal_admin")).number == 1


def test_unknown_types_and_languages_do_not_exist(school: World, browser) -> None:
    client = browser("municipal_admin")
    assert client.get(reverse("documents:edit_template", args=["finnes-ikke", "nb"])).status_code == 404
    assert client.get(reverse("documents:edit_template", args=[SLUG, "se"])).status_code == 404


def test_every_shipped_template_opens_in_the_editor(school: World, browser) -> None:
    client = browser("municipal_admin")
    for slug in (
        TemplateVersion.objects.filter(is_current=True).values_list("document_type__slug", flat=True).distinct()
    ):
        for language in ("nb", "nn"):
            page = client.get(reverse("documents:edit_template", args=[slug, language]))
            assert page.status_code == 200
            assert 'class="why"' not in page.content.decode()
