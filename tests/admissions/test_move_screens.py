"""The screens of moves: the way through, what is asked before anything happens, and children who come."""

import re
from datetime import date

import pytest
from django.core.exceptions import ObjectDoesNotExist

from accessctl.actions import give_grant
from accessctl.models import AccessEvent
from accessctl.permissions import Permission
from admissions.models import LetterBatch, LetterBatchPupil, Move
from admissions.moves import actions, batches
from admissions.moves.errors import MoveError
from admissions.moves.removal import remove_from_year
from documents.installing import install_types
from documents.models import Document
from guardians.models import GuardianRelation
from people.models import Protection
from schoolapp.lib import clock
from schools.models import SchoolYear
from students.actions import register_students
from students.models import Enrolment, Student
from tests.admissions.moving import add_officer, begun, browser, day, decided
from tests.world import World, synthetic_id


@pytest.fixture
def letters(world: World) -> World:
    install_types()
    return world


def child(world: World, key: str = "Nykommer", **more):
    return world.add_person("Ny", key, born=date(world.year.starts_on.year - 10, 5, 5), **more)


def typed(world: World, number: str, **changes) -> dict[str, str]:
    born = date(world.year.starts_on.year - 10, 5, 5)
    values = {
        "skole": str(world.school_a.uuid),
        "nummer": number,
        "fornavn": "Ny",
        "etternavn": "Nykommer",
        "fodt": born.isoformat(),
    }
    return values | changes


def test_from_the_pupils_page_through_every_step(letters):
    world, student = letters, letters.pupils["other_class"]
    client = browser(world, "school_admin")
    assert "Bytter skole eller slutter" in client.get(f"/elever/{student.uuid}/skolegang/").content.decode()
    assert client.post(f"/elever/{student.uuid}/flytt/", {"slag": "finnes-ikke"}).status_code == 422
    answer = client.post(f"/elever/{student.uuid}/flytt/", {"slag": "within"})
    url = answer.headers["Location"]
    fields = {
        "skole": str(world.school_b.uuid),
        "trinn": "8",
        "forste_dag": day(3).isoformat(),
        "begrunnelse": "Familien flytter.",
    }
    page = client.post(f"{url}vedtak/", fields).content.decode()
    assert "Dette vil skje" in page and "Skole B på 8. trinn" in page and "5 matematikk" in page
    assert Move.objects.get().state == "draft"
    assert client.post(f"{url}vedtak/", fields | {"bekreft": "1"}).headers["Location"] == url
    draft = client.post(f"{url}brev/")
    document = Document.objects.get()
    assert draft.headers["Location"] == f"/dokumenter/{document.uuid}/rediger/"
    assert document.fields["tildelt_skole"] == "Skole B" and document.document_type.slug == "enkeltvedtak-skoleplass"
    client.post(f"{url}melding/lag/", {"arkiv": ""})
    browser(world, "school_admin_b").post(f"{url}klasse/", {"klasse": str(world.groups["8A"].uuid)})
    assert "Ett steg gjenstår" in client.get(url).content.decode()  # the letter is a draft
    Document.objects.filter(pk=document.pk).update(state="rendering")
    assert "Alle steg er ferdige" in client.get(url).content.decode()


def test_the_national_id_is_posted_and_stands_in_no_address_or_log(world):
    person = child(world)
    number = person.national_ids.get().number
    client = browser(world, "school_admin")
    answer = client.post("/flytting/inn/", typed(world, number))
    move = Move.objects.get()
    assert answer.headers["Location"] == f"/flytting/{move.uuid}/" and move.kind == "in"
    assert number not in client.get(answer.headers["Location"]).content.decode()
    assert not AccessEvent.objects.filter(what__contains=number).exists()


def test_a_child_nobody_knows_becomes_known(world):
    number = synthetic_id(date(world.year.starts_on.year - 10, 5, 5), 77)
    browser(world, "school_admin").post("/flytting/inn/", typed(world, number, fornavn="Aurora", etternavn="Ukjent"))
    person = Move.objects.get().student.person
    assert (person.full_name, person.birth_date) == ("Aurora Ukjent", date(world.year.starts_on.year - 10, 5, 5))


def refused(world, person, name: str, **changes) -> str:
    client = browser(world, name)
    answer = client.post("/flytting/inn/", typed(world, person.national_ids.get().number, **changes))
    assert answer.status_code == 422
    return str(answer.context["form"].non_field_errors()[0])


def test_one_answer_for_a_place_elsewhere_and_for_address_protection(world):
    elsewhere, guarded = world.people["other_school"], child(world, "Skjult", protection=Protection.STRICT)
    told = refused(world, elsewhere, "school_admin", fornavn="Elev", etternavn="Other_School")
    assert refused(world, guarded, "school_admin", etternavn="Skjult") == told
    assert not Move.objects.exists()
    assert not Student.objects.filter(person=guarded).exists()


def test_who_is_refused_leaves_a_line_in_the_log(world):
    refused(world, world.people["other_school"], "school_admin", fornavn="Elev", etternavn="Other_School")
    line = AccessEvent.objects.get(action="arrival_refused")
    assert (line.user, line.about) == (world.user("school_admin"), world.pupils["other_school"].uuid)


def test_a_wrong_name_leads_to_no_stranger_and_tells_of_no_protection(world):
    told = refused(world, child(world), "school_admin", fornavn="Per", etternavn="Annen")
    assert "Navnet stemmer ikke" in told
    for person in (world.people["other_school"], child(world, "Skjult", protection=Protection.STRICT)):
        assert refused(world, person, "school_admin", fornavn="Per", etternavn="Annen") == told


def test_another_school_can_not_be_chosen(world):
    values = typed(world, child(world).national_ids.get().number, skole=str(world.school_b.uuid))
    assert browser(world, "school_admin").post("/flytting/inn/", values).status_code == 422
    assert not Move.objects.exists()


def test_children_without_a_place_are_for_the_municipality(world):
    students, _new = register_students([child(world), child(world, "Skjult", protection=Protection.STRICT)], by=None)
    assert len(students) == 2
    text = browser(world, "municipal_admin").get("/flytting/uten-plass/").content.decode()
    assert "Nykommer" in text and "Skjult" not in text
    assert "Nykommer" not in browser(world, "school_admin").get("/flytting/uten-plass/").content.decode()


def test_the_first_graders_letter_is_the_welcome(letters):
    world, user = letters, letters.user("school_admin")
    student = register_students([child(world)], by=None)[0].popitem()[1]
    move = actions.start(student, kind="in", to_school=world.school_a, by=user)
    decision = actions.Decision(first_day=day(2), to_school=world.school_a, grade_level=1, reason="Nærskolen.")
    actions.decide(move, decision=decision, by=user)
    browser(world, "school_admin").post(f"/flytting/{move.uuid}/brev/")
    assert Document.objects.get().document_type.slug == "velkommen-skoleplass"


def test_the_history_shows_places_and_groups_by_date(world):
    move = decided(world, offset=0)
    text = browser(world, "school_admin_b").get(f"/elever/{move.student.uuid}/skolegang/").content.decode()
    assert "Skole A, 5. trinn" in text and "Flyttet i kommunen" in text and "Skole B, 8. trinn" in text
    assert "5 matematikk" in text and f"{day(-1):%d.%m.%Y}" in text


def test_removing_from_a_year_needs_the_grant_and_nothing_kept(letters):
    world, student = letters, letters.pupils["classmate"]
    with pytest.raises(MoveError):
        remove_from_year(student, year=world.year, by=world.user("school_admin"))
    give_grant(
        world.user("school_admin"), Permission.REMOVE_FROM_YEAR, on=world.school_a, by=None, reason="Oppgaven min"
    )
    world.add_draft("classmate")
    client, url = browser(world, "school_admin"), f"/elever/{student.uuid}/slett-fra-skolear/"
    assert "Det finnes: dokumenter" in client.get(url).content.decode()
    year = {"ar": str(world.year.starts_on.year)}
    client.post(url, year)
    assert student.enrolments.exists()
    Document.objects.all().delete()
    begun(world, "out", about="classmate")
    with pytest.raises(MoveError, match="flytting"):
        remove_from_year(student, year=world.year, by=world.user("school_admin"))
    Move.objects.all().delete()
    assert client.post(url, year).status_code == 302
    assert not student.enrolments.exists() and not student.memberships.exists()
    assert Student.objects.get(pk=student.pk).school is None


@pytest.fixture
def first_graders(letters) -> list[Student]:
    """Three who begin next year, one of them with address protection, and one at another school."""
    world = letters
    year = SchoolYear.objects.create(
        starts_on=date(world.year.ends_on.year, 8, 1), ends_on=date(world.year.ends_on.year + 1, 7, 31), state="planned"
    )
    found = []
    for key, school, protection in (
        ("En", world.school_a, "none"),
        ("To", world.school_a, "none"),
        ("Tre", world.school_a, "strict"),
        ("Fire", world.school_b, "none"),
    ):
        student = register_students([child(world, key, protection=protection)], by=None)[0].popitem()[1]
        Enrolment.objects.create(
            student=student, school=school, school_year=year, grade_level=1, state="planned", valid_from=year.starts_on
        )
        found.append(student)
    return found


INVITED = {
    "moetedato": "2027-02-01",
    "klokkeslett": "08:30",
    "sted": "Biblioteket",
    "svarfrist": "2027-01-20",
}


def test_letters_to_many_are_written_one_by_one_with_failures_by_name(letters, first_graders, monkeypatch):
    world, (one, two, guarded, elsewhere) = letters, first_graders
    rung = []
    monkeypatch.setattr(batches, "ring", rung.append)
    client = browser(world, "school_admin")
    url = f"/flytting/brev/nytt/?brev=invitasjon-innskriving&skole={world.school_a.uuid}"
    page = client.get(url).content.decode()
    assert "Ny En" in page and "Ny Tre" not in page and "Ny Fire" not in page
    chosen = INVITED | {"elever": [str(one.uuid), str(two.uuid)]}
    assert client.post(url, chosen | {"elever": [str(guarded.uuid)]}).status_code == 422
    assert client.post(url, chosen | {"elever": [str(elsewhere.uuid)]}).status_code == 422
    assert client.post(url, chosen | {"sted": ""}).status_code == 422
    answer = client.post(url, chosen)
    batch = LetterBatch.objects.get()
    two.person.protection = Protection.STRICT
    two.person.save()
    batches.write(batch.pk)
    states = dict(LetterBatchPupil.objects.values_list("student", "state"))
    assert states == {one.pk: "made", two.pk: "failed"}
    batch.refresh_from_db()
    assert batch.state == "finished"
    document = Document.objects.get()
    assert (document.student, document.school, document.state) == (one, world.school_a, "rendering")
    page = client.get(answer.headers["Location"]).content.decode()
    assert "1 av 2 brev er laget" in page and "Ny En" in page and "Ny To" not in page
    assert batches.write(batch.pk) == 0 and Document.objects.count() == 1


def test_a_batch_is_stopped_and_a_killed_worker_leaves_whole_letters(letters, first_graders, monkeypatch):
    world, (one, two, *_rest) = letters, first_graders
    monkeypatch.setattr(batches, "ring", lambda _pk: None)
    batch = batches.order(
        [one, two], kind=batches.INVITATION, school=world.school_a, fields=INVITED, method="", by=world.user("team")
    )
    assert batches.write_one(batch.pk)
    assert batches.sweep() == 1
    assert browser(world, "school_admin_b").post(f"/flytting/brev/{batch.uuid}/avbryt/").status_code == 404
    browser(world, "school_admin").post(f"/flytting/brev/{batch.uuid}/avbryt/")
    assert batches.write(batch.pk) == 0
    assert sorted(batch.pupils.values_list("state", flat=True)) == ["cancelled", "made"]


def test_nobody_writes_to_many_for_another_school(letters, first_graders):
    world, (*_rest, elsewhere) = letters, first_graders
    with pytest.raises(MoveError):
        batches.order(
            [elsewhere],
            kind=batches.INVITATION,
            school=world.school_b,
            fields={},
            method="",
            by=world.user("principal"),
        )
    with pytest.raises(MoveError):
        batches.order(
            [elsewhere], kind=batches.INVITATION, school=world.school_a, fields={}, method="", by=world.user("team")
        )


def test_an_officer_handles_a_protected_pupil_from_the_pupils_page(world):
    add_officer(world)
    with pytest.raises(ObjectDoesNotExist):
        Student.objects.visible_to(world.user("municipal_admin")).get(pk=world.pupils["protected"].pk)
    move = begun(world, "out", about="protected", by="officer")
    assert Move.objects.visible_to(world.user("officer")).get() == move


def test_guardians_of_a_moved_pupil_keep_their_access(world):
    move = decided(world, offset=0)
    assert GuardianRelation.objects.giving_access().filter(student=move.student).exists()
    assert clock.today() == day(0)


@pytest.mark.parametrize("kind", ["within", "out", "private", "exempt"])
def test_a_case_has_one_main_action_and_it_is_the_next_step(letters, kind):
    world = letters
    move = begun(world, kind)
    page = browser(world, "school_admin").get(f"/flytting/{move.uuid}/").text
    steps = page.partition("<ol")[2].partition("</ol>")[0]
    buttons = re.findall(r"<(?:a|button) class=\"ds-button\"([^>]*)>", steps)
    main = [button for button in buttons if "data-variant" not in button]
    assert len(main) == 1 and f"/flytting/{move.uuid}/vedtak/" in main[0] and len(buttons) > 1
