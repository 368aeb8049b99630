"""What any connector must do. A new connector adds a line to PEERS, which plays its archive.

A connector may answer in its own time (Waiting). Then the archive's answers are brought and it is asked again: what is
promised is what holds when it has come to an end.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from archive import actions, outbox
from archive.connectors import connect
from archive.connectors.base import Connector, NotDone, Receipt, Refused, Unknown, Waiting
from archive.models import ArchiveFolder, ArchiveRun, Delivery, FiksReply, FiksRequest
from tests.archive import fiks_server
from tests.archive.parts import addresses, let_time_pass, make_record, queue, running_elements

pytestmark = pytest.mark.django_db
MOST_ROUNDS = 10


class ElementsPeer:
    """Answers while one waits."""

    name = "elements_ncore"

    def __init__(self, server, settings, monkeypatch) -> None:
        self.server = server
        settings.ARCHIVE_CONNECTOR = self.name
        settings.NCORE, settings.ARCHIVE_CLIENT_TIMEOUT = addresses(server), 5

    running = staticmethod(running_elements)

    def connect(self) -> Connector:
        return connect()

    def bring(self) -> None:
        raise AssertionError("Elements answers at once")

    def refuse(self) -> None:
        text = "Hjemmelen er ukjent."
        self.server.faults.add(mode="refuse", text=text, operation="Insert", kind="RegistryEntry")

    def break_a_change(self) -> None:
        self.server.faults.add(mode="reset_after", operation="Insert", kind="RegistryEntry")

    def fail_a_question(self) -> None:
        self.server.faults.add(mode="error_before", operation="FilteredQuery")

    def holds_nothing(self) -> bool:
        return "Case" not in self.server.store.ledger()


class FiksPeer:
    """Answers through the inbox."""

    name = "fiks_arkiv"
    running = staticmethod(fiks_server.running_fiks)

    def __init__(self, server, settings, monkeypatch) -> None:
        self.server = server
        fiks_server.lead_to(server, settings, monkeypatch)
        fiks_server.choose()

    def connect(self) -> Connector:
        connector = connect()
        connector.meanwhile = self.bring
        return connector

    def bring(self) -> None:
        fiks_server.pump(self.server)

    def refuse(self) -> None:
        self.server.fiks.fault("ugyldig", about="opprett")

    def break_a_change(self) -> None:
        self.server.fiks.fault("brutt_etter", about="opprett")

    def fail_a_question(self) -> None:
        self.server.fiks.fault("http_500", about="hent")

    def holds_nothing(self) -> bool:
        return not self.server.fiks.archive.folders and not self.server.fiks.archive.entries


PEERS = [ElementsPeer, FiksPeer]


@pytest.fixture(params=PEERS, ids=lambda peer: peer.name)
def peer(request, settings, monkeypatch, db) -> Iterator[ElementsPeer | FiksPeer]:
    with request.param.running() as server:
        yield request.param(server, settings, monkeypatch)


@pytest.fixture
def connector(peer) -> Connector:
    return peer.connect()


@pytest.fixture
def deliver(peer, connector) -> Callable[[outbox.Ticket], Receipt]:
    """Deliver to the end, however many times it takes."""

    def to_the_end(held: outbox.Ticket) -> Receipt:
        for _ in range(MOST_ROUNDS):
            try:
                return connector.deliver(held.parcel(), held)
            except Waiting:
                peer.bring()
        raise AssertionError("it never came to an end")

    return to_the_end


@pytest.fixture
def ticket(school) -> Callable[[str], outbox.Ticket]:
    """A claim on a new delivery."""

    def claim(key: str) -> outbox.Ticket:
        queue(make_record(key), school)
        actions.start_run(trigger=ArchiveRun.Trigger.SCHEDULE)
        claimed = outbox.claim()
        assert claimed is not None
        return claimed

    return claim


@contextmanager
def without_memory(held: outbox.Ticket) -> Iterator[None]:
    """As after a restore of the database to a time before the delivery."""
    Delivery.objects.update(steps={})
    ArchiveFolder.objects.update(steps={}, system_id="", case_year=None, sequence_number=None)
    FiksReply.objects.all().delete()
    FiksRequest.objects.all().delete()
    held.delivery.refresh_from_db()
    held.delivery.folder.refresh_from_db()
    yield


class TestConnector:
    def test_unknown_key_is_not_found(self, connector):
        assert connector.find("dok:ukjent:v1") == []

    def test_delivered_record_is_found_by_its_key(self, connector, deliver, ticket):
        receipt = deliver(ticket("dok:1:v1"))
        assert isinstance(receipt, Receipt)
        assert connector.find("dok:1:v1") == [receipt.entry_id]
        assert receipt.case.year and receipt.case.number

    def test_the_same_parcel_again_is_the_same_record(self, deliver, ticket):
        held = ticket("dok:1:v1")
        first, second = deliver(held), deliver(held)
        assert (first.entry_id, first.journal_number) == (second.entry_id, second.journal_number)

    def test_the_same_parcel_without_any_memory_is_the_same_record(self, deliver, ticket):
        held = ticket("dok:1:v1")
        first = deliver(held)
        with without_memory(held):
            second = deliver(held)
        assert (first.entry_id, first.case) == (second.entry_id, second.case)

    def test_refusal_carries_the_words(self, peer, deliver, ticket):
        peer.refuse()
        with pytest.raises(Refused, match="Hjemmelen er ukjent"):
            deliver(ticket("dok:1:v1"))

    def test_broken_answer_to_a_change_is_unknown(self, peer, deliver, ticket):
        peer.break_a_change()
        with pytest.raises(Unknown):
            deliver(ticket("dok:1:v1"))

    def test_unanswered_question_changes_nothing(self, peer, deliver, ticket):
        peer.fail_a_question()
        with pytest.raises(NotDone):
            deliver(ticket("dok:1:v1"))
        assert peer.holds_nothing()

    def test_archive_that_is_away_is_not_done(self, peer, ticket):
        connector, held = peer.connect(), ticket("dok:1:v1")
        peer.server.shutdown()
        peer.server.server_close()
        with pytest.raises(NotDone):
            connector.deliver(held.parcel(), held)

    def test_nothing_is_sent_without_leave(self, peer, deliver, ticket):
        held = ticket("dok:1:v1")
        let_time_pass()
        with pytest.raises(outbox.Superseded):
            deliver(held)
        assert peer.holds_nothing()
