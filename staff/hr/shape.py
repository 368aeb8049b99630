"""One file from HR as plain values, whatever format it came in. No database."""

from dataclasses import asdict, dataclass, field, replace
from datetime import date
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

MOST_REFUSALS = 50


@dataclass(frozen=True)
class Refusal:
    """Why a file is not read. `row` counts from 1 in the file; the reason repeats nothing of what stands there."""

    reason: str
    row: int | None = None

    def sentence(self) -> str:
        if self.row is None:
            return self.reason
        return _("Rad {row}: {reason}").format(row=self.row, reason=self.reason)


class FeedRefused(Exception):
    """The whole file is refused, and nothing is changed. Of very many reasons only the first are told, and counted."""

    def __init__(self, *refusals: Refusal) -> None:
        self.refusals = refusals[:MOST_REFUSALS]
        if (more := len(refusals) - MOST_REFUSALS) > 0:
            reason = ngettext("{n} rad til har feil", "{n} rader til har feil", more).format(n=more)
            self.refusals += (Refusal(reason),)
        super().__init__("; ".join(refusal.sentence() for refusal in self.refusals[:3]))


def refused(reason: str, row: int | None = None) -> FeedRefused:
    return FeedRefused(Refusal(reason, row))


@dataclass(frozen=True)
class FeedPosition:
    """A position. `percent` and `weekly_hours` are hundredths; `reference` tells it from the person's others."""

    reference: str
    employment_id: str
    is_primary: bool
    code: str
    title: str
    percent: int
    weekly_hours: int | None
    unit_id: str
    unit_name: str
    manager_number: str
    responsibility: str
    function: str
    valid_from: date
    valid_to: date | None


@dataclass(frozen=True)
class FeedEmployee:
    """A person in the file. `row` is where it begins."""

    row: int
    employee_number: str
    national_id: str = field(repr=False)
    given_name: str = ""
    family_name: str = ""
    email: str = ""
    phone: str = ""
    username: str = ""
    initials: str = ""
    positions: tuple[FeedPosition, ...] = ()

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


def from_json(content: dict[str, Any]) -> FeedEmployee:
    """What `as_json` gave, after a turn through the database."""
    positions = tuple(
        FeedPosition(**{**position, **{name: day(position[name]) for name in ("valid_from", "valid_to")}})
        for position in content["positions"]
    )
    return replace(FeedEmployee(**{**content, "positions": ()}), positions=positions)


def day(text: str | None) -> Any:
    return date.fromisoformat(text) if text else None


@dataclass(frozen=True)
class Feed:
    """A file that was understood as a whole."""

    format: str
    sha256: str
    employees: tuple[FeedEmployee, ...]
