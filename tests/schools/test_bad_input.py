"""The registers of schools and school years refuse what is wrong: on screen, and by file with row and reason."""

from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from accessctl.models import School
from schools.models import SchoolYear
from tests.login import log_in

SCHOOLS, YEARS = "/administrasjon/accessctl/school/", "/administrasjon/schools/schoolyear/"
RIGHT_NUMBER = "974760673"


@pytest.fixture
def admin(world):
    client = Client()
    log_in(client, world.user("municipal_admin"))
    return client


def text_of(response) -> str:
    return " ".join(response.content.decode().replace("\xa0", " ").split())


def imported(admin, register: str, *lines: str):
    file = SimpleUploadedFile("register.csv", "\r\n".join(lines).encode(), content_type="text/csv")
    return admin.post(f"{register}importer/", {"file": file}, follow=True)


def applied(admin, preview):
    return admin.post(preview.request["PATH_INFO"], {"plan": preview.context["plan"].digest})


@pytest.mark.parametrize(
    "number, message",
    [(RIGHT_NUMBER, "En annen skole har dette"), ("974760674", "kontrollsifferet"), ("12", "kontrollsifferet")],
)
def test_a_school_has_a_number_of_its_own_that_checks(admin, number, message):
    School.objects.create(name="Første", org_number=RIGHT_NUMBER, kind="primary")
    sent = {"name": "Ny skole", "org_number": number, "kind": "primary", "language": "nb"}
    assert message in text_of(admin.post(f"{SCHOOLS}add/", sent))
    assert not School.objects.filter(name="Ny skole").exists()


def test_a_standing_number_can_stay(admin, world):
    school = world.school_a
    sent = {"name": "Nytt navn", "org_number": school.org_number, "kind": "primary", "language": "nb"}
    admin.post(f"{SCHOOLS}{school.pk}/change/", sent)
    assert School.objects.get(pk=school.pk).name == "Nytt navn"


def test_a_file_with_one_number_twice_or_wrong_is_told_by_row_and_nothing_is_saved(admin):
    head = "organisasjonsnummer;navn;skoleslag;målform"
    preview = imported(
        admin,
        SCHOOLS,
        head,
        f"{RIGHT_NUMBER};Første;barneskole;bokmål",
        f"{RIGHT_NUMBER};Andre;barneskole;bokmål",
        "974760674;Tredje;barneskole;bokmål",
    )
    text = text_of(preview)
    assert "Står også i rad 2" in text and "kontrollsifferet" in text
    assert [row.number for row in preview.context["plan"].rows if row.outcome == "error"] == [3, 4]
    assert applied(admin, preview).status_code == 409
    assert not School.objects.filter(org_number=RIGHT_NUMBER).exists()


def year(world, offset: int) -> int:
    return world.year.starts_on.year + offset


@pytest.mark.parametrize(
    "start, end, message",
    [
        ((1, 8, 2), (2, 7, 31), "1. august til 31. juli"),
        ((1, 8, 1), (3, 7, 31), "1. august til 31. juli"),
        ((1, 1, 1), (1, 12, 31), "1. august til 31. juli"),
        ((0, 8, 1), (1, 7, 31), ""),
    ],
)
def test_a_school_year_that_is_none_is_refused(admin, world, start, end, message):
    first, last = date(year(world, start[0]), *start[1:]), date(year(world, end[0]), *end[1:])
    sent = {"starts_on": first.isoformat(), "ends_on": last.isoformat(), "state": "planned"}
    assert message in text_of(admin.post(f"{YEARS}add/", sent))
    assert SchoolYear.objects.count() == 1


def test_two_current_years_are_refused(admin, world):
    start = year(world, 1)
    sent = {"starts_on": f"{start}-08-01", "ends_on": f"{start + 1}-07-31", "state": "current"}
    assert "Bare ett skoleår kan være inneværende" in text_of(admin.post(f"{YEARS}add/", sent))
    admin.post(f"{YEARS}add/", sent | {"state": "planned"})
    assert SchoolYear.objects.filter(state="planned").count() == 1


def test_overlapping_years_and_days_that_do_not_exist_are_told_by_row(admin, world):
    odd = SchoolYear.objects.create(
        starts_on=date(year(world, 2), 1, 1), ends_on=date(year(world, 3), 12, 31), state="planned"
    )
    preview = imported(
        admin,
        YEARS,
        "starter;slutter;status",
        f"{year(world, 1)}-08-01;{year(world, 2)}-07-31;planlegges",
        f"31.04.{year(world, 5)};{year(world, 6)}-07-31;planlegges",
        f"{year(world, 7)}-08-01;{year(world, 8)}-07-31;planlegges",
    )
    text = text_of(preview)
    assert f"overlapper {odd}" in text and "Denne datoen finnes ikke" in text
    assert [row.number for row in preview.context["plan"].rows if row.outcome == "error"] == [2, 3]
    assert applied(admin, preview).status_code == 409
    assert SchoolYear.objects.count() == 2
