"""The list of pupils: columns, order, a day in the past, saved views, many at once, and taking it out."""

import csv
import io
from datetime import timedelta

import pytest
from django.urls import reverse
from openpyxl import load_workbook

from accessctl.actions import give_grant
from accessctl.models import AccessEvent
from accessctl.permissions import Permission
from people.models import Person
from schoolapp.lib import clock
from schools.models import SchoolYear
from students.lists.columns import COLUMNS
from students.models import Enrolment, Membership, SavedView, Student
from students.pages import contact_teachers
from tests.login import log_in

LIST, BULK, TAKE_OUT = "/elever/", "/elever/handling/", "/elever/uttrekk/"


@pytest.fixture
def logged_in(client, world):
    def as_person(name):
        log_in(client, world.user(name))
        return client

    return as_person


def names(response) -> list[str]:
    return [row.student.person.family_name.casefold() for row in response.context["rows"]]


def cells(response, slug: str) -> dict[str, str]:
    rows = response.context["rows"]
    return {
        row.student.person.family_name.casefold(): str(cell.text)
        for row in rows
        for cell in row.cells
        if cell.slug == slug
    }


def read_csv(response) -> list[list[str]]:
    return list(csv.reader(io.StringIO(response.content.decode("utf-8-sig")), delimiter=";"))


def rename(world, key: str, family: str) -> None:
    Person.objects.filter(pk=world.people[key].pk).update(family_name=family)


def officer(world):
    world.add_employee("officer", role="kommuneadmin")
    give_grant(world.users["officer"], Permission.SEE_PROTECTED, on=world.municipality, by=None, reason="Ansvar")
    return world.user("officer")


class TestTheScreen:
    def test_columns_follow_the_address_and_unknown_ones_are_nothing(self, logged_in):
        page = logged_in("school_admin").get(LIST, {"kol": ["maalform", "x"]})
        assert [heading.column.slug for heading in page.context["listing"].headings] == ["navn", "maalform"]
        assert set(cells(page, "maalform").values()) == {"Bokmål"}

    def test_the_order_follows_the_address_both_ways(self, logged_in):
        client = logged_in("municipal_admin")
        assert names(client.get(LIST, {"sorter": "klasse"}))[-1] == "other_school"
        assert names(client.get(LIST, {"sorter": "-klasse"}))[0] == "other_school"
        assert names(client.get(LIST, {"sorter": "user__password"})) == names(client.get(LIST))

    def test_contact_columns_need_the_right(self, logged_in, world):
        page = logged_in("school_admin").get(LIST, {"kol": ["telefon", "adresse", "fodt"]})
        assert cells(page, "telefon")["own"].startswith("40 00")
        assert cells(page, "adresse")["own"].startswith("Prøveveien")
        world.add_employee("bare_se", role="helsesykepleier", schools=(world.school_a,))
        give_grant(world.users["bare_se"], Permission.VIEW_PUPIL, on=world.school_a, by=None, reason="Prøve")
        log_in(logged_in("no_role"), world.user("bare_se"))
        page = logged_in("bare_se").get(LIST, {"kol": ["telefon", "adresse", "fodt", "kjonn"], "kjonn": "kvinne"})
        assert [heading.column.slug for heading in page.context["listing"].headings] == ["navn", "klasse", "trinn"]
        assert "kjonn" not in page.context["filter"].fields

    def test_a_filter_by_protection_is_for_those_who_see_protected(self, logged_in, client, world):
        everyone = logged_in("municipal_admin").get(LIST, {"sperre": "ja"})
        assert "protected" not in names(everyone)
        assert len(names(everyone)) == 4
        log_in(client, officer(world))
        assert names(client.get(LIST, {"sperre": "ja"})) == ["protected"]

    def test_sex_and_written_form_narrow_the_list(self, logged_in, world):
        Person.objects.filter(pk=world.people["own"].pk).update(sex="kvinne", written_form="nn")
        client = logged_in("school_admin")
        assert names(client.get(LIST, {"kjonn": "kvinne"})) == ["own"]
        assert names(client.get(LIST, {"maalform": "nn"})) == ["own"]

    def test_a_group_narrows_the_list(self, logged_in, world):
        page = logged_in("school_admin").get(LIST, {"gruppe": str(world.groups["5 matematikk"].uuid)})
        assert names(page) == ["other_class"]


@pytest.mark.parametrize("name", ["contact_teacher", "school_admin", "municipal_admin"])
def test_every_column_costs_the_same_for_many_pupils(logged_in, world, django_assert_max_num_queries, name):
    query = "&".join(f"kol={column.slug}" for column in COLUMNS)
    costs = []
    for more in (1, 20):
        for number in range(more):
            world.add_pupil(f"mer{more}x{number}", world.groups["5A"])
        client = logged_in(name)
        client.get(LIST)
        with django_assert_max_num_queries(25) as queries:
            client.get(f"{LIST}?{query}")
        costs.append(len(queries))
    assert costs[0] == costs[1]


class TestThePast:
    @pytest.fixture
    def moved(self, world):
        """«own» was in 5B until yesterday; «classmate» went to the other school a week ago."""
        own, mate = world.pupils["own"], world.pupils["classmate"]
        today = clock.today()
        Membership.objects.filter(student=own).update(group=world.groups["5B"], valid_to=today - timedelta(days=1))
        Membership.objects.create(student=own, group=world.groups["5A"], is_home_class=True, valid_from=today)
        left = today - timedelta(days=7)
        Enrolment.objects.filter(student=mate).update(valid_to=left, state="moved_internal")
        Membership.objects.filter(student=mate).update(valid_to=left)
        Enrolment.objects.create(
            student=mate, school=world.school_b, school_year=world.year, grade_level=5, valid_from=today
        )
        Student.objects.filter(pk=mate.pk).update(school=world.school_b, home_class_name="")
        return (today - timedelta(days=10)).isoformat()

    def test_the_list_of_a_day_shows_the_class_of_that_day(self, logged_in, moved):
        page = logged_in("school_admin").get(LIST, {"dag": moved})
        assert cells(page, "klasse") == {"own": "5B", "other_class": "5B"}
        assert "Elever som har sluttet eller byttet skole siden, er ikke med." in page.content.decode()
        assert names(logged_in("school_admin").get(LIST, {"dag": moved, "klasse": "5A"})) == []

    def test_with_the_right_to_all_years_those_who_left_are_there_without_a_page(self, logged_in, world, moved):
        give_grant(world.users["school_admin"], Permission.SEE_ALL_YEARS, on=world.school_a, by=None, reason="Prøve")
        page = logged_in("school_admin").get(LIST, {"dag": moved})
        assert cells(page, "klasse") == {"own": "5B", "other_class": "5B", "classmate": "5A"}
        left = next(row for row in page.context["rows"] if row.student.pk == world.pupils["classmate"].pk)
        assert not left.url
        assert "Skole B" not in page.content.decode()
        assert AccessEvent.objects.filter(about=world.pupils["classmate"].uuid, action="list").exists()

    def test_the_contact_teacher_is_the_one_of_that_day(self, logged_in, world, moved):
        give_grant(world.users["school_admin"], Permission.SEE_ALL_YEARS, on=world.school_a, by=None, reason="Prøve")
        mate = world.pupils["classmate"]
        Membership.objects.create(
            student=mate, group=world.groups["8A"], is_home_class=True, valid_from=clock.today() - timedelta(days=6)
        )
        page = logged_in("school_admin").get(LIST, {"dag": moved, "kol": "kontaktlaerer"})
        assert str(world.people["teacher_b"]) in contact_teachers([mate])[mate.pk]
        assert str(world.people["teacher_b"]) not in page.content.decode()
        assert str(world.people["contact_teacher"]) in cells(page, "kontaktlaerer")["classmate"]

    @pytest.mark.parametrize(
        ("day", "said"),
        [("2026-04-31", "finnes ikke"), ("i går", "finnes ikke"), ("2010-01-01", "dager i dette skoleåret")],
    )
    def test_a_day_that_is_not_looked_at_is_told_of(self, logged_in, world, day, said):
        page = logged_in("school_admin").get(LIST, {"dag": day})
        assert said in page.content.decode()
        assert len(names(page)) == 3
        assert logged_in("school_admin").get(LIST, {"dag": ""}).context["filter"].day_not_used == ""

    def test_a_day_may_be_typed_as_norwegians_write_it(self, logged_in, world, moved):
        typed = ".".join(reversed(moved.split("-")))
        assert cells(logged_in("school_admin").get(LIST, {"dag": typed}), "klasse") == {
            "own": "5B",
            "other_class": "5B",
        }

    def test_a_protected_pupil_is_in_no_past(self, logged_in, world, moved):
        give_grant(world.users["school_admin"], Permission.SEE_ALL_YEARS, on=world.school_a, by=None, reason="Prøve")
        Person.objects.filter(pk=world.people["classmate"].pk).update(protection="strict")
        assert set(names(logged_in("school_admin").get(LIST, {"dag": moved}))) == {"own", "other_class"}

    def test_other_years_are_for_those_with_the_right(self, logged_in, world):
        start = world.year.starts_on.replace(year=world.year.starts_on.year - 1)
        SchoolYear.objects.create(starts_on=start, ends_on=world.year.starts_on - timedelta(days=1), state="past")
        assert len(names(logged_in("school_admin").get(LIST, {"dag": start.isoformat()}))) == 3
        give_grant(world.users["school_admin"], Permission.SEE_ALL_YEARS, on=world.school_a, by=None, reason="Prøve")
        assert names(logged_in("school_admin").get(LIST, {"dag": start.isoformat()})) == []
        assert names(logged_in("school_admin").get(LIST, {"aar": str(start.year)})) == []


class TestSavedViews:
    def save(self, client, **data):
        return client.post(f"{reverse('students:views')}?trinn=5&sok=own&kol=maalform&sorter=-navn", data)

    def test_a_view_is_kept_without_the_name_that_was_searched(self, logged_in):
        assert self.save(logged_in("contact_teacher"), navn="Mitt femte").status_code == 302
        view = SavedView.objects.get()
        assert view.query == "trinn=5&kol=maalform&sorter=-navn"
        assert "Mitt femte" in logged_in("contact_teacher").get(LIST).content.decode()
        assert "Mitt femte" not in logged_in("subject_teacher").get(LIST).content.decode()

    def test_a_school_admin_shares_with_the_school_and_nobody_elses(self, logged_in, world):
        self.save(logged_in("school_admin"), navn="Felles", deles=str(world.school_a.uuid))
        assert SavedView.objects.get().school == world.school_a
        assert "Felles" in logged_in("contact_teacher").get(LIST).content.decode()
        assert "Felles" not in logged_in("teacher_b").get(LIST).content.decode()
        self.save(logged_in("contact_teacher"), navn="Min", deles=str(world.school_a.uuid))
        assert SavedView.objects.get(name="Min").school is None
        assert self.save(logged_in("school_admin"), navn="X", deles=str(world.school_b.uuid)).status_code == 422

    def test_a_name_is_used_once(self, logged_in):
        self.save(logged_in("contact_teacher"), navn="Mitt femte")
        again = self.save(logged_in("contact_teacher"), navn="Mitt femte")
        assert (again.status_code, SavedView.objects.count()) == (422, 1)

    def test_few_stand_above_the_list_ones_own_first_and_the_rest_a_click_away(self, logged_in, world):
        for n in range(9):
            SavedView.objects.create(owner=world.user("school_admin"), school=world.school_a, name=f"Felles {n}")
        self.save(logged_in("municipal_admin"), navn="Å, min egen")
        client = logged_in("municipal_admin")
        text = client.get(LIST).content.decode()
        assert "Å, min egen" in text and text.count("Felles") == 4 and world.school_a.name in text
        assert "Alle lagrede visninger" in text
        assert client.get(reverse("students:views")).content.decode().count(">Felles") == 9

    def test_who_may_delete(self, logged_in, world):
        self.save(logged_in("school_admin"), navn="Felles", deles=str(world.school_a.uuid))
        path = reverse("students:delete_view", args=[SavedView.objects.get().uuid])
        logged_in("contact_teacher").post(path)
        assert SavedView.objects.count() == 1
        assert logged_in("teacher_b").post(path).status_code == 404
        logged_in("school_admin").post(path)
        assert SavedView.objects.count() == 0


class TestManyAtOnce:
    def ask(self, client, world, keys, **data):
        chosen = [str(world.pupils[key].uuid) for key in keys]
        given = {"handling": "gruppe", "utvalg": "valgte", "elev": chosen, "fra": clock.today().isoformat()}
        return client.post(BULK, given | data)

    def test_those_who_fit_are_put_in_and_the_others_are_named(self, logged_in, world):
        maths = world.groups["5 matematikk"]
        client = logged_in("school_admin")
        data = {"gruppe": str(maths.uuid), "steg": "se"}
        seen = self.ask(client, world, ["own", "other_class"], **data)
        assert "Ingenting er lagret ennå. 1 av 2" in seen.content.decode()
        assert not maths.memberships.filter(student=world.pupils["own"]).exists()
        done = self.ask(client, world, ["own", "other_class"], **(data | {"steg": "utfor"}))
        outcomes = {o.student.person.family_name: o.is_done for o in done.context["outcomes"]}
        assert outcomes == {"Own": True, "Other_Class": False}
        assert maths.memberships.filter(student=world.pupils["own"]).count() == 1
        assert maths.memberships.filter(student=world.pupils["other_class"]).count() == 1

    def test_the_groups_offered_are_of_the_schools_of_the_chosen(self, logged_in, world):
        client = logged_in("team")
        names = [school for school, _groups in self.offered(client, world, ["own"])[1:]]
        assert names == [world.school_a.name]
        names = [school for school, _groups in self.offered(client, world, ["own", "other_school"])[1:]]
        assert names == [world.school_a.name, world.school_b.name]
        elsewhere = str(world.groups["8A"].uuid)
        assert self.ask(client, world, ["own"], gruppe=elsewhere, steg="utfor").status_code == 422

    def offered(self, client, world, keys):
        return self.ask(client, world, keys).context["form"].fields["gruppe"].choices

    def test_pupils_out_of_reach_are_not_even_chosen(self, logged_in, world):
        client = logged_in("school_admin")
        page = self.ask(client, world, ["other_school", "protected"], gruppe=str(world.groups["5A"].uuid), steg="utfor")
        assert page.status_code == 302
        assert Membership.objects.filter(student=world.pupils["other_school"]).count() == 1

    def test_the_action_is_not_offered_without_the_right(self, logged_in, world):
        client = logged_in("contact_teacher")
        assert "Sett i klasse eller gruppe" not in client.get(LIST).content.decode()
        assert self.ask(client, world, ["own"], gruppe=str(world.groups["5B"].uuid), steg="utfor").status_code == 302
        assert world.pupils["own"].memberships.count() == 1

    def test_all_in_the_list_are_those_one_saw(self, logged_in, world):
        client = logged_in("school_admin")
        data = {"utvalg": "alle", "gruppe": str(world.groups["5 matematikk"].uuid), "steg": "utfor", "antall": "2"}
        page = self.ask(client, world, [], **data)
        assert (page.status_code, Membership.objects.filter(group=world.groups["5 matematikk"]).count()) == (422, 1)
        page = self.ask(client, world, [], **(data | {"antall": "3"}))
        assert Membership.objects.filter(group=world.groups["5 matematikk"]).count() == 3


class TestTakingOut:
    def take(self, client, query="", **data):
        return client.post(f"{TAKE_OUT}?{query}", {"utvalg": "alle", "format": "csv"} | data)

    def test_the_file_is_what_one_sees(self, logged_in, world):
        response = self.take(logged_in("school_admin"), "sorter=-navn")
        assert response.content.startswith(b"\xef\xbb\xbf")
        assert response["Cache-Control"] == "private, no-store"
        assert response["Content-Disposition"] == f'attachment; filename="elever-{clock.today()}.csv"'
        rows = read_csv(response)
        assert rows[0] == ["Navn", "Klasse", "Trinn"]
        assert [row[0] for row in rows[1:]] == ["Own, Elev", "Other_Class, Elev", "Classmate, Elev"]

    @pytest.mark.parametrize("format_", ["csv", "xlsx", "pdf", "utskrift"])
    def test_every_pupil_taken_out_is_logged_and_nobody_else(self, logged_in, world, format_):
        assert self.take(logged_in("contact_teacher"), format=format_).status_code == 200
        logged = AccessEvent.objects.filter(action="export").values_list("about", flat=True)
        assert set(logged) == {world.pupils["own"].uuid, world.pupils["classmate"].uuid}

    def test_contact_details_ask_what_for_and_the_log_has_it(self, logged_in):
        client = logged_in("school_admin")
        assert self.take(client, "kol=telefon").status_code == 422
        assert not AccessEvent.objects.filter(action="export").exists()
        assert self.take(client, "kol=telefon", formaal="beredskap").status_code == 200
        assert set(AccessEvent.objects.filter(action="export").values_list("reason", flat=True)) == {"Beredskap"}

    def test_protected_pupils_are_left_out_until_asked_for_and_never_reached(self, client, world):
        log_in(client, officer(world))
        query = "kol=klasse&kol=adresse&kol=telefon"
        without = self.take(client, query, formaal="beredskap")
        assert "protected" not in without.content.decode().casefold()
        rows = read_csv(self.take(client, query, formaal="beredskap", skjermede="on"))
        assert next(row for row in rows if row[0].startswith("Protected")) == ["Protected, Elev", "5A", "", ""]

    @pytest.mark.parametrize("name", ["contact_teacher", "school_admin", "municipal_admin"])
    def test_who_does_not_see_protected_pupils_gets_none_by_asking(self, logged_in, world, name):
        ids = [str(pupil.uuid) for pupil in world.pupils.values()]
        response = self.take(logged_in(name), utvalg="valgte", elev=ids, skjermede="on")
        assert "protected" not in response.content.decode().casefold()
        assert not AccessEvent.objects.filter(action="export", about=world.pupils["protected"].uuid).exists()

    @pytest.mark.parametrize(
        "start", ["=1+1", "+cmd|' /C calc'!A0", "-2+3", "@SUM(A1)", "\t=1", "\r=1", "＝1+1", "\x00=1"]
    )
    def test_no_cell_is_a_formula(self, logged_in, world, start):
        rename(world, "own", start.replace("\x00", "\u200b"))
        client = logged_in("contact_teacher")
        found = [row[0] for row in read_csv(self.take(client)) if row[0].endswith(", Elev")]
        assert sum(name.startswith("'") for name in found) == 1
        sheet = load_workbook(io.BytesIO(self.take(client, format="xlsx").content)).active
        assert {cell.data_type for row in sheet.iter_rows(max_col=1) for cell in row} == {"s"}

    def test_excel_keeps_days_numbers_and_telephones(self, logged_in, world):
        world.people["own"].contact.phone = "+4740000000"
        world.people["own"].contact.save()
        response = self.take(
            logged_in("contact_teacher"), "kol=trinn&kol=fodt&kol=telefon&sok=own", format="xlsx", formaal="beredskap"
        )
        row = list(load_workbook(io.BytesIO(response.content)).active.iter_rows(values_only=True))[1]
        assert (row[1], row[2].date(), row[3]) == (5, world.people["own"].birth_date, "+4740000000")

    def test_the_log_being_full_sends_nothing(self, logged_in, monkeypatch):
        monkeypatch.setattr("students.lists.taking_out.write", refuse)
        with pytest.raises(RuntimeError):
            self.take(logged_in("contact_teacher"))


def refuse(*args, **kwargs):
    raise RuntimeError("the log is full")
