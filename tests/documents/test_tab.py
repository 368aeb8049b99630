"""The documents tab: filter in the address, versions together, the folder, and where older documents are."""

from datetime import date, timedelta
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from documents import actions, tasks
from documents.models import Document, OlderSource
from documents.overview import older_sources
from people.models import Person
from tests.documents.conftest import finalise, make_draft, type_called
from tests.world import World


@pytest.fixture
def tab(school: World, browser):
    client = browser("contact_teacher")

    def get(**query) -> str:
        answer = client.get(reverse("documents:tab", args=[school.pupils["own"].uuid]), query)
        assert answer.status_code == 200
        return answer.content.decode()

    return get


def links(html: str, document: Document) -> bool:
    return reverse("documents:page", args=[document.uuid]) in html


def test_filters_by_type_state_and_year(school: World, tab) -> None:
    draft = make_draft(school)
    other = make_draft(school, document_type=type_called("brev-personopplysninger"), fields=None)
    done = finalise(make_draft(school), by=school.user("contact_teacher"))
    tasks.render(done.pk)
    old = make_draft(school)
    Document.objects.filter(pk=old.pk).update(created_at=old.created_at - timedelta(days=800))
    assert all(links(tab(), each) for each in (draft, other, done, old))
    html = tab(type="brev-personopplysninger")
    assert links(html, other)
    assert not links(html, draft)
    html = tab(status="ikke-arkivert")
    assert links(html, done)
    assert not links(html, draft)
    old.refresh_from_db()
    year = old.created_at.year if old.created_at.month >= 8 else old.created_at.year - 1
    html = tab(ar=str(year))
    assert links(html, old)
    assert not links(html, draft)
    assert "Ingen dokumenter passer med filteret" in tab(status="arkivert")
    assert links(tab(type="finnes-ikke"), draft)


def test_versions_are_one_row_with_the_earlier_ones_inside(school: World, tab) -> None:
    first = finalise(make_draft(school), by=school.user("contact_teacher"))
    tasks.render(first.pk)
    second = actions.correct(first, by=school.user("contact_teacher"))
    html = tab()
    assert html.count('<th scope="row">') == 1
    row = html.partition('<th scope="row">')[2].partition("</th>")[0]
    assert links(row.partition("<details")[0], second)
    assert links(row.partition("<details")[2], first)
    assert "1 tidligere versjon" in row


def test_the_number_of_queries_does_not_grow(school: World, browser) -> None:
    client = browser("contact_teacher")
    url = reverse("documents:tab", args=[school.pupils["own"].uuid])

    def queries() -> int:
        client.get(url)
        with CaptureQueriesContext(
            connection,
        ) as found:
            client.get(url)
        return len(found)

    make_draft(school)
    few = queries()
    for _n in range(6):
        make_draft(school)
    assert queries() == few <= 25


def older(**more) -> OlderSource:
    return OlderSource.objects.create(
        name_nb="Papirarkivet", name_nn="Papirarkivet", text_nb="Spør arkivet.", text_nn="Spør arkivet.", **more
    )


@pytest.mark.parametrize(
    ("born", "source", "concerned"),
    [
        (date(2008, 12, 31), {"born_before": date(2009, 1, 1)}, True),
        (date(2009, 1, 1), {"born_before": date(2009, 1, 1)}, False),
        (date(2014, 5, 1), {"began_before": 2021}, True),
        (date(2015, 5, 1), {"began_before": 2021}, False),
        (None, {"began_before": 2021}, False),
        (date(2008, 1, 1), {"born_before": date(2009, 1, 1), "is_active": False}, False),
    ],
)
def test_older_documents_are_told_of_where_the_pupil_may_have_some(school: World, born, source, concerned) -> None:
    student = school.pupils["own"]
    Person.objects.filter(pk=student.person_id).update(birth_date=born)
    student.person.refresh_from_db()
    row = older(**source)
    assert older_sources(student) == ([row] if concerned else [])


def test_the_note_is_shown_with_its_link(school: World, tab) -> None:
    assert 'id="eldre"' not in tab()
    older(began_before=2100, url="https://arkiv.example.test/")
    html = tab()
    assert "Papirarkivet" in html
    assert 'href="https://arkiv.example.test/"' in html


def test_no_folder_yet_says_when_there_will_be_one(tab) -> None:
    assert "Mappen får nummer når det første dokumentet er arkivert" in tab()


def test_a_filter_of_nonsense_filters_nothing(school: World, tab) -> None:
    draft = make_draft(school)
    assert links(tab(status="\x00", type=str(uuid4()), ar="²", side="-1"), draft)
