"""What the outbox needs from a channel, and nothing more."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

from messaging.letter import Addressee, LetterFile


class ChannelError(Exception):
    """Something went wrong with the channel. `words` are safe to show; `raw` is what it answered, kept masked."""

    def __init__(self, words: str, raw: bytes = b"") -> None:
        super().__init__(words)
        self.words = words
        self.raw = raw


class Refused(ChannelError):
    """The channel said no to this letter. A person must look before anything is sent again."""


class Unknown(ChannelError):
    """Something was sent and may have been taken: a timeout, a reset, a 5xx, an answer that makes no sense."""


class NotDone(ChannelError):
    """Certainly nothing was sent. `pause` is how long to wait, where the channel has told."""

    def __init__(self, words: str, raw: bytes = b"", pause: float | None = None) -> None:
        super().__init__(words, raw)
        self.pause = pause


class Superseded(Exception):
    """Another attempt owns the letter now. The present one stops without writing anything."""


@dataclass(frozen=True, slots=True)
class Parcel:
    """All that is needed to send one letter. `read` gives a file's bytes, already checked against its checksum."""

    key: str
    title: str
    addressee: Addressee
    files: tuple[LetterFile, ...]
    is_sensitive: bool
    accounting_code: str
    read: Callable[[LetterFile], bytes]


@dataclass(frozen=True, slots=True)
class Sent:
    """Proof that the channel has the letter."""

    id: UUID
    raw: bytes


@dataclass(frozen=True, slots=True)
class Standing:
    """How a sending stands, as the channel spells it."""

    id: UUID
    status: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Event:
    at: datetime
    text: str


class Channel(Protocol):
    """A way to send letters."""

    name: str

    def find(self, key: str) -> list[UUID]:
        """Ids of the sendings that carry our key. Raises NotDone when it cannot be asked."""

    def send(self, parcel: Parcel, permit: Callable[[], None]) -> Sent:
        """Send, calling `permit` immediately before anything goes out. Raises Refused, Unknown or NotDone."""

    def standings(self, ids: Iterable[UUID]) -> list[Standing]:
        """How the sendings stand; those the channel does not know are left out. Raises NotDone."""

    def events(self, sending: UUID) -> list[Event]:
        """What has happened to one sending. Raises NotDone."""
