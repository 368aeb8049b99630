"""Where documents are made that nobody writes in the editor, since what may stand in them is decided by rules.

The app whose flow makes them registers an address from its module `document_flows`.
"""

from collections.abc import Callable
from dataclasses import dataclass

from accessctl.permissions import Permission
from documents.models import Document

Address = Callable[[Document], str]
_addresses: dict[str, Address] = {}


@dataclass(frozen=True, slots=True)
class Place:
    """The page where making documents of a type begins, for those who hold one of the rights."""

    url_name: str
    permissions: tuple[Permission, ...]


_places: dict[str, Place] = {}


def register(slug: str, address: Address) -> None:
    """Say where documents of this type are made. Registering again replaces."""
    _addresses[slug] = address


def address_of(document: Document) -> str:
    """The page of the flow that makes the document; empty for what is written in the editor."""
    address = _addresses.get(document.document_type.slug)
    return address(document) if address else ""


def begin_at(slug: str, url_name: str, *permissions: Permission) -> None:
    """Say on which page making documents of this type begins. Registering again replaces."""
    _places[slug] = Place(url_name, permissions)


def place_of(slug: str) -> Place | None:
    """Where it begins, or None while no part of the system makes it."""
    return _places.get(slug)
