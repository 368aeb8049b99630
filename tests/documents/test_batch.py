"""The same letter to many pupils: who is in it, each gets theirs once, failures are told by name, undo is whole."""

import io
import zipfile

import pytest
import time_machine
from django.core.files.storage import default_storage
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from pypdf import PdfReader

from accessctl.models import AccessEvent
from archive.models import Delivery
from documents import tasks
from documents.batch import actions, overview, recipients, work
from documents.models import BatchFile, Document, DocumentBatch, DocumentBatchItem, DocumentType, TemplateVersion
from people.models import Protection
from schoolapp.lib import clock
from students.models import Membership, Student
from tests.documents.conftest import FILLED, type_called
from tests.login import grow_old, log_in
from tests.roles import as_worker

pytestmark = pytest.mark.django_db
Item = DocumentBatchItem.State


@pytest.fixture
def classmates(school):
    """Three pupils in the contact teacher's class, «own» among them."""
    group = next(g for g in school.groups.values() if Membership.objects.filter(group=g, student=school.pupils["own"]))
    for key in ("anders", "bente"):
        school.add_pupil(key, group)
    return group


@pytest.fixture
def teacher(school):
    client = Client()
    log_in(client, school.user("contact_teacher"))
    return client


def make(school, *, by="contact_teacher", fields=FILLED, students=None, **more) -> DocumentBatch:
    user = school.user(by)
    batch = actions.make_batch(
        recipients.reached(user) if students is None else students,
        document_type=more.pop("document_type", type_called()),
        language=more.pop("language", ""),
        label="5A",
        by=user,
    )
    return actions.write_batch(batch, fields=fields)


def run(batch, school, *, by="contact_teacher", finalises=True) -> DocumentBatch:
    actions.start(batch, finalises=finalises, method="Feide", by=school.user(by))
    with as_worker():
        work.work(batch.pk)
    batch.refresh_from_db()
    return batch


def states(batch) -> dict[str, str]:
    return {
        item.student.person.given_name + " " + item.student.person.family_name: item.state for item in batch.items.all()
    }


def test_each_gets_one_finalised_letter_on_its_way_to_the_archive(school, classmates):
    batch = run(make(school), school)
    assert batch.state == "done"
    letters = Document.objects.filter(pk__in=batch.items.values("document"))
    assert set(batch.items.values_list("state", flat=True)) == {Item.DONE}
    assert letters.count() == batch.items.count() == recipients.reached(school.user("contact_teacher")).count() >= 3
    for letter in letters:
        assert letter.state == Document.State.FINALISED
        assert letter.student.person.full_name in letter.frozen_html
        assert letter.signature["role"] == "kontaktlærer" and letter.signature["method"] == "Feide"
        assert letter.delivery.state == Delivery.State.READY
        assert default_storage.exists(letter.pdf.name)
    assert AccessEvent.objects.filter(action="finalise").count() == letters.count()


def test_only_pupils_one_may_write_about_are_in_it(school, classmates):
    user = school.user("contact_teacher")
    batch = make(school, students=Student.objects.all())
    chosen = set(batch.items.values_list("student", flat=True))
    assert chosen == set(recipients.reached(user).values_list("pk", flat=True))
    assert school.pupils["other_school"].pk not in chosen and school.pupils["protected"].pk not in chosen
    with pytest.raises(actions.NobodyLeft):
        make(school, students=[school.pupils["other_school"]])


def test_who_is_protected_meanwhile_gets_no_letter_and_is_not_told_of(school, classmates, teacher):
    batch = make(school)
    person = school.people["anders"]
    person.protection = Protection.values[-1]
    person.save()
    Student.objects.filter(person=person).update(is_protected=True)
    run(batch, school)
    item = batch.items.get(student__person=person)
    assert (item.state, item.reason, item.document) == (Item.FAILED, "access", None)
    page = teacher.get(reverse("documents:batch_page", args=[batch.uuid])).content.decode()
    assert "Anders" not in page and "Ikke laget" not in page
    assert f"{batch.items.count() - 1} av {batch.items.count() - 1} er ferdigstilt" in page


def test_a_pupil_who_lacks_something_is_listed_and_the_rest_go(school, classmates, teacher):
    Student.objects.filter(person=school.people["bente"]).update(home_class_name="")
    TemplateVersion.objects.filter(is_current=True).update(body="Klasse {{ klasse }}: {{ tema }}")
    batch = make(school)
    review = teacher.get(reverse("documents:batch_review", args=[batch.uuid])).content.decode()
    assert "Elevens klasse" in review and "Elev Bente" in review
    run(batch, school)
    assert states(batch)["Elev Bente"] == Item.FAILED
    assert {state for name, state in states(batch).items() if name != "Elev Bente"} == {Item.DONE}
    page = teacher.get(reverse("documents:batch_page", args=[batch.uuid])).content.decode()
    assert "Dette mangler: Elevens klasse." in page and "Prøv igjen for disse" in page
    Student.objects.filter(person=school.people["bente"]).update(home_class_name="5A")
    before = set(Document.objects.values_list("pk", flat=True))
    teacher.post(reverse("documents:batch_retry", args=[batch.uuid]))
    work.work(batch.pk)
    assert set(states(batch).values()) == {Item.DONE}
    assert set(Document.objects.values_list("pk", flat=True)) == before  # the draft it had, and no other


def test_cancelling_keeps_what_is_done_and_begins_on_nothing_more(school, classmates):
    batch = make(school)
    user = school.user("contact_teacher")
    actions.start(batch, finalises=True, method="Feide", by=user)
    begun = work.take(batch.pk, most=1)
    left = actions.cancel(batch, by=user)
    assert left == batch.items.count() - 1
    assert overview.progress_of(batch, overview.items_of(batch, user)).finished == 0
    work.make(begun)
    work.work(batch.pk)
    batch.refresh_from_db()
    assert batch.state == "done" and batch.cancelled_at
    assert sorted(batch.items.values_list("state", flat=True)) == [Item.CANCELLED] * left + [Item.DONE]
    actions.retry(batch, method="Feide", by=user)
    work.work(batch.pk)
    assert set(batch.items.values_list("state", flat=True)) == {Item.DONE}
    assert Document.objects.count() == batch.items.count()


@pytest.mark.parametrize("left", ["nothing", "under_way"])
def test_cancelling_when_nothing_is_left_to_take_back_cancels_nothing(school, classmates, teacher, left):
    batch = make(school)
    actions.start(batch, finalises=True, method="Feide", by=school.user("contact_teacher"))
    with as_worker():
        work.make(work.take(batch.pk, most=50))  # the last is made, and the batch is not closed yet
    if left == "under_way":
        batch.items.filter(position=1).update(state=Item.TAKEN, lease_until=clock.now() + work.LEASE)
    url, n = reverse("documents:batch_cancel", args=[batch.uuid]), batch.items.count()
    page = " ".join(teacher.post(url, follow=True).content.decode().split())
    assert "Ingenting ble avbrutt. Alle dokumentene var alt laget eller begynt på." in page
    batch.refresh_from_db()
    assert batch.cancelled_at is None and "Avbrutt" not in page
    if left == "nothing":
        assert batch.state == "done" and f"{n} av {n} er ferdigstilt." in page
    else:
        assert batch.state == "running" and f"{n - 1} av {n} er ferdig." in page


def test_pressing_cancel_twice_is_told_of_once(school, classmates, teacher):
    batch = make(school)
    actions.start(batch, finalises=True, method="Feide", by=school.user("contact_teacher"))
    url = reverse("documents:batch_cancel", args=[batch.uuid])
    answers = [teacher.post(url) for _press in range(2)]
    page = teacher.get(answers[1].headers["Location"]).content.decode()
    assert "dokumenter ble ikke laget." in page and "Ingenting ble avbrutt" not in page


def test_two_workers_never_have_the_same_pupil(school, classmates):
    batch = make(school)
    actions.start(batch, finalises=True, method="Feide", by=school.user("contact_teacher"))
    first, second = work.take(batch.pk, most=2), work.take(batch.pk)
    assert not {item.pk for item in first} & {item.pk for item in second}
    assert len(first) + len(second) == batch.items.count()


@pytest.mark.parametrize("died_after", ["take", "freeze"])
def test_what_a_dead_worker_left_is_made_once_by_the_next(school, classmates, died_after):
    batch = make(school)
    actions.start(batch, finalises=True, method="Feide", by=school.user("contact_teacher"))
    items = work.take(batch.pk)
    if died_after == "freeze":
        work.freeze(items[0].batch, items)
    work.work(batch.pk)
    assert not batch.items.filter(state=Item.DONE).exists()  # they are still the other's
    with time_machine.travel(clock.now() + work.LEASE * 1.01, tick=True):
        work.work(batch.pk)
    assert set(batch.items.values_list("state", flat=True)) == {Item.DONE}
    assert Document.objects.count() == Delivery.objects.count() == batch.items.count()


def test_a_letter_finished_by_the_single_sweeper_counts_as_done(school, classmates):
    batch = make(school)
    actions.start(batch, finalises=True, method="Feide", by=school.user("contact_teacher"))
    items = work.take(batch.pk)
    work.freeze(items[0].batch, items)
    with time_machine.travel(clock.now() + work.LEASE * 1.01, tick=True):
        for letter in Document.objects.all():
            tasks.render(letter.pk)
        work.work(batch.pk)
    assert set(batch.items.values_list("state", flat=True)) == {Item.DONE}


def test_what_is_told_while_it_runs_is_whole_sentences(school, classmates, teacher):
    batch = make(school)
    user, n = school.user("contact_teacher"), batch.items.count()
    with time_machine.travel(clock.now(), tick=False) as travel:
        actions.start(batch, finalises=True, method="Feide", by=user)
        with as_worker():
            work.make(work.take(batch.pk, most=1))
        for seconds, left in ((1, "Mindre enn ett minutt igjen."), (59, f"Omtrent {n - 1} minutter igjen.")):
            travel.shift(seconds)
            page = teacher.get(reverse("documents:batch_progress", args=[batch.uuid])).content.decode()
            assert f"1 av {n} er ferdig. {left} Du kan lukke siden." in " ".join(page.split())


def test_drafts_first_then_all_finalised(school, classmates, teacher):
    batch = run(make(school, fields={"tema": "Felles"}), school, finalises=False)
    assert set(batch.items.values_list("state", flat=True)) == {Item.DRAFT}
    assert set(Document.objects.values_list("state", flat=True)) == {"draft"}
    for letter in Document.objects.all():
        Document.objects.filter(pk=letter.pk).update(fields=FILLED)
    page = teacher.get(reverse("documents:batch_page", args=[batch.uuid])).content.decode()
    assert "Ferdigstill utkastene" in page
    teacher.post(reverse("documents:batch_review", args=[batch.uuid]), {"handling": "ferdigstill"})
    work.work(batch.pk)
    assert set(batch.items.values_list("state", flat=True)) == {Item.DONE}


def test_drafts_are_thrown_away_as_a_whole_and_finalised_letters_never(school, classmates, teacher):
    batch = run(make(school, fields={}), school, finalises=False)
    assert Document.objects.count() == batch.items.count()
    teacher.post(reverse("documents:batch_throw_away", args=[batch.uuid]))
    assert not Document.objects.exists() and not DocumentBatch.objects.exists()

    kept = run(make(school), school)
    letters = Document.objects.count()
    teacher.post(reverse("documents:batch_throw_away", args=[kept.uuid]))
    assert Document.objects.count() == letters and DocumentBatch.objects.filter(pk=kept.pk).exists()


def test_one_more_letter_takes_two_more_statements(school, classmates):
    pupils = list(recipients.reached(school.user("contact_teacher")))
    counts = []
    for chosen in (pupils[:1], pupils[1:2], pupils):  # the first also fills what is remembered for the process
        batch = make(school, students=chosen)
        actions.start(batch, finalises=True, method="Feide", by=school.user("contact_teacher"))
        with CaptureQueriesContext(connection) as asked:
            work.work(batch.pk)
        assert set(batch.items.values_list("state", flat=True)) == {Item.DONE}
        counts.append(len(asked))
    assert len(pupils) >= 3 and counts[2] - counts[1] <= 2 * (len(pupils) - 1)


def test_what_takes_too_long_to_print_is_given_back_untried(school, classmates, monkeypatch):
    batch = make(school)
    actions.start(batch, finalises=True, method="Feide", by=school.user("contact_teacher"))
    monkeypatch.setattr(work, "PRINTING_SECONDS", -1.0)
    work.work(batch.pk)
    assert set(batch.items.values_list("state", "attempts")) == {(Item.WAITING, 0)}
    assert set(Document.objects.values_list("state", "render_attempts")) == {("rendering", 0)}
    monkeypatch.undo()
    with time_machine.travel(clock.now() + work.PAUSE * 1.1, tick=True):
        work.work(batch.pk)
    assert set(batch.items.values_list("state", flat=True)) == {Item.DONE}


def test_the_lost_right_to_write_stops_the_rest(school, classmates):
    batch = make(school)
    user = school.user("contact_teacher")
    actions.start(batch, finalises=True, method="Feide", by=user)
    type(user).objects.filter(pk=user.pk).update(is_active=False)
    work.work(batch.pk)
    assert set(batch.items.values_list("reason", flat=True)) == {"access"}
    assert not Document.objects.exists()


def pages_with(content: bytes, text: str) -> list[int]:
    return [n for n, page in enumerate(PdfReader(io.BytesIO(content)).pages) if text in page.extract_text()]


def fetched(teacher, batch, kind) -> bytes:
    teacher.post(reverse("documents:batch_ask_file", args=[batch.uuid]), {"slag": kind})
    job = BatchFile.objects.latest("pk")
    with as_worker():
        tasks.make_batch_file(job.pk)
    response = teacher.get(reverse("documents:batch_file", args=[batch.uuid, job.uuid]))
    assert response.status_code == 200, job.state
    return b"".join(response.streaming_content)


def test_files_for_the_printer_and_one_by_one(school, classmates, teacher, monkeypatch):
    monkeypatch.setattr("documents.batch.files.AT_A_TIME", 2)
    batch = run(make(school), school)
    names = [item.student.person.full_name for item in batch.items.all()]
    merged = fetched(teacher, batch, "print")
    firsts = [pages_with(merged, f"Til foresatte for {name}") for name in names]
    assert firsts == sorted(firsts) and all(len(found) == 1 for found in firsts)  # each once, in the order of the list
    duplex = fetched(teacher, batch, "duplex")
    assert [pages_with(duplex, f"Til foresatte for {name}")[0] % 2 for name in names] == [0] * len(names)
    with zipfile.ZipFile(io.BytesIO(fetched(teacher, batch, "zip"))) as archive:
        assert archive.namelist() == [f"{n:04d}.pdf" for n in range(1, len(names) + 1)] + ["innhold.csv"]
        letters = batch.items.select_related("document")
        assert [len(archive.read(f"{n:04d}.pdf")) for n, _i in enumerate(letters, 1)] == [
            i.document.size for i in letters
        ]
    exported = AccessEvent.objects.filter(action="export", about__isnull=False)
    assert exported.count() == 3 * len(names)
    downloaded = AccessEvent.objects.filter(action="download", about__isnull=False).values_list("about", flat=True)
    assert sorted(downloaded) == sorted([item.student.uuid for item in batch.items.all()] * 3)


def test_no_file_is_made_of_letters_that_are_still_to_come(school, classmates, teacher):
    """It would look whole and lack some."""
    batch = make(school)
    actions.start(batch, finalises=True, method="Feide", by=school.user("contact_teacher"))
    with as_worker():
        work.make(work.take(batch.pk, most=1))
    url = reverse("documents:batch_ask_file", args=[batch.uuid])
    page = teacher.post(url, {"slag": "print"}, follow=True).content.decode()
    assert not BatchFile.objects.exists() and url not in page
    assert page.count("Filene kan lages når alle brevene er ferdige.") == 2
    with as_worker():
        work.work(batch.pk)
    number = batch.items.count()
    fetched(teacher, batch, "zip")
    page = teacher.get(reverse("documents:batch_page", args=[batch.uuid])).content.decode()
    assert number > 1 and f"{number} brev," in page


def test_a_file_with_a_letter_one_may_no_longer_read_is_not_given(school, classmates, teacher):
    batch = run(make(school), school)
    teacher.post(reverse("documents:batch_ask_file", args=[batch.uuid]), {"slag": "print"})
    job = BatchFile.objects.get()
    tasks.make_batch_file(job.pk)
    Membership.objects.filter(student=school.pupils["anders"]).delete()
    response = teacher.get(reverse("documents:batch_file", args=[batch.uuid, job.uuid]))
    assert response.status_code == 302


def test_others_do_not_find_the_batch(school, classmates):
    batch = make(school)
    other = Client()
    log_in(other, school.user("school_admin"))
    for name in ("batch_page", "batch_write", "batch_review", "batch_progress"):
        assert other.get(reverse(f"documents:{name}", args=[batch.uuid])).status_code == 404


def test_what_is_always_sensitive_opens_with_a_fresh_login(school, classmates, teacher):
    DocumentType.objects.filter(pk=type_called().pk).update(sensitivity="sensitive")
    batch = run(make(school), school)
    pages = ("batch_page", "batch_write", "batch_review", "batch_progress")
    answers = [teacher.get(reverse(f"documents:{name}", args=[batch.uuid])).status_code for name in pages]
    assert set(answers) <= {200, 302} and answers[0] == 200  # once begun, it is not written any more
    assert pages_with(fetched(teacher, batch, "print"), "Til foresatte for")
    grow_old(teacher)
    answer = teacher.get(reverse("documents:batch_page", args=[batch.uuid]))
    assert answer.status_code == 403 and "Bekreft hvem du er" in answer.content.decode()
