"""What must be true before a document goes to the archive: refused until the app that knows says yes."""

import pytest
from django.urls import reverse

from archive.models import Delivery
from documents import actions, preconditions, tasks
from documents.models import Document
from documents.preconditions import Circumstances, NotMet, answer_with, refusal, warning
from tests.documents.conftest import FILLED, finalise, make_draft, type_called
from tests.world import World


@pytest.fixture
def about(school: World):
    pupil = school.pupils["own"]

    def made(**fields: str) -> Circumstances:
        return Circumstances(pupil.school, pupil, fields)

    return made


@pytest.fixture
def answers(monkeypatch):
    """The registry as it was, whatever the test says is true."""
    monkeypatch.setattr(preconditions, "_answers", dict(preconditions._answers))
    return answer_with


@pytest.fixture
def draft_on(school: World):
    """A draft of a type that has a precondition and may be archived."""

    def made(slug: str, *, archived: bool = True) -> Document:
        kind = type_called()
        kind.precondition, kind.archive_mode = slug, "optional"
        kind.save()
        return make_draft(school, send_to_archive=archived)

    return made


def test_whole_year(about) -> None:
    assert not refusal("hele-aaret", about(periode="hele-aaret"))
    assert "«Hele året»" in str(refusal("hele-aaret", about(periode="1. termin")))
    assert "vet ikke" in str(refusal("hele-aaret", about()))


@pytest.mark.parametrize(
    ("number", "ok"), [("2026/123", True), (" 2026/1 ", True), ("", False), ("123", False), ("2026/", False)]
)
def test_a_message_report_names_its_case_and_warns_that_all_messages_go(about, number: str, ok: bool) -> None:
    assert bool(refusal("knyttet-til-sak", about(saksnummer=number))) is not ok
    assert "alle meldingene" in str(warning("knyttet-til-sak"))


@pytest.mark.parametrize("slug", ["avsluttet", "nedsatt-karakter"])
def test_until_somebody_answers_it_is_refused_in_words(about, answers, slug: str) -> None:
    assert "vet ikke" in str(refusal(slug, about()))
    answers(slug, lambda circumstances: None)
    assert "vet ikke" in str(refusal(slug, about()))
    answers(slug, lambda circumstances: False)
    assert str(refusal(slug, about())) == str(preconditions.PRECONDITIONS[slug].refusal)
    answers(slug, lambda circumstances: True)
    assert not refusal(slug, about())


def test_one_nobody_knows_of_is_refused_and_cannot_be_answered(about) -> None:
    assert "noe-annet" in str(refusal("noe-annet", about()))
    with pytest.raises(KeyError):
        answer_with("noe-annet", lambda circumstances: True)


def test_no_precondition_stops_nothing(about) -> None:
    assert not refusal("", about())
    assert not warning("")


def test_every_type_asks_only_for_what_there_is(school: World) -> None:
    asked = set(type(type_called()).objects.values_list("precondition", flat=True))
    assert asked - {""} == set(preconditions.PRECONDITIONS)


def test_finalising_for_the_archive_is_refused_and_changes_nothing(school: World, draft_on) -> None:
    draft = draft_on("avsluttet")
    with pytest.raises(NotMet):
        finalise(draft, by=school.user("contact_teacher"))
    draft.refresh_from_db()
    assert (draft.state, draft.signed_by) == ("draft", None)


def test_what_is_not_for_the_archive_may_be_finalised(school: World, draft_on) -> None:
    assert finalise(draft_on("avsluttet", archived=False), by=school.user("contact_teacher")).state == "rendering"


def test_the_editor_says_why_and_keeps_the_draft(school: World, browser, draft_on) -> None:
    draft = draft_on("avsluttet")
    posted = {**FILLED, "revision": draft.revision, "handling": "ferdigstill", "send_to_archive": "on"}
    answer = browser("contact_teacher").post(reverse("documents:edit", args=[draft.uuid]), posted)
    assert answer.status_code == 422
    assert "Systemet vet ikke om den er det" in answer.content.decode()


def test_one_that_fails_between_finalising_and_archiving_is_a_draft_again(school: World, draft_on, answers) -> None:
    answers("avsluttet", lambda circumstances: True)
    draft = finalise(draft_on("avsluttet"), by=school.user("contact_teacher"))
    answers("avsluttet", lambda circumstances: False)
    tasks.render(draft.pk)
    draft.refresh_from_db()
    assert (draft.state, draft.render_error, draft.delivery) == ("draft", "precondition", None)
    assert not Delivery.objects.filter(external_key=draft.external_key).exists()


def test_what_is_met_is_archived(school: World, draft_on, answers) -> None:
    answers("avsluttet", lambda circumstances: True)
    draft = finalise(draft_on("avsluttet"), by=school.user("contact_teacher"))
    tasks.render(draft.pk)
    assert Document.objects.get(pk=draft.pk).delivery is not None


def test_a_type_made_in_elements_or_out_of_use_is_never_begun(school: World) -> None:
    kind = type_called()
    for changed in ({"made_in": "elements"}, {"is_active": False, "made_in": "editor"}):
        type(kind).objects.filter(pk=kind.pk).update(**changed)
        with pytest.raises(actions.NoTemplate):
            make_draft(school, "classmate", fields=None, document_type=type_called())
