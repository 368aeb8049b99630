"""Login providers for the tests: the certified stand-in, and one that lies."""

from collections.abc import Iterator

import pytest
from django.test import Client

from accessctl.login import exchange, metadata
from tests.accessctl.browser import Browser
from tests.accessctl.hostile_provider import HostileProvider
from tests.standins import OidcStandin, oidc_standin

BASE_URL = "http://testserver"


@pytest.fixture(scope="session")
def running_standin(tmp_path_factory) -> Iterator[OidcStandin]:
    with oidc_standin(tmp_path_factory.mktemp("oidc"), base_url=BASE_URL) as standin:
        yield standin


@pytest.fixture(autouse=True)
def nothing_known_of_providers() -> Iterator[None]:
    """What one test learned about a provider, or its failures, must not serve another."""
    metadata.forget()
    exchange.forget_failures()
    yield
    metadata.forget()
    exchange.forget_failures()


@pytest.fixture
def standin(running_standin, settings, world) -> OidcStandin:
    settings.BASE_URL = BASE_URL
    settings.LOGIN_PROVIDERS = running_standin.login_providers()
    running_standin.show(
        [
            {
                "login_id": key,
                "name": person.full_name,
                "role": "",
                "school": "",
                "provider": "both",
                "national_id": person.national_ids.get(is_current=True).number,
                "feide_id": f"{key}@example.test",
                "note": "",
            }
            for key, person in world.people.items()
        ]
    )
    return running_standin


@pytest.fixture
def browser(standin) -> Iterator[Browser]:
    with Browser(Client(), standin.origin) as browser:
        yield browser


@pytest.fixture
def hostile(settings) -> Iterator[HostileProvider]:
    with HostileProvider() as provider:
        settings.BASE_URL = BASE_URL
        settings.LOGIN_PROVIDERS = {
            slug: {"issuer": provider.issuer, "client_id": provider.client_id, "client_secret": "hemmelig"}
            for slug in ("idporten", "feide")
        }
        yield provider
