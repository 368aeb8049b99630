"""«Se over»: before letters to many begin, whoever would get none or whose letter would be stopped is told by name."""

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accessctl.actions import give_grant
from accessctl.permissions import Permission
from archive.models import ArchiveFolder, CaseOwner, Delivery, SchoolArchiveSettings
from documents import guide, preconditions
from documents.batch import actions, work
from documents.batch.overview import items_of
from documents.batch.preflight import due, examined
from documents.delivery import folder_key
from documents.models import Document, DocumentBatch, DocumentBatchItem, DocumentType, SendingChoice, TemplateVersion
from guardians.models import GuardianRelation
from people.models import Protection
from schoolapp.lib import clock
from students.models import Membership, Student
from tests.documents.conftest import FILLED, make_draft
from tests.documents.test_batch import make, run, states
from tests.documents.test_editor import UNREADABLE, is_in_the_field

pytestmark = pytest.mark.django_db
State, Item = DocumentBatch.State, DocumentBatchItem.State


@pytest.fixture
def classmates(school):
    """Four pupils in the contact teacher's class at a school that the archive knows, each with a guardian."""
    SchoolArchiveSettings.objects.filter(school=school.school_a).update(
        case_owner_initials="REK", administrative_unit="SKOLE", pupil_series="SAK"
    )
    guide.install_words()
    group = next(g for g in school.groups.values() if Membership.objects.filter(group=g, student=school.pupils["own"]))
    for key in ("anders", "bente"):
        school.add_pupil(key, group)
        school.add_guardian(f"mother_of_{key}", key)
    school.add_guardian("mother_of_classmate", "classmate")
    return group


def found_in(batch, school, *, by="contact_teacher"):
    user = school.user(by)
    return examined(batch, due(batch, items_of(batch, user)), author=user)


def told(found) -> dict[str, list[str]]:
    return {one.student.person.given_name + " " + one.student.person.family_name: [r.cause for r in one.reasons]
            for one in found.concerns}  # fmt: skip


def review(client, batch, **data):
    url = reverse("documents:batch_review", args=[batch.uuid])
    return client.post(url, data) if data else client.get(url)


def test_nothing_is_told_where_nothing_is_wrong(school, classmates, browser):
    batch = make(school)
    found = found_in(batch, school)
    assert (found.concerns, found.at_schools, found.unwritten, bool(found.caution)) == ([], {}, [], False)
    page = review(browser("contact_teacher"), batch).content.decode()
    assert "Se på disse" not in page and "Elev Bente" in page


def test_who_has_nobody_to_receive_letters_is_named_with_a_link(school, classmates, browser):
    GuardianRelation.objects.filter(student=school.pupils["bente"]).update(receives_information=False)
    batch = make(school)
    [concern] = found_in(batch, school).concerns
    assert concern.student == school.pupils["bente"] and not concern.is_stopped
    page = review(browser("contact_teacher"), batch).content.decode()
    assert "Ingen er merket som mottaker av brev." in page
    assert reverse("guardians:tab", args=[school.pupils["bente"].uuid]) in page
    actions.decide(batch, word_reason="", paper_reason="Deles ut i timen")
    batch.refresh_from_db()
    assert found_in(batch, school).concerns == []


def test_what_is_stopped_costs_nothing(school, classmates, browser):
    """What cannot be made is sent to nobody, and the price of sending does not count it."""

    def told_of_sending() -> str:
        return review(browser("contact_teacher"), make(school)).context["sending"].parts[0]

    assert told_of_sending() == "Sendes med SvarUt til 4 mottakere"
    DocumentType.objects.filter(slug="innkalling-moete").update(precondition=preconditions.TIED_TO_A_CASE)
    assert told_of_sending() == "Sendes med SvarUt til 0 mottakere"


def test_a_protected_guardian_is_told_of_to_those_who_may_know_alone(school, classmates):
    person = school.people["mother_of_bente"]
    type(person).objects.filter(pk=person.pk).update(protection=Protection.STRICT)
    assert found_in(make(school), school).concerns == []
    give_grant(school.user("principal"), Permission.SEE_PROTECTED, on=school.school_a, by=None, reason="Prøve")
    seen = make(school, by="principal", students=[school.pupils["bente"]])
    assert "En mottaker har adressesperre." in str(told(found_in(seen, school, by="principal")))


def test_a_closed_folder_and_a_repeated_letter_are_named(school, classmates):
    bente = school.pupils["bente"]
    ArchiveFolder.objects.create(key=folder_key(bente), kind="pupil", closed_on=date(2026, 6, 1))
    first = make_draft(school, "anders")
    delivery = Delivery.objects.create(
        external_key="dok:x:v1",
        record={},
        school=school.school_a,
        folder=ArchiveFolder.objects.create(key="m", kind="pupil"),
    )
    Document.objects.filter(pk=first.pk).update(delivery=delivery, finalised_at=clock.now())
    found = told(found_in(make(school), school))
    assert set(found) == {"Elev Bente", "Elev Anders"}
    assert "Elevmappen er avsluttet" in found["Elev Bente"][0]
    assert "Det samme dokumentet om eleven er alt arkivert" in found["Elev Anders"][0]


def test_what_the_school_lacks_is_told_once_with_whose_job_it_is(school, classmates, browser):
    SchoolArchiveSettings.objects.filter(school=school.school_a).update(case_owner_initials="", pupil_series="")
    CaseOwner.objects.all().delete()
    batch = make(school)
    found = found_in(batch, school)
    assert found.concerns == []
    assert {(code, len(at.students)) for (_school, code), at in found.at_schools.items()} == {
        ("owner", batch.items.count()),
        ("series", batch.items.count()),
    }
    page = review(browser("contact_teacher"), batch).content.decode()
    assert page.count("Skolen mangler saksansvarlig.") == 1 and "Elev Bente" in page
    assert "Det er kommuneadmin som kan gjøre dette." in page and "Bytt saksansvarlig" not in page
    DocumentType.objects.update(archive_mode="never")
    assert found_in(DocumentBatch.objects.get(pk=batch.pk), school).at_schools == {}


def test_an_unmet_precondition_stops_and_is_named(school, classmates):
    DocumentType.objects.filter(slug="innkalling-moete").update(precondition=preconditions.TIED_TO_A_CASE)
    batch = make(school)
    found = found_in(batch, school)
    assert len(found.stopped) == batch.items.count()
    assert "Meldinger arkiveres bare når de hører til en sak." in str(told(found))


def test_what_nobody_has_written_is_told_once_and_what_a_pupil_lacks_by_name(school, classmates, browser):
    TemplateVersion.objects.filter(is_current=True).update(body="Klasse {{ klasse }}: {{ tema }} {{ sted }}")
    Student.objects.filter(person=school.people["bente"]).update(home_class_name="")
    batch = make(school, fields={"tema": "Felles"})
    found = found_in(batch, school)
    assert found.unwritten == ["Sted"]
    assert told(found) == {"Elev Bente": ["Dette mangler: Elevens klasse."]}
    page = review(browser("contact_teacher"), batch).content.decode()
    assert "Du har ikke fylt ut: Sted." in page and ": 0 brev kan lages." in page


@pytest.mark.parametrize(("field", "typed", "told"), UNREADABLE)
def test_what_is_no_day_or_time_is_told_of_where_it_is_written(school, classmates, browser, field, typed, told):
    batch, teacher = make(school), browser("contact_teacher")
    write = reverse("documents:batch_write", args=[batch.uuid])
    for wish, status in (("lagre", 200), ("se-over", 422)):
        answer = teacher.post(write, {**FILLED, field: typed, "handling": wish})
        page = answer.content.decode()
        assert answer.status_code == status and told in page and f'href="#id_{field}"' in page
        assert is_in_the_field(page, field, typed)
    # Nor by the address of the next page, or by a form that was open there.
    for answer in (review(teacher, batch), review(teacher, batch, handling="ferdigstill")):
        assert answer.headers["Location"] == write
    batch.refresh_from_db()
    assert batch.state == State.WRITING and not Document.objects.exists()
    assert teacher.post(write, {**FILLED, "svarfrist": "", "handling": "se-over"}).status_code == 302
    assert review(teacher, batch).status_code == 200


def test_words_in_the_template_ask_for_a_reason_too(school, classmates, browser):
    TemplateVersion.objects.filter(is_current=True).update(title="Diagnose")
    batch, teacher = make(school), browser("contact_teacher")
    assert "diagnose" in review(teacher, batch).content.decode()
    assert review(teacher, batch, handling="ferdigstill").status_code == 422
    assert review(teacher, batch, handling="ferdigstill", word_reason="Avtalt").status_code == 302
    batch.refresh_from_db()
    assert batch.state == State.RUNNING


def test_a_nul_in_a_reason_is_dropped(school, classmates, browser):
    """PostgreSQL keeps no NUL in text."""
    batch = make(school, fields={**FILLED, "tema": "Diagnose"})
    said = {"word_reason": "Av\x00talt", "on_paper": "on", "paper_reason": "De\x00les ut"}
    assert review(browser("contact_teacher"), batch, handling="utkast", **said).status_code == 302
    batch.refresh_from_db()
    assert (batch.word_reason, batch.paper_reason) == ("Avtalt", "Deles ut")


@pytest.mark.parametrize("cause", ["class", "precondition", "words", "none"])
def test_what_is_told_to_stop_a_letter_is_what_stops_it(school, classmates, cause):
    if cause == "class":
        TemplateVersion.objects.filter(is_current=True).update(body="Klasse {{ klasse }}: {{ tema }}")
        Student.objects.filter(person=school.people["bente"]).update(home_class_name="")
    if cause == "precondition":
        DocumentType.objects.filter(slug="innkalling-moete").update(precondition=preconditions.FINISHED)
    batch = make(school, fields=FILLED | ({"tema": "Diagnose"} if cause == "words" else {}))
    found = found_in(batch, school)
    told_of = {one.student.pk for one in found.stopped}
    if found.caution:
        told_of = set(batch.items.values_list("student", flat=True))
    actions.start(batch, finalises=True, method="Feide", by=school.user("contact_teacher"))
    taken = work.take(batch.pk)
    work.freeze(taken[0].batch, taken)
    assert set(batch.items.filter(state=Item.FAILED).values_list("student", flat=True)) == told_of
    assert Document.objects.filter(state="rendering").count() == batch.items.count() - len(told_of)


def test_whom_one_leaves_out_gets_no_letter(school, classmates, browser):
    batch, teacher = make(school), browser("contact_teacher")
    bente = school.pupils["bente"]
    review(teacher, batch, handling="utkast", uten=str(bente.uuid))
    batch.refresh_from_db()
    assert batch.state == State.RUNNING
    assert bente.pk not in set(batch.items.values_list("student", flat=True))
    assert set(batch.items.values_list("state", flat=True)) == {Item.WAITING}


def test_when_nobody_is_left_nothing_begins(school, classmates, browser):
    batch = make(school)
    everybody = [str(item.student.uuid) for item in batch.items.all()]
    answer = browser("contact_teacher").post(
        reverse("documents:batch_review", args=[batch.uuid]),
        {"handling": "ferdigstill", "uten": everybody},
        follow=True,
    )
    assert "Ingenting er laget." in answer.content.decode()
    batch.refresh_from_db()
    assert batch.state == State.WRITING and batch.items.count() == len(everybody)


def test_ticks_stand_when_something_is_asked_first(school, classmates, browser):
    batch = make(school, fields={**FILLED, "tema": "Diagnose"})
    bente = str(school.pupils["bente"].uuid)
    answer = review(browser("contact_teacher"), batch, handling="ferdigstill", uten=bente)
    page = answer.content.decode()
    assert answer.status_code == 422 and f'value="{bente}" checked' in page


def test_drafts_are_looked_at_as_they_are_and_those_left_out_stay_drafts(school, classmates, browser):
    batch, teacher = run(make(school), school, finalises=False), browser("contact_teacher")
    drafts = {item.student.person.given_name + " " + item.student.person.family_name: item.document
              for item in batch.items.select_related("student__person", "document")}  # fmt: skip
    Document.objects.filter(pk=drafts["Elev Anders"].pk).update(fields=FILLED | {"tema": ""})
    Document.objects.filter(pk=drafts["Elev Bente"].pk).update(fields=FILLED | {"tema": "Diagnosen"})
    found = found_in(batch, school)
    assert told(found) == {"Elev Anders": ["Dette mangler: Tema."]} and found.caution.words == ["diagnosen"]
    assert reverse("documents:edit", args=[drafts["Elev Anders"].uuid]) in review(teacher, batch).content.decode()
    assert review(teacher, batch, handling="ferdigstill").status_code == 422
    bente = str(school.pupils["bente"].uuid)
    assert review(teacher, batch, handling="ferdigstill", uten=bente).status_code == 302
    assert states(batch)["Elev Bente"] == Item.DRAFT and states(batch)["Elev Anders"] == Item.WAITING


def test_a_reason_given_for_a_draft_is_not_asked_for_again(school, classmates):
    batch = run(make(school, fields=FILLED | {"tema": "Diagnosen"}), school, finalises=False)
    assert found_in(batch, school).caution
    for document in Document.objects.all():
        SendingChoice.objects.create(document=document, word_reason="Avtalt")
    assert not found_in(batch, school).caution


@pytest.mark.parametrize("drafted", [False, True])
def test_the_page_asks_as_much_for_many_as_for_few(school, classmates, browser, drafted):
    teacher = browser("contact_teacher")

    def cost(batch) -> int:
        if drafted:
            run(batch, school, finalises=False)
            for n, document in enumerate(Document.objects.order_by("pk")):
                Document.objects.filter(pk=document.pk).update(fields=FILLED | {"tema": f"Elev nummer {n}"})
        with CaptureQueriesContext(
            connection,
        ) as asked:
            assert review(teacher, batch).status_code == 200
        return sum("SAVEPOINT" not in query["sql"] for query in asked)

    few = cost(make(school))
    for n in range(12):
        key = f"nr{n}"
        school.add_pupil(key, classmates)
        school.add_guardian(f"mother_of_{key}", key)
    many = cost(make(school))
    assert many == few <= 25
