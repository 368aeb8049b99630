"""The municipal administration and the pages around login, as people meet them: wide, narrow, and without scripts."""

import pytest
from django.test import Client
from django.urls import reverse

from accessctl.models import Municipality
from documents.models import DocumentType
from tests.journeys.browser import PHONE
from tests.login import grow_old, log_in

SCHOOL = "/administrasjon/accessctl/school/"
NEW_SCHOOL = (
    "organisasjonsnummer;navn;skoleslag;målform\n"
    "999999913;Ny skole;barneskole;bokmål\n999999991;Skole A2;barneskole;bokmål\n"
)


def both(person, path: str, name: str) -> None:
    person.page.set_viewport_size({"width": 1280, "height": 900})
    person.open(path, name=name)
    person.resize(PHONE, name=name)


def test_the_administration_is_accessible_wide_and_narrow(reading, world):
    Municipality.objects.update(support_phone="55 00 00 00", support_email="hjelp@example.test")
    pages = {
        "console-front": "/administrasjon/",
        "console-list": SCHOOL,
        "console-change": f"{SCHOOL}{world.school_a.pk}/change/",
        "console-add": f"{SCHOOL}add/",
        "console-history": f"{SCHOOL}{world.school_a.pk}/history/",
        "console-import": f"{SCHOOL}importer/",
        "console-users": "/administrasjon/accessctl/user/",
        "console-user": reverse("admin:accessctl_user_change", args=[world.users["principal"].pk]),
        "console-employees": "/administrasjon/staff/employee/",
        "console-staffing": "/administrasjon/students/groupstaffing/",
        "console-municipality": f"/administrasjon/accessctl/municipality/{world.municipality.pk}/change/",
        "own-logins": "/mine-innlogginger/",
    }
    with reading("municipal_admin") as admin:
        for name, path in pages.items():
            both(admin, path, name)


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no scripts"])
def test_a_file_is_read_in_with_the_keyboard_alone(reading, world, tmp_path, scripts):
    file = tmp_path / "skoler.csv"
    file.write_text(NEW_SCHOOL, encoding="utf-8")
    with reading("municipal_admin", scripts=scripts) as admin:
        page = admin.open(SCHOOL)
        page.get_by_role("link", name="Importer").focus()
        page.keyboard.press("Enter")
        page.get_by_label("Fil").set_input_files(file)
        page.get_by_role("button", name="Se hva som skjer").press("Enter")
        page.get_by_text("Ingenting er lagret ennå").wait_for()
        admin.check("console-preview")
        page.get_by_role("button", name="Importer dette").press("Enter")
        page.get_by_text("Importen er ferdig: 1 nye, 1 endret").wait_for()
        admin.check("console-imported")
        page.get_by_role("link", name="Skole A2").click()
        page.get_by_role("link", name="Historikk").click()
        page.get_by_role("heading", name="Historikk").wait_for()
        admin.check("console-history-changed")


def test_a_file_with_errors_says_which_rows_and_why(reading, world, tmp_path):
    file = tmp_path / "skoler.csv"
    file.write_text(NEW_SCHOOL.replace("Ny skole;barneskole", ";slott"), encoding="utf-8")
    with reading("municipal_admin", size=PHONE) as admin:
        page = admin.open(f"{SCHOOL}importer/")
        page.get_by_label("Fil").set_input_files(file)
        page.get_by_role("button", name="Se hva som skjer").click()
        page.get_by_role("heading", name="Rader med feil").wait_for()
        admin.check("console-preview-errors")


def test_a_form_with_errors_leads_to_the_field(reading, world):
    with reading("municipal_admin") as admin:
        page = admin.open(f"{SCHOOL}{world.school_a.pk}/change/")
        page.get_by_label("Navn").fill("")
        page.get_by_role("button", name="Lagre").click()
        page.get_by_role("alert").wait_for()
        admin.check("console-errors")


def test_pages_around_login(reading, world):
    Municipality.objects.update(support_phone="55 00 00 00", access_url="https://kommune.example/tilgang")
    with reading() as stranger:
        for name, path in {"login-help": "/logg-inn/hjelp/", "login-doors": "/logg-inn/"}.items():
            both(stranger, path, name)
    with reading("guardian") as guardian:
        both(guardian, "/elever/", "no-access")
        both(guardian, "/finnes-ikke/", "not-found")
    with reading("no_role") as nobody:
        both(nobody, "/", "no-door")


@pytest.fixture
def sensitive(world):
    document, _delivery = world.add_document("own")
    DocumentType.objects.update(sensitivity="sensitive")
    return document


def test_being_asked_to_confirm(reading, world, sensitive, live_server):
    client = Client()
    log_in(client, world.user("guardian"))
    grow_old(client)
    cookie = client.cookies["sessionid"].value
    with reading(size=PHONE) as guardian:
        context = guardian.page.context
        context.add_cookies([{"name": "sessionid", "value": cookie, "url": live_server.url}])
        both(guardian, f"/foresatt/dokumenter/{sensitive.uuid}/", "confirm-sensitive")
        both(guardian, "/foresatt/", "portal-sensitive")
