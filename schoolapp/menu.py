"""The side menu of staff pages: one line per screen, shown to whoever holds the right the screen needs."""

from collections.abc import Callable
from dataclasses import dataclass

from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accessctl.journal.alerts import open_alerts
from accessctl.models import User
from accessctl.permissions import Permission
from schools.today import OPENED_BY

Text = str | Promise


@dataclass(frozen=True)
class MenuLine:
    section: Text
    label: Text
    url_name: str
    permission: Permission | tuple[Permission, ...]
    waiting: Callable[[User], int] | None = None

    def is_for(self, user: User) -> bool:
        """Whether the user holds the right, or one of the rights, that the screen needs."""
        rights = self.permission if isinstance(self.permission, tuple) else (self.permission,)
        return any(user.holds(right) for right in rights)


@dataclass(frozen=True)
class Entry:
    label: Text
    url: str
    current: str
    waiting: int = 0

    @property
    def is_current(self) -> bool:
        return bool(self.current)


@dataclass(frozen=True)
class Section:
    title: Text
    entries: list[Entry]


HOME, PUPILS, OVERVIEW, SETUP = _("Hjem"), _("Elever"), _("Rapporter"), _("Oppsett")

MENU: tuple[MenuLine, ...] = (
    MenuLine(HOME, _("I dag"), "schools:today", OPENED_BY),
    MenuLine(PUPILS, _("Elever"), "students:list", Permission.VIEW_PUPIL),
    MenuLine(PUPILS, _("Klasser og grupper"), "groups:list", Permission.VIEW_GROUPS),
    MenuLine(PUPILS, _("Hvem kan se hva"), "students:find_watchers", Permission.VIEW_ACCESS),
    MenuLine(PUPILS, _("Foresatte til godkjenning"), "guardians:queue", Permission.EDIT_RELATIONS),
    MenuLine(PUPILS, _("Sperrede foresatte"), "guardians:blocks", Permission.BLOCK_GUARDIAN),
    MenuLine(PUPILS, _("Adressesperre"), "guardians:protected", Permission.MANAGE_PROTECTION),
    MenuLine(OVERVIEW, _("Arkiv"), "archive:log", Permission.VIEW_ARCHIVE_LOG),
    MenuLine(OVERVIEW, _("Varsler"), "journal:alerts", Permission.VIEW_ACCESS_LOG, open_alerts),
    MenuLine(OVERVIEW, _("Innsynslogg"), "journal:search", Permission.VIEW_ACCESS_LOG),
    MenuLine(PUPILS, _("Nødtilgang"), "students:emergency", Permission.BREAK_GLASS),
    MenuLine(SETUP, _("Dokumentmaler"), "documents:templates", Permission.EDIT_TEMPLATES),
    MenuLine(SETUP, _("Tilganger"), "rights:people", Permission.GIVE_ROLES),
    MenuLine(SETUP, _("Roller"), "roles:list", Permission.EDIT_ROLES),
    MenuLine(SETUP, _("Administrasjon"), "admin:index", Permission.ADMINISTER),
)


def menu_for(user: User, path: str) -> list[Section]:
    """The sections `user` may open, the line that `path` lies under marked as current."""
    shown = [(line, url_of(line.url_name)) for line in MENU if line.is_for(user)]
    nearest = max((url for _line, url in shown if url and path.startswith(url)), key=len, default="")
    sections: dict[str, Section] = {}
    for line, url in shown:
        if url:
            waiting = line.waiting(user) if line.waiting else 0
            current = "" if url != nearest else "page" if url == path else "true"
            section = sections.setdefault(str(line.section), Section(line.section, []))
            section.entries.append(Entry(line.label, url, current, waiting))
    return list(sections.values())


def url_of(name: str) -> str:
    """The address of a page, or nothing while its app is not installed."""
    try:
        return reverse(name)
    except NoReverseMatch:
        return ""
