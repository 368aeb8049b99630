"""The screens about roles: who opens them, what they say before they save, and what they do."""

import ast

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accessctl.actions import assign_role, give_grant
from accessctl.models import AccessEvent, Role, RoleChange, User
from accessctl.permissions import Permission as P
from accessctl.rights.catalogue import catalogue
from accessctl.rights.in_use import asked_by, rights_in_use
from accessctl.rights.preview import effects
from accessctl.roles import MATRIX, ROLES
from accessctl.scope import scope_of
from people.models import Protection
from students.models import Student
from tests.login import log_in


@pytest.fixture
def client_of(world):
    def logged_in(name):
        client = Client()
        log_in(client, world.user(name))
        return client

    return logged_in


def rights(slug, *, add=(), remove=()):
    return sorted((set(Role.objects.get(slug=slug).permissions) | {p.value for p in add}) - {p.value for p in remove})


def text_of(response):
    return " ".join(response.content.decode().replace("\xa0", " ").split())


def change_url(slug):
    return f"/oppsett/roller/{Role.objects.get(slug=slug).uuid}/endre/"


def confirmed(slug, wanted, **extra):
    based_on = ",".join(Role.objects.get(slug=slug).permissions)
    return {"rettigheter": wanted, "bekreft": "1", "begrunnelse": "Slik vi jobber", "grunnlag": based_on} | extra


def test_only_those_who_edit_roles_open_them(client_of):
    assert client_of("municipal_admin").get("/oppsett/roller/").status_code == 200
    for name in ("school_admin", "principal", "contact_teacher", "guardian"):
        assert client_of(name).get("/oppsett/roller/").status_code == 403


def test_the_list_says_how_many_hold_each_role(client_of):
    page = text_of(client_of("municipal_admin").get("/oppsett/roller/"))
    row = page[page.index(">Lærer</a>") :].split("</tr>")[0]
    assert "Skoleadmin" in row
    assert ">4</td>" in row


def test_guardians_and_pupils_are_counted_by_the_register(client_of):
    """Nobody of them has logged in: guardian and guardian_b have a child here, and one pupil is in year 8."""
    client = client_of("municipal_admin")
    page = text_of(client.get("/oppsett/roller/"))
    for name, count in (("Foresatt", 2), ("Elev", 1)):
        row = page[page.index(f">{name}</a>") :].split("</tr>")[0]
        assert "følger av registeret" in row
        assert f">{count}</td>" in row
    page = text_of(client.get(f"/oppsett/roller/{Role.objects.get(slug='foresatt').uuid}/"))
    assert "2 personer har rollen etter registeret" in page


def test_a_change_of_a_role_is_counted_before_it_is_saved(client_of):
    client = client_of("municipal_admin")
    wanted = rights("skoleadmin2", add=[P.READ_MESSAGES])
    page = text_of(client.post(change_url("skoleadmin2"), {"rettigheter": wanted}))
    assert "Dette gir 1 ansatt rettigheten for 3 elever." in page
    assert P.READ_MESSAGES not in Role.objects.get(slug="skoleadmin2").permissions
    assert client.post(change_url("skoleadmin2"), confirmed("skoleadmin2", wanted)).status_code == 302
    role = Role.objects.get(slug="skoleadmin2")
    assert P.READ_MESSAGES in role.permissions
    page = text_of(client.get(f"/oppsett/roller/{role.uuid}/"))
    assert "Lagt til: Lese meldinger fra foresatte" in page
    assert "Slik vi jobber" in page


def test_a_change_without_a_reason_is_not_saved(client_of):
    wanted = rights("team", add=[P.READ_MESSAGES])
    response = client_of("municipal_admin").post(change_url("team"), confirmed("team", wanted, begrunnelse=" "))
    assert response.status_code == 422
    assert P.READ_MESSAGES not in Role.objects.get(slug="team").permissions


def test_a_change_made_on_an_old_page_is_refused(client_of):
    data = confirmed("team", rights("team", add=[P.READ_MESSAGES])) | {"grunnlag": "view_pupil"}
    response = client_of("municipal_admin").post(change_url("team"), data)
    assert response.status_code == 422
    assert "Noen har endret rollen imens" in text_of(response)


@pytest.mark.parametrize("slug", ["skoleadmin2", "laerer", "team", "helsesykepleier", "kommuneadmin2", "rektor"])
@pytest.mark.parametrize("permission", [P.VIEW_DOCUMENT, P.VIEW_PUPIL, P.READ_MESSAGES])
def test_the_count_is_what_people_then_reach(world, slug, permission):
    """Counted before, and held against each user's own list before and after."""
    role = Role.objects.get(slug=slug)
    wanted = set(role.permissions) ^ {permission.value}
    (effect,) = effects(role, wanted)
    before = reached_by_all(permission)
    role.permissions = sorted(wanted)
    role.save()
    after = reached_by_all(permission)
    more, less = (after, before) if effect.is_gain else (before, after)
    concerned = {user for user in more if more[user][0] != less[user][0]}
    assert effect.people == len(concerned)
    pupils = set().union(*(more[user][1] for user in concerned))
    assert effect.pupils == len(pupils)


def reached_by_all(permission):
    """For each user how far the right goes, and the pupils it opens."""
    return {
        user.pk: (vars(scope_of(user).reach(permission)), set(Student.objects.visible_to(user, permission)))
        for user in User.objects.all()
    }


def test_who_has_the_right_already_is_not_counted(world):
    assign_role(world.users["adviser"], role="rektor", by=None, school=world.school_a)
    role = Role.objects.get(slug="skoleadmin2")
    (effect,) = effects(role, [*role.permissions, P.VIEW_DOCUMENT.value])
    assert (effect.people, effect.pupils) == (0, 0)


def test_a_grant_counts_as_having_the_right(world):
    give_grant(world.users["adviser"], P.SEE_ALL_YEARS, on=world.school_a, by=None, reason="Arkiv")
    role = Role.objects.get(slug="skoleadmin2")
    (effect,) = effects(role, [*role.permissions, P.SEE_ALL_YEARS.value])
    assert effect.people == 0


def test_more_for_oneself_becomes_a_task_for_the_others(world, client_of):
    world.add_employee("second_admin", role="kommuneadmin")
    mine, theirs = client_of("municipal_admin"), client_of("second_admin")
    wanted = rights("kommuneadmin", add=[P.DELETE_DOCUMENT])
    assert "må en kollega godkjenne" in text_of(mine.post(change_url("kommuneadmin"), {"rettigheter": wanted}))
    mine.post(change_url("kommuneadmin"), confirmed("kommuneadmin", wanted))
    assert P.DELETE_DOCUMENT not in Role.objects.get(slug="kommuneadmin").permissions
    change = RoleChange.objects.get()
    url = f"/oppsett/roller/endring/{change.uuid}/"
    assert url not in text_of(mine.get("/i-dag/"))
    assert url in text_of(theirs.get("/i-dag/"))
    assert 'value="godkjenn"' not in text_of(mine.get(url))
    mine.post(url, {"valg": "godkjenn"})
    assert P.DELETE_DOCUMENT not in Role.objects.get(slug="kommuneadmin").permissions
    assert "Dette gir 2 ansatte rettigheten for 4 elever." in text_of(theirs.get(url))
    theirs.post(url, {"valg": "godkjenn"})
    assert P.DELETE_DOCUMENT in Role.objects.get(slug="kommuneadmin").permissions
    assert "godkjent" in text_of(mine.get(url))


def test_who_approves_more_for_a_role_they_hold_is_told_and_the_log_says_so(world, client_of):
    world.add_employee("second_admin", role="kommuneadmin")
    mine, theirs = client_of("municipal_admin"), client_of("second_admin")
    mine.post(change_url("kommuneadmin"), confirmed("kommuneadmin", rights("kommuneadmin", add=[P.DELETE_DOCUMENT])))
    url = f"/oppsett/roller/endring/{RoleChange.objects.get().uuid}/"
    page = text_of(theirs.get(url))
    warning = page[page.index("Du har selv rollen og får også") :].split("</ul>")[0]
    assert str(P.DELETE_DOCUMENT.label) in warning
    assert "Du har selv rollen" not in text_of(mine.get(url))
    theirs.post(url, {"valg": "godkjenn"})
    assert AccessEvent.objects.get(action="change_role").ground.startswith("Godkjent av en som selv har rollen")
    assert "Godkjent av en som selv har rollen" in text_of(theirs.get(change_url("kommuneadmin")[: -len("endre/")]))


def test_a_colleague_can_refuse_and_the_proposer_withdraw(world, client_of):
    world.add_employee("second_admin", role="kommuneadmin")
    mine, theirs = client_of("municipal_admin"), client_of("second_admin")
    wanted = rights("kommuneadmin", add=[P.DELETE_DOCUMENT])
    mine.post(change_url("kommuneadmin"), confirmed("kommuneadmin", wanted))
    theirs.post(f"/oppsett/roller/endring/{RoleChange.objects.get().uuid}/", {"valg": "avslaa"})
    assert RoleChange.objects.get().state == "rejected"
    mine.post(change_url("kommuneadmin"), confirmed("kommuneadmin", wanted))
    waiting = RoleChange.objects.waiting().get()
    theirs.post(f"/oppsett/roller/endring/{waiting.uuid}/", {"valg": "trekk"})
    assert RoleChange.objects.waiting().exists()
    mine.post(f"/oppsett/roller/endring/{waiting.uuid}/", {"valg": "trekk"})
    assert not RoleChange.objects.waiting().exists()


def test_an_own_role_is_made_and_retired(client_of):
    client = client_of("municipal_admin")
    data = {
        "navn": "Miljøterapeut på SFO",
        "rekkevidde": "schools",
        "gis_av": ["skoleadmin"],
        "rettigheter": ["view_pupil"],
    }
    assert client.post("/oppsett/roller/ny/", data).status_code == 302
    role = Role.objects.get(slug="miljoterapeut_pa_sfo")
    assert (role.permissions, role.given_by) == (["view_pupil"], ["skoleadmin"])
    assert "alt en rolle" in text_of(client.post("/oppsett/roller/ny/", data))
    url = f"/oppsett/roller/{role.uuid}/avvikle/"
    assert "0 ansatte har rollen" in text_of(client.get(url))
    client.post(url, {"begrunnelse": "Ikke i bruk"})
    role.refresh_from_db()
    assert not role.is_active


def test_a_role_for_staff_is_offered_no_right_of_guardians(client_of):
    page = text_of(client_of("municipal_admin").get("/oppsett/roller/ny/"))
    assert 'value="view_pupil"' in page
    assert 'value="view_own_children"' not in page
    assert client_of("municipal_admin").post(
        change_url("team"), {"rettigheter": ["view_own_children"]}
    ).status_code in (
        302,
        422,
    )


def test_the_catalogue_is_the_shipped_table_until_somebody_changes_it(world):
    found = catalogue()
    assert [role.slug for role in found.roles] == [role.slug for role in ROLES]
    table = {
        line.permission: tuple(sorted(cell.role.slug for cell in line.cells if cell.is_given))
        for _heading, lines in found.areas
        for line in lines
    }
    assert table == {permission: tuple(sorted(MATRIX.get(permission, ()))) for permission in P}
    assert found.differences == 0


def test_the_catalogue_marks_what_the_municipality_has_changed(world, client_of):
    Role.objects.filter(slug="team").update(permissions=rights("team", add=[P.READ_MESSAGES], remove=[P.VIEW_PUPIL]))
    assert catalogue().differences == 2
    page = text_of(client_of("municipal_admin").get("/oppsett/roller/katalog/"))
    assert "2 felt er endret" in page
    assert page.count("ja, lagt til av kommunen") == page.count("nei, tatt bort av kommunen") == 1


@pytest.mark.parametrize(
    ("code", "asks"),
    [
        ("may(user, Permission.VIEW_PUPIL, student)", True),
        ("user.holds(Permission.VIEW_PUPIL)", True),
        ("Student.objects.visible_to(user, permission=Permission.VIEW_PUPIL)", True),
        ("def visible_to(self, user, permission=Permission.VIEW_PUPIL): ...", True),
        ("LISTED = frozenset({Permission.VIEW_PUPIL})", False),
        ("give_grant(user, Permission.VIEW_PUPIL, on=school)", False),
    ],
)
def test_a_right_is_in_use_when_code_asks_for_it(code, asks):
    assert [name for node in ast.walk(ast.parse(code)) for name in asked_by(node)] == ["VIEW_PUPIL"] * asks


def test_rights_that_no_screen_asks_for_are_marked(client_of):
    used = rights_in_use()
    assert {P.VIEW_PUPIL, P.EDIT_ROLES, P.GIVE_ROLES, P.VIEW_DOCUMENT, P.SEE_PROTECTED} <= used
    page = text_of(client_of("municipal_admin").get(f"/oppsett/roller/{Role.objects.get(slug='rektor').uuid}/"))
    for permission in P:
        if f'value="{permission.value}"' in page:
            line = page[page.index(f'value="{permission.value}"') :].split("</li>")[0]
            assert ("ikke tatt i bruk" in line) == (permission not in used)


def test_a_protected_colleague_has_no_name_among_the_holders(world, client_of):
    world.people["adviser"].protection = Protection.STRICT
    world.people["adviser"].save()
    page = text_of(client_of("municipal_admin").get(f"/oppsett/roller/{Role.objects.get(slug='skoleadmin2').uuid}/"))
    assert "Skjermet person" in page
    assert "Adviser" not in page


def test_a_changed_role_acts_on_the_next_request(world, client_of):
    teacher = client_of("contact_teacher")
    assert teacher.get("/elever/").status_code == 200
    client_of("municipal_admin").post(
        change_url("laerer"), confirmed("laerer", rights("laerer", remove=[P.VIEW_PUPIL]))
    )
    assert teacher.get("/elever/").status_code == 403


@pytest.mark.parametrize(
    ("name", "expected", "absent"),
    [
        ("contact_teacher", "for klasser og grupper du er satt opp på ved Skole A", "i hele kommunen"),
        ("municipal_admin", "i hele kommunen", "ved Skole A"),
        ("team", "ved Skole A, Skole B", "i hele kommunen"),
        ("guardian", "for barn du har foreldreansvar for", "Spør en av disse"),
        ("other_school", "for deg selv", "Spør en av disse"),
        ("no_role", "Du har ingen tilganger ennå", "Spør en av disse"),
    ],
)
def test_own_rights_in_sentences(client_of, name, expected, absent):
    page = text_of(client_of(name).get("/mine-tilganger/"))
    assert expected in page
    assert absent not in page


def test_own_rights_name_those_who_can_give_more(client_of):
    page = text_of(client_of("contact_teacher").get("/mine-tilganger/"))
    assert "Ansatt School_Admin" in page
    assert "School_Admin_B" not in page


def test_own_rights_show_special_grants(world, client_of):
    give_grant(world.users["contact_teacher"], P.DECIDE_LEAVE, on=world.groups["5B"], by=None, reason="Vikar")
    page = text_of(client_of("contact_teacher").get("/mine-tilganger/"))
    assert "for 5B, Skole A" in page


@pytest.mark.parametrize("path", ["", "katalog/", "ny/", "{uuid}/"])
def test_pages_about_roles_ask_few_questions(world, client_of, django_assert_max_num_queries, path):
    for number in range(30):
        world.add_employee(f"more_{number}", role="laerer", schools=(world.school_a,))
    client = client_of("municipal_admin")
    with django_assert_max_num_queries(25):
        client.get(f"/oppsett/roller/{path.format(uuid=Role.objects.get(slug='laerer').uuid)}")


def test_what_a_change_would_mean_costs_the_same_for_many_rights_as_for_one(world, client_of):
    client, role = client_of("municipal_admin"), Role.objects.get(slug="laerer")
    other = P.EDIT_GROUPS.value

    def cost(wanted):
        change = RoleChange.objects.create(
            role=role, permissions=wanted, base=role.permissions, reason="Prøve", proposed_by=world.users["principal"]
        )
        url = f"/oppsett/roller/endring/{change.uuid}/"
        client.get(url)
        with CaptureQueriesContext(connection) as queries:
            assert len(client.get(url).context["effects"]) == len(set(wanted) ^ set(role.permissions))
        change.delete()
        return len(queries)

    one, many = cost([*role.permissions, other]), cost([other])
    assert many == one <= 25


def test_guardians_and_pupils_are_told_of_what_is_theirs(client_of):
    guardian = text_of(client_of("guardian").get("/mine-tilganger/"))
    assert "Barna dine" in guardian and "Se barna dine og dokumentene deres" in guardian
    assert "foreldreansvaret" in guardian
    pupil = text_of(client_of("other_school").get("/mine-tilganger/"))
    assert "Deg selv" in pupil and "Spør kontaktlæreren din" in pupil
    assert "foreldreansvaret" not in pupil and "barn" not in pupil.lower().split("<h1>")[1].split("</main>")[0]
