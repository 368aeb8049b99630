"""What other apps hand over to be sent: plain data, no model of theirs."""

from dataclasses import dataclass
from uuid import UUID

PDF = "application/pdf"


@dataclass(frozen=True, slots=True)
class LetterFile:
    """A frozen file in storage, with the proof of what it is. `name` is what the recipient sees: neutral, unique."""

    path: str
    name: str
    sha256: str
    size: int
    mime: str = PDF


@dataclass(frozen=True, slots=True)
class Letter:
    """One letter to one person about one pupil.

    `title` stands in notifications and on envelopes: it says who writes, never about whom or what. `recipient` is the
    person's key with us; name, national id and address are looked up at the very moment of sending, and nobody is the
    letter that no one is marked to receive.
    """

    key: str  # stable per document version and recipient, without personal data
    title: str
    recipient: int | None
    about: UUID
    files: tuple[LetterFile, ...]
    is_sensitive: bool = False
    kind: str = ""  # what the school's own log groups it by; never sent


@dataclass(frozen=True, slots=True)
class PostalAddress:
    lines: tuple[str, ...]
    postal_code: str
    city: str


@dataclass(frozen=True, slots=True)
class Addressee:
    """Whom a letter goes to, as it is now. Kept nowhere."""

    name: str
    national_id: str
    address: PostalAddress
