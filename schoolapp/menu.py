"""The side menu of staff pages: one line per screen, shown to whoever holds the right the screen needs."""

from dataclasses import dataclass

from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accessctl.models import User
from accessctl.permissions import Permission

Text = str | Promise


@dataclass(frozen=True)
class MenuLine:
    section: Text
    label: Text
    url_name: str
    permission: Permission


@dataclass(frozen=True)
class Entry:
    label: Text
    url: str
    current: str

    @property
    def is_current(self) -> bool:
        return bool(self.current)


@dataclass(frozen=True)
class Section:
    title: Text
    entries: list[Entry]


HOME, PUPILS, OVERVIEW, SETUP = _("Hjem"), _("Elever"), _("Rapporter"), _("Oppsett")

MENU: tuple[MenuLine, ...] = (
    MenuLine(HOME, _("I dag"), "schools:today", Permission.VIEW_PUPIL),
    MenuLine(PUPILS, _("Elever"), "students:list", Permission.VIEW_PUPIL),
    MenuLine(PUPILS, _("Klasser og grupper"), "groups:list", Permission.VIEW_GROUPS),
    MenuLine(PUPILS, _("Hvem kan se hva"), "students:find_watchers", Permission.VIEW_ACCESS),
    MenuLine(PUPILS, _("Foresatte til godkjenning"), "guardians:queue", Permission.EDIT_RELATIONS),
    MenuLine(PUPILS, _("Sperrede foresatte"), "guardians:blocks", Permission.BLOCK_GUARDIAN),
    MenuLine(PUPILS, _("Adressesperre"), "guardians:protected", Permission.MANAGE_PROTECTION),
    MenuLine(OVERVIEW, _("Arkiv"), "archive:log", Permission.VIEW_ARCHIVE_LOG),
    MenuLine(OVERVIEW, _("Varsler"), "journal:alerts", Permission.VIEW_ACCESS_LOG),
    MenuLine(OVERVIEW, _("Innsynslogg"), "journal:search", Permission.VIEW_ACCESS_LOG),
    MenuLine(PUPILS, _("Nødtilgang"), "students:emergency", Permission.BREAK_GLASS),
    MenuLine(SETUP, _("Dokumentmaler"), "documents:templates", Permission.EDIT_TEMPLATES),
    MenuLine(SETUP, _("Tilganger"), "rights:people", Permission.GIVE_ROLES),
    MenuLine(SETUP, _("Roller"), "roles:list", Permission.EDIT_ROLES),
    MenuLine(SETUP, _("Administrasjon"), "admin:index", Permission.ADMINISTER),
)


def menu_for(user: User, path: str) -> list[Section]:
    """The sections `user` may open, the line that `path` lies under marked as current."""
    shown = [(line, url_of(line.url_name)) for line in MENU if user.holds(line.permission)]
    nearest = max((url for _line, url in shown if url and path.startswith(url)), key=len, default="")
    sections: dict[str, Section] = {}
    for line, url in shown:
        if url:
            current = "" if url != nearest else "page" if url == path else "true"
            section = sections.setdefault(str(line.section), Section(line.section, []))
            section.entries.append(Entry(line.label, url, current))
    return list(sections.values())


def url_of(name: str) -> str:
    """The address of a page, or nothing while its app is not installed."""
    try:
        return reverse(name)
    except NoReverseMatch:
        return ""
