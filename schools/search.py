"""One search over all there is. Each app adds what it finds from a module `search`; nobody finds beyond their rights.

A pupil in an answer is a pupil shown, be it under the own name, a guardian's or a document's title, so whoever answers
logs the `record` of each hit.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from django.utils.functional import Promise

from accessctl.models import User
from accessctl.permissions import Permission
from schoolapp.lib.search_words import words_of

Text = str | Promise
# The rights that let somebody find something; whoever holds one of them has the page.
OPENED_BY = (
    Permission.VIEW_PUPIL,
    Permission.VIEW_GROUPS,
    Permission.VIEW_STAFF,
    Permission.VIEW_ACCESS,
    Permission.VIEW_ACCESS_LOG,
    Permission.MANAGE_PROTECTION,
    Permission.EDIT_RELATIONS,
    Permission.BLOCK_GUARDIAN,
    Permission.VIEW_DOCUMENT,
    Permission.EDIT_TEMPLATES,
    Permission.VIEW_ARCHIVE_LOG,
    Permission.GIVE_ROLES,
    Permission.EDIT_ROLES,
    Permission.ADMINISTER,
    Permission.BREAK_GLASS,
    Permission.ADVANCED_SEARCH,
)


@dataclass(frozen=True)
class Hit:
    """One line of an answer. `record` is what was read about a pupil, for the log; None when it is about none."""

    title: str
    detail: str
    url: str
    record: Any = None


@dataclass(frozen=True)
class Finder:
    """What finds one kind of thing for whoever holds one of `permissions`.

    `find(user, words, most)` gives at most `most` hits, the best first, in which each of the folded `words` begins a
    word (schoolapp.lib.search_words). What is `by_name` of a person is not asked for words with a digit, as «8a».
    """

    slug: str
    label: Text
    permissions: tuple[Permission, ...]
    find: Callable[[User, list[str], int], list[Hit]] = field(compare=False)
    order: int
    by_name: bool = False

    def is_for(self, user: User) -> bool:
        return any(user.holds(right) for right in self.permissions)


@dataclass(frozen=True)
class Section:
    """The hits of one kind. `has_more` says that there are more than these."""

    slug: str
    label: Text
    hits: list[Hit]
    has_more: bool


_finders: dict[str, Finder] = {}


def register(finder: Finder) -> None:
    """Add a finder. Registering one with the same slug again replaces it."""
    _finders[finder.slug] = finder


def finders_for(user: User) -> list[Finder]:
    return sorted((finder for finder in _finders.values() if finder.is_for(user)), key=lambda finder: finder.order)


def found(user: User, query: str, *, most: int) -> list[Section]:
    """What `query` finds for `user`, at most `most` of each kind; kinds with no hit are left out."""
    words = words_of(query)
    if not words:
        return []
    sections = []
    is_name = not any(letter.isdigit() for word in words for letter in word)
    for finder in finders_for(user):
        if finder.by_name and not is_name:
            continue
        hits = finder.find(user, words, most + 1)
        sections.append(Section(finder.slug, finder.label, hits[:most], len(hits) > most))
    return [section for section in sections if section.hits]


def records(sections: Iterable[Section]) -> list[Any]:
    """What the hits show of pupils, for the log."""
    return [hit.record for section in sections for hit in section.hits if hit.record is not None]
