"""A transfer notice tells what the law opens and nothing else, and reaches the archive as reserved."""

from datetime import date

import pytest
from django.db import IntegrityError, transaction
from hypothesis import given
from hypothesis import strategies as st

from admissions.models import Move, TransferNotice
from admissions.moves import notice as notices
from admissions.moves.errors import MoveError
from documents import actions as documents
from documents.forms import NewDocumentForm
from documents.installing import install_types
from documents.models import Document
from documents.uploads import Accepted
from schoolapp.lib import clock
from schools.models import Subject
from students import transfer
from students.models import Group, Membership
from students.transfer import Category, Fact
from tests.admissions.moving import begun, browser, day, decided, printed
from tests.world import World


@pytest.fixture
def move(world: World) -> Move:
    install_types()
    return decided(world)


def make(world: World, move: Move, by: str = "school_admin", to_archive: bool = True) -> Document:
    document = notices.make(move, to_archive=to_archive, role="Skoleadmin", method="ID-porten", by=world.user(by))
    return printed(document)


def permit(world, move, **changes) -> None:
    given_by = {
        "extra": "Arbeider best i liten gruppe.",
        "permitted_by": "guardian",
        "guardian": world.people["guardian_b"],
        "permitted_on": day(-1),
    }
    notices.permit(move, **(given_by | changes), by=world.user("school_admin"))


def test_it_tells_who_the_grade_the_schooling_and_the_electives(world, move):
    elective = world.add_group("Valgfag", world.school_a, 5, Group.Kind.ELECTIVE)
    elective.subject = Subject.objects.create(code="FYS0050", name_nb="Fysisk aktivitet", valid_from=day(-900))
    elective.save()
    Membership.objects.create(student=move.student, group=elective, is_home_class=False, valid_from=day(-9))
    html = make(world, move).frozen_html
    for told in ("Elev Other_Class", "5. trinn", "Skole A", "bokmål", "Fysisk aktivitet"):
        assert told in html
    number = move.student.person.national_ids.get().number
    assert number not in html and "Prøveveien" not in html


def test_only_who_is_fifteen_is_offered_as_the_one_who_permits(world, move):
    page, person = f"/flytting/{move.uuid}/melding/", move.student.person
    client = browser(world, "school_admin")
    assert "eleven selv" not in client.get(page).content.decode()
    person.birth_date = date(clock.today().year - 16, 1, 1)
    person.save()
    assert "eleven selv" in client.get(page).content.decode()


def test_it_is_reserved_in_the_archive_for_the_case_handler_to_send(world, move):
    document = make(world, move)
    record = document.delivery.record
    assert record["status"] == "R"
    assert [c["name"] for c in record["correspondents"]] == ["Skole B"]
    assert document.delivery.school == world.school_a


def test_it_stays_here_when_nobody_asks_for_the_archive(world, move):
    assert make(world, move, to_archive=False).delivery is None


def test_what_eases_teaching_needs_a_permission(world, move):
    for wrong in ({"permitted_by": ""}, {"permitted_on": None}, {"permitted_on": day(2)}):
        with pytest.raises(MoveError):
            permit(world, move, **wrong)
    with pytest.raises(MoveError, match="15"):
        permit(world, move, permitted_by="pupil")
    with pytest.raises(MoveError):
        permit(world, move, guardian=world.people["guardian"])  # somebody else's
    assert "liten gruppe" not in make(world, move).frozen_html
    permit(world, move)
    html = make(world, move).frozen_html
    assert "liten gruppe" in html and "Foresatt Guardian_B" in html


def test_the_database_refuses_what_lacks_its_ground(world, move):
    for fields in ({"extra": "x"}, {"duty": "x"}, {"duty": "x", "duty_ground": "y"}):
        with pytest.raises(IntegrityError), transaction.atomic():
            TransferNotice.objects.filter(move=move).update(**fields)


def test_the_duty_to_tell_is_for_the_head_of_the_school_to_find(world, move):
    for name in ("school_admin", "municipal_admin", "team"):
        with pytest.raises(MoveError):
            notices.oblige(move, duty="Trenger følge.", ground="Andre er redde.", by=world.user(name))
    with pytest.raises(MoveError):
        notices.oblige(move, duty="Trenger følge.", ground=" ", by=world.user("principal"))
    notices.oblige(move, duty="Trenger følge.", ground="Andre er redde.", by=world.user("principal"))
    html = make(world, move).frozen_html
    assert "Trenger følge." in html and "Andre er redde." in html


def test_it_is_made_once_however_often_it_is_asked_for_and_again_as_a_version(world, move):
    first = notices.make(move, to_archive=False, role="", method="", by=world.user("school_admin"))
    same = notices.make(move, to_archive=False, role="", method="", by=world.user("school_admin"))
    assert same == first
    printed(first)
    assert make(world, move).version == 2


def test_it_is_not_made_before_the_decision(world):
    install_types()
    with pytest.raises(MoveError):
        make(world, begun(world, "out"))


def test_it_can_still_be_made_when_the_pupil_has_gone_and_tells_nothing_of_where(world):
    install_types()
    move = decided(world, "out", 0)
    assert move.student.enrolments.get().state == "moved_out"
    html = make(world, move).frozen_html
    assert "Skole A" in html and "5. trinn" in html


@pytest.mark.parametrize("category", ["remarks", "health", "child_welfare", "", None])
def test_nothing_outside_the_list_can_be_told(category):
    with pytest.raises(ValueError, match="law"):
        Fact(category, "Noe")


@given(st.lists(st.sampled_from(list(Category))))
def test_facts_come_in_the_order_of_the_notice(categories):
    known = transfer._sources[:]
    try:
        transfer._sources[:] = [lambda _student, _day: [Fact(category, "x") for category in categories]]
        found = [fact.category for fact in transfer.facts_about(None, day(0))]
        assert found == sorted(categories, key=list(Category).index)
    finally:
        transfer._sources[:] = known


def test_nobody_writes_it_in_the_editor_or_adds_to_it(world, move):
    kinds = NewDocumentForm(move.student).fields["document_type"].queryset
    assert not kinds.filter(slug="flyttemelding").exists() and kinds.exists()
    document = notices.draft_of(move, by=world.user("school_admin"))
    client = browser(world, "school_admin")
    answer = client.post(f"/dokumenter/{document.uuid}/rediger/", {"grunnlag": "Helse: allergi", "revision": "0"})
    assert answer.status_code == 302
    document.refresh_from_db()
    assert document.fields == {}
    with pytest.raises(documents.MadeByFlow):
        documents.attach(document, file=Accepted(b"x", "png", "fmt/11"), title="Journal", by=world.user("school_admin"))


def test_the_receiving_school_reads_it_from_the_decision_on(world, move):
    client = browser(world, "school_admin_b")
    url = f"/flytting/{move.uuid}/melding/"
    assert "ikke laget flyttemeldingen" in client.get(url).content.decode()
    permit(world, move)
    assert "liten gruppe" not in client.get(url).content.decode()  # not before it is made
    make(world, move)
    page = client.get(url).content.decode()
    assert "liten gruppe" in page and "Merk som lest" in page and "Lagre opplysningene" not in page
    client.post(f"{url}lest/")
    assert TransferNotice.objects.get(move=move).read_at


def test_others_read_nothing_of_it(world, move):
    make(world, move)
    for name, status in (("adviser", 403), ("contact_teacher", 403), ("guardian_b", 403)):
        assert browser(world, name).get(f"/flytting/{move.uuid}/melding/").status_code == status
    out = decided(world, "out", 3, about="own")
    assert browser(world, "school_admin_b").get(f"/flytting/{out.uuid}/melding/").status_code == 404


def test_the_sender_does_not_mark_it_read(world, move):
    make(world, move)
    answer = browser(world, "school_admin").post(f"/flytting/{move.uuid}/melding/lest/")
    assert answer.status_code == 404
