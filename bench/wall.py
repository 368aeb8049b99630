"""The pupil list with the wall in the database, against the same list without it, for each kind of reach."""

from collections.abc import Callable, Iterator
from unittest.mock import patch

from django.test import Client, override_settings
from django.urls import reverse

from accessctl import wall
from bench.measure import Comparison, compare
from bench.pages import opener, someone
from tests.login import log_in

ROUNDS = 40
FLOOR = "uten mur"
ROLES = ("kommuneadmin", "skoleadmin", "laerer")


def run() -> Iterator[Comparison]:
    with override_settings(ALLOWED_HOSTS=["testserver"]):
        for role in ROLES:
            client = Client(raise_request_exception=True)
            log_in(client, someone(role))
            for name, query in (("elevliste", ""), ("søk", "?sok=o")):
                page = opener(client, reverse("students:list") + query)
                yield compare(f"{name}, {role}", page, FLOOR, without(page), rounds=ROUNDS)


def without(page: Callable[[], object]) -> Callable[[], object]:
    """The same page on the same connection, as its owner, whom row-level security does not hold back."""

    def open_page() -> None:
        with patch.object(wall, "raise_for"):
            page()

    return open_page
