"""Deliveries through Fiks Arkiv, with everything that can go wrong on the way: each document once, states true."""

import pytest

from archive import actions, connectors, inbox, outbox, worker
from archive.connectors import fiks_arkiv
from archive.models import (
    ArchiveFolder,
    ArchiveRun,
    ArchiveSystem,
    Delivery,
    DeliveryAttempt,
    FiksReply,
    FiksRequest,
)
from sandbox.fiks.server import FiksServer
from tests.archive import fiks_server
from tests.archive.fiks_keys import certificate_pem, keys_of, private_pem
from tests.archive.fiks_server import pass_time, pump, settle, states
from tests.archive.parts import let_time_pass, make_record, queue
from tests.roles import as_worker

pytestmark = pytest.mark.django_db
OPPRETT = "arkivmelding.opprett"


@pytest.fixture
def server(settings, monkeypatch, db):
    with fiks_server.running_fiks() as running:
        fiks_server.lead_to(running, settings, monkeypatch)
        fiks_server.choose()
        yield running


def start() -> None:
    actions.start_run(trigger=ArchiveRun.Trigger.SCHEDULE)


def kept(server: FiksServer) -> list[str]:
    return sorted(entry.key for entry in server.fiks.archive.entries)


def sent(server: FiksServer) -> list[str]:
    return [each["meldingType"].rpartition("v1.")[2] for each in server.fiks.sent]


def only() -> Delivery:
    return Delivery.objects.select_related("folder").get()


class TestTheStraightWay:
    def test_document_is_archived_with_its_numbers(self, server, school):
        queue(make_record("dok:1:v1", files=2), school)
        start()
        settle(server)
        row = only()
        assert (row.state, row.journal_year, row.journal_number) == ("archived", 2026, 1001)
        assert (row.folder.case_year, row.folder.sequence_number) == (2026, 1)
        assert row.folder.national_id == ""
        assert sent(server) == ["innsyn.registrering.hent", "arkivering.arkivmelding.opprett"]
        assert FiksReply.objects.filter(applied_at=None).count() == 0
        assert ArchiveRun.objects.get().archived == 1

    def test_next_document_of_the_pupil_only_refers_to_the_folder(self, server, school):
        for number in (1, 2):
            queue(make_record(f"dok:{number}:v1"), school)
        start()
        settle(server)
        assert states() == ["archived", "archived"]
        assert len(server.fiks.archive.folders) == 1
        creating = [xml for kind, xml in server.fiks.archive.messages if kind.endswith(OPPRETT)]
        assert [b"<mappe" in xml for xml in creating] == [True, False]

    def test_one_lane_per_folder_holds_while_a_receipt_is_waited_for(self, server, school):
        server.fiks.fault("treg", about=OPPRETT)
        for number in (1, 2):
            queue(make_record(f"dok:{number}:v1"), school)
        start()
        settle(server)
        assert sent(server).count("arkivering.arkivmelding.opprett") == 1
        assert states() == ["ready", "sent_unknown"]
        server.fiks.release()
        settle(server)
        assert states() == ["archived", "archived"]

    def test_no_worker_is_held_while_a_receipt_is_waited_for(self, server, school):
        server.fiks.fault("treg", times=9)
        for number in (1, 2, 3):
            queue(make_record(f"dok:{number}:v1", f"elevmappe:{number}"), school)
        start()
        settle(server)
        assert states() == ["sent_unknown"] * 3
        assert outbox.claim() is None

    def test_inbox_holds_no_readable_text(self, server, school):
        queue(make_record("dok:1:v1"), school)
        start()
        settle(server)
        for reply in FiksReply.objects.exclude(payload=None):
            assert b"<" + b"arkivmelding" not in bytes(reply.payload)
            assert b"Kari" not in bytes(reply.payload)

    def test_what_fiks_is_told_besides_the_content_names_nobody(self, server, school):
        queue(make_record("dok:1:v1"), school)
        start()
        settle(server)
        told = repr(server.fiks.sent)
        assert "Kari" not in told and "14831512345" not in told


class TestFaults:
    def test_receipt_lost(self, server, school):
        server.fiks.fault("tapt", about=OPPRETT)
        queue(make_record("dok:1:v1"), school)
        start()
        settle(server)
        assert states() == ["sent_unknown"]
        pass_time(server, minutes=11)
        assert states() == ["archived"]
        assert kept(server) == ["dok:1:v1"]
        assert sent(server).count("arkivering.arkivmelding.opprett") == 1

    def test_receipt_twice_counts_once(self, server, school):
        server.fiks.fault("to_ganger", times=9)
        queue(make_record("dok:1:v1"), school)
        start()
        settle(server)
        assert (states(), kept(server)) == (["archived"], ["dok:1:v1"])
        assert ArchiveRun.objects.get().archived == 1
        assert FiksReply.objects.count() == 3

    def test_same_messages_read_again_change_nothing(self, server, school):
        queue(make_record("dok:1:v1"), school)
        start()
        settle(server)
        before = Delivery.objects.values().get()
        FiksReply.objects.update(applied_at=None)
        inbox.apply_new()
        settle(server)
        assert Delivery.objects.values().get() == before

    @pytest.mark.parametrize("mode", ["ulevert", "tidsavbrudd", "serverfeil"])
    def test_message_that_came_to_nothing_is_looked_up_and_sent_again(self, server, school, mode):
        server.fiks.fault(mode, about=OPPRETT)
        queue(make_record("dok:1:v1"), school)
        start()
        settle(server)
        assert states() == ["sent_unknown"]
        pass_time(server, minutes=5)
        assert (states(), kept(server)) == (["archived"], ["dok:1:v1"])
        assert sent(server) == [
            "innsyn.registrering.hent", "arkivering.arkivmelding.opprett",
            "innsyn.registrering.hent", "arkivering.arkivmelding.opprett",
        ]  # fmt: skip
        ours = [
            each["headere"]["klientMeldingId"] for each in server.fiks.sent if each["meldingType"].endswith(OPPRETT)
        ]
        assert ours[0] == ours[1]

    def test_it_is_not_sent_for_ever(self, server, school):
        server.fiks.fault("serverfeil", times=99, about=OPPRETT)
        queue(make_record("dok:1:v1"), school)
        start()
        settle(server)
        for _ in range(8):
            pass_time(server, hours=2)
        row = only()
        assert (row.state, row.failure) == ("parked", "unanswered")
        assert sent(server).count("arkivering.arkivmelding.opprett") == 5

    def test_lost_message_is_not_sent_again_before_its_time_has_run_out(self, server, school):
        server.fiks.fault("forsvant", about=OPPRETT)
        queue(make_record("dok:1:v1"), school)
        start()
        settle(server)
        for _ in range(5):
            pass_time(server, hours=2)
        assert (states(), sent(server).count("arkivering.arkivmelding.opprett")) == (["sent_unknown"], 1)
        pass_time(server, hours=20)
        pass_time(server, hours=2)
        assert (states(), kept(server)) == (["archived"], ["dok:1:v1"])

    def test_archive_that_says_only_received_is_asked(self, server, school):
        server.fiks.fault("mottatt_bare", about=OPPRETT)
        queue(make_record("dok:1:v1"), school)
        start()
        settle(server)
        assert states() == ["sent_unknown"]
        pass_time(server, minutes=11)
        assert (states(), kept(server)) == (["archived"], ["dok:1:v1"])

    def test_refusal_is_for_a_person(self, server, school):
        server.fiks.fault("ugyldig", about=OPPRETT)
        queue(make_record("dok:1:v1"), school)
        start()
        settle(server)
        row = only()
        assert (row.state, row.failure, row.failure_text) == ("parked", "refused", "Hjemmelen er ukjent.")

    def test_folder_made_and_document_refused_goes_on_from_there(self, server, school, world):
        server.fiks.fault("delvis", about=OPPRETT)
        queue(make_record("dok:1:v1"), school)
        start()
        settle(server)
        row = only()
        assert (row.state, row.failure) == ("parked", "refused")
        assert "Mappen er på plass" in row.failure_text and "Ukjent dokumenttype" in row.failure_text
        assert (row.folder.case_year, row.folder.sequence_number) == (2026, 1)
        actions.set_ready(row, by=world.user("municipal_admin"))
        start()
        settle(server)
        assert (states(), kept(server)) == (["archived"], ["dok:1:v1"])
        assert len(server.fiks.archive.folders) == 1
        assert b"<mappe" not in server.fiks.archive.messages[-1][1]

    @pytest.mark.parametrize("mode", ["alt_feilet"])
    def test_folder_refused_is_told(self, server, school, mode):
        server.fiks.fault(mode, about=OPPRETT)
        queue(make_record("dok:1:v1"), school)
        start()
        settle(server)
        assert "Ukjent arkivdel" in only().failure_text

    def test_folder_the_archive_does_not_find_is_made_again(self, server, school):
        for number in (1, 2):
            queue(make_record(f"dok:{number}:v1"), school)
        server.fiks.fault("ikkefunnet", times=2, about=OPPRETT)
        start()
        settle(server)
        assert (states(), kept(server)) == (["archived", "archived"], ["dok:1:v1", "dok:2:v1"])
        creating = [xml for kind, xml in server.fiks.archive.messages if kind.endswith(OPPRETT)]
        assert [b"<mappe" in xml for xml in creating] == [True, False, True]

    def test_what_is_never_found_is_refused(self, server, school):
        server.fiks.fault("ikkefunnet_alltid", times=9, about=OPPRETT)
        queue(make_record("dok:1:v1"), school)
        start()
        settle(server)
        assert (only().state, only().failure) == ("parked", "refused")

    @pytest.mark.parametrize("mode", ["usignert", "tull"])
    def test_receipt_that_cannot_be_believed_is_no_receipt(self, server, school, mode):
        server.fiks.fault(mode, about=OPPRETT)
        queue(make_record("dok:1:v1"), school)
        start()
        settle(server)
        assert states() == ["sent_unknown"]
        pass_time(server, minutes=11)
        assert (states(), kept(server)) == (["archived"], ["dok:1:v1"])

    def test_receipt_from_somebody_else_is_no_receipt(self, server, school):
        server.fiks.fault("treg", about=OPPRETT)
        queue(make_record("dok:1:v1"), school)
        start()
        settle(server)
        held, server.fiks.held = server.fiks.held, []
        for message in held:
            inbox.receive(message.headers | {"avsender-id": "33333333-3333-4333-8333-000000000003"}, message.body)
        inbox.apply_new()
        settle(server)
        assert states() == ["sent_unknown"]

    def test_unknown_message_types_are_kept_and_passed_over(self, server, school):
        server.fiks.fault("ukjent", times=9)
        queue(make_record("dok:1:v1"), school)
        start()
        settle(server)
        assert states() == ["archived"]
        assert FiksReply.objects.filter(message_type__endswith="noe.nytt").count() == 2

    @pytest.mark.parametrize("headers", [{}, {"type": b"\xff\0"}, {"melding-id": "tull", "svar-til": "tull"}])
    def test_message_nobody_waits_for_is_kept(self, db, headers):
        first, second = inbox.receive(headers, b"tull"), inbox.receive(headers, b"tull")
        assert first.pk == second.pk
        assert inbox.apply_new() == 1

    @pytest.mark.parametrize("mode", ["brutt_etter", "http_500_etter"])
    def test_fiks_took_it_and_did_not_say_so(self, server, school, mode):
        server.fiks.fault(mode, about=OPPRETT)
        queue(make_record("dok:1:v1"), school)
        start()
        settle(server)
        pass_time(server, hours=1)
        assert (states(), kept(server)) == (["archived"], ["dok:1:v1"])
        assert sent(server).count("arkivering.arkivmelding.opprett") == 1

    def test_fiks_did_not_take_it_and_did_not_say_so(self, server, school):
        server.fiks.fault("http_500", about=OPPRETT)
        queue(make_record("dok:1:v1"), school)
        start()
        settle(server)
        pass_time(server, hours=1)
        pass_time(server, hours=1)
        assert (states(), kept(server)) == (["archived"], ["dok:1:v1"])

    def test_receipt_after_it_was_given_up(self, server, school):
        server.fiks.fault("treg", about=OPPRETT)
        queue(make_record("dok:1:v1"), school)
        start()
        settle(server)
        server.fiks.fault("tapt", times=99, about="hent")
        for _ in range(20):
            pass_time(server, hours=2)
        assert (only().state, only().failure) == ("parked", "unanswered")
        server.fiks.release()
        settle(server)
        assert (states(), kept(server)) == (["archived"], ["dok:1:v1"])

    def test_reply_that_comes_while_the_worker_still_sends_is_not_overslept(self, server, school):
        queue(make_record("dok:1:v1"), school)
        start()
        connector, ticket = connectors.connect(), outbox.claim()
        with pytest.raises(connectors.base.Waiting) as waiting:
            connector.deliver(ticket.parcel(), ticket)
        pump(server)
        ticket.wait(waiting.value.seconds)
        assert outbox.due().exists()

    def test_worker_that_died_after_sending_leaves_a_trace(self, server, school):
        queue(make_record("dok:1:v1"), school)
        start()
        connector = connectors.connect()
        for _ in range(2):
            ticket = outbox.claim()
            with pytest.raises(connectors.base.Waiting):
                connector.deliver(ticket.parcel(), ticket)
            pump(server)
            let_time_pass()
        settle(server)
        assert (states(), kept(server)) == (["archived"], ["dok:1:v1"])
        assert sent(server).count("arkivering.arkivmelding.opprett") == 1

    def test_wrong_password_is_not_the_documents_fault(self, server, school):
        server.fiks.fault("http_401", times=2)
        queue(make_record("dok:1:v1"), school)
        start()
        settle(server)
        assert states() == ["ready"]
        assert FiksRequest.objects.count() == 0
        pass_time(server, hours=1)
        pass_time(server, hours=1)
        assert states() == ["archived"]

    def test_national_id_is_found_again_for_a_lost_folder(self, server, school, world):
        student = next(iter(world.pupils.values()))
        record = make_record("dok:1:v1", folder="elevmappe:1")
        queue(record, school)
        ArchiveFolder.objects.update(key=f"elevmappe:{student.uuid}", national_id="")
        start()
        ticket = outbox.claim()
        ticket.recall_national_id()
        assert ticket.national_id == student.person.national_ids.get(is_current=True).number


class TestSetUp:
    def test_without_keys_nothing_is_sent_and_nothing_fails(self, server, school, monkeypatch):
        monkeypatch.undo()
        queue(make_record("dok:1:v1"), school)
        start()
        worker.work(seconds=240)
        assert (states(), sent(server)) == (["ready"], [])
        assert "Nøklene for Fiks IO" in DeliveryAttempt.objects.latest("pk").receipt

    def test_without_accounts_nothing_is_sent_and_nothing_fails(self, server, school):
        ArchiveSystem.objects.update(recipient_account=None)
        queue(make_record("dok:1:v1"), school)
        start()
        worker.work(seconds=240)
        assert (states(), sent(server)) == (["ready"], [])
        assert FiksRequest.objects.count() == 0

    def test_keys_are_read_from_the_files_the_environment_names(self, settings, tmp_path):
        for name, content in (("key", private_pem(keys_of("us"))), ("crt", certificate_pem(keys_of("us")))):
            (tmp_path / name).write_bytes(content)
        key, certificate = str(tmp_path / "key"), str(tmp_path / "crt")
        settings.FIKS_IO = settings.FIKS_IO | {
            "private_keys": [key], "signing_key": key, "signing_certificate": certificate,
        }  # fmt: skip
        found = fiks_arkiv.keys_from_environment()
        assert found.certificate == keys_of("us").certificate
        assert len(found.private) == 1

    def test_jobs_work_under_the_weak_role(self, server, school):
        queue(make_record("dok:1:v1"), school)
        start()
        with as_worker():
            settle(server)
        assert states() == ["archived"]
