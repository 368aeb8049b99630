"""Who is counted when somebody guesses: each client by itself, and nobody who writes an address of their own."""

import pytest
from django.test import RequestFactory

from schoolapp.lib.client_address import client_address


@pytest.mark.parametrize(
    ("proxies", "header", "address"),
    [
        (0, "", "10.0.0.1"),
        (0, "203.0.113.5", "10.0.0.1"),  # nobody of ours wrote it
        (1, "203.0.113.5", "203.0.113.5"),
        (1, "198.51.100.9, 203.0.113.5", "203.0.113.5"),  # the first is what the client claims
        (2, "198.51.100.9, 203.0.113.5, 10.0.0.2", "203.0.113.5"),
        (2, "203.0.113.5", "10.0.0.1"),
        (1, "", "10.0.0.1"),
        (1, "203.0.113.5, ", "10.0.0.1"),
    ],
)
def test_the_address_is_what_our_own_proxies_saw(settings, proxies: int, header: str, address: str) -> None:
    settings.PROXIES_IN_FRONT = proxies
    request = RequestFactory().get("/", REMOTE_ADDR="10.0.0.1", HTTP_X_FORWARDED_FOR=header)
    assert client_address(request) == address
