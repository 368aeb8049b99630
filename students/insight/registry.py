"""What each app holds about a pupil. An app says it in its module `insight_parts`, found when the apps are loaded.

A part is told in words that a parent understands, leaves out other people's data, and tells of other protected people
nothing at all (handbook 8.5).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from django.core.files.storage import default_storage
from django.utils.functional import Promise

from accessctl.models import User
from students.models import Student

Text = str | Promise
Row = dict[str, str]


@dataclass(frozen=True)
class Attached:
    """A file in the storage. `name` is what it is called in the package, without personal data."""

    name: str
    path: str

    def read(self) -> bytes:
        with default_storage.open(self.path) as file:
            return file.read()


@dataclass(frozen=True)
class Section:
    """Rows of the same kind, each from heading to text."""

    title: Text
    rows: Sequence[Row]
    files: Sequence[Attached] = field(default=())


@dataclass(frozen=True)
class Part:
    """`read(student, user)` gives the sections; `user` is who takes the export out."""

    slug: str
    title: Text
    read: Callable[[Student, User], list[Section]]
    order: int


_parts: dict[str, Part] = {}


def register(part: Part) -> None:
    _parts[part.slug] = part


def parts() -> list[Part]:
    return sorted(_parts.values(), key=lambda part: (part.order, part.slug))
