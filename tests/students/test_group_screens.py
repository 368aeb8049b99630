"""The screens that make groups, place pupils and show who belonged when."""

from datetime import date, timedelta

import pytest
from django.test import Client

from accessctl.actions import give_grant
from accessctl.models import AccessEvent
from accessctl.permissions import Permission
from schoolapp.lib import clock
from schools.models import SchoolYear, Subject
from students.actions import enrol
from students.groups.actions import open_group, put_in
from students.models import Enrolment, Group, Membership
from tests.login import log_in

NEW = "/klasser/ny/"


@pytest.fixture
def client_of(world):
    def logged_in(name):
        client = Client()
        log_in(client, world.user(name))
        return client

    return logged_in


def text_of(response) -> str:
    return " ".join(response.content.decode().replace("\xa0", " ").split())


def page(group, rest="") -> str:
    return f"/klasser/{group.uuid}/{rest}"


def pupils(response) -> set[str]:
    return {row.student.person.family_name for row in response.context["places"]}


def another_year(world, years: int, state: str) -> SchoolYear:
    start = world.year.starts_on.year + years
    return SchoolYear.objects.create(starts_on=date(start, 8, 1), ends_on=date(start + 1, 7, 31), state=state)


def test_a_class_is_made_on_screen(client_of, world):
    admin = client_of("school_admin")
    assert "Kontaktlærergruppe" in text_of(admin.get(NEW))
    form = admin.get(f"{NEW}?slag=home_class").context["form"]
    sent = {"skole": str(world.school_a.uuid), "ar": str(world.year), "navn": "5C", "trinn": "5"}
    assert {"skole", "ar", "navn", "trinn"} <= form.fields.keys()
    saved = admin.post(f"{NEW}?slag=home_class", sent, follow=True)
    assert "5C er opprettet" in text_of(saved)
    assert Group.objects.get(name="5C").school == world.school_a
    again = admin.post(f"{NEW}?slag=home_class", sent)
    assert again.status_code == 422
    assert "har allerede 5C" in text_of(again)


def test_a_subject_group_takes_a_subject_that_is_taught(client_of, world):
    Subject.objects.create(code="GML0001", name_nb="Gammelt", valid_from=date(2006, 8, 1), valid_to=date(2020, 7, 31))
    Subject.objects.create(code="NYE0001", name_nb="Nytt", valid_from=date(2020, 8, 1))
    Subject.objects.create(code="VLG0001", name_nb="Valgt", valid_from=date(2020, 8, 1), is_elective=True)
    admin = client_of("school_admin")
    offered = {code for code, _label in admin.get(f"{NEW}?slag=subject_group").context["form"].fields["fag"].choices}
    assert "NYE0001" in offered and not {"GML0001", "VLG0001"} & offered
    sent = {"skole": str(world.school_a.uuid), "ar": str(world.year), "navn": "Nytt 5", "trinn": "5", "fag": "NYE0001"}
    assert admin.post(f"{NEW}?slag=subject_group", sent).status_code == 302
    assert Group.objects.get(name="Nytt 5").subject.code == "NYE0001"
    assert admin.post(f"{NEW}?slag=subject_group", sent | {"fag": "", "navn": "Uten"}).status_code == 422


def test_another_schools_groups_cannot_be_made_or_changed(client_of, world):
    admin = client_of("school_admin")
    sent = {"skole": str(world.school_b.uuid), "ar": str(world.year), "navn": "8X", "trinn": "8"}
    assert admin.post(f"{NEW}?slag=home_class", sent).status_code == 422
    for rest in ("endre/", "avslutt-gruppen/", "sett-inn/", "ta-ut/"):
        assert admin.get(page(world.groups["8A"], rest)).status_code == 404
        assert client_of("principal").get(page(world.groups["5A"], rest)).status_code == 403
    assert not Group.objects.filter(name="8X").exists()


def test_several_pupils_move_class_after_a_look_and_back_again(client_of, world):
    admin, group = client_of("school_admin"), world.groups["5B"]
    own, classmate = world.pupils["own"], world.pupils["classmate"]
    shown = admin.get(page(group, "sett-inn/"))
    assert {student.pk for student in shown.context["students"]} == {own.pk, classmate.pk}
    assert AccessEvent.objects.filter(action="list", about=own.uuid).exists()
    sent = {"elever": [str(own.uuid), str(classmate.uuid)], "fra": clock.today().isoformat()}
    preview = admin.post(page(group, "sett-inn/"), sent)
    assert text_of(preview).count("flyttes fra 5A") == 2
    assert not group.memberships.filter(student=own).exists()
    saved = admin.post(page(group, "sett-inn/"), sent | {"bekreft": "1"}, follow=True)
    assert "2 elever er satt inn." in text_of(saved)
    change = group.changes.get()
    undone = admin.post(page(group, "angre/"), {"endring": str(change.uuid)}, follow=True)
    assert "Endringen er angret" in text_of(undone)
    assert not group.memberships.filter(student=own).exists()
    assert "angres" in text_of(admin.post(page(group, "angre/"), {"endring": str(change.uuid)}, follow=True))


@pytest.mark.parametrize(
    "days, message",
    [
        ({"fra": "31.04.2027"}, "Denne datoen finnes ikke"),
        ({"fra": "1999-09-01"}, "Skoleåret"),
        ({"fra": ""}, "Velg en dato"),
        ({"elever": []}, "Velg minst én elev"),
        ({"elever": ["tull"]}, "kan ikke velges lenger"),
    ],
)
def test_bad_input_is_said_and_nobody_is_put_in(client_of, world, days, message):
    group = world.groups["5B"]
    sent = {"elever": [str(world.pupils["own"].uuid)], "fra": clock.today().isoformat(), "bekreft": "1"} | days
    answer = client_of("school_admin").post(page(group, "sett-inn/"), sent)
    assert answer.status_code == 422
    assert message in text_of(answer)
    assert group.memberships.count() == 1


def test_the_reason_stands_with_the_pupil_and_what_was_ticked_is_kept(client_of, world):
    admin, group, own = client_of("school_admin"), world.groups["5B"], world.pupils["own"]
    yesterday = clock.today() - timedelta(days=1)
    answer = admin.post(page(group, "sett-inn/"), {"elever": [str(own.uuid)], "fra": yesterday.isoformat()})
    assert answer.status_code == 422
    assert "Elev Own: Går i 5A disse dagene." in text_of(answer)
    assert f'value="{own.uuid}"' in answer.content.decode() and " checked" in answer.content.decode()


def test_a_protected_pupil_is_neither_offered_nor_taken_out(client_of, world):
    admin, secret = client_of("school_admin"), world.pupils["protected"]
    for rest in ("sett-inn/", "ta-ut/"):
        group = world.groups["5B" if rest == "sett-inn/" else "5A"]
        shown = admin.get(page(group, rest))
        assert str(secret.uuid) not in shown.content.decode()
        day = {"fra": clock.today().isoformat(), "siste_dag": clock.today().isoformat()}
        sent = admin.post(page(group, rest), {"elever": [str(secret.uuid)], "bekreft": "1", **day})
        assert sent.status_code == 422
    assert Membership.objects.filter(student=secret).get().valid_to is None


def test_pupils_are_taken_out_with_a_last_day(client_of, world):
    admin, group, own = client_of("school_admin"), world.groups["5A"], world.pupils["own"]
    last = clock.today() + timedelta(days=2)
    sent = {"elever": [str(own.uuid)], "siste_dag": last.isoformat()}
    assert "står uten klasse" in text_of(admin.post(page(group, "ta-ut/"), sent))
    admin.post(page(group, "ta-ut/"), sent | {"bekreft": "1"})
    assert Membership.objects.get(student=own).valid_to == last


def test_a_group_ends_after_a_look_and_the_teacher_loses_it(client_of, world):
    admin, group = client_of("school_admin"), world.groups["5A"]
    sent = {"siste_dag": clock.today().isoformat()}
    preview = text_of(admin.post(page(group, "avslutt-gruppen/"), sent))
    assert "2 elever du ser, slutter" in preview and "Ansatt Contact_Teacher" in preview
    assert "Former" not in preview
    admin.post(page(group, "avslutt-gruppen/"), sent | {"bekreft": "1"})
    group.refresh_from_db()
    assert group.closed_on == clock.today()
    assert not group.staffing.filter(valid_to__isnull=True).exists()


def test_a_past_day_shows_who_belonged_then_in_the_scope_of_today(client_of, world):
    admin, today = world.user("school_admin"), clock.today()
    put_in(world.groups["5B"], [world.pupils["own"]], by=admin, on=today)
    yesterday = (today - timedelta(days=1)).isoformat()
    client = client_of("school_admin")
    assert pupils(client.get(page(world.groups["5A"]))) == {"Classmate"}
    assert pupils(client.get(page(world.groups["5A"], f"?dag={yesterday}"))) == {"Own", "Classmate"}
    lines = {line.group.name: line.pupils for line in client.get(f"/klasser/?dag={yesterday}").context["lines"]}
    assert lines["5A"] == 2 and lines["5B"] == 1
    # Who has only 5A today does not get to see the pupil who has left it.
    teacher = client_of("contact_teacher")
    assert pupils(teacher.get(page(world.groups["5A"], f"?dag={yesterday}"))) == {"Classmate"}


@pytest.mark.parametrize("day, message", [("31.04.2027", "finnes ikke"), ("1999-01-01", "Velg en")])
def test_a_day_that_is_none_or_out_of_reach_is_said(client_of, world, day, message):
    teacher = client_of("contact_teacher")
    for path in ("/klasser/", page(world.groups["5A"])):
        answer = teacher.get(path, {"dag": day})
        assert answer.status_code == 200
        assert message in text_of(answer)


def test_a_group_that_has_ended_is_in_the_list_of_its_days_only(client_of, world):
    start, today = world.year.starts_on, clock.today()
    ended = world.add_group("5Q", world.school_a, 5)
    Group.objects.filter(pk=ended.pk).update(closed_on=max(start, today - timedelta(days=1)))
    admin = client_of("school_admin")
    names = {line.group.name for line in admin.get("/klasser/").context["lines"]}
    before = {line.group.name for line in admin.get(f"/klasser/?dag={start.isoformat()}").context["lines"]}
    assert "5Q" in before
    assert today == start or "5Q" not in names


def test_other_years_are_for_those_who_plan_or_see_all_years(client_of, world):
    last, following = another_year(world, -1, "past"), another_year(world, 1, "planned")
    old = Group.objects.create(school=world.school_a, school_year=last, kind="home_class", name="4A", grade_level=4)
    coming = Group.objects.create(
        school=world.school_a, school_year=following, kind="home_class", name="6A", grade_level=6
    )
    Membership.objects.create(
        student=world.pupils["own"], group=old, is_home_class=True, valid_from=last.starts_on, valid_to=last.ends_on
    )
    for name in ("school_admin", "principal", "team"):
        client = client_of(name)
        assert {line.group.name for line in client.get(f"/klasser/?ar={last}").context["lines"]} == {"4A"}
        assert {line.group.name for line in client.get(f"/klasser/?ar={following}").context["lines"]} == {"6A"}
        assert pupils(client.get(page(old))) == {"Own"}
        by_day = client.get(f"/klasser/?dag={last.starts_on.isoformat()}")
        assert {line.group.name for line in by_day.context["lines"]} == {"4A"}
    for name in ("school_admin_b", "contact_teacher", "subject_teacher"):
        client = client_of(name)
        assert client.get(page(old)).status_code == client.get(page(coming)).status_code == 404
        assert "4A" not in {line.group.name for line in client.get(f"/klasser/?ar={last}").context["lines"]}
    give_grant(
        world.user("subject_teacher"), Permission.SEE_ALL_YEARS, on=world.school_a, by=None, reason="Ny kontaktlærer"
    )
    teacher = client_of("subject_teacher")
    assert {line.group.name for line in teacher.get(f"/klasser/?ar={last}").context["lines"]} == {"4A"}
    assert pupils(teacher.get(page(old))) == set()  # the scope of today: not one of the teacher's pupils


def test_a_planned_year_is_edited_by_who_plans_it_and_a_past_one_by_nobody(client_of, world):
    last, following = another_year(world, -1, "past"), another_year(world, 1, "planned")
    admin = client_of("school_admin")
    sent = {"skole": str(world.school_a.uuid), "navn": "6A", "trinn": "6"}
    assert admin.post(f"{NEW}?slag=home_class", sent | {"ar": str(following)}).status_code == 302
    assert admin.post(f"{NEW}?slag=home_class", sent | {"ar": str(last)}).status_code == 422
    group = Group.objects.get(name="6A")
    own = world.pupils["own"]
    Enrolment.objects.create(
        student=own,
        school=world.school_a,
        school_year=following,
        grade_level=6,
        state="planned",
        valid_from=following.starts_on,
    )
    shown = admin.get(page(group, "sett-inn/"))
    assert [student.pk for student in shown.context["students"]] == [own.pk]
    day = following.starts_on.isoformat()
    admin.post(page(group, "sett-inn/"), {"elever": [str(own.uuid)], "fra": day, "bekreft": "1"})
    assert group.memberships.get().student == own
    own.refresh_from_db()
    assert own.home_class_name == "5A"


def test_the_pages_cost_the_same_for_many_pupils(client_of, world, django_assert_max_num_queries):
    admin, group = client_of("school_admin"), world.groups["5B"]
    costs = []
    for pupils_more in (0, 15):
        for number in range(pupils_more):
            world.add_pupil(f"more {number}", world.groups["5A"])
        for rest in ("sett-inn/", "ta-ut/", f"?dag={world.year.starts_on.isoformat()}", "endre/", "avslutt-gruppen/"):
            with django_assert_max_num_queries(25) as asked:
                admin.get(page(group if rest == "sett-inn/" else world.groups["5A"], rest))
            costs.append((rest, len(asked)))
    assert costs[:5] == costs[5:]


def test_a_contact_group_is_made_of_a_class_and_offers_its_pupils(client_of, world):
    admin = client_of("school_admin")
    sent = {"klasse": str(world.groups["5A"].uuid), "navn": "5A gul"}
    assert admin.post(f"{NEW}?slag=contact_group", sent).status_code == 302
    half = Group.objects.get(name="5A gul")
    assert (half.school, half.grade_level, half.home_class) == (world.school_a, 5, world.groups["5A"])
    offered = admin.get(page(half, "sett-inn/")).context["students"]
    assert {student.pk for student in offered} == {world.pupils["own"].pk, world.pupils["classmate"].pk}


def test_a_pupil_who_came_today_is_offered_and_the_unit_is_shown(client_of, world):
    new = world.add_pupil("newly", world.groups["8A"])
    Membership.objects.filter(student=new).delete()
    Enrolment.objects.filter(student=new).delete()
    enrol(new, school=world.school_a, year=world.year, grade_level=5, by=None)
    unit = open_group(
        school=world.school_a,
        year=world.year,
        kind="home_class",
        name="Velkomst",
        unit="introductory",
        by=world.user("school_admin"),
    )
    admin = client_of("school_admin")
    assert new.pk in {student.pk for student in admin.get(page(unit, "sett-inn/")).context["students"]}
    assert "mottaksklasse" in text_of(admin.get(page(unit)))
