"""How long a login lasts, and what ends it."""

import pytest
from django.test import Client

from tests.login import log_in

pytestmark = pytest.mark.django_db


def test_a_login_is_kept_with_the_session(world):
    client = Client()
    log_in(client, world.user("principal"))
    login = client.session["login"]
    assert (login["provider"], login["acr"], login["iss"]) == (
        "idporten",
        "idporten-loa-high",
        "https://idporten.no",
    )
