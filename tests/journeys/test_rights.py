"""Roles and rights at the screen: a change counted before it is saved, a role given, with and without scripts."""

from datetime import timedelta

import pytest
from playwright.sync_api import expect

from accessctl.actions import give_grant
from accessctl.models import Role, RoleAssignment
from accessctl.permissions import OFFICER_GRANTS, Permission
from schoolapp.lib import clock
from tests.journeys.browser import NARROWEST, PHONE


@pytest.mark.parametrize("scripts", [True, False])
def test_a_role_gets_a_right_after_the_count_is_seen(reading, scripts):
    with reading("municipal_admin", scripts=scripts) as admin:
        page = admin.open("/oppsett/roller/", name="roles")
        page.get_by_role("link", name="Skoleadmin2").click()
        admin.check("role")
        page.get_by_label("Lese meldinger fra foresatte").check()
        page.get_by_role("button", name="Se hva endringen betyr").click()
        expect(page.get_by_text("Dette gir 1 ansatt rettigheten for 3 elever.")).to_be_visible()
        admin.check_both("role-preview")
        page.get_by_label("Hvorfor endres rollen?").fill("Rådgiverne svarer foresatte")
        page.get_by_role("button", name="Lagre endringen").click()
        expect(page.get_by_text("Rollen er endret.")).to_be_visible()
        admin.check("role-changed")
    assert "read_messages" in Role.objects.get(slug="skoleadmin2").permissions


def test_more_for_oneself_is_approved_by_a_colleague(reading, world):
    world.add_employee("second_admin", role="kommuneadmin")
    with reading("municipal_admin") as admin:
        role = Role.objects.get(slug="kommuneadmin")
        page = admin.open(f"/oppsett/roller/{role.uuid}/")
        page.get_by_label("Slette dokumenter som ikke er arkivert").check()
        page.get_by_role("button", name="Se hva endringen betyr").click()
        admin.check("role-preview-own")
        page.get_by_label("Hvorfor endres rollen?").fill("Vi rydder i gamle utkast")
        page.get_by_role("button", name="Send til en kollega").click()
        admin.check("role-waiting-own")
    with reading("second_admin") as colleague:
        page = colleague.open("/i-dag/", name="today-role-change")
        page.get_by_role("link", name="Se endringen").click()
        colleague.check("role-change")
        page.get_by_role("button", name="Godkjenn").click()
        expect(page.get_by_text("Endringen er godkjent.")).to_be_visible()
        colleague.check()


@pytest.mark.parametrize("scripts", [True, False])
def test_a_school_admin_gives_a_first_role(reading, world, scripts):
    with reading("school_admin", scripts=scripts) as admin:
        page = admin.open("/tilganger/", name="people")
        page.get_by_label("Ansattnummer").fill(world.people["no_role"].employee.employee_number)
        page.get_by_role("button", name="Finn ansatt").click()
        admin.check_both("person-new")
        page.get_by_role("link", name="Gi en rolle").click()
        admin.check("give-role")
        page.get_by_role("combobox", name="Rolle", exact=True).select_option(label="Skoleadmin (valgte skoler)")
        page.get_by_role("button", name="Se hva rollen åpner for").click()
        expect(page.get_by_text("Ansatt No_Role får se 3 elever ved Skole A.")).to_be_visible()
        admin.check_both("give-role-preview")
        page.get_by_role("button", name="Gi rollen").click()
        expect(page.get_by_text("Rollen er gitt.")).to_be_visible()
        admin.check_both("person")
        page.get_by_role("link", name="Endre eller avslutt").click()
        admin.check_both("assignment")
        page.get_by_role("button", name="Avslutt nå").click()
        expect(page.get_by_text("Rollen er avsluttet.")).to_be_visible()
        admin.check()
    assert not RoleAssignment.objects.filter(user=world.users["no_role"]).exists()


def test_a_special_grant_is_given_and_renewed(reading, world):
    with reading("school_admin") as admin:
        page = admin.open(f"/tilganger/{world.people['principal'].employee.uuid}/")
        page.get_by_role("link", name="Gi en særskilt tilgang").click()
        admin.check("give-grant")
        page.get_by_role("button", name="Se hva tilgangen åpner for").click()
        admin.check("give-grant-errors")
        page.get_by_label("Avgjøre permisjonssøknader").check()
        page.get_by_role("radio", name="En klasse eller gruppe").check()
        page.get_by_label("Gruppe (fyll ut når den gjelder en klasse eller gruppe)").fill("5A")
        page.get_by_label("Hvorfor gis tilgangen?").fill("Vikar for leder")
        page.get_by_role("button", name="Se hva tilgangen åpner for").click()
        admin.check_both("give-grant-preview")
        page.get_by_role("button", name="Gi tilgangen").click()
        expect(page.get_by_text("Tilgangen er gitt.")).to_be_visible()
        page.get_by_role("link", name="Forny eller avslutt").click()
        admin.check_both("grant")
        page.get_by_label("Hvorfor skal tilgangen vare lenger?").fill("Vikariatet varer")
        page.get_by_role("button", name="Forny tilgangen").click()
        expect(page.get_by_text("Tilgangen er fornyet.")).to_be_visible()
        admin.check("person-with-grant")


def test_the_screens_fit_a_phone(reading, world):
    give_grant(
        world.users["principal"],
        Permission.DECIDE_LEAVE,
        on=world.school_a,
        by=None,
        reason="Leder",
        valid_to=clock.today() + timedelta(days=9),
    )
    person = world.people["contact_teacher"].employee.uuid
    pages = {
        "roles": "/oppsett/roller/",
        "role": f"/oppsett/roller/{Role.objects.get(slug='laerer').uuid}/",
        "make-role": "/oppsett/roller/ny/",
        "catalogue": "/oppsett/roller/katalog/",
        "mine": "/mine-tilganger/",
        "people": "/tilganger/",
        "person": f"/tilganger/{person}/",
        "give-role": f"/tilganger/{person}/rolle/",
        "give-grant": f"/tilganger/{person}/saerskilt/",
    }
    with reading("municipal_admin") as admin:
        for name, path in pages.items():
            admin.open(path, name=name)
            for size in (PHONE, NARROWEST):
                admin.resize(size, name=name)
            admin.page.set_viewport_size({"width": 1280, "height": 900})


@pytest.mark.parametrize("name", ["guardian", "contact_teacher", "no_role"])
def test_own_rights(reading, name):
    with reading(name, size=PHONE) as person:
        person.open("/mine-tilganger/", name=f"mine-{name}")


def test_an_officers_right_is_given_by_two(reading, world):
    world.add_employee("officer")
    for right in OFFICER_GRANTS:
        give_grant(world.users["officer"], right, on=world.municipality, by=None, reason="Ansvarlig")
    with reading("municipal_admin") as admin:
        page = admin.open(f"/tilganger/{world.people['principal'].employee.uuid}/saerskilt/")
        page.get_by_label("Se elever og foresatte som har adressesperre").check()
        page.get_by_label("Hele kommunen").check()
        page.get_by_label("Hvorfor gis tilgangen?").fill("Ny ansvarlig")
        page.get_by_role("button", name="Se hva tilgangen åpner for").click()
        admin.check_both("officer-preview")
        page.get_by_role("button", name="Foreslå tilgangen").click()
        expect(page.get_by_text("Forslaget er sendt.")).to_be_visible()
        admin.check_both("officer-waiting-person")
        page.get_by_role("link", name="Se forslaget").click()
        expect(page.get_by_role("button", name="Trekk forslaget")).to_be_visible()
    with reading("officer") as officer:
        page = officer.open("/i-dag/", name="officer-today")
        page.get_by_role("link", name="Se forslaget").click()
        officer.check_both("officer-proposal")
        page.get_by_role("button", name="Godkjenn").click()
        expect(page.get_by_text("Tilgangen er gitt.")).to_be_visible()
        officer.check("officer-given")
