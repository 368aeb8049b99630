"""The console's register of groups goes by the rules of the groups' own pages, on screen and by file."""

from datetime import date, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from accessctl.models import AccessEvent, Role
from accessctl.permissions import Permission
from schoolapp.lib import clock
from schools.models import SchoolYear, Subject
from students.models import Group, GroupChange, Student
from tests.login import log_in

pytestmark = pytest.mark.django_db
GROUPS = "/administrasjon/students/group/"
HEAD = "skole;skoleår;slag;navn;trinn;fag;del av klassen;særskilt enhet"
A = "999999991"


@pytest.fixture
def admin(world) -> Client:
    """An administrator in a municipality that has also given the role the right to edit groups."""
    role = Role.objects.get(slug="kommuneadmin")
    role.permissions = [*role.permissions, Permission.EDIT_GROUPS]
    role.save()
    client = Client()
    log_in(client, world.user("municipal_admin"))
    return client


@pytest.fixture
def maths(world) -> Subject:
    return Subject.objects.create(
        code="MAT0015", name_nb="Matematikk", grade_from=1, grade_to=7, valid_from=date(2020, 8, 1)
    )


def imported(admin, *lines: str):
    file = SimpleUploadedFile("grupper.csv", "\r\n".join([HEAD, *lines]).encode(), content_type="text/csv")
    return admin.post(f"{GROUPS}importer/", {"file": file}, follow=True)


def text_of(response) -> str:
    return " ".join(response.content.decode().replace("\xa0", " ").split())


def sent(group: Group, **changed: str) -> dict[str, str]:
    fields = {"name": group.name, "kind": group.kind, "grade_level": str(group.grade_level or ""), "unit": group.unit}
    place = {"school": group.school.org_number, "school_year": str(group.school_year)}
    return place | fields | {"subject": "", "class_name": ""} | changed


def test_groups_of_every_kind_are_read_in_as_the_screens_make_them(admin, world, maths):
    preview = imported(
        admin,
        f"{A};{world.year};faggruppe;5A mat;5;MAT0015;;",
        f"{A};{world.year};kontaktlærergruppe;5A-1;;;5a;",
        f"{A};{world.year};klasse;Mottak;;;;mottaksklasse",
    )
    assert preview.context["counts"]["error"] == 0, text_of(preview)
    admin.post(preview.request["PATH_INFO"], {"plan": preview.context["plan"].digest})
    assert Group.objects.get(name="5A mat").subject == maths
    part = Group.objects.get(name="5A-1")
    assert (part.home_class, part.grade_level) == (world.groups["5A"], 5)
    assert Group.objects.get(name="Mottak").unit == "introductory"
    assert GroupChange.objects.filter(group=part, act="created", by=world.user("municipal_admin")).exists()
    assert AccessEvent.objects.filter(action="open_group").count() == 3


@pytest.mark.parametrize(
    "line, reason",
    [
        ("{y};klasse;9A;9;;;", "trinnene 1 til 7"),
        ("{y};klasse;6A;;;;", "Velg trinn for klassen"),
        ("{y};klasse;5a;5;;;", "har allerede 5a"),
        ("{y};klasse;5C;5;MAT0015;;", "Bare faggrupper og valgfag har fag"),
        ("{y};faggruppe;5 eng;5;;;", "Velg faget gruppen har"),
        ("{y};faggruppe;5 eng;5;XXX0000;;", "Finner ikke dette i registeret"),
        ("{y};valgfag;Mat;5;MAT0015;;", "ikke et valgfag"),
        ("{y};kontaktlærergruppe;7Z-1;;;7Z;", "har ikke denne klassen"),
        ("{y};kontaktlærergruppe;5-1;;;;", "Velg klassen kontaktlærergruppen"),
        ("{past};klasse;5A;5;;;", "avsluttet, og gruppene i det endres ikke"),
    ],
)
def test_a_row_against_the_rules_is_told_and_nothing_is_saved(admin, world, maths, line, reason):
    start = world.year.starts_on.year
    past = SchoolYear.objects.create(
        starts_on=date(start - 1, 8, 1), ends_on=date(start, 7, 31), state=SchoolYear.State.PAST
    )
    good = f"{A};{world.year};klasse;6B;6;;;"
    preview = imported(admin, good, f"{A};{line.format(y=world.year, past=past)}")
    wrong = [row for row in preview.context["plan"].rows if row.outcome == "error"]
    assert [row.number for row in wrong] == [3]
    assert reason in " ".join(told for _label, _before, told in wrong[0].details)
    answer = admin.post(preview.request["PATH_INFO"], {"plan": preview.context["plan"].digest})
    assert answer.status_code == 409
    assert not Group.objects.filter(name__in=["6B", "9A", "5C", "7Z-1", "5-1"]).exists()


def test_a_group_does_not_change_school_year_or_kind(admin, world):
    group = world.groups["5A"]
    page = admin.post(f"{GROUPS}{group.pk}/change/", sent(group, school="999999992"))
    assert "bytter ikke skole, skoleår eller slag" in text_of(page)
    page = admin.post(f"{GROUPS}{group.pk}/change/", sent(group, kind="sfo_group"))
    assert "bytter ikke skole, skoleår eller slag" in text_of(page)
    group.refresh_from_db()
    assert (group.kind, group.school) == (Group.Kind.HOME_CLASS, world.school_a)


def test_a_class_that_is_renamed_here_is_renamed_in_the_lists(admin, world):
    group = world.groups["5A"]
    answer = admin.post(f"{GROUPS}{group.pk}/change/", sent(group, name="5 Rød"))
    assert answer.status_code == 302
    names = Student.objects.filter(memberships__group=group, memberships__valid_to=None)
    assert set(names.values_list("home_class_name", flat=True)) == {"5 Rød"}


def test_a_contact_group_with_pupils_stays_in_its_class(admin, world):
    part = Group.objects.create(
        school=world.school_a, school_year=world.year, kind="contact_group", name="5A-1", grade_level=5,
        home_class=world.groups["5A"],
    )  # fmt: skip
    pupil = world.pupils["own"]
    pupil.memberships.create(group=part, is_home_class=False, valid_from=clock.today() - timedelta(days=1))
    page = admin.post(f"{GROUPS}{part.pk}/change/", sent(part, class_name="5B"))
    assert "Gruppen har elever" in text_of(page)
    part.refresh_from_db()
    assert part.home_class == world.groups["5A"]


def test_the_file_that_comes_out_goes_in_again_and_changes_nothing(admin, world, maths):
    Group.objects.filter(name="5 matematikk").update(subject=maths)
    content = admin.get(f"{GROUPS}eksporter/?format=csv").content
    file = SimpleUploadedFile("grupper.csv", content, content_type="text/csv")
    preview = admin.post(f"{GROUPS}importer/", {"file": file}, follow=True)
    counts = preview.context["counts"]
    assert (counts["new"], counts["changed"], counts["error"]) == (0, 0, 0), text_of(preview)
