"""«Slett dokument»: what the archive or a guardian has stays, whoever asks and however; the rest goes with a reason."""

import threading
from uuid import uuid4

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import DatabaseError, connection, transaction
from django.urls import reverse

from accessctl.actions import give_grant
from accessctl.models import AccessEvent
from accessctl.permissions import Permission
from archive import actions as archive
from archive.forgotten import forget
from archive.models import ArchiveRun, Delivery, DeliveryAttempt
from documents import actions, guide, removal, tasks
from documents.models import Attachment, Document, DocumentDeletion, DocumentDispatch
from documents.removal import MayNotGo, delete_finalised, obstacle
from messaging.models import Dispatch, DispatchAttempt
from schoolapp.lib import clock
from tests.documents.conftest import finalise, make_draft
from tests.documents.test_status_line import letter
from tests.world import World

State = Delivery.State


def made(world: World, *, document: Document | None = None) -> Document:
    """A finalised document without letters, promised to the archive."""
    first = finalise(document or make_draft(world), by=world.user("contact_teacher"))
    tasks.render(first.pk)
    for row in DocumentDispatch.objects.filter(document=first):
        row.delete()
        row.dispatch.delete()
    return Document.objects.get(pk=first.pk)


def attach(world: World, draft: Document, name: str) -> None:
    """Give the draft a file, and the reason that a kind without attachments asks for."""
    Attachment.objects.create(document=draft, title="Bilde", file=name, sha256="0" * 64, size=1, puid="fmt/11")
    guide.decide(draft, by=world.user("contact_teacher"), word_reason="Bildet er avtalt")


def refused(document: Document, **more) -> Document:
    values = {"state": State.PARKED, "failure": "refused", "failure_text": "Kode 17", **more}
    Delivery.objects.filter(pk=document.delivery_id).update(**values)
    return Document.objects.select_related("delivery", "document_type").get(pk=document.pk)


def tried(delivery: Delivery, *outcomes: str) -> None:
    """So many attempts were made, and ended so; "" for one that was interrupted and left no line."""
    for number, outcome in enumerate(outcomes, 1):
        if outcome:
            DeliveryAttempt.objects.create(delivery=delivery, number=number, outcome=outcome)
    Delivery.objects.filter(pk=delivery.pk).update(attempt=len(outcomes))


@pytest.fixture
def parked(school: World) -> Document:
    return refused(made(school))


def delete(document: Document, world: World) -> DocumentDeletion:
    return delete_finalised(document, reason="Feil elev", by=world.user("principal"))


def test_a_refused_document_goes_with_its_files_and_leaves_who_and_why(
    parked: Document, school: World, django_capture_on_commit_callbacks
) -> None:
    path, delivery = parked.pdf.name, parked.delivery
    assert default_storage.exists(path)
    with django_capture_on_commit_callbacks(execute=True):
        deletion = delete(parked, school)
    assert not Document.objects.filter(pk=parked.pk).exists()
    assert not default_storage.exists(path)
    assert (deletion.reason, deletion.by.pk, deletion.student_id) == (
        "Feil elev",
        school.users["principal"].pk,
        parked.student_id,
    )
    event = AccessEvent.objects.get(action="delete_finalised")
    assert event.about == school.pupils["own"].uuid
    assert event.what == "Innkalling til møte på skolen"
    delivery.refresh_from_db()
    assert (delivery.state, delivery.record, delivery.failure_text) == (State.WITHDRAWN, {}, "")
    assert delivery.title == "Innkalling til møte på skolen"


@pytest.mark.parametrize(
    ("delivery", "sentence"),
    [
        ({"state": "ready"}, removal.QUEUED),
        ({"state": "claimed", "lease_until": clock.now()}, removal.QUEUED),
        ({"state": "sent_unknown"}, removal.QUEUED),
        ({"state": "archived", "archived_at": clock.now()}, removal.ARCHIVED),
        ({"state": "parked", "failure": "refused", "steps": {"entry": "17"}}, removal.UNSURE),
        ({"state": "parked", "failure": "refused", "journal_number": 4}, removal.UNSURE),
    ],
)
def test_what_the_archive_has_or_may_have_stays(school: World, delivery, sentence) -> None:
    document = made(school)
    Delivery.objects.filter(pk=document.delivery_id).update(**delivery)
    with pytest.raises(MayNotGo) as stays:
        delete(document, school)
    assert stays.value.sentence == sentence
    assert Document.objects.filter(pk=document.pk).exists()
    assert not DocumentDeletion.objects.exists()


ATTEMPTS = [
    (("unanswered",), False),
    (("incident",), False),
    (("crashed",), False),
    (("unknown", "refused"), False),  # the archive took it, its answer was lost, and the next attempt was refused
    (("", "refused"), False),
    (("refused", "not_done", "changed"), True),
]


@pytest.mark.parametrize("state", ["parked", "withdrawn"])
@pytest.mark.parametrize(("outcomes", "goes"), ATTEMPTS)
def test_every_attempt_counts_and_not_the_last_alone(school: World, outcomes, goes: bool, state: str) -> None:
    document = refused(made(school), state=state)
    tried(document.delivery, *outcomes)
    if goes:
        assert delete(document, school)
        return
    with pytest.raises(MayNotGo) as stays:
        delete(document, school)
    assert stays.value.sentence == removal.UNSURE


@pytest.mark.parametrize(("outcomes", "goes"), ATTEMPTS)
def test_the_database_counts_every_attempt_too(school: World, outcomes, goes: bool) -> None:
    document = refused(made(school), state="withdrawn")
    tried(document.delivery, *outcomes)
    if goes:
        removal.removed(document, reason="Feil", by=school.user("principal"))
        return
    with pytest.raises(DatabaseError, match="is not deleted"), transaction.atomic():
        removal.removed(document, reason="Feil", by=school.user("principal"))


@pytest.mark.parametrize("state", ["ready", "claimed", "sent_unknown", "archived", "parked"])
@pytest.mark.parametrize("unlinked", [False, True])
def test_the_database_itself_refuses_even_with_a_reason(school: World, state: str, unlinked: bool) -> None:
    document = made(school)
    Delivery.objects.filter(pk=document.delivery_id).update(
        state=state, archived_at=clock.now(), failure="refused", lease_until=clock.now()
    )
    if unlinked:
        Document.objects.filter(pk=document.pk).update(delivery=None)
    with pytest.raises(DatabaseError, match="is not deleted"), transaction.atomic():
        removal.removed(document, reason="Feil", by=school.user("principal"))
    assert Document.objects.filter(pk=document.pk).exists()


def test_the_database_refuses_a_deletion_without_a_reason(parked: Document, school: World) -> None:
    archive.withdraw(parked.delivery, by=school.user("principal"))
    with pytest.raises(DatabaseError, match="with a reason"), transaction.atomic():
        Document.objects.filter(pk=parked.pk).delete()
    with pytest.raises(DatabaseError, match="deletion_has_a_reason"), transaction.atomic():
        removal.removed(parked, reason="", by=school.user("principal"))


def test_attachments_of_an_archived_document_stay_in_the_database(school: World) -> None:
    draft = make_draft(school)
    attach(school, draft, "vedlegg/x.png")
    document = made(school, document=draft)
    Delivery.objects.filter(pk=document.delivery_id).update(state="archived", archived_at=clock.now())
    with pytest.raises(DatabaseError, match="only while"), transaction.atomic():
        Attachment.objects.all().delete()


def test_who_deleted_what_is_never_changed(parked: Document, school: World) -> None:
    delete(parked, school)
    for change in (lambda rows: rows.update(reason="noe annet"), lambda rows: rows.delete()):
        with pytest.raises(DatabaseError, match="history"), transaction.atomic():
            change(DocumentDeletion.objects.all())


@pytest.mark.parametrize(
    ("state", "ended", "stays"),
    [
        ("sent", "sent", True),
        ("claimed", "", True),
        ("sent_unknown", "unknown", True),
        ("parked", "unanswered", True),
        ("ready", "unanswered", True),  # «Send på nytt» after no answer: SvarUt may have it all the same
        ("ready", "", False),
        ("parked", "no_address", False),
    ],
)
def test_what_is_sent_stays_and_what_waits_is_taken_back(parked, school: World, state, ended, stays) -> None:
    dispatch = letter(parked, school.people["guardian"], state="ready")
    values = {"state": state, "failure": ended if state == "parked" else "", "attempt": int(bool(ended))}
    if ended:
        DispatchAttempt.objects.create(dispatch=dispatch, number=1, outcome=ended)
    if state in ("sent", "claimed"):
        values |= {"sent_at": clock.now(), "lease_until": clock.now()}
        values |= {"svarut_id": uuid4()} if state == "sent" else {}
    Dispatch.objects.filter(pk=dispatch.pk).update(**values)
    if stays:
        with pytest.raises(MayNotGo) as refusal:
            delete(parked, school)
        assert refusal.value.sentence == removal.SENT
    else:
        delete(parked, school)
        dispatch.refresh_from_db()
        assert dispatch.state == Dispatch.State.WITHDRAWN


def test_deleting_again_gives_the_same_answer(parked: Document, school: World) -> None:
    assert delete(parked, school) == delete(parked, school)
    assert AccessEvent.objects.filter(action="delete_finalised").count() == 1


def test_the_old_version_goes_before_the_one_that_corrects_it(parked: Document, school: World) -> None:
    draft = actions.correct(parked, by=school.user("principal"))
    newer = refused(made(school, document=draft))
    assert obstacle(newer) == removal.REPLACES
    delete(parked, school)
    newer = Document.objects.select_related("delivery").get(pk=newer.pk)
    assert not obstacle(newer)


def test_a_shared_attachment_stays_for_the_other_version(
    school: World, django_capture_on_commit_callbacks, draft: Document
) -> None:
    name = default_storage.save(f"vedlegg/{uuid4()}.png", ContentFile(b"x"))
    attach(school, draft, name)
    first = refused(made(school, document=draft))
    newer = actions.correct(first, by=school.user("principal"))
    with django_capture_on_commit_callbacks(execute=True):
        delete(first, school)
    assert default_storage.exists(name)
    assert newer.attachments.count() == 1


def test_a_version_number_is_never_used_twice(school: World) -> None:
    first = made(school)
    Delivery.objects.filter(pk=first.delivery_id).update(state="archived", archived_at=clock.now())
    second = refused(made(school, document=actions.correct(first, by=school.user("principal"))))
    delete(second, school)
    third = made(school, document=actions.correct(first, by=school.user("principal")))
    assert third.version == 3
    assert third.delivery.state == State.READY


def test_only_a_withdrawn_delivery_is_emptied(parked: Document) -> None:
    with pytest.raises(ValueError, match=str(parked.delivery_id)):
        forget(parked.delivery, title="x")


@pytest.fixture
def granted(school: World, browser):
    """The principal with «Slett dokument» for the pupil."""
    give(school)
    return browser("principal")


def give(world: World) -> None:
    give_grant(
        world.user("principal"),
        Permission.DELETE_DOCUMENT,
        on=world.pupils["own"],
        reason="Oppdrag fra kommunen",
        valid_to=clock.today(),
        by=world.user("municipal_admin"),
    )


def test_the_page_takes_the_grant_a_reason_and_a_double_click(
    parked: Document, school: World, granted, browser
) -> None:
    url = reverse("documents:delete_finalised", args=[parked.uuid])
    assert browser("contact_teacher").get(url).status_code == 403
    assert url in granted.get(reverse("documents:page", args=[parked.uuid])).content.decode()
    assert "Hvorfor skal dokumentet slettes?" in granted.get(url).content.decode()
    assert granted.post(url, {"reason": ""}).status_code == 422
    for _click in range(2):
        answer = granted.post(url, {"reason": "Skrevet på feil elev"})
        assert answer["Location"] == reverse("documents:tab", args=[parked.student.uuid])
    assert DocumentDeletion.objects.count() == 1
    html = granted.get(answer["Location"]).content.decode()
    assert "Skrevet på feil elev" in html
    assert 'id="slettet"' not in browser("contact_teacher").get(answer["Location"]).content.decode()


def test_an_old_login_is_asked_to_confirm(parked: Document, school: World, granted) -> None:
    session = granted.session
    session["login"] = {**session["login"], "auth_time": session["login"]["auth_time"] - 3600}
    session.save()
    url = reverse("documents:delete_finalised", args=[parked.uuid])
    assert granted.get(url).status_code == 200
    answer = granted.post(url, {"reason": "Skrevet på feil elev"})
    assert answer.status_code == 403
    assert "slette dokumentet" in answer.content.decode()
    assert Document.objects.filter(pk=parked.pk).exists()


def test_a_queued_document_says_why_it_stays(school: World, granted) -> None:
    document = made(school)
    html = granted.get(reverse("documents:delete_finalised", args=[document.uuid])).content.decode()
    assert "kø til arkivet" in html
    assert "<textarea" not in html


@pytest.mark.django_db(transaction=True)
def test_a_run_and_a_deletion_at_once_have_one_winner(school: World) -> None:
    """Somebody sets it to Klar and starts a run while another deletes it: it is in the archive's queue, or gone."""
    document = refused(made(school))
    start, outcomes = threading.Barrier(2), []

    def attempt(act) -> None:
        start.wait()
        try:
            act()
            outcomes.append(act.__name__)
        except (MayNotGo, archive.NotFailed):
            pass
        finally:
            connection.close()

    def remove() -> None:
        delete(document, school)

    def run() -> None:
        archive.set_ready(document.delivery, by=school.user("municipal_admin"))
        archive.start_run(trigger=ArchiveRun.Trigger.MANUAL)

    threads = [threading.Thread(target=attempt, args=[act]) for act in (remove, run)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(outcomes) == 1
    gone = not Document.objects.filter(pk=document.pk).exists()
    state = Delivery.objects.get(pk=document.delivery_id).state
    assert (gone, state) == ((True, State.WITHDRAWN) if outcomes == ["remove"] else (False, State.READY))


@pytest.mark.django_db(transaction=True)
def test_two_who_delete_at_once_leave_one_line(school: World) -> None:
    document = refused(made(school))
    start, found = threading.Barrier(2), []

    def attempt() -> None:
        start.wait()
        try:
            found.append(delete(document, school).pk)
        finally:
            connection.close()

    threads = [threading.Thread(target=attempt) for _n in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 2
    assert len(set(found)) == 1
    assert DocumentDeletion.objects.count() == 1
