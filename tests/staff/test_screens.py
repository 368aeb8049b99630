"""The screens about the staff register, employees and the form for IKT."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from accessctl.models import AccessEvent, RoleAssignment
from people.models import Person, Protection
from schoolapp.lib import clock
from schools.today import lines_for
from staff.models import Employee, IctOrder, MissingEmployee, OrgUnit, Position, SyncRun
from tests.login import log_in
from tests.staff.feed import Row, csv_file, drop, take

NEW = Row(starts=(clock.today() - timedelta(days=3)).isoformat())
OTHERS = [Row(number=f"3{n:04d}", family=f"Annen{n}") for n in range(20)]


@pytest.fixture
def as_user(world):
    def client_of(name: str) -> Client:
        client = Client()
        log_in(client, world.user(name))
        return client

    return client_of


@pytest.fixture
def newcomer(unit_a) -> Employee:
    take(csv_file(NEW, *OTHERS))
    return Employee.objects.get(employee_number="20001")


def titles(world, name: str) -> list[str]:
    """The lines of «I dag» that are about staff."""
    ours = ("/ansattsynk/", "/ikt-skjema/", "/variabel-lonn/")
    return [str(line.title) for line in lines_for(world.user(name)) if line.url.startswith(ours)]


def text_of(client: Client, url: str) -> str:
    response = client.get(url)
    assert response.status_code == 200
    return response.content.decode()


def test_the_register_shows_runs_refusals_and_who_is_missing(world, newcomer, as_user):
    take(csv_file(*OTHERS))
    take(csv_file(NEW, *OTHERS)[:-20])
    admin = as_user("municipal_admin")
    page = text_of(admin, reverse("staff:sync"))
    assert "Den siste filen ble ikke lest inn" in page and "Ny Ansatt" in page
    refused = SyncRun.objects.first()
    page = text_of(admin, reverse("staff:sync_run", args=[refused.uuid]))
    assert "Rad 22: filen slutter midt i en rad" in page
    applied = SyncRun.objects.filter(state="applied").first()
    assert "Mangler i filen" in text_of(admin, reverse("staff:sync_run", args=[applied.uuid]) + "?hva=flagged")
    assert titles(world, "municipal_admin")[0] == "Ansattfilen fra HR ble ikke lest inn"
    assert "1 ansatt mangler i filen fra HR" in titles(world, "municipal_admin")


def test_one_click_runs_again_and_the_line_goes(world, newcomer, as_user, settings, tmp_path, monkeypatch):
    rung = []
    monkeypatch.setattr("staff.hr.bell.send", lambda: rung.append(1))
    drop(tmp_path, csv_file(NEW)[:-9])
    settings.STAFF_FEED_FOLDER = str(tmp_path)
    assert as_user("municipal_admin").post(reverse("staff:sync_run_now")).status_code == 302
    run = SyncRun.objects.first()
    assert (run.state, run.by) == (SyncRun.State.WAITING, world.users["municipal_admin"])
    assert AccessEvent.objects.filter(action="run_staff_sync", object_id=run.uuid).exists()


def test_somebody_closes_a_missing_employee_with_one_button(world, newcomer, as_user):
    take(csv_file(*OTHERS))
    flag = MissingEmployee.objects.get()
    admin, url = as_user("municipal_admin"), reverse("staff:missing", args=[flag.uuid])
    assert "åpne innlogginger stenges med en gang" in text_of(admin, url)
    assert RoleAssignment.objects.on().filter(user=newcomer.person.user).exists()
    admin.post(url, {"valg": "avslutt"})
    assert not RoleAssignment.objects.on().filter(user=newcomer.person.user).exists()
    assert "mangler i filen" not in " ".join(titles(world, "municipal_admin"))
    assert "Saken er avgjort" in text_of(admin, url)


def test_a_file_that_is_late_is_told(world, newcomer, settings, tmp_path):
    settings.STAFF_FEED_FOLDER = str(tmp_path)
    assert "Ansattfilen fra HR er forsinket" not in titles(world, "municipal_admin")
    SyncRun.objects.update(finished_at=clock.now() - timedelta(hours=37))
    assert "Ansattfilen fra HR er forsinket" in titles(world, "municipal_admin")
    assert "Ansattfilen fra HR er forsinket" not in titles(world, "principal")


def test_a_unit_gets_its_school_at_the_screen(world, as_user):
    take(csv_file(NEW))
    unit = OrgUnit.objects.get()
    admin = as_user("municipal_admin")
    assert "1 enhet i HR mangler skole" in titles(world, "municipal_admin")
    assert "Ikke koblet" in text_of(admin, reverse("staff:units"))
    url = reverse("staff:unit", args=[unit.uuid])
    both = {"school": world.school_a.pk, "is_outside": "on"}
    assert admin.post(url, both).status_code == 422
    assert admin.post(url, {"school": world.school_a.pk}).status_code == 302
    assert Position.objects.get().school == world.school_a
    assert titles(world, "municipal_admin") == []


def test_a_principal_sees_the_staff_of_the_school_alone(world, newcomer, unit_b, as_user):
    take(csv_file(NEW, *OTHERS, Row(number="40001", unit="4102", family="Borte")))
    page = text_of(as_user("principal"), reverse("staff:people"))
    assert "Ansatt, Ny" in page and "Lektor 80 %" in page and "Borte" not in page
    other = Employee.objects.get(employee_number="40001")
    assert as_user("principal").get(reverse("staff:person", args=[other.uuid])).status_code == 404
    assert as_user("contact_teacher").get(reverse("staff:people")).status_code == 403


def test_the_list_is_filtered_by_its_address(world, newcomer, as_user):
    take(csv_file(NEW.but(ends=(clock.today() + timedelta(days=9)).isoformat()), *OTHERS))
    principal, url = as_user("principal"), reverse("staff:people")
    assert "1 ansatt" in text_of(principal, f"{url}?status=slutter")
    assert "0 ansatte" in text_of(principal, f"{url}?status=sluttet")
    assert "1 ansatt" in text_of(principal, f"{url}?sok=Annen7&status=finnes-ikke")
    page = text_of(as_user("municipal_admin"), f"{url}?skole={world.school_a.uuid}")
    assert "21 ansatte" in page


def test_nobody_with_address_protection_is_named_anywhere(world, newcomer, as_user):
    Person.objects.filter(pk=newcomer.person_id).update(protection=Protection.CONFIDENTIAL, family_name="Hemmelig")
    take(csv_file(*OTHERS))
    run = SyncRun.objects.first()
    flag = MissingEmployee.objects.get()
    admin, principal = as_user("municipal_admin"), as_user("principal")
    pages = [
        *(text_of(admin, reverse("staff:sync")), text_of(admin, reverse("staff:sync_run", args=[run.uuid]))),
        text_of(admin, reverse("staff:missing", args=[flag.uuid])),
        *(text_of(principal, reverse("staff:people") + "?sok=Hemmelig"), text_of(principal, reverse("staff:orders"))),
    ]
    for page in pages:
        assert "Hemmelig, " not in page and "Ny Hemmelig" not in page and "20001" not in page
    order = IctOrder.objects.get()
    assert principal.get(reverse("staff:order", args=[order.uuid])).status_code == 404
    assert principal.get(reverse("staff:person", args=[newcomer.uuid])).status_code == 404
    assert not any("IKT" in title for title in titles(world, "principal"))


def test_the_page_of_an_employee_shows_positions_groups_and_roles(world, newcomer, as_user):
    world.add_staffing(newcomer, world.groups["5A"], "contact_teacher")
    page = text_of(as_user("principal"), reverse("staff:person", args=[newcomer.uuid]))
    for words in ("80 %", "5A", "kontaktlærer", "Grunntilgang", "ny@example.test", "IKT-skjema"):
        assert words in page
    assert reverse("groups:group", args=[world.groups["5A"].uuid]) in page


def test_the_form_is_a_task_until_it_is_sent_and_can_be_taken_back(world, newcomer, as_user):
    order = IctOrder.objects.get()
    principal, url = as_user("principal"), reverse("staff:order", args=[order.uuid])
    assert "IKT-skjema for 1 ny ansatt" in titles(world, "principal")
    assert titles(world, "school_admin") == []
    day = clock.today().isoformat()
    assert principal.post(url, {"valg": "send", "needed_from": day}).status_code == 422
    form = {"valg": "send", "needed_from": day, "equipment": ["laptop", "key_card"], "systems": "Feide"}
    assert principal.post(url, form).status_code == 302
    order.refresh_from_db()
    assert (order.state, order.sent_by, order.equipment) == ("sent", world.users["principal"], ["laptop", "key_card"])
    assert titles(world, "principal") == []
    assert "bærbar PC, nøkkelkort" in text_of(principal, url)
    principal.post(url, {"valg": "angre"})
    assert "IKT-skjema for 1 ny ansatt" in titles(world, "principal")
    principal.post(url, {"valg": "ikke"})
    assert titles(world, "principal") == []


def test_the_next_file_does_not_ask_again_for_what_was_sent(world, newcomer):
    IctOrder.objects.update(state="sent", sent_by=world.users["principal"], sent_at=clock.now())
    take(csv_file(NEW.but(percent="70"), *OTHERS))
    assert IctOrder.objects.get().state == "sent"


def test_groups_end_with_the_employment(world, newcomer):
    row = world.add_staffing(newcomer, world.groups["5A"], "contact_teacher", valid_from=clock.today() - timedelta(9))
    yesterday = clock.today() - timedelta(days=1)
    take(csv_file(NEW.but(ends=yesterday.isoformat()), *OTHERS))
    row.refresh_from_db()
    assert row.valid_to == yesterday
