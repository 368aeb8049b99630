"""One row of the document overview as the system ships it."""

from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent
NOT_STORED = frozenset({"slug", "exempt"})


@dataclass(frozen=True, slots=True, kw_only=True)
class ShippedType:
    """`number` is the row of handbook 6.2; `exempt` whether it has the shipped ground for exemption from access."""

    slug: str
    name_nb: str
    name_nn: str
    number: int | None = None
    channel: str = "svarut"
    folder: str = "pupil"
    archive_mode: str = "always"
    deadlines: tuple[str, ...] = ()
    archived_by: tuple[str, ...] = ("automatic",)
    precondition: str = ""
    exempt: bool = True
    registry_type: str = "U"
    registry_status: str = "F"
    sensitivity: str = "normal"
    shown_to_guardians: bool = True
    made_in: str = "editor"
    guide_nb: str = ""
    guide_nn: str = ""

    def columns(self) -> dict[str, Any]:
        """What is stored, by column; lists as JSON has them."""
        values = {f.name: getattr(self, f.name) for f in fields(self) if f.name not in NOT_STORED}
        return {name: list(value) if isinstance(value, tuple) else value for name, value in values.items()}

    @property
    def has_template(self) -> bool:
        return (FOLDER / f"{self.slug}.nb.txt").exists()

    def template(self, language: str) -> tuple[str, str]:
        """(title, body) of the shipped template."""
        title, _blank, body = (FOLDER / f"{self.slug}.{language}.txt").read_text("utf-8").partition("\n")
        return title.strip(), body.strip() + "\n"


def report(**row: Any) -> ShippedType:
    """An internal report, archived when somebody chooses it."""
    internal: dict[str, Any] = {
        "channel": "internal",
        "archive_mode": "optional",
        "registry_type": "X",
        "deadlines": ("06-25",),
        "made_in": "flow",
        "shown_to_guardians": False,
    }
    return ShippedType(**(internal | row))


def application(**row: Any) -> ShippedType:
    """What guardians send in the portal. Incoming, registered by the system for the school."""
    portal: dict[str, Any] = {"channel": "portal", "registry_type": "I", "registry_status": "S", "made_in": "flow"}
    return ShippedType(**(portal | row))


def notice(**row: Any) -> ShippedType:
    """What is told and never archived."""
    told: dict[str, Any] = {
        "channel": "message",
        "folder": "none",
        "archive_mode": "never",
        "archived_by": (),
        "exempt": False,
        "made_in": "flow",
    }
    return ShippedType(**(told | row))


def in_elements(**row: Any) -> ShippedType:
    """What is never made here, since it is sensitive case work."""
    elsewhere: dict[str, Any] = {
        "channel": "elements",
        "archived_by": (),
        "sensitivity": "sensitive",
        "shown_to_guardians": False,
        "made_in": "elements",
    }
    return ShippedType(**(elsewhere | row))
