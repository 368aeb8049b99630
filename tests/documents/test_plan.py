"""The documentation plan says what the settings say, and nothing about anybody."""

from datetime import date
from io import BytesIO

import pytest
from django.urls import reverse
from pypdf import PdfReader

from accessctl.models import AccessEvent, Role
from archive.models import SchoolArchiveSettings
from documents.models import DocumentType, OlderSource
from documents.older import install_older_sources
from documents.plan import Plan, plan
from schoolapp.lib.pdf.identify import approved_pdf
from tests.documents.conftest import make_draft, type_called
from tests.world import World


def section(made: Plan, slug: str):
    return next(section for section in made.sections if section.slug == slug)


def row_of(made: Plan, slug: str, first: str) -> list[str]:
    return next(row for row in section(made, slug).rows if row[0] == first)


def test_every_type_in_use_is_in_it_with_its_rule(school: World) -> None:
    rows = section(plan(), "dokumenttyper").rows
    coming = " (ikke tatt i bruk ennå)"
    assert {row[0].removesuffix(coming) for row in rows} == {
        str(kind) for kind in DocumentType.objects.filter(is_active=True)
    }
    marked = {row[0].removesuffix(coming) for row in rows if row[0].endswith(coming)}
    assert "Vitnemål" in marked and "Gruppeoversikter" not in marked  # as the guide to where things are made says it
    assert len(rows) >= 38
    letter = row_of(plan(), "dokumenttyper", "Innkalling til møte på skolen")
    assert letter[2:5] == ["SvarUt", "elevmappe", "alltid"]
    assert letter[7] == "U, F"
    assert letter[8].startswith("UO, offl. § 13")


def test_a_changed_type_changes_the_plan_and_its_version(school: World) -> None:
    before = plan()
    assert plan().version == before.version
    kind = type_called()
    kind.channel = DocumentType.Channel.INTERNAL
    kind.save()
    after = plan()
    assert after.version != before.version
    assert row_of(after, "dokumenttyper", str(kind))[2] == "internt"
    kind.is_active = False
    kind.save()
    assert str(kind) not in {row[0] for row in section(plan(), "dokumenttyper").rows}


@pytest.mark.parametrize("what", ["role", "school", "seal", "older", "svarut"])
def test_everything_it_tells_of_changes_it(school: World, settings, what: str) -> None:
    before = plan().version
    match what:
        case "role":
            role = (
                Role.objects.get(slug="kontaktlarer")
                if Role.objects.filter(slug="kontaktlarer")
                else Role.objects.first()
            )
            role.permissions = [*role.permissions, "delete_document"]
            role.save()
        case "school":
            SchoolArchiveSettings.objects.update_or_create(
                school=school.school_a, defaults={"case_owner_initials": "X", "pupil_series": "NY"}
            )
        case "seal":
            settings.SEAL = {"pkcs12": "/x", "passphrase_file": ""}
        case "older":
            install_older_sources()
        case "svarut":
            settings.SVARUT = settings.SVARUT | {"account_id": "1"}
    assert plan().version != before


def test_nobody_is_in_it(school: World) -> None:
    before = plan()
    make_draft(school)
    assert plan() == before
    said = str(before.sections)
    for person in school.people.values():
        assert person.full_name not in said


@pytest.mark.django_db
def test_the_paper_archive_is_there_from_the_start_and_then_the_municipality_decides() -> None:
    assert install_older_sources() == 1
    assert OlderSource.objects.get().born_before == date(2009, 1, 1)
    assert install_older_sources() == 0


def test_the_page_and_the_pdf_for_those_who_edit_types(school: World, browser) -> None:
    client = browser("municipal_admin")
    html = client.get(reverse("documents:plan")).content.decode()
    assert plan().version in html
    answer = client.get(reverse("documents:plan_pdf"))
    assert approved_pdf(answer.content) == "fmt/354"
    assert plan().version in answer["Content-Disposition"]
    reader = PdfReader(BytesIO(answer.content))
    assert reader.metadata.title == "Dokumentasjonsplan"
    text = "".join(page.extract_text() for page in reader.pages)
    assert plan().version in text
    assert "Innkalling til møte på skolen" in " ".join(text.split())
    assert AccessEvent.objects.filter(action="export", what="dokumentasjonsplan").exists()
    assert browser("principal").get(reverse("documents:plan")).status_code == 403


def test_it_is_in_the_readers_language(school: World, browser, settings) -> None:
    client = browser("municipal_admin")
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "nn"
    assert "Innkalling til møte på skulen" in client.get(reverse("documents:plan")).content.decode()
