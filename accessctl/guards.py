"""The words a view can use to say who may call it. A view that uses none of them is refused."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from accessctl.permissions import Permission

View = TypeVar("View", bound=Callable[..., Any])


@dataclass(frozen=True)
class Public:
    """Anyone may call it; `reason` says why that is right."""

    reason: str


@dataclass(frozen=True)
class SignedIn:
    """Anyone logged in; `scope` says in words what they reach."""

    scope: str


@dataclass(frozen=True)
class AnyOf:
    """Whoever holds one of the rights, somewhere; a page that shows each what their own rights open."""

    permissions: tuple[Permission, ...]


Access = Permission | AnyOf | Public | SignedIn


def requires(permission: Permission) -> Callable[[View], View]:
    """The caller must hold `permission` somewhere; the queryset decides for which objects."""
    return _declare(permission)


def requires_any(*permissions: Permission) -> Callable[[View], View]:
    """The caller must hold one of `permissions` somewhere. What is refused is put down to the first of them."""
    return _declare(AnyOf(permissions))


def signed_in(scope: str) -> Callable[[View], View]:
    return _declare(SignedIn(scope))


def public(reason: str) -> Callable[[View], View]:
    return _declare(Public(reason))


def _declare(access: Access) -> Callable[[View], View]:
    def mark(view: View) -> View:
        view.access = access  # type: ignore[attr-defined]
        return view

    return mark


# Views from libraries, one by one by dotted name. Never by URL prefix, which would also open what is added later.
EXTERNAL: dict[str, Access] = {
    "django.views.i18n.set_language": Public("bytte av språk endrer bare visningen"),
}


def access_of(view: Callable[..., Any]) -> Access | None:
    """The declared access of a view function or class, or None when it declares nothing."""
    owner = getattr(view, "view_class", view)
    declared = getattr(view, "access", None) or getattr(owner, "access", None)
    return declared or EXTERNAL.get(f"{owner.__module__}.{getattr(owner, '__qualname__', '')}")
