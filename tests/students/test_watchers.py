"""«Hvem kan se dette, og hvorfor?» names exactly the people who get in, and says why."""

from collections import defaultdict
from datetime import date, timedelta

from django.test import Client
from django.utils import translation

from accessctl.actions import assign_role, give_grant
from accessctl.models import Role, User
from accessctl.permissions import Permission as P
from accessctl.rights.in_use import rights_in_use
from guardians.models import GuardianRelation
from people.directory import account_for
from people.models import Person
from schoolapp.lib import clock
from students.models import Group, GroupStaffing, Membership, Student
from students.watchers import ABOUT_PUPILS, ground_of, reached_by, watchers_of, watching
from tests.login import give_reason, log_in
from tests.world import World


def page_of(student: Student) -> str:
    return f"/elever/{student.uuid}/"


def list_of(student: Student) -> str:
    return f"/elever/{student.uuid}/tilgang/"


def arrange(world: World) -> None:
    """More than the cast: SFO, grants of every kind, an officer, a custom role, and people with two hats."""
    base = world.add_group("Base 1", world.school_a, 5, Group.Kind.SFO_GROUP)
    for key in ("own", "other_class"):
        Membership.objects.create(
            student=world.pupils[key], group=base, is_home_class=False, valid_from=world.year.starts_on
        )
    worker = world.add_employee("sfo_worker", role="sfo_ansatt", schools=(world.school_a,))
    world.add_staffing(worker, base, "assistant")
    world.add_employee("ombud", role="personvernombud")
    officer = world.add_employee("officer", role="kommuneadmin")
    give_grant(officer.person.user, P.SEE_PROTECTED, on=world.municipality, by=None, reason="Navngitt ansvarlig")
    give_grant(world.users["no_role"], P.VIEW_PUPIL, on=world.groups["5B"], by=None, reason="Vikar i klassen")
    give_grant(world.users["nurse"], P.VIEW_PUPIL, on=world.pupils["own"], by=None, reason="Helsesamtale")
    give_grant(world.users["teacher_b"], P.VIEW_DOCUMENT, on=world.school_a, by=None, reason="Sakkyndig")
    give_grant(
        world.users["contact_teacher"], P.SEE_PROTECTED, on=world.pupils["protected"], by=None, reason="Kontaktlærer"
    )
    Role.objects.create(slug="egen", name="Egen rolle", reach="schools", permissions=["view_pupil", "finnes_ikke"])
    world.add_employee("custom", role="egen", schools=(world.school_a,))
    parent = world.add_guardian("teaching_parent", "own")
    assign_role(parent.user, role="laerer", by=None, school=world.school_a)
    User.objects.filter(pk=world.users["principal"].pk).update(is_active=False)


def get_in(world: World, user: User) -> set[Student]:
    """The pupils a user reaches through the browser, by the three doors."""
    client = Client()
    log_in(client, user)
    found = set()
    for student in world.pupils.values():
        give_reason(client, student)
        if user.holds(P.VIEW_PUPIL) and client.get(page_of(student)).status_code == 200:
            found.add(student)
    portal, own = client.get("/foresatt/"), client.get("/min-side/")
    if portal.status_code == 200:
        found |= {card["child"] for card in portal.context["cards"]}
    if own.status_code == 200 and own.context["student"]:
        found.add(own.context["student"])
    return found


def seen_by_policy(rights: frozenset[P]) -> dict[int, set[tuple[int, P]]]:
    """By pupil, who sees them by which of these rights; each user is asked once about all pupils."""
    found: dict[int, set[tuple[int, P]]] = defaultdict(set)
    for user in User.objects.all():
        for right in rights:
            for pupil in Student.objects.visible_to(user, right).values_list("pk", flat=True):
                found[pupil].add((user.pk, right))
    return found


def test_the_list_is_those_whom_the_browser_lets_in(world):
    arrange(world)
    doors = {P.VIEW_PUPIL, P.VIEW_OWN_CHILDREN, P.VIEW_OWN_RECORD}
    listed = {(w.user_id, s) for s in world.pupils.values() for w in reached_by(s) if w.rights & doors}
    assert listed == {(user.pk, s) for user in User.objects.filter(is_active=True) for s in get_in(world, user)}
    assert len(listed) > 20


def test_every_right_in_the_list_is_one_the_policy_gives(world):
    arrange(world)
    seen = seen_by_policy(ABOUT_PUPILS)
    for student in world.pupils.values():
        watchers = reached_by(student)
        listed = {(w.user_id, right) for w in watchers for right in w.rights & ABOUT_PUPILS}
        assert listed == seen[student.pk]


def test_the_page_counts_only_rights_some_screen_asks_for(world):
    arrange(world)
    opening = rights_in_use() & ABOUT_PUPILS
    seen = seen_by_policy(opening)
    for student in world.pupils.values():
        listed = {(w.user_id, right) for w in watching(student) if not w.newcomer for right in w.rights}
        assert listed == seen[student.pk]
    assert P.READ_MESSAGES not in opening
    nurse = world.add_employee("second_nurse", role="helsesykepleier", schools=(world.school_a,))
    listed = watchers_of(world.pupils["own"], asker=world.user("municipal_admin"))
    assert nurse.person.user_id not in {w.user_id for w in listed}
    with translation.override("nb"):
        assert not {"SFO", "Meldinger", "Vurdering"} & {area for w in listed for area in w.areas}


def add_newcomers(world: World) -> list[Person]:
    """A guardian nobody has seen, one who works here and has not come as a guardian, and a pupil in year 8."""
    stranger = world.add_person("Foresatt", "Stranger", born=date(1985, 6, 2))
    worker = world.people["no_role"]
    for person in (stranger, worker):
        GuardianRelation.objects.create(
            guardian=person,
            student=world.pupils["own"],
            state="verified",
            ground="register",
            valid_from=date(2020, 1, 1),
        )
    grown = world.add_pupil("grown", world.groups["8A"])
    return [stranger, worker, grown.person]


def test_those_who_have_not_logged_in_yet_are_listed_and_get_in_when_they_do(world, client):
    newcomers = add_newcomers(world)
    listed = [(w.newcomer, s) for s in world.pupils.values() for w in watching(s) if w.newcomer]
    stranger, worker, grown = newcomers
    own = world.pupils["own"]
    assert set(listed) == {(stranger, own), (worker, own), (grown, world.pupils["grown"])}
    log_in(client, world.user("school_admin"))
    page = client.get(list_of(own)).content.decode()
    assert "2 av dem har ikke logget inn ennå" in page and "Foresatt Stranger" in page
    for person in newcomers:
        assert account_for(person.national_ids.get(is_current=True).number, name="")
    pupils = [Student.objects.select_related("person__user").get(pk=s.pk) for s in world.pupils.values()]
    doors = {P.VIEW_PUPIL, P.VIEW_OWN_CHILDREN, P.VIEW_OWN_RECORD}
    found = [(w, s) for s in pupils for w in watching(s)]
    inside = {(w.user_id, s) for w, s in found if w.rights & doors}
    assert not [w for w, _pupil in found if w.newcomer]
    assert inside == {(user.pk, s) for user in User.objects.filter(is_active=True) for s in get_in(world, user)}


def test_a_closed_user_waits_for_no_login(world):
    _stranger, worker, _grown = add_newcomers(world)
    User.objects.filter(pk=worker.user_id).update(is_active=False)
    assert worker not in [w.newcomer for w in watching(world.pupils["own"])]


def test_a_protected_newcomer_has_no_name_for_others(world):
    arrange(world)
    stranger, *_others = add_newcomers(world)
    Person.objects.filter(pk=stranger.pk).update(protection="strict")
    names = {w.name for w in watchers_of(world.pupils["own"], asker=world.user("school_admin"))}
    assert "Skjermet person" in names and "Foresatt Stranger" not in names


def texts(world, key, who, asker="municipal_admin"):
    rows = watchers_of(world.pupils[key], asker=world.user(asker))
    return [ground.text for row in rows if row.user_id == world.users[who].pk for ground in row.grounds]


def test_the_grounds_are_said_in_plain_words(world):
    arrange(world)
    assign_role(world.users["no_role"], role="skoleadmin", by=world.user("municipal_admin"), school=world.school_a)
    with translation.override("nb"):
        assert texts(world, "own", "contact_teacher") == ["Kontaktlærer i 5A siden 1. august"]
        assert texts(world, "own", "sfo_worker") == ["Assistent i Base 1 siden 1. august"]
        assert texts(world, "own", "municipal_admin") == ["Kommuneadmin"]
        assert texts(world, "own", "no_role") == ["Skoleadmin ved Skole A, gitt av Ansatt Municipal_Admin"]
        assert texts(world, "own", "guardian") == ["Foresatt, foreldreansvar i Folkeregisteret"]
        assert texts(world, "other_school", "other_school") == ["Eleven selv"]
        assert "Helsesamtale" in " ".join(texts(world, "own", "nurse"))


def test_the_end_is_the_first_of_all_that_can_end(world):
    soon = clock.today() + timedelta(days=3)
    GroupStaffing.objects.filter(employee__person=world.people["contact_teacher"]).update(valid_to=soon)
    row = next(w for w in reached_by(world.pupils["own"]) if w.user_id == world.users["contact_teacher"].pk)
    assert [ground.until for ground in row.grounds] == [soon]
    Membership.objects.filter(student=world.pupils["own"]).update(valid_to=clock.today())
    row = next(w for w in reached_by(world.pupils["own"]) if w.user_id == world.users["contact_teacher"].pk)
    assert [ground.until for ground in row.grounds] == [clock.today()]


def test_protected_people_in_the_list_have_no_name_for_others(world):
    arrange(world)
    for name in ("contact_teacher", "guardian"):
        Person.objects.filter(pk=world.people[name].pk).update(protection="strict")
    student = world.pupils["own"]
    hidden = {w.user_id: w.name for w in watchers_of(student, asker=world.user("municipal_admin"))}
    open_ = {w.user_id: w.name for w in watchers_of(student, asker=world.user("officer"))}
    for name in ("contact_teacher", "guardian"):
        assert hidden[world.users[name].pk] == "Skjermet person"
        assert open_[world.users[name].pk] == world.people[name].full_name


def test_the_page_counts_and_filters(world, client):
    arrange(world)
    log_in(client, world.user("school_admin"))
    page = client.get(list_of(world.pupils["own"]))
    everyone = len(watching(world.pupils["own"]))
    assert f"{everyone} personer kan åpne" in page.content.decode()
    family = client.get(list_of(world.pupils["own"]), {"hvem": "foresatt"})
    assert {w.user_id for w in family.context["shown"]} == {world.users[k].pk for k in ("guardian", "teaching_parent")}
    letters = client.get(list_of(world.pupils["own"]), {"hva": "Dokumenter"})
    assert {world.users[k].pk for k in ("contact_teacher", "teacher_b")} <= {
        w.user_id for w in letters.context["shown"]
    }
    assert world.users["sfo_worker"].pk not in {w.user_id for w in letters.context["shown"]}


def test_the_privacy_officer_finds_the_list_without_opening_the_pupil(world, client):
    arrange(world)
    log_in(client, world.user("ombud"))
    own = world.pupils["own"]
    assert client.get(page_of(own)).status_code == 403
    answer = client.post("/innsyn/hvem-kan-se/", {"navn": "own"})
    assert list_of(own) in answer.content.decode()
    assert client.get(list_of(own)).status_code == 200


def test_searching_for_a_protected_pupil_is_answered_as_for_an_unknown_name(world, client):
    arrange(world)
    log_in(client, world.user("ombud"))

    def asked(name: str, path: str, method: str) -> tuple[int, str]:
        send = client.post if method == "post" else client.get
        page = send(path, {"navn": name} if method == "post" else {"sok": name})
        text = page.content.decode().replace(name, "")
        token = page.context["csrf_token"] if page.context else ""
        nonce = getattr(page.wsgi_request, "_csp_nonce", "") or "-"
        return page.status_code, text.replace(str(token), "").replace(str(nonce), "")

    assert asked("Protected", "/innsyn/hvem-kan-se/", "post") == asked("Unknownnn", "/innsyn/hvem-kan-se/", "post")
    log_in(client, world.user("school_admin"))
    assert asked("Protected", "/elever/", "get") == asked("Unknownnn", "/elever/", "get")


def test_a_teacher_may_not_ask(world, client):
    log_in(client, world.user("contact_teacher"))
    assert client.get(list_of(world.pupils["own"])).status_code == 403
    log_in(client, world.user("school_admin_b"))
    assert client.get(list_of(world.pupils["own"])).status_code == 404


def test_the_cost_does_not_grow_with_the_people(world, django_assert_max_num_queries, django_assert_num_queries):
    arrange(world)
    student = Student.objects.select_related("person").get(pk=world.pupils["own"].pk)
    with django_assert_max_num_queries(14) as few:
        watchers_of(student, asker=world.user("municipal_admin"))
    for number in range(20):
        world.add_employee(f"admin{number}", role="skoleadmin", schools=(world.school_a,))
        teacher = world.add_employee(f"teacher{number}", role="laerer", schools=(world.school_a,))
        world.add_staffing(teacher, world.groups["5A"], "subject_teacher")
    with django_assert_num_queries(len(few)):
        assert len(watchers_of(student, asker=world.user("municipal_admin"))) > 40


def test_the_log_can_ask_for_the_ground_of_one_user(world):
    arrange(world)
    with translation.override("nb"):
        assert ground_of(world.user("contact_teacher"), world.pupils["own"]) == ["Kontaktlærer i 5A siden 1. august"]
        assert ground_of(world.user("contact_teacher"), world.pupils["other_school"]) == []


def test_a_relation_that_ends_takes_the_guardian_off_the_list(world):
    GuardianRelation.objects.filter(guardian=world.people["guardian"]).update(
        state="ended", valid_to=clock.today() - timedelta(days=1)
    )
    assert world.users["guardian"].pk not in {w.user_id for w in reached_by(world.pupils["own"])}


def test_the_page_names_the_data_that_can_be_read_and_not_what_can_be_done(world):
    listed = {w.user_id: w for w in watchers_of(world.pupils["other_class"], asker=world.user("municipal_admin"))}
    with translation.override("nb"):
        shown = {name: listed[world.users[name].pk].areas for name in ("school_admin", "principal", "subject_teacher")}
    assert shown["subject_teacher"] == ["Navn, klasse og trinn", "Kontaktopplysninger"]
    for name in ("school_admin", "principal"):
        assert P.SHIELD_NOW in listed[world.users[name].pk].rights
        assert "Dokumenter" in shown[name] and "Skjermede opplysninger" not in shown[name]
