"""Sikri Elements through its NCore SOAP services (ObjectModelService V3 En and DocumentService V3)."""

from django.conf import settings

from archive.connectors.base import Gate, Journal, Parcel, Receipt
from archive.connectors.elements_ncore.soap import Services
from archive.connectors.elements_ncore.transfer import Transfer, entries_with_key


class ElementsNCore:
    """One connection to one Elements. The session with the service is opened at first use."""

    name = "elements_ncore"

    def __init__(self, config: dict[str, str], timeout: int) -> None:
        self.gate = Gate()
        self.services = Services(config, timeout, self.gate)

    def find(self, key: str) -> list[str]:
        return entries_with_key(self.services, key)

    def deliver(self, parcel: Parcel, journal: Journal) -> Receipt:
        with self.gate.held_by(journal):
            return Transfer(self.services, parcel, journal).run()


def connect() -> ElementsNCore:
    return ElementsNCore(settings.NCORE, settings.ARCHIVE_CLIENT_TIMEOUT)
