"""The screens about roles and rights: who opens them, what they say before they save, and what they do."""

from datetime import timedelta

import pytest
from django.test import Client

from accessctl.actions import assign_role, give_grant
from accessctl.models import AccessEvent, Role, RoleAssignment, RoleChange, SchoolGrant
from accessctl.permissions import Permission as P
from schoolapp.lib import clock
from tests.login import log_in


@pytest.fixture
def client_of(world):
    def logged_in(name):
        client = Client()
        log_in(client, world.user(name))
        return client

    return logged_in


def employee(world, name):
    return world.people[name].employee


def rights(slug, *, add=(), remove=()):
    return sorted((set(Role.objects.get(slug=slug).permissions) | {p.value for p in add}) - {p.value for p in remove})


def text_of(response):
    return " ".join(response.content.decode().replace("\xa0", " ").split())


def test_only_those_who_edit_roles_open_them(client_of):
    assert client_of("municipal_admin").get("/oppsett/roller/").status_code == 200
    for name in ("school_admin", "principal", "contact_teacher", "guardian"):
        assert client_of(name).get("/oppsett/roller/").status_code == 403


def test_the_list_says_how_many_hold_each_role(client_of):
    page = text_of(client_of("municipal_admin").get("/oppsett/roller/"))
    row = page[page.index(">Lærer</a>") :].split("</tr>")[0]
    assert "Skoleadmin" in row and ">4</td>" in row


def test_a_change_of_a_role_is_counted_before_it_is_saved(world, client_of):
    role = Role.objects.get(slug="skoleadmin2")
    client = client_of("municipal_admin")
    wanted = rights("skoleadmin2", add=[P.READ_MESSAGES])
    page = text_of(client.post(f"/oppsett/roller/{role.uuid}/endre/", {"rettigheter": wanted}))
    assert "Dette gir 1 ansatt rettigheten for 3 elever." in page
    role.refresh_from_db()
    assert P.READ_MESSAGES not in role.permissions
    data = {
        "rettigheter": wanted,
        "bekreft": "1",
        "begrunnelse": "Rådgiver svarer",
        "grunnlag": ",".join(role.permissions),
    }
    assert client.post(f"/oppsett/roller/{role.uuid}/endre/", data).status_code == 302
    role.refresh_from_db()
    assert P.READ_MESSAGES in role.permissions
    page = text_of(client.get(f"/oppsett/roller/{role.uuid}/"))
    assert "Lagt til: Lese meldinger fra foresatte" in page and "Rådgiver svarer" in page
