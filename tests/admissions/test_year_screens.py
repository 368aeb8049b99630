"""The screens of the new school year: who sees the plan, what each step asks for, and a puzzle two may work at."""

import json
from datetime import date

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accessctl.actions import give_grant
from accessctl.models import AccessEvent
from accessctl.permissions import OFFICER_GRANTS, Permission
from admissions.models import PlannedGroup, PlannedPlace, PlannedTeacher, PuzzleRule, SchoolRoute, StepDone, YearJob
from admissions.year import jobs
from admissions.year.draft import open_draft
from schools.models import Subject
from students.models import Enrolment, Group
from tests.admissions.next_year import add_beginner, grow, make_draft, make_ready
from tests.login import log_in


@pytest.fixture
def planned(world):
    grow(world)
    world.draft = make_draft(world)
    return world


@pytest.fixture
def opened(planned):
    planned.draft.opened_at = planned.draft.filled_at
    planned.draft.save()
    return planned


def client_of(world, name: str) -> Client:
    client = Client()
    log_in(client, world.user(name))
    return client


def texts(response) -> str:
    return response.content.decode()


def messages_of(response) -> str:
    return " ".join(str(message) for message in response.context["messages"])


def place_of(world, key: str) -> PlannedPlace:
    return PlannedPlace.objects.get(student=world.pupils[key])


def puzzle_at(world, school, grade: int) -> str:
    return reverse("year:puzzle", args=[school.uuid, grade])


def move(client, url, place, to, *, version=None, script=True):
    value = f"{place.uuid}:{version or place.version}:{to.uuid if to else 'ingen'}"
    headers = {"X-Requested-With": "fetch"} if script else {}
    return client.post(url, {"flytt": value}, headers=headers, follow=not script)


@pytest.mark.parametrize("name", ["contact_teacher", "adviser", "nurse", "guardian", "other_school", "no_role"])
@pytest.mark.parametrize("url", ["year:overview", "year:exceptions", "year:progress", "year:pupil"])
def test_nobody_else_sees_the_planned_year(planned, name, url):
    assert client_of(planned, name).get(reverse(url)).status_code == 403


def test_a_grant_to_see_all_years_shows_the_plan_and_changes_nothing(planned):
    give_grant(planned.users["adviser"], Permission.SEE_ALL_YEARS, on=planned.school_a, by=None, reason="Arkiv")
    client = client_of(planned, "adviser")
    school = reverse("year:school", args=[planned.school_a.uuid])
    assert "Skole A" in texts(client.get(reverse("year:overview")))
    assert client.get(school).status_code == 200
    assert client.get(reverse("year:school", args=[planned.school_b.uuid])).status_code == 404
    assert client.get(puzzle_at(planned, planned.school_a, 6)).status_code == 403
    assert client.post(reverse("year:step", args=[3]), {"skole": planned.school_a.uuid}).status_code == 403


def test_planning_begins_with_one_button_and_everybody_is_in_it(world, django_capture_on_commit_callbacks):
    grow(world)
    client = client_of(world, "municipal_admin")
    assert "Begynn å planlegge" in texts(client.get(reverse("year:overview")))
    client.post(reverse("year:start"))
    jobs.run(YearJob.objects.get().pk)
    page = client.get(reverse("year:overview"))
    assert page.context["totals"].balance
    assert page.context["totals"].going_in == open_draft().places.count() == 20
    assert "summene stemmer" in texts(page)


def test_a_school_may_not_begin_publish_or_distribute(planned):
    client = client_of(planned, "principal")
    posts = [reverse(f"year:{name}") for name in ("start", "beginners", "many")]
    for url in (*posts, reverse("year:act", args=["publiser"])):
        assert client.post(url).status_code == 403


def test_children_are_distributed_by_their_postal_code_and_the_rest_by_hand(planned):
    stranger = add_beginner(planned, "stranger", code="0999")
    client = client_of(planned, "municipal_admin")
    client.post(reverse("year:act", args=["oppdater"]))
    jobs.run(YearJob.objects.latest("pk").pk)
    assert place_of(planned, "beginner 0").school == planned.school_a
    page = client.get(reverse("year:beginners"))
    assert [place.student for place, _schools, _code in page.context["rows"]] == [stranger]
    assert [school.name for school in page.context["rows"][0][1]] == ["Skole A"]
    place = place_of(planned, "stranger")
    answer = {f"skole-{place.uuid}": planned.school_a.uuid, f"versjon-{place.uuid}": place.version}
    assert "Lagret for 1 elev." in messages_of(client.post(reverse("year:beginners"), answer, follow=True))
    assert place_of(planned, "stranger").school == planned.school_a
    stale = {f"skole-{place.uuid}": "", f"versjon-{place.uuid}": place.version}
    page = client.post(reverse("year:beginners") + "?vis=alle", stale, follow=True)
    assert "Noen andre har endret plassen" in messages_of(page)


def test_steps_refuse_in_words_until_what_they_rest_on_is_done(planned):
    stab, school = client_of(planned, "municipal_admin"), client_of(planned, "principal")

    def say(client, number, **data):
        return messages_of(client.post(reverse("year:step", args=[number]), data, follow=True))

    a, b = planned.school_a.uuid, planned.school_b.uuid
    assert "Det gjør kommunen i steg 4" in say(school, 5, skole=a)
    assert "Skolene er ikke informert" in say(stab, 4)
    assert "Skriv informasjonen" in say(stab, 2)
    stab.post(reverse("year:information"), {"tekst": "Frist 1. juni."})
    assert "2 skoler har ikke sjekket fag og grupper (steg 3). Skole A, Skole B" in say(stab, 4)
    overview = stab.get(reverse("year:overview"))
    assert "Skole A, Skole B" in texts(overview) and "Gjør tilgjengelig" not in texts(overview)
    assert "Steg 3 er meldt ferdig" in say(school, 3, skole=a)
    assert "Det gjør rektor" in say(stab, 3, skole=b)
    assert "Det gjør rektor" in say(client_of(planned, "school_admin"), 3, skole=a)
    StepDone.objects.create(draft=planned.draft, school=planned.school_b, number=3)
    assert "Steg 4 er meldt ferdig" in say(stab, 4)
    assert "Frist 1. juni." in texts(school.get(reverse("year:overview")))
    assert "3 elever mangler klasse" in say(school, 5, skole=a)
    client_of(planned, "school_admin").post(puzzle_at(planned, planned.school_a, 1), {"foresla": "1"})
    assert "Steg 5 er meldt ferdig" in say(school, 5, skole=a)
    assert "klasser mangler kontaktlærer" in say(school, 7, skole=a)
    assert "gjenstår steg 6, 7" in say(stab, 8, skole=a)
    assert "Steg 6 er meldt ferdig" in say(school, 6, skole=a)
    for group in PlannedGroup.objects.filter(school=planned.school_a, kind="home_class"):
        PlannedTeacher.objects.update_or_create(
            group=group, employee=planned.people["contact_teacher"].employee, function="contact_teacher",
            defaults={"is_accepted": True},
        )  # fmt: skip
    assert "Steg 7 er meldt ferdig" in say(school, 7, skole=a)
    assert "Steg 8 er meldt ferdig" in say(stab, 8, skole=a)
    assert "åpne gjennomgangen igjen" in say(school, 5, skole=a, gjenapne="1")
    assert StepDone.objects.filter(school=planned.school_a, number=8).exists()


def test_a_school_can_not_finish_the_steps_of_another_or_of_the_municipality(planned):
    client = client_of(planned, "principal")
    assert client.post(reverse("year:step", args=[3]), {"skole": planned.school_b.uuid}).status_code == 404
    assert client.post(reverse("year:step", args=[4])).status_code == 403
    assert client.post(reverse("year:step", args=[8]), {"skole": planned.school_a.uuid}).status_code == 403


def test_the_receiving_school_plans_for_pupils_who_are_not_its_own_yet(opened):
    client = client_of(opened, "school_admin_b")
    page = client.get(puzzle_at(opened, opened.school_b, 8))
    assert [place.student for place in page.context["places"]] == [opened.pupils["7A-0"], opened.pupils["7A-1"]]
    lines = AccessEvent.objects.filter(user=opened.users["school_admin_b"], action="list")
    assert set(lines.values_list("about", flat=True)) == {opened.pupils[k].uuid for k in ("7A-0", "7A-1")}
    group = PlannedGroup.objects.get(school=opened.school_b, grade_level=8, kind="home_class")
    place = place_of(opened, "7A-0")
    assert move(client, puzzle_at(opened, opened.school_b, 8), place, group).status_code == 200
    assert place_of(opened, "7A-0").home_class == group


def test_a_beginner_is_moved_by_the_school_without_a_script(opened):
    url, place = puzzle_at(opened, opened.school_a, 1), place_of(opened, "beginner 0")
    client = client_of(opened, "school_admin")
    to = PlannedGroup.objects.filter(school=opened.school_a, grade_level=1, kind="home_class").first()
    data = {"flytt": f"{place.uuid}:{place.version}:{to.uuid}"}
    assert f"Barn Beginner 0 er flyttet til {to.name}." in messages_of(client.post(url, data, follow=True))
    assert place_of(opened, "beginner 0").home_class == to


def test_a_protected_pupil_is_moved_by_those_who_may_see_them_alone(opened):
    place, url = place_of(opened, "protected"), puzzle_at(opened, opened.school_a, 6)
    to = PlannedGroup.objects.get(name="6B")
    school, page = client_of(opened, "school_admin"), None
    page = school.get(url)
    assert opened.pupils["protected"] not in [shown.student for shown in page.context["places"]]
    assert str(place.uuid) not in texts(page)
    assert next(column for column in page.context["columns"] if column.name == "6A").sexes == "0 jenter, 0 gutter"
    assert move(school, url, place, to).status_code == 404
    overview = school.get(reverse("year:school", args=[opened.school_a.uuid]))
    assert next(line for line in overview.context["grades"] if line.grade == 6).pupils == 3
    for right in OFFICER_GRANTS:
        give_grant(opened.users["municipal_admin"], right, on=opened.municipality, by=None, reason="Ansvarlig")
    assert move(client_of(opened, "municipal_admin"), url, place, to).status_code == 200
    assert place_of(opened, "protected").home_class == to


def test_a_protected_pupil_from_another_school_stays_hidden_from_the_receiving_one(opened):
    opened.pupils["7A-0"].person.protection = "strict"
    opened.pupils["7A-0"].person.save()
    client = client_of(opened, "school_admin_b")
    page = client.get(puzzle_at(opened, opened.school_b, 8))
    assert [place.student for place in page.context["places"]] == [opened.pupils["7A-1"]]
    place = place_of(opened, "7A-0")
    assert client.get(reverse("year:pupil"), {"elev": place.uuid}).status_code == 404
    totals = client_of(opened, "municipal_admin").get(reverse("year:overview")).context["totals"]
    assert totals.balance
    assert totals.going_in == 20


def test_two_who_move_the_same_pupil_lose_nothing(opened):
    url, place = puzzle_at(opened, opened.school_a, 6), place_of(opened, "own")
    first, second = client_of(opened, "school_admin"), client_of(opened, "principal")
    a, b = PlannedGroup.objects.get(name="6A"), PlannedGroup.objects.get(name="6B")
    assert move(first, url, place, b).status_code == 200
    late = move(second, url, place, None)
    assert late.status_code == 409
    told = json.loads(late.content)
    assert (told["to"], told["version"]) == (str(b.uuid), 2)
    assert "Noen andre har flyttet" in told["say"]
    assert place_of(opened, "own").home_class == b
    assert move(second, url, place_of(opened, "own"), a).status_code == 200


def test_moves_are_taken_back_one_by_one_unless_somebody_went_on_from_there(opened):
    url, client = puzzle_at(opened, opened.school_a, 6), client_of(opened, "school_admin")
    a, b = PlannedGroup.objects.get(name="6A"), PlannedGroup.objects.get(name="6B")
    move(client, url, place_of(opened, "own"), b, script=False)
    move(client, url, place_of(opened, "own"), None, script=False)
    assert place_of(opened, "own").home_class is None
    for expected in (b, a):
        assert "angret" in messages_of(client.post(url, {"angre": "1"}, follow=True))
        assert place_of(opened, "own").home_class == expected
    assert "ingenting å angre" in messages_of(client.post(url, {"angre": "1"}, follow=True))
    move(client, url, place_of(opened, "own"), b)
    move(client_of(opened, "principal"), url, place_of(opened, "own"), None)
    assert "flyttet på nytt" in messages_of(client.post(url, {"angre": "1"}, follow=True))
    assert place_of(opened, "own").home_class is None


def test_rules_are_told_when_broken_and_kept_by_the_suggestion(opened):
    url, client = puzzle_at(opened, opened.school_a, 6), client_of(opened, "school_admin")
    PlannedPlace.objects.filter(grade_level=6).update(home_class=None)
    first, second = place_of(opened, "own"), place_of(opened, "classmate")
    client.post(url, {"regel": "apart", "forste": first.uuid, "andre": second.uuid})
    assert "fikk klasse" in messages_of(client.post(url, {"foresla": "1"}, follow=True))
    one, other = place_of(opened, "own"), place_of(opened, "classmate")
    assert one.home_class != other.home_class
    assert None not in (one.home_class, other.home_class)
    answer = json.loads(move(client, url, one, other.home_class).content)
    assert "skal ikke være i samme klasse" in answer["problems"][0]
    for name in ("school_admin", "municipal_admin"):
        page = client_of(opened, name).get(reverse("year:school", args=[opened.school_a.uuid]))
        assert page.context["broken"] == answer["problems"]
    rule = PuzzleRule.objects.get()
    client.post(url, {"fjern-regel": rule.uuid})
    assert client.get(url).context["problems"] == []


def test_a_class_is_split_and_joined_with_its_pupils(opened):
    url, client = reverse("year:classes", args=[opened.school_a.uuid]), client_of(opened, "school_admin")
    client.post(url, {"ny": "1", "slag": "home_class", "navn": "6C", "trinn": "6"})
    new = PlannedGroup.objects.get(name="6C")
    old = PlannedGroup.objects.get(name="6A")
    client.post(url, {"klasse": old.uuid, "til": new.uuid, "fjern": "1"})
    assert not PlannedGroup.objects.filter(name="6A").exists()
    assert {place_of(opened, key).home_class for key in ("own", "classmate", "protected")} == {new}
    assert "er i bruk" in messages_of(client.post(url, {"klasse": new.uuid, "navn": "6B"}, follow=True))
    client.post(url, {"klasse": new.uuid, "navn": "6D", "grense": "1", "malform": "nn"})
    new.refresh_from_db()
    assert (new.name, new.size_limit, new.language) == ("6D", 1, "nn")
    assert client.get(puzzle_at(opened, opened.school_a, 6)).context["problems"] == [
        "6D har 1 elev mer enn grensen.",
        "6D har 2 elever med en annen målform enn klassen.",
    ]


def test_groups_go_on_by_tick(opened):
    url, client = reverse("year:groups", args=[opened.school_a.uuid]), client_of(opened, "team")
    sfo = PlannedGroup.objects.get(name="Base Blå")
    client.post(url, {"gruppe": sfo.uuid})
    assert not PlannedGroup.objects.get(name="5 matematikk").is_chosen
    subject = Subject.objects.create(code="NOR0214", name_nb="Norsk", valid_from=date(2020, 8, 1))
    new = {"ny": "1", "slag": "subject_group", "navn": "6 norsk", "trinn": "6"}
    assert "Velg faget gruppen har" in messages_of(client.post(url, new, follow=True))
    assert not PlannedGroup.objects.filter(name="6 norsk").exists()
    client.post(url, new | {"fag": subject.code})
    made = PlannedGroup.objects.get(name="6 norsk")
    assert (made.is_chosen, made.subject) == (True, subject)


def test_a_contact_teacher_is_accepted_by_others_than_themselves(opened):
    url = reverse("year:teachers", args=[opened.school_a.uuid])
    client = client_of(opened, "school_admin")
    group = PlannedGroup.objects.get(name="6A")
    client.post(url, {"klasse": group.uuid, "ansatt": opened.people["contact_teacher"].employee.uuid})
    assert PlannedTeacher.objects.get(group=group).is_accepted
    own = opened.people["school_admin"].employee
    page = client.post(url, {"klasse": group.uuid, "ansatt": own.uuid}, follow=True)
    assert "Velg en ansatt" in messages_of(page)
    PlannedTeacher.objects.create(group=group, employee=own, function="contact_teacher")
    page = client.post(url, {"klasse": group.uuid, "ansatt": own.uuid}, follow=True)
    assert "Du kan ikke gi deg selv ansvar" in messages_of(page)


def test_holding_a_pupil_back_needs_a_reason_and_is_listed(opened):
    place, client = place_of(opened, "own"), client_of(opened, "principal")
    url = f"{reverse('year:pupil')}?elev={place.uuid}"
    form = {"utfall": "repeat", "grunnlag": "", "versjon": place.version}
    assert "Skriv hva avgjørelsen bygger på" in texts(client.post(url, form))
    client.post(url, form | {"grunnlag": "Sak 26/17"})
    place.refresh_from_db()
    assert (place.outcome, place.grade_level, place.home_class) == ("repeat", 5, None)
    page = client.get(reverse("year:exceptions"))
    assert [shown.student for shown in page.context["places"]] == [opened.pupils["own"]]
    elsewhere = place_of(opened, "other_school")
    assert client.get(reverse("year:pupil"), {"elev": elsewhere.uuid}).status_code == 404


def test_publishing_and_rolling_back_from_the_page(planned):
    make_ready(planned.draft)
    client = client_of(planned, "municipal_admin")
    for slug, state, enrolments in [("publiser", "published", 18), ("rull-tilbake", "planning", 0)]:
        url = reverse("year:act", args=[slug])
        assert client.get(url).context["missing"] == []
        client.post(url)
        assert "hx-trigger" in texts(client.get(reverse("year:overview")))
        jobs.run(YearJob.objects.latest("pk").pk)
        planned.draft.refresh_from_db()
        assert planned.draft.state == state
        assert Enrolment.objects.filter(school_year=planned.draft.school_year).count() == enrolments
        puzzle = texts(client.get(puzzle_at(planned, planned.school_a, 6)))
        assert ("Skoleåret er publisert" in puzzle) == (state == "published")
        assert ("Dra elevene" in puzzle) == (state == "planning")
    assert client.get(reverse("year:act", args=["sett-inneverende"])).context["missing"]
    client.post(reverse("year:act", args=["sett-inneverende"]))
    jobs.run(YearJob.objects.latest("pk").pk)
    assert "må publiseres" in YearJob.objects.latest("pk").message


def test_one_piece_of_work_at_a_time(planned):
    client = client_of(planned, "municipal_admin")
    client.post(reverse("year:act", args=["oppdater"]))
    page = client.post(reverse("year:act", args=["oppdater"]), follow=True)
    assert "En annen kjøring er i gang" in messages_of(page)
    assert YearJob.objects.count() == 1


def test_receiving_schools_are_set_and_bad_postal_codes_told(planned):
    client, url = client_of(planned, "municipal_admin"), reverse("year:routes")
    route = SchoolRoute.objects.get(school=planned.school_a)
    key = route.school.uuid
    page = client.post(url, {f"mottar-{key}": planned.school_b.uuid, f"koder-{key}": "0001 12"}, follow=True)
    assert "Rett disse: 12" in messages_of(page)
    client.post(url, {f"mottar-{key}": planned.school_b.uuid, f"koder-{key}": "0002, 0003"})
    route.refresh_from_db()
    assert (route.receiving, route.postal_codes) == (planned.school_b, ["0002", "0003"])


def test_pages_cost_the_same_with_more_pupils(opened):
    client = client_of(opened, "school_admin")
    pages = [reverse("year:overview"), reverse("year:school", args=[opened.school_a.uuid])]
    pages.append(puzzle_at(opened, opened.school_a, 6))

    def cost(url):
        client.get(url)
        with CaptureQueriesContext(connection) as queries:
            assert client.get(url).status_code == 200
        return len(queries)

    before = [cost(url) for url in pages]
    assert max(before) <= 23
    group = PlannedGroup.objects.get(name="6A")
    for number in range(12):
        student = opened.add_pupil(f"mer {number}", opened.groups["5A"])
        PlannedPlace.objects.create(
            draft=opened.draft, student=student, from_school=opened.school_a, from_grade=5, outcome="promote",
            school=opened.school_a, grade_level=6, home_class=group,
        )  # fmt: skip
    assert [cost(url) for url in pages] == before


def test_a_suggestion_fills_no_special_unit(opened):
    url, client = puzzle_at(opened, opened.school_a, 6), client_of(opened, "school_admin")
    PlannedPlace.objects.filter(grade_level=6).update(home_class=None)
    groups = PlannedGroup.objects.filter(school=opened.school_a, kind=Group.Kind.HOME_CLASS, is_chosen=True)
    one = groups.filter(grade_level=6).first()
    PlannedGroup.objects.create(
        draft=one.draft, school=one.school, kind=one.kind, name="Mottak", unit=Group.Unit.INTRODUCTORY
    )
    client.post(url, {"foresla": "1"})
    placed = PlannedPlace.objects.filter(grade_level=6, home_class__isnull=False)
    assert set(placed.values_list("home_class__unit", flat=True)) == {""}
