"""Registers as files: shown before anything is saved, saved exactly as shown, and never half."""

import csv
import io
import zipfile
from datetime import timedelta

import pytest
from django.test import Client
from openpyxl import Workbook, load_workbook

from accessctl.models import AccessEvent, RegisterFile, Role, School
from accessctl.permissions import Permission
from accessctl.registers import files
from people.models import NationalId, Person
from schoolapp.lib import clock
from schools.models import SchoolYear
from staff.models import Employee
from students.models import Group, GroupStaffing
from tests.login import log_in
from tests.world import synthetic_id

pytestmark = pytest.mark.django_db
SCHOOLS = "/administrasjon/accessctl/school/"
HEAD = "organisasjonsnummer;navn;skoleslag;målform;telefon"


@pytest.fixture
def admin(world) -> Client:
    """An administrator in a municipality that has also given the role the right to edit groups."""
    role = Role.objects.get(slug="kommuneadmin")
    role.permissions = [*role.permissions, Permission.EDIT_GROUPS]
    role.save()
    client = Client()
    log_in(client, world.user("municipal_admin"))
    return client


def upload(client: Client, register: str, content: str | bytes, name: str = "fil.csv"):
    data = content.encode() if isinstance(content, str) else content
    file = io.BytesIO(data)
    file.name = name
    return client.post(f"{register}importer/", {"file": file})


def previewed(client: Client, register: str, content: str | bytes, name: str = "fil.csv"):
    sent = upload(client, register, content, name)
    assert sent.status_code == 302, sent.content.decode()
    return sent.url, client.get(sent.url)


def confirmed(client: Client, register: str, content: str | bytes) -> None:
    url, page = previewed(client, register, content)
    assert page.context["counts"]["error"] == 0, page.content.decode()
    done = client.post(url, {"plan": page.context["plan"].digest})
    assert done.status_code == 302 and done.url == register


def test_a_preview_counts_and_saves_nothing(world, admin):
    rows = ["999999991;Skole A;barneskole;bokmål;55 55 55 55", "999999992;Skole B;ungdomsskole;nynorsk;"]
    text = "\n".join([HEAD, *rows, "999999913;Ny skole;kombinert skole;bokmål;", "12;Feil;barneskole;bokmål;"])
    before = list(School.objects.values())
    _url, page = previewed(admin, SCHOOLS, text)
    assert page.context["counts"] == {"new": 1, "changed": 1, "unchanged": 1, "error": 1}
    shown = page.content.decode()
    assert "Ingenting er lagret ennå" in shown and "999999913" in shown
    assert list(School.objects.values()) == before


def test_what_is_confirmed_is_what_was_shown(world, admin):
    confirmed(
        admin,
        SCHOOLS,
        f"{HEAD}\n999999991;Skole A;barneskole;bokmål;55 55 55 55\n999999913;Ny skole;kombinert skole;bokmål;\n",
    )
    assert School.objects.get(org_number="999999991").phone == "55 55 55 55"
    assert School.objects.get(org_number="999999913").kind == "combined"
    line = AccessEvent.objects.get(action="import_register")
    assert line.user == world.users["municipal_admin"] and "'new': 1" in line.what
    assert AccessEvent.objects.filter(action="import_row").count() == 2
    kept = RegisterFile.objects.get()
    assert bytes(kept.content) == b"" and len(kept.sha256) == 64


def test_columns_that_are_not_in_the_file_keep_their_values(world, admin):
    School.objects.filter(org_number="999999991").update(phone="55 00 00 00", address="Prøveveien 1")
    confirmed(admin, SCHOOLS, "organisasjonsnummer;telefon\n999999991;55 11 11 11\n")
    school = School.objects.get(org_number="999999991")
    assert (school.phone, school.address, school.name) == ("55 11 11 11", "Prøveveien 1", "Skole A")


def test_one_row_with_an_error_stops_the_whole_file(world, admin):
    url, page = previewed(
        admin, SCHOOLS, f"{HEAD}\n999999913;Ny skole;barneskole;bokmål;\n999999948;Annen;slott;bokmål;\n"
    )
    assert page.context["counts"]["error"] == 1
    shown = page.content.decode()
    assert "Rader med feil" in shown and "Skoleslag" in shown and "Importer dette" not in shown
    admin.post(url, {"plan": page.context["plan"].digest})
    assert not School.objects.filter(org_number="999999913").exists()


def test_a_register_that_changed_meanwhile_is_shown_anew(world, admin):
    url, page = previewed(admin, SCHOOLS, f"{HEAD}\n999999991;Skole A;barneskole;bokmål;55 55 55 55\n")
    School.objects.filter(org_number="999999991").update(phone="44 44 44 44")
    answer = admin.post(url, {"plan": page.context["plan"].digest})
    assert answer.status_code == 409
    assert "44 44 44 44" in answer.content.decode()
    assert School.objects.get(org_number="999999991").phone == "44 44 44 44"


def test_a_file_is_read_in_once(world, admin):
    url, page = previewed(admin, SCHOOLS, f"{HEAD}\n999999913;Ny skole;barneskole;bokmål;\n")
    admin.post(url, {"plan": page.context["plan"].digest})
    again = admin.post(url, {"plan": page.context["plan"].digest})
    assert again.url.endswith("/importer/")
    assert School.objects.filter(org_number="999999913").count() == 1


def test_the_same_row_twice_is_an_error(world, admin):
    _url, page = previewed(
        admin, SCHOOLS, f"{HEAD}\n999999913;En;barneskole;bokmål;\n999999913;To;barneskole;bokmål;\n"
    )
    assert "Står også i rad 2" in page.content.decode()


def test_nobody_sees_another_persons_file(world, admin):
    url, _page = previewed(admin, SCHOOLS, f"{HEAD}\n999999913;Ny skole;barneskole;bokmål;\n")
    world.add_employee("second_admin", role="kommuneadmin")
    other = Client()
    log_in(other, world.user("second_admin"))
    assert other.get(url).status_code == 404
    local = Client()
    log_in(local, world.user("school_admin"))
    assert local.get(url).status_code == 403


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "Filen er tom"),
        ("navn;målform\nSkole;bokmål\n".encode("latin-1"), "UTF-8"),
        (f"{HEAD}\n999999913;Ny skole\n", "avkortet"),
        (f'{HEAD}\n999999913;"Ny skole;barneskole;bokmål;\n', "anførselstegn"),
        ("navn;eier\nSkole;meg\n", "«eier»"),
        ("navn;navn\nSkole;Skole\n", "to ganger"),
        ("navn;telefon\nSkole;55\n", "mangler"),
        (f"{HEAD}\n", "ingen rader"),
        (b"\x89PNG\r\n\x1a\n\x00\x00", "UTF-8"),
        (b"navn\x00;x\n1;2\n", "ikke en CSV"),
        (b"PK\x03\x04 not a workbook", "skadet"),
        (f"{HEAD}\n" + "9;x;x;x;x\n" * (files.MOST_ROWS + 1), "for mange rader"),
        (b"a" * (files.MOST_BYTES + 1), "for stor"),
    ],
)
def test_a_file_that_cannot_be_read_says_why(world, admin, content, says):
    response = upload(admin, SCHOOLS, content)
    assert response.status_code == 422
    assert says in response.content.decode()
    assert not RegisterFile.objects.exists()


def test_a_workbook_that_unpacks_to_far_more_is_refused():
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", b" " * (files.MOST_UNPACKED + 1))
    with pytest.raises(files.Unreadable, match="pakkes ut"):
        files.read(out.getvalue())


@pytest.mark.parametrize("packing", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_a_workbook_packed_so_that_it_can_unpack_to_anything_is_refused(packing):
    whole, again = zipfile.ZipFile(io.BytesIO(files.to_excel(["navn"], [["Skole"]]))), io.BytesIO()
    with zipfile.ZipFile(again, "w", packing) as archive:
        for part in whole.namelist():
            archive.writestr(part, whole.read(part))
    with pytest.raises(files.Unreadable, match="skadet"):
        files.read(again.getvalue())


def test_a_truncated_workbook_is_refused(world, admin):
    whole = files.to_excel(["organisasjonsnummer", "navn"], [["999999913", "Skole"]] * 50)
    assert upload(admin, SCHOOLS, whole[: len(whole) // 2], "fil.xlsx").status_code == 422


def test_excel_files_are_read_too(world, admin):
    book = Workbook()
    book.active.append(["starter", "slutter", "status"])
    book.active.append(["2031-08-01", "2032-07-31", "planlegges"])
    out = io.BytesIO()
    book.save(out)
    confirmed(admin, "/administrasjon/schools/schoolyear/", out.getvalue())
    assert SchoolYear.objects.get(starts_on="2031-08-01").state == "planned"


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_no_cell_of_an_export_is_a_formula_and_it_can_be_read_in_again(world, admin, kind):
    evil = '=HYPERLINK("http://ond.example";"Klikk")'
    School.objects.filter(pk=world.school_a.pk).update(name=evil, phone="+47 55 55 55 55")
    content = b"".join(admin.get(f"{SCHOOLS}eksporter/?format={kind}"))
    if kind == "csv":
        rows = list(csv.reader(io.StringIO(content.decode("utf-8-sig")), delimiter=";"))
    else:
        rows = [
            [str(c or "") for c in row] for row in load_workbook(io.BytesIO(content)).active.iter_rows(values_only=True)
        ]
    cells = [cell for row in rows for cell in row]
    assert f"'{evil}" in cells
    assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@"))]
    _url, page = previewed(admin, SCHOOLS, content, f"fil.{kind}")
    assert page.context["counts"] == {"new": 0, "changed": 0, "unchanged": 2, "error": 0}, page.content.decode()


def test_an_export_holds_what_the_list_shows_and_is_logged(world, admin):
    content = admin.get(f"{SCHOOLS}eksporter/?q=Skole+A&format=csv").content.decode("utf-8-sig")
    assert "Skole A" in content and "Skole B" not in content
    line = AccessEvent.objects.get(action="export")
    assert line.what == "accessctl.School: 1"


@pytest.mark.parametrize(
    "register", ["accessctl/school", "schools/schoolyear", "staff/employee", "students/group", "students/groupstaffing"]
)
def test_every_register_reads_in_what_it_gave_out_without_change(world, admin, register):
    path = f"/administrasjon/{register}/"
    content = admin.get(f"{path}eksporter/?format=csv").content
    _url, page = previewed(admin, path, content)
    counts = page.context["counts"]
    assert counts["unchanged"] > 0
    assert (counts["new"], counts["changed"], counts["error"]) == (0, 0, 0), page.content.decode()


EMPLOYEES = "/administrasjon/staff/employee/"


def test_a_new_employee_gets_a_person_and_can_be_recognised_at_login(world, admin, settings):
    settings.SYNTHETIC_IDS_ALLOWED = True
    number = synthetic_id(Person.objects.get(pk=world.people["principal"].pk).birth_date, 40)
    confirmed(
        admin,
        EMPLOYEES,
        f"ansattnummer;fornavn;etternavn;fødselsnummer eller d-nummer;stilling\nN1;Ny;Lærer;{number};Lærer\n",
    )
    employee = Employee.objects.get(employee_number="N1")
    assert employee.person.full_name == "Ny Lærer"
    assert employee.person.national_ids.get().number == number
    exported = admin.get(f"{EMPLOYEES}eksporter/?format=csv").content.decode()
    assert number not in exported and "fødselsnummer" not in exported


def test_a_guardian_who_is_employed_stays_one_person(world, admin, settings):
    settings.SYNTHETIC_IDS_ALLOWED = True
    number = NationalId.objects.get(person=world.people["guardian"]).number
    confirmed(
        admin, EMPLOYEES, f"ansattnummer;fornavn;etternavn;fødselsnummer eller d-nummer\nN2;Et annet;Navn;{number}\n"
    )
    employee = Employee.objects.get(employee_number="N2")
    assert employee.person == world.people["guardian"]
    assert employee.person.family_name != "Navn"


def test_an_employee_without_a_number_or_with_a_wrong_one_is_an_error(world, admin):
    _url, page = previewed(
        admin, EMPLOYEES, "ansattnummer;fornavn;etternavn;fødselsnummer eller d-nummer\nN3;A;B;\nN4;A;B;12345678901\n"
    )
    text = page.content.decode()
    assert page.context["counts"]["error"] == 2
    assert "Må fylles ut for en ny ansatt" in text and "ikke gyldig" in text
    assert "12345678901" not in text


def test_staffing_is_read_in_by_names_that_schools_know(world, admin):
    number = Employee.objects.get(person=world.people["nurse"]).employee_number
    year = str(world.year)
    head = "skole;skoleår;klasse eller gruppe;ansattnummer;funksjon;fra;til og med"
    row = f"999999991;{year};5A;{number};assistent;{clock.today()};"
    confirmed(admin, "/administrasjon/students/groupstaffing/", f"{head}\n{row}\n")
    made = GroupStaffing.objects.get(employee__employee_number=number)
    assert made.group == world.groups["5A"]
    _url, page = previewed(admin, "/administrasjon/students/groupstaffing/", f"{head}\n{row.replace('5A', '7Z')}\n")
    assert "Skolen har ikke akkurat én gruppe" in page.content.decode()


STAFFING = "/administrasjon/students/groupstaffing/"
STAFFING_HEAD = "skole;skoleår;klasse eller gruppe;ansattnummer;funksjon;fra;til og med"


def refused(client: Client, row: str) -> str:
    _url, page = previewed(client, STAFFING, f"{STAFFING_HEAD}\n{row}\n")
    assert page.context["counts"] == {"new": 0, "changed": 0, "unchanged": 0, "error": 1}
    return page.content.decode()


def test_nobody_makes_themselves_responsible_for_a_group_in_the_console(world, admin):
    mine = Employee.objects.get(person=world.people["municipal_admin"]).employee_number
    place, today = f"999999991;{world.year};5A", clock.today()
    assert "Du kan ikke gi deg selv ansvar" in refused(admin, f"{place};{mine};assistent;{today};")
    fields = {"school": "999999991", "school_year": str(world.year), "group_name": "5A", "employee": mine}
    page = admin.post(f"{STAFFING}add/", fields | {"function": "assistant", "valid_from": today.isoformat()})
    assert page.status_code == 200 and "Du kan ikke gi deg selv ansvar" in page.content.decode()
    assert not GroupStaffing.objects.filter(employee__employee_number=mine).exists()


def test_responsibility_is_not_given_or_changed_back_in_time_in_the_console(world, admin):
    nurse = Employee.objects.get(person=world.people["nurse"]).employee_number
    place, day = f"999999991;{world.year};5A", clock.today() - timedelta(days=1)
    assert "tilbake i tid" in refused(admin, f"{place};{nurse};assistent;{day};")
    row = GroupStaffing.objects.filter(group=world.groups["5A"], valid_to=None).first()
    GroupStaffing.objects.filter(pk=row.pk).update(valid_from=day - timedelta(days=9))
    held = f"{place};{row.employee.employee_number};{row.get_function_display()};{day - timedelta(days=9)}"
    assert "Det som er avsluttet" in refused(admin, f"{held};{day}")
    confirmed(admin, STAFFING, f"{STAFFING_HEAD}\n{held};{clock.today()}\n")
    row.refresh_from_db()
    assert row.valid_to == clock.today()


def test_groups_are_read_in(world, admin):
    confirmed(
        admin, "/administrasjon/students/group/", f"skole;skoleår;slag;navn;trinn\n999999991;{world.year};klasse;6A;6\n"
    )
    assert Group.objects.get(name="6A").school == world.school_a


def test_an_unknown_choice_is_told_what_can_be_chosen(world, admin):
    _url, page = previewed(admin, SCHOOLS, f"{HEAD}\n999999913;Ny skole;slott;klingon;")
    reasons = [reason for row in page.context["plan"].rows for _label, _before, reason in row.details]
    assert reasons == [
        "Dette er ikke et valg. Velg blant: barneskole, ungdomsskole, kombinert skole.",
        "Dette er ikke et valg. Velg blant: bokmål, nynorsk.",
    ]
