"""What no role gives, and what a role gives only in the whole municipality."""

import pytest
from django.db import IntegrityError, transaction
from django.test import Client

from accessctl.actions import RightsError, assign_role, give_grant
from accessctl.models import Role, RoleChange
from accessctl.permissions import MUNICIPAL_RIGHTS, OFFICER_GRANTS
from accessctl.permissions import Permission as P
from accessctl.rights.actions import change_role, decide_role_change, make_role
from accessctl.roles import serves
from accessctl.scope import Scope, scope_of
from schoolapp.lib import clock
from tests.login import log_in

pytestmark = pytest.mark.django_db
MAKE = "/oppsett/roller/ny/"


@pytest.fixture
def client_of(world):
    def make(name: str) -> Client:
        client = Client()
        log_in(client, world.user(name))
        return client

    return make


def text_of(response) -> str:
    return " ".join(response.content.decode().split())


@pytest.fixture
def narrowed(world, client_of) -> Client:
    """Somebody who has the municipality's role, for one school."""
    user = world.users["no_role"]
    assign_role(user, role="kommuneadmin", by=world.user("municipal_admin"), school=world.school_a, reach="schools")
    return client_of("no_role")


@pytest.mark.parametrize("permission", OFFICER_GRANTS, ids=str)
def test_a_role_never_opens_protected_families(world, client_of, permission):
    admin, teachers = world.user("municipal_admin"), Role.objects.get(slug="laerer")
    wanted = [*teachers.permissions, permission.value]
    with pytest.raises(RightsError, match="én person om gangen"):
        change_role(teachers, permissions=wanted, by=admin, reason="Trengs")
    with pytest.raises(RightsError, match="én person om gangen"):
        make_role(slug="ny", name="Ny", reach="municipality", permissions=wanted, given_by=["kommuneadmin"], by=admin)
    with pytest.raises(IntegrityError), transaction.atomic():
        Role.objects.filter(pk=teachers.pk).update(permissions=wanted)
    client = client_of("municipal_admin")
    for path in (f"/oppsett/roller/{teachers.uuid}/", MAKE):
        assert f'value="{permission.value}"' not in text_of(client.get(path))
    form = {"rettigheter": wanted, "bekreft": "1", "begrunnelse": "Trengs"}
    assert client.post(f"/oppsett/roller/{teachers.uuid}/endre/", form).status_code == 422
    teachers.refresh_from_db()
    assert permission.value not in teachers.permissions


@pytest.mark.parametrize("reach", ["municipality", "schools", "own_groups", "own_sfo_groups"])
def test_an_officers_right_counts_from_a_grant_and_not_from_a_role(reach):
    scope = Scope()
    scope.add([p.value for p in OFFICER_GRANTS], reach, 1, role="laerer")
    assert not any(scope.holds(p) or scope.reach(p) for p in OFFICER_GRANTS)
    for container in ("grant_municipality", "grant_school", "grant_group", "grant_pupil"):
        assert all(serves(container, p) for p in OFFICER_GRANTS)


def test_a_grant_to_one_person_still_opens_protected_pupils(world):
    give_grant(world.users["school_admin"], P.SEE_PROTECTED, on=world.school_a, by=None, reason="Navngitt ansvarlig")
    assert scope_of(world.user("school_admin")).reach(P.SEE_PROTECTED).school_ids == {world.school_a.pk}


def test_the_catalogue_says_that_officers_are_named_one_by_one(client_of):
    page = text_of(client_of("municipal_admin").get("/oppsett/roller/katalog/"))
    for permission in OFFICER_GRANTS:
        assert "gis person for person" in page[page.index(str(permission.label)) :].split("</th>")[0]
    assert page.count("gis person for person") == len(OFFICER_GRANTS)


def test_a_role_given_for_one_school_opens_nothing_of_the_whole_municipality(world, narrowed):
    scope = scope_of(world.user("no_role"))
    assert scope.reach(P.VIEW_PUPIL).school_ids == {world.school_a.pk}
    assert not [p for p in MUNICIPAL_RIGHTS if scope.holds(p)]
    assert narrowed.get("/elever/").status_code == 200


@pytest.mark.parametrize(
    "path",
    [
        "/administrasjon/",
        "/administrasjon/accessctl/school/",
        "/administrasjon/accessctl/school/importer/",
        "/administrasjon/accessctl/school/eksporter/",
        "/administrasjon/accessctl/municipality/",
        "/administrasjon/accessctl/user/",
        "/administrasjon/archive/peer/",
        "/administrasjon/documents/oldersource/",
        "/administrasjon/schools/schoolyear/",
        "/administrasjon/schools/schoolyear/add/",
        "/administrasjon/staff/employee/",
        "/administrasjon/staff/employee/importer/",
        "/administrasjon/students/group/",
        "/administrasjon/students/groupstaffing/importer/",
        "/maler/",
        "/oppsett/roller/",
        "/oppsett/roller/katalog/",
        "/oppsett/roller/ny/",
    ],
)
def test_screens_of_the_whole_municipality_are_closed_to_one_school(client_of, narrowed, path):
    assert client_of("municipal_admin").get(path).status_code in (200, 403 if "groupstaffing/importer" in path else 200)
    assert narrowed.get(path).status_code == 403


def test_each_school_has_its_own_archive_settings(world, narrowed):
    page = text_of(narrowed.get("/rapporter/arkiv/oppsett/"))
    assert "Skole A" in page and "Skole B" not in page
    assert narrowed.get(f"/rapporter/arkiv/oppsett/{world.school_b.uuid}/").status_code == 404


def test_a_right_of_the_whole_municipality_is_not_served_by_less():
    for permission in MUNICIPAL_RIGHTS:
        served = {r for r in ("municipality", "schools", "own_groups", "own_sfo_groups") if serves(r, permission)}
        assert served == {"municipality"}
        assert serves("grant_municipality", permission) and not serves("grant_school", permission)


def test_who_narrows_a_role_is_told_what_does_not_come_along(world, client_of):
    role, employee = Role.objects.get(slug="kommuneadmin"), world.people["contact_teacher"].employee
    client, url = client_of("municipal_admin"), f"/tilganger/{employee.uuid}/rolle/"
    form = {
        "rolle": str(role.uuid),
        "skoler": [str(world.school_a.uuid)],
        "fra": clock.today().isoformat(),
    }
    page = text_of(client.post(url, form | {"rekkevidde": "schools"}))
    left_out = page[page.index("gjelder bare hele kommunen og følger ikke med") :].split("</ul>")[0]
    assert {p for p in P if str(p.label) in left_out} == MUNICIPAL_RIGHTS
    assert "følger ikke med" not in text_of(client.post(url, form))


def test_a_role_for_schools_is_not_made_with_rights_of_the_whole_municipality(world, client_of):
    form = {"navn": "Hjelper", "gis_av": ["kommuneadmin"], "rettigheter": ["view_pupil", "administer"]}
    client = client_of("municipal_admin")
    response = client.post(MAKE, form | {"rekkevidde": "schools"})
    assert response.status_code == 422
    assert "Dette gjelder bare hele kommunen: «Bruke kommunens administrasjon»" in text_of(response)
    assert client.post(MAKE, form | {"rekkevidde": "municipality"}).status_code == 302
    with pytest.raises(RightsError, match="Bruke kommunens administrasjon"):
        change_role(
            Role.objects.get(slug="team"), permissions=["administer"], by=world.user("municipal_admin"), reason="x"
        )


def test_an_approved_change_brings_nothing_back_that_was_removed_meanwhile(world, client_of):
    world.add_employee("second_admin", role="kommuneadmin")
    admin, colleague = world.user("municipal_admin"), world.user("second_admin")
    role = Role.objects.get(slug="kommuneadmin")
    wanted = [*role.permissions, P.DELETE_DOCUMENT.value]
    change = change_role(role, permissions=wanted, by=admin, reason="Rydding")
    less = [slug for slug in role.permissions if slug != P.VIEW_DOCUMENT]
    change_role(role, permissions=less, by=colleague, reason="Skal ikke lese")
    with pytest.raises(RightsError, match="endret siden"):
        decide_role_change(change, approve=True, by=colleague)
    role.refresh_from_db()
    assert set(role.permissions) == set(less)
    page = text_of(client_of("second_admin").get(f"/oppsett/roller/endring/{change.uuid}/"))
    assert "Rollen er endret siden forslaget ble laget" in page
    assert 'value="godkjenn"' not in page and 'value="avslaa"' in page
    decide_role_change(change, approve=False, by=colleague)
    assert RoleChange.objects.get().state == "rejected"
