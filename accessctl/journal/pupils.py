"""What the logs need to know about pupils. The apps above, which know them, fill in the answers."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import Model
from django.utils.functional import Promise

from accessctl.permissions import Permission


@dataclass(frozen=True)
class Ground:
    """Why a user reaches a pupil: the role, the sentence a privacy officer reads, and what kind of ground it is."""

    role: str
    text: str
    basis: str


@dataclass(frozen=True)
class Pupil:
    """A pupil as the logs know one. `name` is empty for whoever may not know it."""

    uuid: UUID
    pk: int
    person_pk: int
    school_id: int | None
    is_protected: bool
    name: str = ""
    label: str | Promise = ""


Grounds = Callable[[Any, Mapping[UUID, Pupil]], dict[UUID, Ground]]


class Source:
    """The questions the logs ask. Without anybody to answer them no pupil is known."""

    def known(self, uuids: Collection[UUID]) -> dict[UUID, Pupil]:
        """The pupils with these uuids, without names."""
        return {}

    def met(self, record: Any) -> Pupil | None:
        """The pupil a record concerns, where the record was read together with the pupil; never a query."""
        return None

    def named(self, user: Any, uuids: Collection[UUID]) -> dict[UUID, Pupil]:
        """The same with names, for a user who searches the log; a protected pupil has a name only for the few."""
        return {}

    def found(self, user: Any, name: str, born: date) -> list[Pupil]:
        """Pupils with exactly this name and birth date that `user` may know exist."""
        return []

    def unnamed_users(self, user: Any, user_ids: Collection[int]) -> set[int]:
        """Those of the users whose names `user` may not know, since they have address protection themselves."""
        return set()

    def with_accounts(self, user_ids: Collection[int]) -> set[UUID]:
        """The pupils among the users, whoever may see them."""
        return set()

    def reaches(self, user: Any, permission: Permission, uuid: UUID) -> bool:
        """Whether `user` holds the right over this pupil."""
        return False


_grounds: list[tuple[int, Grounds]] = []
_source: list[Source] = []
_subjects: dict[type[Model], str] = {}


def register_grounds(grounds: Grounds, *, order: int) -> None:
    """Add a function that says why a user reaches pupils. The lowest `order` with an answer is the one that counts."""
    if all(known is not grounds for _order, known in _grounds):
        _grounds.append((order, grounds))
        _grounds.sort(key=lambda entry: entry[0])


def register_subject(model: type[Model], path: str) -> None:
    """Records of `model` are about the pupil whose uuid `path` leads to; a refused line says so of those it names."""
    _subjects[model] = path


def subject_of(uuid: UUID) -> UUID | None:
    """The pupil whom the record with this uuid is about, whatever kind of record. One query, also for no record."""
    rows = [model._default_manager.filter(uuid=uuid).values_list(path) for model, path in _subjects.items()]
    found = [pupil for (pupil,) in rows[0].union(*rows[1:], all=True) if pupil] if rows else []
    return found[0] if found else None


def register_source(source: Source) -> None:
    _source[:] = [source]


def source() -> Source:
    return _source[0] if _source else Source()


def ground_of(user: Any, known: Mapping[UUID, Pupil]) -> dict[UUID, Ground]:
    """Why `user` reaches each of the pupils; a pupil for whom nobody knows a ground is left out."""
    found: dict[UUID, Ground] = {}
    for _order, grounds in _grounds:
        missing = {uuid: pupil for uuid, pupil in known.items() if uuid not in found}
        if not missing:
            break
        found |= grounds(user, missing)
    return found
