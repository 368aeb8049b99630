"""What other apps add to the pupil page: tabs, panels on the overview, and who may not see where the pupil lives.

An app fills the registry from its module `pupil_tabs`, which is imported when the application starts.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise

from accessctl.models import User
from accessctl.permissions import Permission
from students.models import Student


@dataclass(frozen=True)
class Tab:
    """A page about one pupil; `url_name` takes the pupil's uuid. Shown to whoever holds `permission` for the pupil."""

    slug: str
    label: str | Promise
    url_name: str
    permission: Permission
    order: int


@dataclass(frozen=True)
class Panel:
    """A part of the overview, or of the page `tab`. `data(user, student, hides_address)` gives the template's context.

    The last says whether the address of the household must be kept from the user.
    """

    slug: str
    template_name: str
    permission: Permission
    order: int
    data: Callable[[User, Student, bool], dict[str, Any]]
    tab: str = "oversikt"


_tabs: dict[str, Tab] = {}
_panels: dict[str, Panel] = {}
AddressRule = Callable[[User, Student], bool]
_address_rules: list[AddressRule] = []


def register(tab: Tab) -> None:
    _tabs[tab.slug] = tab


def register_panel(panel: Panel) -> None:
    _panels[panel.slug] = panel


def register_address_rule(rule: AddressRule) -> None:
    """Add a rule that says True when the pupil's address must be kept from the user."""
    if rule not in _address_rules:
        _address_rules.append(rule)


def tabs() -> list[Tab]:
    return sorted(_tabs.values(), key=lambda tab: tab.order)


def panels(tab: str = "oversikt") -> list[Panel]:
    return sorted((panel for panel in _panels.values() if panel.tab == tab), key=lambda panel: panel.order)


def hides_address(user: User, student: Student) -> bool:
    """Whether a rule keeps the pupil's address from `user`. Nobody sees it where no app knows the family."""
    return not _address_rules or any(rule(user, student) for rule in _address_rules)
