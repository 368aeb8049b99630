"""The municipal administration: tasks in front, registers behind their own rights, and every row within reach."""

from datetime import date

import pytest
from django.test import Client
from django.urls import reverse

from accessctl.console import site
from accessctl.models import AccessEvent, Role, School
from accessctl.permissions import Permission
from people.models import Protection
from staff.models import Employee
from students.models import Group
from tests.login import log_in

pytestmark = pytest.mark.django_db
ADMINS = list(site._registry.values())


@pytest.fixture
def admin(world) -> Client:
    client = Client()
    log_in(client, world.user("municipal_admin"))
    return client


def url(admin_of, page: str, *args) -> str:
    return reverse(f"admin:{admin_of.opts.app_label}_{admin_of.opts.model_name}_{page}", args=args)


def request_of(world, who: str, rf):
    request = rf.get("/")
    request.user = world.user(who)
    return request


def test_the_front_page_is_grouped_by_tasks_and_leads_somewhere(admin):
    text = admin.get("/administrasjon/").content.decode()
    for heading in (
        "Skoler og kommune",
        "Folk og grupper",
        "Roller og tilganger",
        "Dokumenter og arkiv",
        "Import og eksport",
        "Drift og logg",
    ):
        assert heading in text
    for link in ("/maler/", "/rapporter/arkiv/oppsett/", "/administrasjon/accessctl/school/"):
        assert f'href="{link}"' in text
    assert admin.get("/administrasjon/accessctl/").url == "/administrasjon/"


@pytest.mark.parametrize("register", ADMINS, ids=lambda a: a.opts.label)
def test_every_register_opens_in_our_frame_with_what_it_is_for(admin, register):
    response = admin.get(url(register, "changelist"))
    text = response.content.decode()
    assert response.status_code == 200
    assert str(register.lede) in text and 'class="top"' in text
    assert "admin/css" not in text and "admin/js" not in text


@pytest.mark.parametrize("register", ADMINS, ids=lambda a: a.opts.label)
def test_every_register_shows_only_what_its_right_reaches(world, rf, register):
    """Somebody with the console's right at one school, or without the register's right, gets no row of the others."""
    nobody = request_of(world, "no_role", rf)
    assert not register.get_queryset(nobody).exists()
    local = request_of(world, "school_admin", rf)
    schools = {getattr(row, "school", None) for row in register.get_queryset(local) if hasattr(row, "school_id")}
    assert schools <= {world.school_a}
    assert not register.has_view_permission(local), "the console itself is for the municipality"
    for check in ("view", "add", "change"):
        assert not getattr(register, f"has_{check}_permission")(nobody)
    assert not register.has_delete_permission(request_of(world, "municipal_admin", rf))


def test_a_register_has_a_right_of_its_own(world, admin):
    role = Role.objects.get(slug="kommuneadmin")
    role.permissions = [slug for slug in role.permissions if slug != Permission.EDIT_TEMPLATES]
    role.save()
    assert admin.get("/administrasjon/documents/oldersource/").status_code == 403
    assert "Eldre dokumenter" not in admin.get("/administrasjon/").content.decode()
    assert admin.get("/administrasjon/accessctl/school/").status_code == 200


def test_a_role_that_ends_closes_the_console_at_the_next_request(world, admin):
    assert admin.get("/administrasjon/").status_code == 200
    user = world.users["municipal_admin"]
    user.assignments.update(valid_from=date(2020, 1, 1), valid_to=date(2020, 12, 31))
    assert admin.get("/administrasjon/").status_code == 403


def test_saving_is_logged_and_stands_in_the_history(world, admin):
    path = url(site._registry[School], "change", world.school_a.pk)
    page = admin.get(path)
    form = page.context["adminform"].form
    data = {name: form[name].value() or "" for name in form.fields} | {"phone": "55 55 55 55"}
    assert admin.post(path, data).status_code == 302
    assert School.objects.get(pk=world.school_a.pk).phone == "55 55 55 55"
    assert AccessEvent.objects.filter(action="console_change", user=world.users["municipal_admin"]).exists()
    assert "Telefon" in admin.get(url(site._registry[School], "history", world.school_a.pk)).content.decode()


@pytest.mark.parametrize("button", ["_save", "_continue", "_addanother"])
def test_what_was_saved_is_told_in_our_own_words(world, admin, button):
    path = url(site._registry[School], "change", world.school_a.pk)
    form = admin.get(path).context["adminform"].form
    data = {name: form[name].value() or "" for name in form.fields} | {button: "1"}
    told = [str(message) for message in admin.post(path, data, follow=True).context["messages"]]
    assert told == [f"{world.school_a} er lagret."]


def test_a_form_with_errors_says_what_is_wrong(world, admin):
    path = url(site._registry[School], "change", world.school_a.pk)
    response = admin.post(path, {"name": "", "org_number": "999999992", "kind": "primary", "language": "nb"})
    text = response.content.decode()
    assert "Rett dette før du går videre" in text
    assert text.count("ds-validation-message") >= 2


def test_nothing_is_deleted_here(world, admin):
    for register, row in (
        (School, world.school_a),
        (Employee, Employee.objects.first()),
        (Group, Group.objects.first()),
    ):
        path = url(site._registry[register], "delete", row.pk)
        assert admin.get(path).status_code == 403
        assert admin.post(path, {"post": "yes"}).status_code == 403
        assert register.objects.filter(pk=row.pk).exists()


def test_staff_with_address_protection_are_left_out(world, admin):
    employee = Employee.objects.get(person=world.people["nurse"])
    group = world.groups["5A"]
    world.add_staffing(employee, group, "assistant")
    world.people["nurse"].protection = Protection.STRICT
    world.people["nurse"].save()
    for path in (
        "/administrasjon/staff/employee/",
        "/administrasjon/students/groupstaffing/",
        "/administrasjon/people/",
    ):
        assert "Nurse" not in admin.get(path, follow=True).content.decode()
    assert admin.get(url(site._registry[Employee], "change", employee.pk)).status_code in (302, 404)
    exported = admin.get("/administrasjon/staff/employee/eksporter/").content.decode()
    assert "Nurse" not in exported and employee.employee_number not in exported


def test_no_filter_of_ones_own_making_reaches_other_tables(admin):
    for query in (
        "person__national_ids__number__startswith=1",
        "person__protection=strict",
        "person__birth_date__gt=2000-01-01",
    ):
        assert admin.get(f"/administrasjon/staff/employee/?{query}").status_code in (302, 400)
