"""Pages of long lists: counted so far only, and honest about the rest."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accessctl.models import School
from schoolapp.lib import paging
from schoolapp.lib.paging import LongPaginator, count_to_most


@pytest.fixture
def rows(db, monkeypatch):
    monkeypatch.setattr(paging, "MOST", 5)
    for number in range(7):
        School.objects.create(name=f"Skole {number}", org_number=f"99900000{number}")
    return School.objects.order_by("name")


def test_a_short_list_is_shown_whole(rows):
    pages = LongPaginator(rows.filter(name__lt="Skole 5"), 2)
    assert (pages.count, pages.num_pages, pages.is_cut) == (5, 3, False)


def test_a_long_list_ends_where_the_counting_does_and_says_so(rows):
    pages = LongPaginator(rows, 2)
    assert (pages.count, pages.num_pages, pages.is_cut) == (5, 3, True)
    assert [school.name for school in pages.get_page(99)] == ["Skole 4"]


def test_no_more_rows_are_counted_than_needed(rows):
    with CaptureQueriesContext(connection) as queries:
        assert count_to_most(rows) == 6
    assert len(queries) == 1
    assert "LIMIT 6" in queries[0]["sql"]
