"""What any connector must do. A new connector adds a line to CONNECTORS and its stand-in."""

from collections.abc import Callable

import pytest

from archive import actions, outbox
from archive.connectors import connect
from archive.connectors.base import Connector, NotDone, Receipt, Refused, Unknown
from archive.models import ArchiveRun, Delivery
from tests.archive.parts import addresses, let_time_pass, make_record, queue, running_elements

pytestmark = pytest.mark.django_db
CONNECTORS = ["elements_ncore"]


@pytest.fixture(params=CONNECTORS)
def connector(request, elements, settings) -> Connector:
    settings.ARCHIVE_CONNECTOR = request.param
    return connect()


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


class TestConnector:
    def test_unknown_key_is_not_found(self, connector):
        assert connector.find("dok:ukjent:v1") == []

    def test_delivered_record_is_found_by_its_key(self, connector, ticket):
        held = ticket("dok:1:v1")
        receipt = connector.deliver(held.parcel(), held)
        assert isinstance(receipt, Receipt)
        assert connector.find("dok:1:v1") == [receipt.entry_id]
        assert receipt.case.year and receipt.case.number

    def test_the_same_parcel_again_is_the_same_record(self, connector, ticket):
        held = ticket("dok:1:v1")
        first = connector.deliver(held.parcel(), held)
        second = connector.deliver(held.parcel(), held)
        assert (first.entry_id, first.journal_number) == (second.entry_id, second.journal_number)

    def test_the_same_parcel_without_any_memory_is_the_same_record(self, connector, ticket):
        held = ticket("dok:1:v1")
        first = connector.deliver(held.parcel(), held)
        Delivery.objects.update(steps={})
        held.delivery.folder.steps, held.delivery.steps, held.delivery.folder.system_id = {}, {}, ""
        second = connector.deliver(held.parcel(), held)
        assert (first.entry_id, first.case) == (second.entry_id, second.case)

    def test_refusal_carries_the_words(self, connector, ticket, elements):
        elements.faults.add(mode="refuse", text="Hjemmelen er ukjent.", operation="Insert", kind="RegistryEntry")
        held = ticket("dok:1:v1")
        with pytest.raises(Refused, match="Hjemmelen er ukjent"):
            connector.deliver(held.parcel(), held)

    def test_broken_answer_to_a_change_is_unknown(self, connector, ticket, elements):
        elements.faults.add(mode="reset_after", operation="Insert", kind="RegistryEntry")
        held = ticket("dok:1:v1")
        with pytest.raises(Unknown):
            connector.deliver(held.parcel(), held)

    def test_unanswered_question_changes_nothing(self, connector, ticket, elements):
        elements.faults.add(mode="error_before", operation="FilteredQuery")
        held = ticket("dok:1:v1")
        with pytest.raises(NotDone):
            connector.deliver(held.parcel(), held)

    def test_archive_that_is_away_is_not_done(self, settings, ticket):
        with running_elements() as server:
            settings.NCORE = addresses(server)
        held = ticket("dok:1:v1")
        with pytest.raises(NotDone):
            connect().deliver(held.parcel(), held)

    def test_nothing_is_sent_without_leave(self, connector, ticket, elements):
        held = ticket("dok:1:v1")
        let_time_pass()
        with pytest.raises(outbox.Superseded):
            connector.deliver(held.parcel(), held)
        assert "Case" not in elements.store.ledger()
