"""What the archive app needs from any records system, and nothing more."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Protocol

from archive.record import FileRef, Record


class ArchiveError(Exception):
    """Something went wrong with the archive. `words` are safe to show; `raw` is what it answered, kept masked."""

    def __init__(self, words: str, raw: bytes = b"") -> None:
        super().__init__(words)
        self.words = words
        self.raw = raw


class Refused(ArchiveError):
    """The archive said no. A person must look before anything is sent again."""


class Unknown(ArchiveError):
    """Something was sent and may have been done: a timeout, a reset, a 5xx, an answer that makes no sense."""


class NotDone(ArchiveError):
    """Certainly nothing was changed: not reached at all, or only a question went unanswered."""


class Incident(ArchiveError):
    """The archive holds what cannot be, such as two records for one key. Nothing is picked; a person decides."""


class Unanswered(ArchiveError):
    """Asked and sent as often as is sensible without an answer. A person must look."""


class Waiting(Exception):
    """Sent, and nothing is wrong: the answer comes later. Look again after `seconds` unless it has come before."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"{seconds:.0f} s")
        self.seconds = seconds


class Superseded(Exception):
    """Another attempt owns the delivery now. The present one stops without writing anything."""


@dataclass(frozen=True, slots=True)
class SchoolSetup:
    """The school's side of the archive as it is configured when the document is sent."""

    case_owner_initials: str
    administrative_unit: str
    registry_unit: str
    pupil_series: str
    school_series: str
    access_group: str


@dataclass(frozen=True, slots=True)
class Case:
    """A folder as the archive knows it."""

    id: str
    year: int | None = None
    number: int | None = None


@dataclass(frozen=True, slots=True)
class FolderSetup:
    """What the municipality has said about a school folder; nothing for other folders."""

    access_code: str = ""
    access_group: str = ""
    series: str = ""
    classes: tuple[str, ...] = ()


@dataclass(slots=True)
class Parcel:
    """All that is needed for one delivery. `read` gives a file's bytes, already checked against its checksum.

    A `case` without an id was made by hand in the archive, and is known by its year and number.
    """

    record: Record
    national_id: str
    case: Case | None
    school: SchoolSetup
    read: Callable[[FileRef], bytes]
    folder: FolderSetup = FolderSetup()


@dataclass(frozen=True, slots=True)
class Receipt:
    """Proof that the archive holds the record."""

    entry_id: str
    case: Case
    journal_year: int | None
    journal_number: int | None
    raw: bytes


class Journal(Protocol):
    """The memory of a delivery, and its right to send. Steps about the folder outlive the single delivery."""

    @property
    def row_id(self) -> int:
        """The delivery, for what a connector keeps about it besides the steps."""

    @property
    def run_id(self) -> int | None:
        """The run it belongs to. A person who sets it to «Klar» gives it a new one, and a fresh start."""

    @property
    def national_id(self) -> str:
        """The pupil's, as long as the folder is not in the archive."""

    def known(self, step: str) -> str:
        """The id recorded for a step, or an empty string."""

    def note(self, step: str, value: str) -> None:
        """Record a step at once. Raises Superseded when the delivery is no longer ours."""

    def folder_known(self, step: str) -> str: ...
    def folder_note(self, step: str, value: str) -> None: ...
    def note_case(self, case: Case) -> None: ...
    def forget_national_id(self) -> None: ...
    def recall_national_id(self) -> None: ...

    def permit(self) -> None:
        """Ask for leave to send, immediately before sending. Raises Superseded when it is no longer given."""


@dataclass
class Gate:
    """Passed through immediately before anything that changes the archive is put on the wire."""

    permit: Callable[[], None] = field(default=lambda: None)

    @contextmanager
    def held_by(self, journal: Journal) -> Iterator[None]:
        self.permit = journal.permit
        try:
            yield
        finally:
            self.permit = _closed


def _closed() -> None:
    raise Superseded


class Connector(Protocol):
    """A records system. Delivering the same parcel again, at any point and however often, gives one record."""

    name: str

    def find(self, key: str) -> list[str]:
        """Ids of the records that carry our key. Raises NotDone when it cannot be asked."""

    def deliver(self, parcel: Parcel, journal: Journal) -> Receipt:
        """Bring the parcel into the archive, going on from what the journal knows.

        Raises Refused, Unknown, NotDone, Incident, Unanswered or Superseded; and Waiting, when the archive answers in
        its own time. The delivery then keeps its folder's lane and is given to `deliver` again.
        """
