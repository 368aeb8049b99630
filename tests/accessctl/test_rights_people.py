"""The screens where roles and special grants are given: within own schools, never to oneself, counted first."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils.formats import date_format

from accessctl.actions import assign_role, give_grant
from accessctl.models import AccessEvent, RoleAssignment, SchoolGrant
from accessctl.models import Role as RoleRow
from accessctl.permissions import SPECIAL_GRANTS
from accessctl.permissions import Permission as P
from accessctl.rights.in_use import rights_in_use
from people.models import Person, Protection
from schoolapp.lib import clock
from staff.models import Employee
from students.models import Group, GroupGrant, StudentGrant
from students.rights.actions import account_of
from tests.login import log_in


@pytest.fixture
def client_of(world):
    def logged_in(name):
        client = Client()
        log_in(client, world.user(name))
        return client

    return logged_in


def url_of(world, name, rest=""):
    return f"/tilganger/{world.people[name].employee.uuid}/{rest}"


def text_of(response):
    return " ".join(response.content.decode().replace("\xa0", " ").split())


def role_form(world, slug, *schools, **extra):
    return {
        "rolle": str(RoleRow.objects.get(slug=slug).uuid),
        "rekkevidde": "",
        "skoler": [str(school.uuid) for school in schools],
        "fra": clock.today().isoformat(),
        "til": "",
    } | extra


def grant_form(world, right, scope, **extra):
    return {
        "tilgang": right.value,
        "omfang": scope,
        "skole": str(world.school_a.uuid),
        "gruppe": "",
        "elev": "",
        "fodt": "",
        "begrunnelse": "Vikar for leder",
        "til": (clock.today() + timedelta(days=90)).isoformat(),
    } | extra


def test_a_school_admin_sees_those_with_a_role_at_the_school(client_of):
    page = text_of(client_of("school_admin").get("/tilganger/"))
    assert "Ansatt Contact_Teacher" in page
    for absent in ("Teacher_B", "Municipal_Admin", "No_Role"):
        assert absent not in page


def test_the_municipality_sees_everyone(client_of):
    page = text_of(client_of("municipal_admin").get("/tilganger/"))
    assert all(name in page for name in ("Contact_Teacher", "Teacher_B", "Municipal_Admin", "No_Role"))


def test_the_list_is_filtered_by_name_school_and_role(world, client_of):
    client = client_of("municipal_admin")
    page = text_of(client.get(f"/tilganger/?sok=ansatt&rolle=laerer&skole={world.school_b.uuid}"))
    # The municipality does not give the teacher's role, and so is not offered it as a filter.
    assert "Teacher_B" in page
    page = text_of(client_of("school_admin").get("/tilganger/?sok=teacher&rolle=laerer"))
    assert "Contact_Teacher" in page
    assert "Adviser" not in page


def test_others_do_not_open_the_page(world, client_of):
    for name in ("principal", "contact_teacher", "adviser", "guardian"):
        assert client_of(name).get("/tilganger/").status_code == 403
    assert client_of("school_admin").get(url_of(world, "teacher_b")).status_code == 404
    assert client_of("school_admin").get(url_of(world, "no_role", "rolle/")).status_code == 404


def test_an_employee_is_found_by_exact_number_and_given_a_first_role(world, client_of):
    client = client_of("school_admin")
    number = world.people["no_role"].employee.employee_number
    assert client.post("/tilganger/ansattnummer/", {"nummer": number[:-1]}).status_code == 422
    response = client.post("/tilganger/ansattnummer/", {"nummer": number})
    assert response.headers["Location"] == url_of(world, "no_role")
    assert AccessEvent.objects.filter(action="look_up_employee").count() == 1
    page = text_of(client.post(url_of(world, "no_role", "rolle/"), role_form(world, "skoleadmin", world.school_a)))
    assert "Ansatt No_Role får se 3 elever ved Skole A." in page
    assert not world.users["no_role"].assignments.exists()
    client.post(url_of(world, "no_role", "rolle/"), role_form(world, "skoleadmin", world.school_a, bekreft="1"))
    row = world.users["no_role"].assignments.get()
    assert (row.role.slug, row.given_by, row.source) == ("skoleadmin", world.users["school_admin"], "manual")


def test_what_somebody_does_at_other_schools_is_not_shown(world, client_of):
    client = client_of("school_admin")
    client.post("/tilganger/ansattnummer/", {"nummer": world.people["teacher_b"].employee.employee_number})
    page = text_of(client.get(url_of(world, "teacher_b")))
    assert "Har ingen rolle hos deg i dag" in page
    assert "8A, Skole B" not in page and "8A</a>" not in page


def test_a_teachers_role_opens_own_groups(world, client_of):
    page = text_of(
        client_of("school_admin").post(
            url_of(world, "former_teacher", "rolle/"),
            role_form(world, "laerer", world.school_a, fra=(clock.today() + timedelta(days=3)).isoformat()),
        )
    )
    assert "Har allerede rollen" in page
    world.add_staffing(world.people["nurse"].employee, world.groups["5A"], "contact_teacher")
    page = text_of(
        client_of("school_admin").post(url_of(world, "nurse", "rolle/"), role_form(world, "laerer", world.school_a))
    )
    assert "Ansatt Nurse får se 2 elever i egne grupper ved Skole A." in page


def test_several_schools_at_once(world, client_of):
    client = client_of("municipal_admin")
    form = role_form(world, "rektor", world.school_a, world.school_b)
    page = text_of(client.post(url_of(world, "no_role", "rolle/"), form))
    assert "3 elever ved Skole A" in page
    assert "1 elev ved Skole B" in page
    assert "Til sammen: Ansatt No_Role får se 4 elever." in page
    client.post(url_of(world, "no_role", "rolle/"), form | {"bekreft": "1"})
    assert world.users["no_role"].assignments.count() == 2


def test_a_role_one_may_not_give_is_not_among_the_choices(world, client_of):
    client = client_of("school_admin")
    response = client.post(url_of(world, "nurse", "rolle/"), role_form(world, "rektor", world.school_a, bekreft="1"))
    assert response.status_code == 422
    form = role_form(world, "laerer", world.school_b, bekreft="1")
    assert client.post(url_of(world, "nurse", "rolle/"), form).status_code == 422
    assert world.users["nurse"].assignments.count() == 1


def test_there_is_no_button_for_oneself(world, client_of):
    client = client_of("school_admin")
    page = text_of(client.get(url_of(world, "school_admin")))
    assert "Dette er deg" in page
    assert "Gi en rolle" not in page
    assert "Endre eller avslutt" not in page
    client.post(url_of(world, "school_admin", "rolle/"), role_form(world, "laerer", world.school_a, bekreft="1"))
    client.post(
        url_of(world, "school_admin", "saerskilt/"), grant_form(world, P.DECIDE_LEAVE, "skole") | {"bekreft": "1"}
    )
    assert world.users["school_admin"].assignments.count() == 1
    assert not SchoolGrant.objects.exists()


def test_a_role_is_ended_and_acts_on_the_next_request(world, client_of):
    teacher = client_of("contact_teacher")
    assert teacher.get("/elever/").status_code == 200
    row = world.users["contact_teacher"].assignments.get()
    client_of("school_admin").post(f"/tilganger/rolle/{row.uuid}/", {"valg": "avslutt"})
    assert teacher.get("/elever/").status_code == 403


def test_a_role_given_acts_on_the_next_request(world, client_of):
    person = client_of("no_role")
    assert person.get("/elever/").status_code == 403
    client_of("municipal_admin").post(
        url_of(world, "no_role", "rolle/"), role_form(world, "rektor", world.school_a, bekreft="1")
    )
    assert person.get("/elever/").status_code == 200


def test_the_last_day_of_a_role_is_changed(world, client_of):
    row = world.users["contact_teacher"].assignments.get()
    client = client_of("school_admin")
    end = clock.today() + timedelta(days=20)
    client.post(f"/tilganger/rolle/{row.uuid}/", {"valg": "endre", "til": end.isoformat()})
    row.refresh_from_db()
    assert row.valid_to == end
    late = clock.today() - timedelta(days=2)
    assert client.post(f"/tilganger/rolle/{row.uuid}/", {"valg": "endre", "til": late.isoformat()}).status_code == 422
    assert client_of("school_admin_b").get(f"/tilganger/rolle/{row.uuid}/").status_code == 404


def test_a_principals_role_is_not_the_school_admins_to_end(world, client_of):
    row = world.users["principal"].assignments.get()
    client = client_of("school_admin")
    assert "Du kan ikke endre denne rollen" in text_of(client.get(f"/tilganger/rolle/{row.uuid}/"))
    client.post(f"/tilganger/rolle/{row.uuid}/", {"valg": "avslutt"})
    assert RoleAssignment.objects.on().filter(pk=row.pk).exists()


@pytest.mark.parametrize(
    ("scope", "extra", "sentence", "model"),
    [
        ("skole", {}, "for 3 elever", SchoolGrant),
        ("gruppe", {"gruppe": "5a"}, "for 2 elever", GroupGrant),
        ("elev", {"elev": "Elev Own"}, "for 1 elev.", StudentGrant),
    ],
)
def test_a_special_grant_is_counted_and_given(world, client_of, scope, extra, sentence, model):
    client = client_of("school_admin")
    form = grant_form(world, P.DECIDE_LEAVE, scope, **extra)
    page = text_of(client.post(url_of(world, "principal", "saerskilt/"), form))
    assert f"Ansatt Principal får rettigheten «Avgjøre permisjonssøknader» {sentence}" in page
    assert not model.objects.exists()
    client.post(url_of(world, "principal", "saerskilt/"), form | {"bekreft": "1"})
    row = model.objects.get()
    assert (row.user, row.given_by, row.reason) == (
        world.users["principal"],
        world.users["school_admin"],
        "Vikar for leder",
    )
    assert "Vikar for leder" in text_of(client.get(url_of(world, "principal")))


@pytest.mark.parametrize(
    "changed",
    [
        {"omfang": "kommune"},
        {"begrunnelse": ""},
        {"til": (clock.today() + timedelta(days=400)).isoformat()},
        {"tilgang": "see_protected"},
        {"tilgang": "edit_roles"},
        {"omfang": "gruppe", "gruppe": "9Z"},
        {"omfang": "gruppe", "gruppe": "8A"},
        {"omfang": "elev", "elev": "Elev Protected"},
        {"omfang": "elev", "elev": "Elev"},
        {"omfang": "elev", "elev": ""},
    ],
)
def test_a_grant_that_cannot_be_given_is_refused(world, client_of, changed):
    form = grant_form(world, P.DECIDE_LEAVE, "skole") | changed | {"bekreft": "1"}
    assert client_of("school_admin").post(url_of(world, "principal", "saerskilt/"), form).status_code == 422


def test_grants_that_soon_run_out_are_listed_and_renewed(world, client_of):
    row = give_grant(
        world.users["principal"],
        P.DECIDE_LEAVE,
        on=world.school_a,
        by=world.user("municipal_admin"),
        reason="Leder",
        valid_to=clock.today() + timedelta(days=29),
    )
    client = client_of("school_admin")
    assert str(row.uuid) in text_of(client.get("/tilganger/"))
    assert str(row.uuid) not in text_of(client_of("school_admin_b").get("/tilganger/"))
    end = clock.today() + timedelta(days=200)
    client.post(
        f"/tilganger/saerskilt/{row.uuid}/", {"valg": "forny", "begrunnelse": "Fortsatt", "til": end.isoformat()}
    )
    row.refresh_from_db()
    assert (row.valid_to, row.reason) == (end, "Fortsatt")
    assert str(row.uuid) not in text_of(client.get("/tilganger/"))
    client.post(f"/tilganger/saerskilt/{row.uuid}/", {"valg": "avslutt"})
    assert not SchoolGrant.objects.on().exists()


REASON = "Eleven kom ikke hjem, og moren svarer ikke."


def test_emergency_access_is_not_offered_for_renewal_and_can_be_ended(world, client_of):
    pupil = world.pupils["other_class"].person
    form = {"navn": pupil.full_name, "fodselsdato": pupil.birth_date.isoformat(), "begrunnelse": REASON}
    client_of("contact_teacher").post("/nodtilgang/", form)
    row = StudentGrant.objects.filter(user=world.users["contact_teacher"]).first()
    client, url = client_of("municipal_admin"), f"/tilganger/saerskilt/{row.uuid}/"
    assert "Særskilte tilganger som går ut" not in text_of(client.get("/tilganger/"))
    page = text_of(client.get(url))
    assert 'value="forny"' not in page
    assert "kan ikke fornyes" in page
    end = clock.today() + timedelta(days=200)
    client.post(url, {"valg": "forny", "begrunnelse": "Fortsatt", "til": end.isoformat()})
    row.refresh_from_db()
    assert row.valid_to == clock.today()
    client.post(url, {"valg": "avslutt"})
    assert not StudentGrant.objects.on().filter(uuid=row.uuid).exists()


def test_nobody_renews_their_own_grant(world, client_of):
    row = give_grant(world.users["school_admin"], P.DECIDE_LEAVE, on=world.school_a, by=None, reason="Leder")
    end = clock.today() + timedelta(days=300)
    client = client_of("school_admin")
    assert "Du kan ikke endre denne tilgangen" in text_of(client.get(f"/tilganger/saerskilt/{row.uuid}/"))
    client.post(f"/tilganger/saerskilt/{row.uuid}/", {"valg": "forny", "begrunnelse": "x", "til": end.isoformat()})
    row.refresh_from_db()
    assert row.valid_to != end


def test_a_grant_at_another_school_does_not_exist(world, client_of):
    row = give_grant(world.users["principal"], P.DECIDE_LEAVE, on=world.school_b, by=None, reason="Leder")
    assert client_of("school_admin").get(f"/tilganger/saerskilt/{row.uuid}/").status_code == 404


def test_a_protected_employee_has_no_name_and_is_not_found_by_it(world, client_of):
    Person.objects.filter(pk=world.people["contact_teacher"].pk).update(protection=Protection.STRICT)
    client = client_of("school_admin")
    page = text_of(client.get("/tilganger/"))
    assert "Skjermet person" in page
    assert "Contact_Teacher" not in page
    assert "0 ansatte" in text_of(client.get("/tilganger/?sok=Contact_Teacher"))
    for rest in ("", "rolle/", "saerskilt/"):
        page = text_of(client.get(url_of(world, "contact_teacher", rest)))
        assert "Skjermet person" in page
        assert "Contact_Teacher" not in page


def test_a_grant_on_a_pupil_one_may_not_know_of_does_not_exist(world, client_of):
    row = give_grant(world.users["adviser"], P.SEE_PROTECTED, on=world.pupils["protected"], by=None, reason="Sak")
    give_grant(world.users["adviser"], P.DECIDE_LEAVE, on=world.pupils["own"], by=None, reason="Sak")
    page = text_of(client_of("school_admin").get(url_of(world, "adviser")))
    assert "Elev Own" in page
    assert str(row.uuid) not in page
    assert client_of("school_admin").get(f"/tilganger/saerskilt/{row.uuid}/").status_code == 404


def test_an_account_is_made_for_one_who_has_never_logged_in(world, client_of):
    person = world.add_person("Ny", "Vikar", born=clock.today() - timedelta(days=9000))
    employee = Employee.objects.create(person=person, employee_number="V1")
    client_of("municipal_admin").post(
        f"/tilganger/{employee.uuid}/rolle/", role_form(world, "rektor", world.school_a, bekreft="1")
    )
    person.refresh_from_db()
    assert person.user.display_name == "Ny Vikar"
    assert person.user.assignments.get().role.slug == "rektor"
    assert account_of(employee).pk == person.user.pk


def test_groups_are_shown_and_follow_their_dates(world, client_of):
    page = text_of(client_of("school_admin").get(url_of(world, "contact_teacher")))
    assert "5A</a>, Skole A: kontaktlærer" in page
    assert "Er ikke satt opp" in text_of(client_of("school_admin").get(url_of(world, "former_teacher")))


def test_roles_to_come_and_ended_are_shown(world, client_of):
    user = world.users["principal"]
    start = clock.today() + timedelta(days=10)
    assign_role(user, role="helsesykepleier", by=world.user("municipal_admin"), school=world.school_a, valid_from=start)
    page = text_of(client_of("school_admin").get(url_of(world, "principal")))
    assert "Roller som kommer" in page
    assert date_format(start, "d.m.Y") in page
    assert "av Ansatt Municipal_Admin" in page


@pytest.mark.parametrize("rest", [None, "", "rolle/", "saerskilt/"])
def test_pages_about_people_ask_few_questions(world, client_of, django_assert_max_num_queries, rest):
    for number in range(30):
        employee = world.add_employee(f"more_{number}", role="laerer", schools=(world.school_a,))
        group = world.add_group(f"G{number}", world.school_a, 5, Group.Kind.SUBJECT_GROUP)
        world.add_staffing(world.people["contact_teacher"].employee, group, "subject_teacher")
        for on in (world.school_a, group):
            give_grant(
                employee.person.user,
                P.DECIDE_LEAVE,
                on=on,
                by=None,
                reason="x",
                valid_to=clock.today() + timedelta(days=20),
            )
    client = client_of("municipal_admin")
    with django_assert_max_num_queries(25):
        response = client.get("/tilganger/" if rest is None else url_of(world, "contact_teacher", rest))
    assert response.status_code == 200


def test_reach_is_written_as_norwegian_is(world, client_of):
    assign_role(world.users["nurse"], role="sfo_ansatt", by=None, school=world.school_a)
    client = client_of("school_admin")
    for page in (client.get(url_of(world, "nurse")), client.get(url_of(world, "nurse", "rolle/"))):
        assert "egne SFO-grupper" in text_of(page)
        assert "sfo-grupper" not in text_of(page)


def test_rights_no_screen_uses_yet_are_marked_before_they_are_given(world, client_of):
    client = client_of("school_admin")
    unused = next(right for right in SPECIAL_GRANTS if right not in rights_in_use())
    used = next(iter(set(SPECIAL_GRANTS) & rights_in_use()), None)
    page = text_of(client.get(url_of(world, "adviser", "saerskilt/")))
    assert f"{unused.label} (ikke tatt i bruk)" in page
    assert used is None or f"{used.label} (ikke tatt i bruk)" not in page
    page = text_of(client.post(url_of(world, "adviser", "rolle/"), role_form(world, "laerer", world.school_a)))
    for right in (P.VIEW_PUPIL, P.SET_GRADES):
        line = page[page.index(f"<li>{right.label}") :].split("</li>")[0]
        assert ("ikke tatt i bruk" in line) == (right not in rights_in_use())
    assert P.SET_GRADES not in rights_in_use()


def test_the_search_by_number_opened_as_a_page_is_the_list(client_of):
    assert client_of("school_admin").get("/tilganger/ansattnummer/").headers["Location"] == "/tilganger/"


def test_a_right_no_screen_uses_is_said_to_open_nothing(world, client_of):
    client, url = client_of("school_admin"), url_of(world, "principal", "saerskilt/")
    for right in SPECIAL_GRANTS:
        page = text_of(client.post(url, grant_form(world, right, "skole")))
        assert ("<h1>Tilgangen åpner ingenting ennå</h1>" in page) == (right not in rights_in_use())
        assert ("<h1>Dette åpner tilgangen for</h1>" in page) == (right in rights_in_use())


def test_a_field_that_is_needed_for_some_choices_says_for_which(world, client_of):
    client = client_of("municipal_admin")
    page = text_of(client.get(url_of(world, "principal", "saerskilt/")))
    assert "valgfritt" not in page
    assert "(fyll ut når den gjelder en elev)" in page
    page = text_of(client.get(url_of(world, "principal", "rolle/")))
    assert "(velg når rollen gjelder ved en skole)" in page
    assert page.count("valgfritt") == 2
