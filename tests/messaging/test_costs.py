"""The meter, the log and the price list say the same."""

import csv
from datetime import UTC, date, datetime
from io import StringIO
from uuid import uuid4

import pytest
from django.urls import reverse

from messaging import costs
from messaging.costs import Kind
from messaging.models import Dispatch, Price
from tests.login import log_in
from tests.messaging.parts import queue

pytestmark = pytest.mark.django_db


@pytest.fixture
def prices(db):
    for kind, ore, day in [
        (Kind.DIGITAL, 300, date(2026, 1, 1)),
        (Kind.DIGITAL, 350, date(2026, 11, 15)),
        (Kind.PRINT, 1700, date(2026, 1, 1)),
        (Kind.SMS, 69, date(2026, 1, 1)),
    ]:
        Price.objects.create(kind=kind, ore=ore, valid_from=day)


def sent(world, at: datetime, way: str = "") -> Dispatch:
    dispatch = queue(world, f"dok:{Dispatch.objects.count()}:v1:a")
    Dispatch.objects.filter(pk=dispatch.pk).update(
        state=Dispatch.State.SENT, svarut_id=uuid4(), sent_at=at, way=way, status="SENDT_DIGITALT"
    )
    return dispatch


def test_the_price_is_that_of_the_day(prices):
    assert costs.price_of(Kind.DIGITAL, on=date(2026, 11, 14)) == 300
    assert costs.price_of(Kind.DIGITAL, on=date(2026, 11, 15)) == 350
    assert costs.price_of(Kind.SMS, on=date(2026, 3, 1)) == 69
    assert costs.price_of(Kind.SMS, on=date(2025, 12, 31)) is None
    assert costs.in_words(350) == "3,50\xa0kr"


def test_the_price_before_sending_tells_of_print_too(prices):
    one, many = (costs.estimate(n, on=date(2026, 11, 16)).words for n in (1, 28))
    assert one == "3,50\xa0kr digitalt, 17,00\xa0kr hvis brevet må skrives ut og postes"
    assert many == (
        "98,00\xa0kr digitalt (3,50\xa0kr per brev), "
        "476,00\xa0kr hvis alle må skrives ut og postes (17,00\xa0kr per brev)"
    )


def test_a_price_that_is_not_entered_is_said_and_never_guessed(prices):
    assert costs.estimate(2, on=date(2025, 1, 1)).words == "prisen er ikke lagt inn"
    Price.objects.filter(kind=Kind.PRINT).delete()
    assert costs.estimate(1).words.endswith("kr digitalt, prisen for utskrift er ikke lagt inn")
    Price.objects.filter(kind=Kind.DIGITAL).delete()
    Price.objects.create(kind=Kind.PRINT, ore=1900, valid_from=date(2026, 1, 1))
    assert costs.estimate(2).words.startswith("prisen digitalt er ikke lagt inn, 38,00\xa0kr hvis alle")


def test_sums_match_the_log(world, prices, client):
    """Midnight is Norwegian: the last minute of October and the first of November are told apart."""
    sent(world, datetime(2026, 10, 31, 22, 59, tzinfo=UTC))
    sent(world, datetime(2026, 10, 31, 23, 0, tzinfo=UTC), "print")
    sent(world, datetime(2026, 11, 14, 22, 59, tzinfo=UTC), "digital")
    sent(world, datetime(2026, 11, 14, 23, 1, tzinfo=UTC), "digital")
    queue(world, "dok:unsent:v1:a")
    november, october = costs.per_month(world.school_a)
    assert (october.ore, november.ore) == (300, 1700 + 300 + 350)
    assert (november.digital, november.print) == (2, 1)
    assert costs.per_month(world.school_b) == []
    assert sum(school.ore for school in costs.per_school(Dispatch.objects.all(), november)) == november.ore
    log_in(client, world.user("municipal_admin"))
    answer = client.get(reverse("messaging:export"), {"fane": "alle"})
    rows = list(csv.reader(StringIO(answer.content.decode("utf-8-sig")), delimiter=";"))
    in_the_file = sum(round(float(row[-1].replace(",", ".")) * 100) for row in rows[1:] if row[-1])
    assert in_the_file == october.ore + november.ore


def test_what_has_no_price_is_told(world):
    sent(world, datetime(2026, 11, 1, 12, tzinfo=UTC))
    (month,) = costs.per_month(world.school_a)
    assert (month.ore, month.unpriced) == (0, 1)


def test_the_forecast_goes_on_as_the_month_has_gone(prices):
    month = costs.Month(date(2026, 11, 1), 10, 0, 0, 3000)
    assert costs.forecast(month, now=datetime(2026, 11, 15, 12, tzinfo=UTC)) == 6000
    assert costs.forecast(month, now=datetime(2026, 12, 15, 12, tzinfo=UTC)) == 3000
