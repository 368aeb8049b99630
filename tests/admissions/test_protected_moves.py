"""The old school never learns where a protected pupil goes: not before the day, on it, or after it, and nowhere."""

import re

import pytest
from django.db import transaction
from django.test import Client

from accessctl import wall
from accessctl.actions import give_grant
from accessctl.journal.changes import changes
from accessctl.models import AccessEvent, ChangeEvent
from accessctl.permissions import Permission
from admissions.models import Move, MoveStep, PlannedPlace, TransferNotice
from admissions.moves import actions
from admissions.moves import notice as notices
from admissions.moves.due import carry_out_due
from admissions.moves.errors import MoveError
from admissions.moves.letters import begin_letter
from admissions.year.draft import fill, start_draft
from documents.installing import install_types
from people.models import Protection
from schoolapp.lib import clock
from schools.today import lines_for
from students.models import StudentGrant
from tests.admissions.moving import add_officer, begun, browser, decided, printed
from tests.login import give_reason
from tests.world import World

OLD_SCHOOL = ("principal", "school_admin", "contact_teacher")
# A class name too long to turn up in a random token.
NEW = re.compile(r"Skole B|8Kvartsdal")


@pytest.fixture
def seen(world: World) -> World:
    """All at the old school who can, see the pupil: the head for the school, the teacher by a grant on the pupil."""
    install_types()
    add_officer(world)
    world.groups["8A"].name = "8Kvartsdal"
    world.groups["8A"].save()
    student = world.pupils["protected"]
    for name in OLD_SCHOOL:
        for on in (world.school_a, student) if name != "contact_teacher" else (student,):
            give_grant(world.user(name), Permission.SEE_PROTECTED, on=on, by=None, reason="Kjenner eleven")
    give_grant(world.user("principal"), Permission.VIEW_ACCESS_LOG, on=world.school_a, by=None, reason="Prøve")
    return world


def client_of(world: World, name: str) -> Client:
    client = browser(world, name)
    give_reason(client, world.pupils["protected"])
    return client


def pages(world: World, move: Move) -> list[str]:
    student = move.student.uuid
    return [
        "/",
        "/i-dag/",
        "/elever/",
        f"/elever/{student}/",
        f"/elever/{student}/skolegang/",
        f"/elever/{student}/dokumenter/",
        "/flytting/",
        "/flytting/?vis=alle",
        "/flytting/?vis=kommer",
        "/flytting/?vis=slutter",
        f"/flytting/{move.uuid}/",
        f"/flytting/{move.uuid}/melding/",
        f"/flytting/{move.uuid}/vedtak/",
        "/rapporter/arkiv/",
        "/klasser/",
        "/sok/?q=Kvartsdal",
        "/sok/?q=Protected",
        "/rapporter/gsi/",
        "/nytt-skolear/",
        "/elever/?skole=alle",
        f"/klasser/{world.groups['5A'].uuid}/",
        f"/innsynslogg/elev/{student}/endringer/",
        "/innsynslogg/",
    ]


def assert_nothing_told(world: World, move: Move) -> None:
    for name in OLD_SCHOOL:
        client = client_of(world, name)
        for url in pages(world, move):
            answer = client.get(url, follow=True)
            text = answer.content.decode() if answer.status_code == 200 else ""
            found = NEW.search(text)
            assert not found, (name, url, text[max(found.start() - 300, 0) : found.end() + 80])
        for line in lines_for(world.user(name)):
            assert not NEW.search(f"{line.title} {line.detail}")


def test_nothing_before_the_day_on_it_or_after_it(seen, monkeypatch):
    world = seen
    move = decided(world, about="protected", by="officer", offset=2)
    actions.place(move, group=world.groups["8A"], by=world.user("officer"))
    made = notices.make(move, to_archive=True, role="", method="", by=world.user("officer"))
    printed(made)
    assert_nothing_told(world, move)
    monkeypatch.setattr(clock, "today", lambda: move.first_day)
    assert carry_out_due() == (1, 0)
    move.student.refresh_from_db()
    assert move.student.school == world.school_b
    assert_nothing_told(world, move)


def test_the_plan_of_next_year_does_not_tell_the_old_school_where_the_pupil_goes(seen):
    world = seen
    draft = start_draft(by=world.user("municipal_admin"))
    fill(draft)
    place = draft.places.get(student=world.pupils["protected"])
    place.school, place.grade_level, place.outcome, place.is_decided = world.school_b, 8, "move", True
    place.reason = "Plass ved Skole B"
    place.save()
    old_school = PlannedPlace.objects.visible_to(world.user("principal"), Permission.PLAN_YEAR)
    with wall.lifted("what the plan itself lets the old school see"):
        assert old_school.exists() and not old_school.filter(pk=place.pk).exists()
        assert PlannedPlace.objects.visible_to(world.user("officer")).filter(pk=place.pk).exists()
    client = client_of(world, "principal")
    for url in ("/nytt-skolear/unntak/", f"/nytt-skolear/elev/?elev={place.uuid}"):
        assert not NEW.search(client.get(url).content.decode())


def test_the_right_to_see_the_pupil_ends_at_the_old_school(seen):
    world = seen
    on_pupil = StudentGrant.objects.filter(
        content_object=world.pupils["protected"], permission__codename=Permission.SEE_PROTECTED.value
    )
    assert on_pupil.on().exists()
    decided(world, about="protected", by="officer", offset=0)
    assert not on_pupil.on().exists()


def test_the_old_school_sees_that_somebody_moved_and_no_more(seen):
    world = seen
    decided(world, about="protected", by="officer", offset=0)
    text = browser(world, "school_admin").get("/flytting/").content.decode()
    assert "Flyttet – skjermet" in text
    assert world.pupils["protected"].person.family_name not in text
    for name in ("school_admin_b", "municipal_admin"):
        assert "Flyttet – skjermet" not in browser(world, name).get("/flytting/").content.decode()


def test_the_case_is_the_officers_alone(seen):
    world = seen
    for name in ("school_admin", "team", "municipal_admin"):
        with pytest.raises(MoveError):
            begun(world, "out", about="protected", by=name)
    move = decided(world, about="protected", by="officer")
    for name in ("school_admin", "school_admin_b", "team", "municipal_admin", "principal"):
        assert not Move.objects.visible_to(world.user(name)).exists()
        assert client_of(world, name).get(f"/flytting/{move.uuid}/").status_code in (403, 404)
    assert client_of(world, "officer").get(f"/flytting/{move.uuid}/").status_code == 200


def test_an_officer_of_one_school_does_not_learn_of_another(seen):
    world = seen
    give_grant(world.user("principal"), Permission.MANAGE_PROTECTION, on=world.school_a, by=None, reason="Ansvarlig")
    move = decided(world, about="protected", by="officer")
    assert client_of(world, "principal").get(f"/flytting/{move.uuid}/").status_code == 404


def test_the_notice_names_no_receiver_and_the_decision_letter_is_not_written_here(seen):
    world = seen
    move = decided(world, about="protected", by="officer", offset=0)
    document = printed(notices.make(move, to_archive=True, role="", method="", by=world.user("officer")))
    assert not NEW.search(document.frozen_html + document.title)
    assert document.delivery.record["correspondents"] == []
    assert not NEW.search(str(document.delivery.record))
    assert document.school == world.school_a
    with pytest.raises(MoveError, match="Elements"):
        begin_letter(move, by=world.user("officer"))


def test_no_line_of_the_logs_tells(seen):
    world = seen
    before = AccessEvent.objects.count()
    move = decided(world, about="protected", by="officer", offset=2)
    notices.make(move, to_archive=True, role="", method="", by=world.user("officer"))
    written = AccessEvent.objects.order_by("pk")[before:]
    assert len(written) >= 3
    assert not any(NEW.search(f"{event.what} {event.ground} {event.reason}") for event in written)
    rows = ChangeEvent.objects.filter(table_name__in=["admissions_move", "admissions_movestep"])
    assert rows.exists()
    school_b = str(world.school_b.pk)
    for event in rows:
        for values in (event.old or {}, event.new or {}):
            assert values.get("to_school_id") in (None, "•••") and values.get("reason") in (None, "", "•••")
    for change in changes(world.user("principal"), list(rows), pupil=move.student.uuid):
        assert not any(NEW.search(f"{d.old} {d.new}") or d.new == school_b for d in change.differences)


def test_who_is_protected_after_the_move_is_hidden_from_then_on(seen):
    world = seen
    move = decided(world, offset=0, about="other_class")
    assert "Skole B" in browser(world, "school_admin").get("/flytting/?vis=alle").content.decode()
    move.student.person.protection = Protection.STRICT
    move.student.person.save()
    text = browser(world, "school_admin").get("/flytting/?vis=alle").content.decode()
    assert "Flyttet – skjermet" in text and "Other_Class" not in text and "Skole B" not in text
    assert browser(world, "school_admin").get(f"/flytting/{move.uuid}/").status_code == 404


def test_no_group_of_the_old_school_keeps_a_protected_pupil(seen):
    world = seen
    decided(world, "out", 0, about="protected", by="officer")
    student = world.pupils["protected"]
    assert not student.memberships.filter(valid_to__isnull=True).exists()


def test_the_new_school_is_not_told_where_the_pupil_was(seen):
    world = seen
    move = decided(world, about="protected", by="officer", offset=0)
    give_grant(world.user("school_admin_b"), Permission.SEE_PROTECTED, on=move.student, by=None, reason="Ny skole")
    text = client_of(world, "school_admin_b").get(f"/elever/{move.student.uuid}/skolegang/").content.decode()
    assert "Skole B" in text and "Skole A" not in text and "5A" not in text


def test_with_every_filter_gone_the_wall_hides_the_case(seen):
    world = seen
    move = decided(world, about="protected", by="officer")
    with transaction.atomic():
        wall.raise_for(world.user("school_admin_b"))
        assert not Move.objects.filter(pk=move.pk).exists()
        assert not MoveStep.objects.filter(move=move.pk).exists()
        assert not TransferNotice.objects.filter(move=move.pk).exists()
        transaction.set_rollback(True)
