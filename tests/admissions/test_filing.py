"""What guardians write about a move: filed whole with its file, or not at all."""

from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from admissions.models import Move, MoveStep
from admissions.moves import actions
from admissions.moves.errors import MoveError
from admissions.moves.filing import file_notice
from admissions.moves.reading import classes_of
from documents import tasks
from documents.installing import install_types
from documents.models import Attachment, Document
from documents.uploads import accept
from students.actions import register_students
from tests.admissions.moving import add_officer, begun, browser, day
from tests.documents.test_attachments import picture as drawn

KINDS = [Move.Kind.PRIVATE, Move.Kind.HOME, Move.Kind.EXEMPT]


@pytest.fixture(autouse=True)
def types(world):
    install_types()


def picture() -> SimpleUploadedFile:
    return SimpleUploadedFile("brev.png", drawn("PNG"), "image/png")


def filed(world, move: Move, **changed) -> Document:
    given = {"received_on": day(0), "sender": world.people["guardian"], "series": uuid4(), "role": "", "method": ""}
    return file_notice(move, file=accept(picture()), by=world.user("school_admin"), **given | changed)


@pytest.mark.parametrize("kind", KINDS)
def test_the_notice_is_kept_as_incoming_with_its_file_and_settles_the_step(world, kind):
    move = begun(world, kind, about="own")
    client = browser(world, "school_admin")
    url = reverse("moves:file", args=[move.uuid])
    assert url in client.get(reverse("moves:case", args=[move.uuid])).content.decode()
    sent = {"mottatt": day(0).isoformat(), "fra": world.people["guardian"].uuid, "serie": uuid4()}
    for _twice in range(2):
        answer = client.post(url, sent | {"fil": picture()})
        assert answer.status_code == 302, answer.content.decode()
    document = Document.objects.get()
    tasks.render(document.pk)
    document.refresh_from_db()
    assert document.attachments.count() == 1
    assert (document.school, document.is_sensitive) == (world.school_a, kind == Move.Kind.EXEMPT)
    record = document.delivery.record
    assert (record["registry_type"], record["status"], record["access_code"]) == ("I", "S", "UO")
    sender = world.people["guardian"].full_name
    assert [(c["name"], c["is_recipient"]) for c in record["correspondents"]] == [(sender, False)]
    assert len(record["files"]) == 2
    assert "Til foresatte for" not in document.frozen_html
    step = move.steps.get(kind=MoveStep.Kind.FILED)
    assert (step.document, step.state) == (document, MoveStep.State.DONE)


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("brev.exe", b"MZ", "PDF, PNG eller JPEG"),
        ("brev.png", b"not a picture", "noe annet enn navnet sier"),
        ("brev.pdf", b"", "Filen er tom"),
    ],
)
def test_a_file_that_is_no_good_is_refused_in_words_and_nothing_is_kept(world, name, content, says):
    move = begun(world, Move.Kind.PRIVATE)
    sent = {"mottatt": day(0).isoformat(), "serie": uuid4(), "fil": SimpleUploadedFile(name, content)}
    answer = browser(world, "school_admin").post(reverse("moves:file", args=[move.uuid]), sent)
    assert answer.status_code == 422 and says in answer.content.decode()
    assert not Document.objects.exists() and not Attachment.objects.exists()
    assert move.steps.get(kind=MoveStep.Kind.FILED).state == MoveStep.State.OPEN


def test_what_can_not_be_filed_is_refused(world):
    with pytest.raises(MoveError, match="ingen melding"):
        filed(world, begun(world, Move.Kind.OUT))
    move = begun(world, Move.Kind.HOME, about="own")
    with pytest.raises(MoveError, match="fram i tid"):
        filed(world, move, received_on=day(1))
    with pytest.raises(MoveError, match="Rollene dine"):
        file_notice(
            move, file=accept(picture()), received_on=day(0), sender=None, series=uuid4(), role="", method="",
            by=world.user("school_admin_b"),
        )  # fmt: skip
    assert not Document.objects.exists()


def test_of_a_protected_pupil_nothing_is_filed_where_the_old_school_reads(world):
    add_officer(world)
    move = begun(world, Move.Kind.PRIVATE, about="protected", by="officer")
    with pytest.raises(MoveError, match="Elements"):
        file_notice(
            move, file=accept(picture()), received_on=day(0), sender=None, series=uuid4(), role="", method="",
            by=world.user("officer"),
        )  # fmt: skip
    assert not Document.objects.exists()


def test_the_class_is_chosen_with_the_decision_and_fits_the_grade(world):
    person = world.add_person("Ny", "Ådland", born=day(-3650))
    student = register_students([person], by=None)[0][person.pk]
    user = world.user("school_admin")
    move = actions.start(student, kind=Move.Kind.IN, to_school=world.school_a, by=user)
    assert world.groups["5A"] in classes_of(move)
    client, url = browser(world, "school_admin"), reverse("moves:decide", args=[move.uuid])
    sent = {
        "skole": world.school_a.uuid,
        "trinn": 4,
        "klasse": world.groups["5A"].uuid,
        "forste_dag": day(0).isoformat(),
        "begrunnelse": "Nærskolen.",
        "bekreft": "1",
    }
    wrong = client.post(url, sent)
    assert wrong.status_code == 422 and "5A er ikke en klasse på 4. trinn" in wrong.content.decode()
    assert client.post(url, sent | {"trinn": 5}).status_code == 302
    assert student.memberships.get(valid_to__isnull=True).group == world.groups["5A"]
    assert move.steps.get(kind=MoveStep.Kind.CLASS).state == MoveStep.State.DONE
