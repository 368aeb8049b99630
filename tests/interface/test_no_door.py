"""Somebody who is logged in, but for whom no page is made."""

from django.urls import reverse

from tests.login import log_in


def told(client, world, name: str) -> str:
    log_in(client, world.user(name))
    return client.get(reverse("home")).content.decode()


def test_who_has_a_role_is_not_told_to_ask_for_one(client, world):
    page = told(client, world, "nurse")
    assert "Du har rollen Helsesykepleier. Den åpner ingen sider her ennå." in page
    assert "om å gi deg en rolle" not in page


def test_who_has_none_is_told_whom_to_ask(client, world):
    page = told(client, world, "no_role")
    assert "ber du skoleadmin ved skolen din om å gi deg en rolle" in page
    assert "Du har rollen" not in page
