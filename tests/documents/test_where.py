"""«Hva lages hvor»: every row for everybody who sends something, with a filter in the address."""

import pytest
from django.urls import reverse

from documents.models import DocumentType
from documents.where import day_in_words
from tests.world import World

URL = "/dokumenter/hva-lages-hvor/"


@pytest.fixture
def page(school: World, browser):
    def text(who: str = "contact_teacher", **query: str) -> str:
        answer = browser(who).get(URL, query)
        assert answer.status_code == 200
        return answer.content.decode()

    return text


def test_every_type_in_use_stands_there_once_with_its_words(school: World, page) -> None:
    html = page()
    for kind in DocumentType.objects.filter(is_active=True):
        assert html.count(f'<tr id="{kind.slug}">') == 1
        assert kind.guide_nb in html
    assert "25. januar, 25. juni" in html
    assert "Team barneskole, Team ungdomsskole" in html
    assert "journalstatus R" in html


def test_what_is_blocked_says_how_it_is_made_in_elements(page) -> None:
    html = page(laget="elements")
    for slug in ("melding-enkeltelev-sensitiv", "iop", "evaluering", "bekymringsmelding", "referat-moete"):
        assert f'<tr id="{slug}">' in html
    assert 'id="kommunens-oppsigelse-sfo"' in html
    assert html.count("i Elements") > 6
    assert "Gå dit" not in html


@pytest.mark.parametrize(
    ("query", "found", "gone"),
    [
        ({"sok": "iop"}, "iop", "flyttemelding"),
        ({"sok": "FRAVÆR hele"}, "fravaersrapport", "samtykke"),
        ({"kanal": "sms"}, "beredskaps-sms", "innkalling-moete"),
        ({"arkiv": "never"}, "spoerreskjema", "vitnemaal"),
        ({"laget": "editor"}, "innkalling-moete", "flyttemelding"),
    ],
)
def test_the_filter_is_in_the_address(page, query: dict[str, str], found: str, gone: str) -> None:
    html = page(**query)
    assert f'<tr id="{found}">' in html
    assert f'<tr id="{gone}">' not in html


def test_a_filter_that_is_no_choice_filters_nothing_and_one_that_finds_nothing_says_so(school: World, page) -> None:
    assert page(kanal="finnes-ikke").count("<tr id=") == DocumentType.objects.count()
    assert "Ingen dokumenttyper passer" in page(sok="xyzzy")


def test_the_way_there_is_shown_to_who_may_go(page) -> None:
    assert f'href="{reverse("moves:list")}"' in page("school_admin", sok="flyttemelding")
    assert f'href="{reverse("moves:list")}"' not in page("contact_teacher", sok="flyttemelding").partition("<h1>")[2]
    assert "Ikke tatt i bruk ennå" in page(sok="vitnemål")


def test_one_out_of_use_is_left_out(school: World, page) -> None:
    DocumentType.objects.filter(slug="samtykke").update(is_active=False)
    assert '<tr id="samtykke">' not in page()


def test_who_neither_writes_nor_sends_is_refused(school: World, browser) -> None:
    assert browser("guardian").get(URL).status_code == 403


def test_only_what_is_written_here_can_be_begun_and_the_guide_is_near(school: World, browser) -> None:
    html = browser("contact_teacher").get(reverse("documents:new", args=[school.pupils["own"].uuid])).content.decode()
    offered = {kind.slug for kind in DocumentType.objects.all() if f'value="{kind.slug}"' in html}
    assert offered == {kind.slug for kind in DocumentType.objects.filter(made_in="editor")}
    assert URL in html


def test_days_in_words() -> None:
    assert [day_in_words(day) for day in ("01-25", "06-25", "12-01")] == ["25. januar", "25. juni", "1. desember"]
