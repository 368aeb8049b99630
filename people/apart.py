"""Nobody decides in a case of their own: about themselves, their children, or the other guardians of their children."""

from collections.abc import Callable

from django.utils.translation import gettext as _

from accessctl.models import User
from people.models import Person

IsClose = Callable[[Person, list[Person]], bool]
_sources: list[IsClose] = []


class OwnCase(ValueError):
    """The one who acts is a party to the case; the text says so, in words for the screen."""


def register(is_close: IsClose) -> None:
    """Add a function that says whether somebody is family of, or kept from, any of those a case concerns."""
    if is_close not in _sources:
        _sources.append(is_close)


def people_apart(by: User | None, *concerned: Person | None) -> None:
    """Raise OwnCase when `by` is one of `concerned`, or close to one of them. None is the system itself.

    Every action about relations, blocks, portals or protection asks this first (handbook 8.2 and 8.3).
    """
    own = Person.objects.filter(user=by).first() if by is not None else None
    if own is None:
        return
    people = [person for person in concerned if person is not None]
    if own in people or any(is_close(own, people) for is_close in _sources):
        raise OwnCase(_("Du kan ikke behandle saker om deg selv eller egne barn. Be en kollega."))
