"""Classes and groups: who sees them, who is put on them, and that access follows at once."""

from datetime import timedelta

import pytest
from django.test import Client

from accessctl.actions import assign_role, give_grant
from accessctl.models import AccessEvent, ChangeEvent, Role, RoleAssignment
from accessctl.permissions import Permission
from people.models import Protection
from schoolapp.lib import clock
from students.actions import StaffingError, end_staffing, staff_group
from students.models import Group, GroupStaffing
from tests.login import log_in

LIST = "/klasser/"
CONTACT, SUBJECT, ASSISTANT = GroupStaffing.Function


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


def counted(response) -> dict[str, int]:
    return {line.group.name: line.pupils for line in response.context["lines"]}


def filled(employee, function=CONTACT, **extra) -> dict[str, str]:
    return {"ansatt": str(employee.uuid), "funksjon": function.value, "fra": clock.today().isoformat(), **extra}


@pytest.fixture
def newcomer(world):
    """A teacher at school A with no group."""
    return world.add_employee("newcomer", role="laerer", schools=(world.school_a,))


@pytest.mark.parametrize(
    "name, expected",
    [
        ("contact_teacher", {"5A": 2}),
        ("subject_teacher", {"5 matematikk": 1}),
        ("former_teacher", {}),
        ("school_admin", {"5A": 2, "5B": 1, "5 matematikk": 1}),
        ("municipal_admin", {"5A": 2, "5B": 1, "5 matematikk": 1, "8A": 1}),
    ],
)
def test_each_sees_the_groups_within_reach_and_no_protected_pupil_counts(client_of, name, expected):
    assert counted(client_of(name).get(LIST)) == expected


def test_who_may_see_the_protected_counts_them(client_of, world):
    admin = world.user("school_admin")
    give_grant(admin, Permission.SEE_PROTECTED, on=world.school_a, reason="Inntak", by=None)
    assert counted(client_of("school_admin").get(LIST))["5A"] == 3


@pytest.mark.parametrize("name", ["adviser", "nurse", "guardian", "other_school", "no_role"])
def test_the_list_is_for_those_who_see_groups(client_of, name):
    assert client_of(name).get(LIST).status_code == 403


def test_filters_narrow_the_list_and_nonsense_does_not(client_of, world):
    admin = client_of("municipal_admin")
    assert set(counted(admin.get(LIST, {"skole": str(world.school_b.uuid)}))) == {"8A"}
    assert set(counted(admin.get(LIST, {"trinn": "5", "slag": "subject_group"}))) == {"5 matematikk"}
    assert len(counted(admin.get(LIST, {"trinn": "x", "slag": "<b>", "skole": "1", "ansatt": "x", "side": "-1"}))) == 4


def test_groups_of_other_years_are_left_out(client_of, world):
    type(world.year).objects.update(state="past")
    teacher = client_of("contact_teacher")
    assert counted(teacher.get(LIST)) == {}
    assert teacher.get(page(world.groups["5A"])).status_code == 404


def test_the_list_costs_the_same_for_many_groups_as_for_few(client_of, world, django_assert_max_num_queries):
    admin = client_of("municipal_admin")
    admin.get(LIST)
    with django_assert_max_num_queries(25) as few:
        admin.get(LIST)
    for number in range(20):
        group = world.add_group(f"6-{number}", world.school_a, 6)
        world.add_pupil(f"extra {number}", group)
        world.add_staffing(world.add_employee(f"teacher {number}"), group, "contact_teacher")
    with django_assert_max_num_queries(25) as many:
        admin.get(LIST)
    assert len(many) == len(few)


def test_a_group_costs_the_same_for_many_pupils_as_for_few(client_of, world, django_assert_max_num_queries):
    admin, group = client_of("school_admin"), world.groups["5A"]
    admin.get(page(group))
    with django_assert_max_num_queries(25) as few:
        admin.get(page(group))
    for number in range(15):
        world.add_pupil(f"extra {number}", group)
        world.add_staffing(world.add_employee(f"teacher {number}"), group, "assistant")
    with django_assert_max_num_queries(25) as many:
        admin.get(page(group))
    assert len(many) == len(few)


def test_a_group_shows_its_pupils_and_all_who_are_was_and_will_be_responsible(client_of, world, newcomer):
    group = world.groups["5A"]
    world.add_staffing(newcomer, group, "assistant", valid_from=clock.today() + timedelta(days=3))
    response = client_of("school_admin").get(page(group))
    named = {part: [str(row.employee) for row in rows] for part, rows in response.context["responsible"].items()}
    assert named == {
        "now": ["Ansatt Contact_Teacher"],
        "coming": ["Ansatt Newcomer"],
        "ended": ["Ansatt Former_Teacher"],
    }
    assert {str(row.student) for row in response.context["places"]} == {"Elev Own", "Elev Classmate"}
    assert "protected" not in text_of(response).casefold()


def test_every_pupil_shown_is_in_the_access_log(client_of, world):
    client_of("contact_teacher").get(page(world.groups["5A"]))
    logged = AccessEvent.objects.filter(action="list").values_list("about", flat=True)
    assert set(logged) == {world.pupils["own"].uuid, world.pupils["classmate"].uuid}


@pytest.mark.parametrize("rest", ["", "ansvar/", "avslutt/"])
def test_a_group_of_another_school_does_not_exist(client_of, world, rest):
    admin = client_of("school_admin")
    assert admin.get(page(world.groups["8A"], rest)).status_code == 404
    assert admin.get(page(world.groups["5A"], rest), follow=True).status_code == 200


def test_who_only_sees_groups_can_change_nothing(client_of, world, newcomer):
    group = world.groups["5A"]
    for name in ("contact_teacher", "principal", "municipal_admin"):
        client = client_of(name)
        assert "Gi en ansatt ansvar" not in text_of(client.get(page(group)))
        assert client.post(page(group, "ansvar/"), filled(newcomer) | {"bekreft": "1"}).status_code == 403
        assert client.post(page(group, "avslutt/"), {"valg": "avslutt"}).status_code == 403


def test_the_right_over_own_groups_alone_does_not_decide_who_is_responsible(client_of, world, newcomer):
    Role.objects.filter(slug="laerer").update(
        permissions=[*Role.objects.get(slug="laerer").permissions, Permission.EDIT_GROUPS.value]
    )
    client, group = client_of("contact_teacher"), world.groups["5A"]
    assert client.post(page(group, "ansvar/"), filled(newcomer) | {"bekreft": "1"}).status_code == 404
    with pytest.raises(StaffingError):
        staff_group(group, employee=newcomer, function=CONTACT, by=world.user("contact_teacher"))


@pytest.mark.parametrize("giver", ["school_admin", "team"])
def test_a_teacher_put_on_a_class_sees_its_pupils_with_the_next_click(client_of, world, newcomer, giver):
    teacher, admin, group = client_of("newcomer"), client_of(giver), world.groups["5A"]
    own = f"/elever/{world.pupils['own'].uuid}/"
    assert teacher.get(own).status_code == 404
    preview = admin.post(page(group, "ansvar/"), filled(newcomer))
    assert "Ansatt Newcomer får se 2 elever." in text_of(preview)
    assert not newcomer.staffing.exists()
    assert teacher.get(own).status_code == 404
    saved = admin.post(page(group, "ansvar/"), filled(newcomer) | {"bekreft": "1"}, follow=True)
    assert "Ansatt Newcomer" in text_of(saved)
    assert teacher.get(own).status_code == 200
    assert teacher.get(f"/elever/{world.pupils['protected'].uuid}/").status_code == 404
    key = newcomer.staffing.get().key
    admin.post(page(group, f"avslutt/?ansvar={key}"), {"valg": "avslutt"})
    assert teacher.get(own).status_code == 404


def test_the_preview_counts_no_protected_pupil_whoever_asks(client_of, world, newcomer):
    admin = world.user("school_admin")
    give_grant(admin, Permission.SEE_PROTECTED, on=world.school_a, reason="Inntak", by=None)
    preview = client_of("school_admin").post(page(world.groups["5A"], "ansvar/"), filled(newcomer))
    assert "får se 2 elever." in text_of(preview)


def test_the_preview_counts_the_pupils_of_the_first_day(client_of, world, newcomer):
    tomorrow = clock.today() + timedelta(days=1)
    world.pupils["own"].memberships.update(valid_to=clock.today())
    preview = client_of("school_admin").post(
        page(world.groups["5A"], "ansvar/"), filled(newcomer) | {"fra": tomorrow.isoformat()}
    )
    assert "får se 1 elev." in text_of(preview)


def test_whoever_lacks_the_role_that_counts_is_warned_about_with_a_way_to_give_it(client_of, world):
    worker = world.add_employee("worker", role="sfo_ansatt", schools=(world.school_a,))
    group = world.groups["5A"]
    preview = client_of("school_admin").post(page(group, "ansvar/"), filled(worker, ASSISTANT))
    assert "får ikke se noen elever før noen gir rollen Lærer ved Skole A." in text_of(preview)
    assert f"/tilganger/{worker.uuid}/rolle/" in text_of(preview)
    by_team = text_of(client_of("team").post(page(group, "ansvar/"), filled(worker, ASSISTANT)))
    assert "får ikke se noen elever" in by_team
    assert f"/tilganger/{worker.uuid}/rolle/" not in by_team


def test_a_role_that_begins_later_does_not_count_before(client_of, world):
    late = world.add_employee("late")
    assign_role(
        late.person.user, role="laerer", by=None, school=world.school_a, valid_from=clock.today() + timedelta(days=9)
    )
    preview = client_of("school_admin").post(page(world.groups["5A"], "ansvar/"), filled(late))
    assert "får ikke se noen elever før" in text_of(preview)


def test_in_an_sfo_group_the_sfo_role_counts(client_of, world, newcomer):
    sfo = world.add_group("SFO 1", world.school_a, 1, Group.Kind.SFO_GROUP)
    world.add_pupil("sfo pupil", sfo)
    worker = world.add_employee("worker", role="sfo_ansatt", schools=(world.school_a,))
    admin = client_of("school_admin")
    assert "får se 1 elev." in text_of(admin.post(page(sfo, "ansvar/"), filled(worker, ASSISTANT)))
    assert "før noen gir rollen SFO-ansatt" in text_of(admin.post(page(sfo, "ansvar/"), filled(newcomer, ASSISTANT)))
    assert admin.post(page(sfo, "ansvar/"), filled(worker, CONTACT)).status_code == 422


def test_whoever_sees_the_whole_school_gets_nothing_more(client_of, world):
    principal = world.people["principal"].employee
    preview = client_of("school_admin").post(page(world.groups["5A"], "ansvar/"), filled(principal, ASSISTANT))
    assert "Ansatt Principal ser elevene ved Skole A fra før." in text_of(preview)


def test_nobody_makes_themselves_responsible(client_of, world):
    admin, group = world.people["school_admin"].employee, world.groups["5A"]
    answer = client_of("school_admin").post(page(group, "ansvar/"), filled(admin) | {"bekreft": "1"})
    assert answer.status_code == 422
    with pytest.raises(StaffingError, match="deg selv"):
        staff_group(group, employee=admin, function=CONTACT, by=world.user("school_admin"))
    assert not admin.staffing.exists()


def test_contact_teacher_is_for_classes(world, newcomer):
    with pytest.raises(StaffingError, match="funksjonen"):
        staff_group(world.groups["5 matematikk"], employee=newcomer, function=CONTACT, by=world.user("school_admin"))


@pytest.mark.parametrize(
    "days, message", [((-1, None), "tilbake i tid"), ((5, 4), "før startdatoen"), ((800, None), "skoleåret")]
)
def test_dates_are_in_order(world, newcomer, days, message):
    start, end = (None if n is None else clock.today() + timedelta(days=n) for n in days)
    with pytest.raises(StaffingError, match=message):
        staff_group(
            world.groups["5A"],
            employee=newcomer,
            function=CONTACT,
            by=world.user("school_admin"),
            valid_from=start,
            valid_to=end,
        )


def test_the_same_function_is_not_held_twice_at_once(world, newcomer):
    group, by, today = world.groups["5A"], world.user("school_admin"), clock.today()
    later = today + timedelta(days=10)
    staff_group(group, employee=newcomer, function=SUBJECT, by=by, valid_from=later)
    with pytest.raises(StaffingError, match="allerede"):
        staff_group(group, employee=newcomer, function=SUBJECT, by=by)
    before = staff_group(group, employee=newcomer, function=SUBJECT, by=by, valid_to=later - timedelta(days=1))
    other = staff_group(group, employee=newcomer, function=ASSISTANT, by=by)
    assert set(newcomer.staffing.values_list("pk", flat=True)) >= {before.pk, other.pk}


def test_an_employee_of_another_school_is_neither_offered_nor_taken(client_of, world):
    stranger = world.people["teacher_b"].employee
    form = client_of("school_admin").get(page(world.groups["5A"], "ansvar/")).context["form"]
    assert str(stranger.uuid) not in form.employees
    with pytest.raises(StaffingError, match="ingen rolle"):
        staff_group(world.groups["5A"], employee=stranger, function=CONTACT, by=world.user("school_admin"))


def test_another_schools_administrator_is_refused(world, newcomer):
    row = world.groups["5A"].staffing.on().get()
    with pytest.raises(StaffingError, match="ved denne skolen"):
        staff_group(world.groups["5A"], employee=newcomer, function=CONTACT, by=world.user("school_admin_b"))
    with pytest.raises(StaffingError, match="ved denne skolen"):
        end_staffing(row, by=world.user("school_admin_b"))


def test_a_last_day_is_set_and_never_moved_out(client_of, world):
    group, admin = world.groups["5A"], client_of("school_admin")
    row = group.staffing.on().get()
    last = clock.today() + timedelta(days=4)
    url = page(group, f"avslutt/?ansvar={row.key}")
    assert admin.post(url, {"valg": "dag", "siste_dag": last.isoformat()}).status_code == 302
    row.refresh_from_db()
    assert row.valid_to == last
    for day in (last + timedelta(days=1), clock.today() - timedelta(days=1)):
        assert admin.post(url, {"valg": "dag", "siste_dag": day.isoformat()}).status_code == 422
    row.refresh_from_db()
    assert row.valid_to == last


def test_what_has_not_begun_disappears_when_it_is_ended(world, newcomer):
    by = world.user("school_admin")
    row = staff_group(
        world.groups["5A"],
        employee=newcomer,
        function=CONTACT,
        by=by,
        valid_from=clock.today() + timedelta(days=2),
    )
    end_staffing(row, by=by)
    assert not newcomer.staffing.exists()


def test_what_has_ended_stays_as_it_was(client_of, world):
    row = GroupStaffing.objects.get(employee=world.people["former_teacher"].employee)
    with pytest.raises(StaffingError, match="allerede"):
        end_staffing(row, by=world.user("school_admin"))
    answer = client_of("school_admin").get(page(row.group, f"avslutt/?ansvar={row.key}"))
    assert answer.status_code == 302


def test_the_log_and_the_history_tell_who_was_put_on_what(client_of, world, newcomer):
    client_of("school_admin").post(page(world.groups["5A"], "ansvar/"), filled(newcomer) | {"bekreft": "1"})
    line = AccessEvent.objects.get(action="staff_group")
    assert (line.user, line.object_id) == (world.users["school_admin"], newcomer.uuid)
    assert line.what.startswith("kontaktlærer ")
    assert line.what.endswith("5A, Skole A")
    assert ChangeEvent.objects.filter(table_name__icontains="groupstaffing").exists()


def test_the_way_from_an_employee_to_a_class(client_of, world, newcomer):
    admin = client_of("school_admin")
    link = f"{LIST}?ansatt={newcomer.uuid}"
    assert link in text_of(admin.get(f"/tilganger/{newcomer.uuid}/"))
    assert page(world.groups["5A"]) in text_of(
        admin.get(f"/tilganger/{world.people['contact_teacher'].employee.uuid}/")
    )
    choice = admin.get(link)
    to_form = page(world.groups["5A"], f"ansvar/?ansatt={newcomer.uuid}")
    assert to_form in text_of(choice)
    assert f'value="{newcomer.uuid}" selected' in text_of(admin.get(to_form))


def test_the_links_are_for_those_who_can_use_them(client_of, world, newcomer):
    assert f"{LIST}?ansatt=" not in text_of(client_of("municipal_admin").get(f"/tilganger/{newcomer.uuid}/"))
    own = world.people["school_admin"].employee
    assert f"{LIST}?ansatt=" not in text_of(client_of("school_admin").get(f"/tilganger/{own.uuid}/"))


def test_giving_a_teachers_role_leads_on_to_the_classes(client_of, world):
    employee = world.people["adviser"].employee
    chosen = {
        "rolle": str(Role.objects.get(slug="laerer").uuid),
        "skoler": [str(world.school_a.uuid)],
        "fra": clock.today().isoformat(),
    }
    preview = text_of(client_of("school_admin").post(f"/tilganger/{employee.uuid}/rolle/", chosen))
    main = preview[preview.index("<main") :]
    assert f'href="{LIST}"' in main


def test_an_employee_with_an_end_to_the_role_is_not_offered(client_of, world, newcomer):
    yesterday = clock.today() - timedelta(days=1)
    RoleAssignment.objects.filter(user=newcomer.person.user).update(valid_from=yesterday, valid_to=yesterday)
    form = client_of("school_admin").get(page(world.groups["5A"], "ansvar/")).context["form"]
    assert str(newcomer.uuid) not in form.employees


def test_a_protected_pupil_leaves_no_trace_on_the_page(client_of, world):
    admin = client_of("school_admin")
    with_one = admin.get(page(world.groups["5A"]))
    world.people["protected"].protection = Protection.NONE
    world.people["protected"].save()
    assert len(admin.get(page(world.groups["5A"])).context["places"]) == len(with_one.context["places"]) + 1
