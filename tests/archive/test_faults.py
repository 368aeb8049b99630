"""The archive misbehaves; every document still ends up there once, or under «Feilet» with the reason."""

import pytest

from archive import actions, log, worker
from archive.models import Delivery, Peer
from tests.archive.parts import (
    entries,
    keys_archived,
    let_time_pass,
    make_record,
    queue,
    run_all,
)

pytestmark = pytest.mark.django_db
State = Delivery.State

# The messages that change the archive when one document with two files and a new folder goes in.
CHANGES = [
    ("Insert", "Case"),
    ("Insert", "ExternalSystem"),
    ("Insert", "ExternalSystemLinkCase"),
    ("Insert", "Classification"),
    ("Insert", "RegistryEntry"),
    ("Insert", "ExternalSystemLinkRegistryEntry"),
    ("Insert", "SenderRecipient"),
    ("UploadFile", ""),
    ("Update", "DocumentDescription"),
    ("Update", "RegistryEntryDocument"),
    ("Insert", "DocumentObject"),
    ("Insert", "DocumentDescription"),
    ("Insert", "RegistryEntryDocument"),
    ("Update", "RegistryEntry"),
]
ONCE = {
    "Case": 1,
    "ExternalSystemLinkCase": 1,
    "Classification": 1,
    "RegistryEntry": 1,
    "ExternalSystemLinkRegistryEntry": 1,
    "SenderRecipient": 2,
    "RegistryEntryDocument": 2,
    "DocumentObject": 2,
}


def counted(elements) -> dict[str, int]:
    return {kind: len(elements.store.all(kind)) for kind in ONCE}


def work_until_quiet(rounds: int = 6) -> None:
    """Let the quiet periods and pauses go by, and the workers come round, as the sweeper does."""
    for _ in range(rounds):
        let_time_pass()
        Peer.objects.update(open_until=None)
        worker.work(seconds=240)


@pytest.mark.parametrize(("operation", "kind"), CHANGES, ids="-".join)
@pytest.mark.parametrize("mode", ["error_after", "reset_after"])
def test_no_message_that_goes_wrong_afterwards_makes_a_second_record(elements, school, mode, operation, kind):
    meet_fault(elements, school, mode, operation, kind)


@pytest.mark.parametrize("kind", ["Case", "RegistryEntry", "DocumentObject"])
@pytest.mark.parametrize("mode", ["error_before", "reset_before"])
def test_no_message_that_goes_wrong_beforehand_is_lost(elements, school, mode, kind):
    meet_fault(elements, school, mode, "Insert", kind)


def meet_fault(elements, school, mode: str, operation: str, kind: str) -> None:
    delivery = queue(make_record("dok:1:v1", files=2), school)
    elements.faults.add(mode=mode, operation=operation, kind=kind)
    run_all()
    delivery.refresh_from_db()
    assert delivery.state == State.SENT_UNKNOWN
    assert not elements.faults.waiting, "the fault was met"
    work_until_quiet(1)
    delivery.refresh_from_db()
    assert delivery.state == State.ARCHIVED
    assert counted(elements) == ONCE
    assert delivery.attempt == 2


@pytest.mark.parametrize("mode", ["hang_after", "hang_before"])
@pytest.mark.parametrize("kind", ["Case", "RegistryEntry", "DocumentObject"])
def test_timeout_with_the_commit_before_or_after_it(elements, school, settings, mode, kind):
    settings.ARCHIVE_CLIENT_TIMEOUT = 1
    delivery = queue(make_record("dok:1:v1", files=2), school)
    elements.faults.add(mode=mode, operation="Insert", kind=kind, seconds=2)
    run_all()
    delivery.refresh_from_db()
    assert delivery.state == State.SENT_UNKNOWN
    # Not due before the quiet period is over, however often somebody looks.
    assert run_all().archived == 0
    elements.wait_until_idle()
    settings.ARCHIVE_CLIENT_TIMEOUT = 5
    work_until_quiet(1)
    delivery.refresh_from_db()
    assert delivery.state == State.ARCHIVED
    assert counted(elements) == ONCE


NONSENSE = ("not xml", "html", "truncated", "empty", "huge", "wrong_kind")
WITHOUT_PROOF = ("no_id", "wrong_key")  # a DocumentObject's answer has neither to begin with


@pytest.mark.parametrize(
    ("kind", "nonsense"),
    [(kind, text) for kind in ("Case", "RegistryEntry") for text in (*NONSENSE, *WITHOUT_PROOF)]
    + [("DocumentObject", text) for text in NONSENSE],
)
def test_receipt_that_makes_no_sense_is_not_believed(elements, school, nonsense, kind):
    delivery = queue(make_record("dok:1:v1", files=2), school)
    elements.faults.add(mode="malformed", text=nonsense, operation="Insert", kind=kind)
    run_all()
    delivery.refresh_from_db()
    assert delivery.state == State.SENT_UNKNOWN
    receipt = delivery.attempts.get().receipt
    assert len(receipt) <= 20_010
    work_until_quiet(1)
    delivery.refresh_from_db()
    assert delivery.state == State.ARCHIVED
    assert counted(elements) == ONCE


@pytest.mark.parametrize(("kind", "nonsense"), [("DocumentObject", "wrong_checksum"), ("RegistryEntry", "wrong_key")])
def test_final_answer_about_something_else_is_not_accepted(elements, school, kind, nonsense):
    delivery = queue(make_record("dok:1:v1"), school)
    elements.faults.add(mode="malformed", text=nonsense, operation="FilteredQuery", kind=kind, count=99)
    run_all()
    delivery.refresh_from_db()
    assert delivery.state != State.ARCHIVED
    elements.faults.clear()
    work_until_quiet(1)
    delivery.refresh_from_db()
    assert delivery.state == State.ARCHIVED
    assert len(entries(elements)) == 1


def test_refusal_is_parked_with_the_archives_own_words_and_arrives_once_mended(elements, school, django_user_model):
    elements.faults.unknown_initials.add("KHA")
    delivery = queue(make_record("dok:1:v1"), school)
    run = run_all()
    delivery.refresh_from_db()
    assert (delivery.state, delivery.failure) == (State.PARKED, "refused")
    assert delivery.failure_text == "Saksbehandler KHA er ikke en aktiv bruker i Elements."
    assert (run.archived, run.failed) == (0, 1)
    school.archive_settings.case_owner_initials = "NYR"
    school.archive_settings.save()
    actions.set_ready(delivery, by=django_user_model.objects.create(display_name="Arkivar"))
    run_all()
    delivery.refresh_from_db()
    assert delivery.state == State.ARCHIVED
    assert keys_archived(elements) == ["dok:1:v1"]


def test_initials_that_nobody_has(elements, school):
    school.archive_settings.case_owner_initials = "rektor"
    school.archive_settings.save()
    delivery = queue(make_record("dok:1:v1"), school)
    run_all()
    delivery.refresh_from_db()
    assert delivery.failure_text == "Saksansvarlig «rektor» finnes ikke i Elements."


def test_one_refusal_does_not_hold_up_the_others(elements, school):
    elements.faults.add(mode="refuse", text="Hjemmelen er ukjent.", operation="Insert", kind="RegistryEntry")
    for number in range(3):
        queue(make_record(f"dok:{number}:v1", folder=f"elevmappe:{number}"), school)
    run = run_all()
    assert (run.archived, run.failed) == (2, 1)
    assert Delivery.objects.get(state=State.PARKED).failure_text == "Hjemmelen er ukjent."


@pytest.mark.parametrize("correct", [actions.set_ready, actions.withdraw])
def test_what_is_said_of_the_last_run_stays_true_after_a_correction(elements, school, django_user_model, correct):
    elements.faults.add(mode="refuse", text="Hjemmelen er ukjent.", operation="Insert", kind="RegistryEntry")
    for number in range(2):
        queue(make_record(f"dok:{number}:v1", folder=f"elevmappe:{number}"), school)
    run_all()
    said = log.headline(Delivery.objects.all())[-1]
    assert said.endswith(": 2 dokumenter, 1 feilet.")
    correct(Delivery.objects.get(state=State.PARKED), by=django_user_model.objects.create(display_name="Arkivar"))
    assert log.headline(Delivery.objects.all())[-1] == said


def test_unknown_three_times_without_progress_is_parked(elements, school):
    delivery = queue(make_record("dok:1:v1"), school)
    elements.faults.add(mode="error_before", operation="Insert", kind="RegistryEntry", count=99)
    run_all()
    work_until_quiet()
    delivery.refresh_from_db()
    assert (delivery.state, delivery.failure) == (State.PARKED, "unanswered")
    assert delivery.attempts.count() == 3
    assert entries(elements) == []


def test_slow_archive_is_waited_for(elements, school):
    delivery = queue(make_record("dok:1:v1"), school)
    elements.faults.add(mode="slow", seconds=1, operation="Insert", kind="RegistryEntry")
    run_all()
    delivery.refresh_from_db()
    assert delivery.state == State.ARCHIVED


def test_journal_number_that_is_taken_is_an_incident(elements, school):
    queue(make_record("dok:1:v1", folder="elevmappe:1"), school)
    run_all()
    second = queue(make_record("dok:2:v1", folder="elevmappe:2"), school)
    elements.faults.add(mode="duplicate_number", operation="Insert", kind="RegistryEntry")
    run_all()
    second.refresh_from_db()
    assert (second.state, second.failure) == (State.PARKED, "incident")
    assert "dok:1:v1" in second.failure_text


def test_two_records_for_one_key_are_an_incident_with_both_ids(elements, school):
    case = elements.store.insert("Case", {"Title": "x", "CustomAttribute10": "elevmappe:1", "CaseYear": 2026})
    made = [
        elements.store.insert("RegistryEntry", {"CaseId": case["Id"], "Title": "x", "CustomAttribute10": "dok:1:v1"})
        for _ in range(2)
    ]
    delivery = queue(make_record("dok:1:v1"), school)
    run_all()
    delivery.refresh_from_db()
    assert (delivery.state, delivery.failure) == (State.PARKED, "incident")
    assert all(str(row["Id"]) in delivery.failure_text for row in made)
    assert len(entries(elements)) == 2


def test_archive_that_stores_twice_is_found_out(elements, school):
    delivery = queue(make_record("dok:1:v1"), school)
    elements.faults.add(mode="duplicate_record", operation="Insert", kind="RegistryEntry")
    run_all()
    work_until_quiet(1)
    delivery.refresh_from_db()
    assert delivery.state == State.PARKED
    assert delivery.failure == "incident"


def test_search_that_lags_is_covered_by_the_quiet_period(elements, school):
    delivery = queue(make_record("dok:1:v1"), school)
    elements.faults.search_lag = 300
    elements.faults.add(mode="error_after", operation="Insert", kind="RegistryEntry")
    run_all()
    assert run_all().archived == 0
    elements.faults.search_lag = 0  # the quiet period is longer than the lag
    work_until_quiet(1)
    delivery.refresh_from_db()
    assert delivery.state == State.ARCHIVED
    assert len(entries(elements)) == 1
