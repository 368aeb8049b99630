"""What the archive's answers leave behind: large ones are fetched, old ones emptied, none is lost."""

import signal
import threading
from datetime import timedelta
from io import StringIO
from uuid import uuid4

import pytest
from django.core.management import call_command
from django.db.models.functions import Now

from archive import actions, inbox
from archive.management.commands import fiks_io_consumer
from archive.models import ArchiveRun, Delivery, FiksReply
from sandbox.fiks.server import FiksServer
from tests.archive import fiks_server
from tests.archive.fiks_server import THEIRS, pass_time, settle, states
from tests.archive.parts import make_record, queue

pytestmark = pytest.mark.django_db
OPPRETT = "arkivmelding.opprett"


@pytest.fixture
def server(settings, monkeypatch, db):
    with fiks_server.running_fiks() as running:
        fiks_server.lead_to(running, settings, monkeypatch)
        fiks_server.choose()
        yield running


def deliver(school) -> None:
    queue(make_record("dok:1:v1"), school)
    actions.start_run(trigger=ArchiveRun.Trigger.SCHEDULE)


def sends(server: FiksServer) -> int:
    return [each["meldingType"] for each in server.fiks.sent].count(
        "no.ks.fiks.arkiv.v1.arkivering.arkivmelding.opprett"
    )


class TestLargeAnswers:
    def test_receipt_in_dokumentlager_is_fetched_once_and_kept(self, server, school):
        server.fiks.fault("stor", times=9)
        deliver(school)
        settle(server)
        assert states() == ["archived"]
        large = FiksReply.objects.exclude(store_id="")
        assert [bytes(row.payload) for row in large] == [server.fiks.stored[row.store_id] for row in large]
        assert large.count() == 2

    def test_receipt_that_is_gone_from_there_is_asked_for_again(self, server, school):
        server.fiks.fault("stor_borte", about=OPPRETT)
        deliver(school)
        settle(server)
        assert states() == ["sent_unknown"]
        pass_time(server, minutes=11)
        assert (states(), sends(server)) == (["archived"], 1)

    def test_answers_that_can_never_be_had_are_for_a_person(self, server, school):
        server.fiks.fault("stor_borte", times=99)
        deliver(school)
        settle(server)
        for _ in range(14):
            pass_time(server, hours=2)
        row = Delivery.objects.get()
        assert (row.state, row.failure) == ("parked", "unanswered")
        assert "kunne ikke hentes fra Fiks Dokumentlager" in row.failure_text

    def test_dokumentlager_away_is_waited_for(self, server, school, monkeypatch):
        server.fiks.fault("stor", times=9)
        monkeypatch.setattr(server.fiks, "lets_in", lambda token, who: not monkeypatch.away)
        monkeypatch.away = False
        deliver(school)
        fiks_server.worker.work(seconds=240, connector=fiks_server.connectors.connect())
        monkeypatch.away = True
        settle(server)
        assert "archived" not in states()
        assert FiksReply.objects.exclude(store_id="").exclude(payload=None).count() == 0
        monkeypatch.away = False
        pass_time(server, hours=1)
        assert states() == ["archived"]

    def test_nothing_is_fetched_for_a_stranger_or_by_a_strange_name(self, server, school):
        for sender, store in ((str(uuid4()), str(uuid4())), (THEIRS, "../../fiks-io/api/v1/send")):
            row = inbox.receive({"type": "x.kvittering", "avsender-id": sender, "dokumentlager-id": store}, b"")
            reply, _raw = fiks_server.connectors.connect().read(row)
            assert reply.kind == "unreadable"


class TestOldAnswers:
    @pytest.fixture
    def answered(self, server, school) -> Delivery:
        deliver(school)
        settle(server)
        return Delivery.objects.get()

    def grow_old(self, days: int) -> None:
        FiksReply.objects.exclude(applied_at=None).update(applied_at=Now() - timedelta(days=days))

    def filled(self) -> int:
        return FiksReply.objects.exclude(payload=None).count()

    def test_what_has_done_its_work_is_emptied_and_stands_as_a_line(self, answered):
        lines = FiksReply.objects.count()
        self.grow_old(89)
        assert (inbox.empty_old(), self.filled()) == (0, 2)
        self.grow_old(91)
        assert (inbox.empty_old(), self.filled()) == (2, 0)
        assert FiksReply.objects.count() == lines
        assert inbox.empty_old() == 0

    def test_the_time_is_a_setting(self, answered, settings):
        settings.FIKS_IO = settings.FIKS_IO | {"keep_days": 10}
        self.grow_old(11)
        assert inbox.empty_old() == 2

    @pytest.mark.parametrize("state", ["ready", "sent_unknown", "parked"])
    def test_what_may_be_read_again_is_kept(self, server, school, state):
        server.fiks.fault("delvis", about=OPPRETT)
        deliver(school)
        settle(server)
        failure = "refused" if state == "parked" else ""
        Delivery.objects.update(state=state, failure=failure)
        self.grow_old(400)
        assert (inbox.empty_old(), self.filled()) == (0, 2)

    def test_what_has_not_found_its_place_is_never_emptied(self, db):
        row = inbox.receive({"type": "noe.nytt"}, b"tull")
        FiksReply.objects.update(received_at=Now() - timedelta(days=4000))
        assert inbox.empty_old() == 0
        row.refresh_from_db()
        assert bytes(row.payload) == b"tull"
        inbox.apply_new()
        self.grow_old(91)
        assert inbox.empty_old() == 1


class TestListener:
    """The process that receives: which account it listens for, and what it says when there is none."""

    @pytest.fixture
    def at_once(self, monkeypatch, settings):
        monkeypatch.setattr(fiks_io_consumer, "ASKS_AGAIN", 0.0)
        settings.FIKS_IO = settings.FIKS_IO | {"amqp_url": "amqp://127.0.0.1:9/"}

    def test_it_goes_over_to_another_account_and_stays_for_late_answers(self, db, at_once, monkeypatch):
        system = fiks_server.choose()
        consumer = fiks_io_consumer.listener(threading.Event())
        assert not consumer.is_over()
        system.adapter = "elements_ncore"
        system.save()
        assert not consumer.is_over()
        system.adapter, system.own_account = "fiks_arkiv", THEIRS
        system.save()
        assert consumer.is_over()
        monkeypatch.setattr(fiks_io_consumer, "ASKS_AGAIN", 600.0)
        assert all(consumer.is_over() for _ in range(3))
        assert str(fiks_io_consumer.listener(threading.Event()).account) == THEIRS

    def test_it_is_over_when_told(self, db, at_once):
        fiks_server.choose()
        over = threading.Event()
        consumer = fiks_io_consumer.listener(over)
        over.set()
        assert consumer.is_over()
        consumer.pause(600)

    def test_that_nothing_is_to_be_listened_to_is_said_once(self, db, at_once, monkeypatch):
        rounds = []

        def wait(event: threading.Event, _seconds: float) -> None:
            rounds.append(1)
            if len(rounds) == 3:
                event.set()

        monkeypatch.setattr(threading.Event, "wait", wait)
        monkeypatch.setattr(signal, "signal", lambda *_: None)
        said = StringIO()
        call_command("fiks_io_consumer", wait=True, stderr=said)
        assert (len(rounds), said.getvalue().count("does not use Fiks Arkiv")) == (3, 1)
