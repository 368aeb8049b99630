"""The side menu of staff pages: one line per screen, shown to whoever holds the right the screen needs."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

from django.template.loader import render_to_string
from django.urls import NoReverseMatch, get_urlconf, reverse
from django.utils.functional import Promise
from django.utils.safestring import SafeString
from django.utils.translation import get_language
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
STAFF = _("Ansatte")

MENU: tuple[MenuLine, ...] = (
    MenuLine(HOME, _("I dag"), "schools:today", OPENED_BY),
    MenuLine(
        HOME,
        _("Årshjul"),
        "schools:wheel",
        (
            Permission.VIEW_PUPIL,
            Permission.VIEW_STAFF,
            Permission.PLAN_YEAR,
            Permission.SET_DEADLINES,
            Permission.DECIDE_SFO,
        ),
    ),
    MenuLine(HOME, _("Min kalender"), "calendar_feed:page", OPENED_BY),
    MenuLine(PUPILS, _("Elever"), "students:list", Permission.VIEW_PUPIL),
    MenuLine(PUPILS, _("Klasser og grupper"), "groups:list", Permission.VIEW_GROUPS),
    MenuLine(
        PUPILS,
        _("Nytt skoleår"),
        "year:overview",
        (Permission.PLAN_YEAR, Permission.OPEN_YEAR, Permission.SEE_ALL_YEARS),
    ),
    MenuLine(PUPILS, _("Flyttinger"), "moves:list", (Permission.EDIT_PUPIL, Permission.MANAGE_PROTECTION)),
    MenuLine(PUPILS, _("Brev til nye elever"), "moves:letters", Permission.PLAN_YEAR),
    MenuLine(PUPILS, _("Dokumenter til mange"), "documents:batches", Permission.WRITE_DOCUMENT),
    MenuLine(
        PUPILS,
        _("Hva lages hvor"),
        "documents:where",
        (Permission.WRITE_DOCUMENT, Permission.SEND_MESSAGES, Permission.EDIT_TEMPLATES),
    ),
    MenuLine(PUPILS, _("Skolefoto"), "guardians:photographer", Permission.MAKE_PHOTO_FILE),
    MenuLine(PUPILS, _("Hvem kan se hva"), "students:find_watchers", Permission.VIEW_ACCESS),
    MenuLine(PUPILS, _("Foresatte til godkjenning"), "guardians:queue", Permission.EDIT_RELATIONS),
    MenuLine(PUPILS, _("Folkeregisteret"), "guardians:register", Permission.IMPORT_REGISTER),
    MenuLine(PUPILS, _("Sperrede foresatte"), "guardians:blocks", Permission.BLOCK_GUARDIAN),
    MenuLine(PUPILS, _("Adressesperre"), "guardians:protected", Permission.MANAGE_PROTECTION),
    MenuLine(PUPILS, _("Brev til skjermede"), "messaging:held", Permission.MANAGE_PROTECTION),
    MenuLine(STAFF, _("Ansatte"), "staff:people", Permission.VIEW_STAFF),
    MenuLine(STAFF, _("IKT-skjema"), "staff:orders", Permission.ORDER_ICT),
    MenuLine(STAFF, _("Bestilt utstyr"), "staff:deliveries", Permission.SYNC_STAFF),
    MenuLine(
        STAFF,
        _("Variabel lønn"),
        "staff:pay",
        (Permission.RECORD_VARIABLE_PAY, Permission.APPROVE_VARIABLE_PAY),
    ),
    MenuLine(STAFF, _("Stillingsplan"), "staff:plan", Permission.PLAN_POSITIONS),
    MenuLine(STAFF, _("Sjekk ansattsynk"), "staff:sync", Permission.SYNC_STAFF),
    MenuLine(OVERVIEW, _("GSI-tall"), "statistics:overview", Permission.REPORT_STATISTICS),
    MenuLine(OVERVIEW, _("Arkiv"), "archive:log", Permission.VIEW_ARCHIVE_LOG),
    MenuLine(OVERVIEW, _("Gruppeoversikter"), "documents:overviews", Permission.RUN_ARCHIVE),
    MenuLine(OVERVIEW, _("Utsendinger"), "messaging:log", Permission.VIEW_ARCHIVE_LOG),
    MenuLine(OVERVIEW, _("Varsler"), "journal:alerts", Permission.VIEW_ACCESS_LOG, open_alerts),
    MenuLine(OVERVIEW, _("Innsynslogg"), "journal:search", Permission.VIEW_ACCESS_LOG),
    MenuLine(PUPILS, _("Avansert personsøk"), "everybody:search", Permission.ADVANCED_SEARCH),
    MenuLine(PUPILS, _("Nødtilgang"), "students:emergency", Permission.BREAK_GLASS),
    MenuLine(SETUP, _("Skoleår og skolerute"), "schools:calendar", (Permission.PLAN_YEAR, Permission.OPEN_YEAR)),
    MenuLine(SETUP, _("Fag"), "schools:subjects", Permission.ADMINISTER),
    MenuLine(SETUP, _("Dokumentmaler"), "documents:templates", Permission.EDIT_TEMPLATES),
    MenuLine(SETUP, _("Dokumentasjonsplan"), "documents:plan", Permission.EDIT_TEMPLATES),
    MenuLine(SETUP, _("Tilganger"), "rights:people", Permission.GIVE_ROLES),
    MenuLine(SETUP, _("Roller"), "roles:list", Permission.EDIT_ROLES),
    MenuLine(SETUP, _("Eksport til andre systemer"), "exchange:exports", Permission.EXPORT_DATA),
    MenuLine(SETUP, _("Administrasjon"), "admin:index", Permission.ADMINISTER),
)


def menu_for(user: User, path: str) -> SafeString:
    """The sections `user` may open, as HTML, the line that `path` lies under marked as current."""
    lines = tuple(number for number, line in enumerate(MENU) if line.is_for(user))
    addresses = addresses_of(get_urlconf())
    nearest = max((url for n in lines if (url := addresses[n]) and path.startswith(url)), key=len, default="")
    waiting = tuple((n, line.waiting(user)) for n in lines if (line := MENU[n]).waiting)
    return drawn(get_urlconf(), get_language(), lines, nearest, nearest == path, waiting)


@lru_cache(maxsize=4096)
def drawn(
    urlconf: str | None,
    language: str | None,
    lines: tuple[int, ...],
    nearest: str,
    is_there: bool,
    waiting: tuple[tuple[int, int], ...],
) -> SafeString:
    """The menu of everybody to whom all this applies, so that a frame does not draw it anew for each page."""
    sections: dict[str, Section] = {}
    addresses, counts = addresses_of(urlconf), dict(waiting)
    for number in lines:
        line, url = MENU[number], addresses[number]
        if url:
            current = "" if url != nearest else "page" if is_there else "true"
            section = sections.setdefault(str(line.section), Section(line.section, []))
            section.entries.append(Entry(line.label, url, current, counts.get(number, 0)))
    return render_to_string("components/menu.html", {"sections": list(sections.values())})


@lru_cache
def addresses_of(urlconf: str | None) -> tuple[str, ...]:
    """The address of each line of the menu."""
    return tuple(url_of(line.url_name) for line in MENU)


def url_of(name: str) -> str:
    """The address of a page, or nothing while its app is not installed."""
    try:
        return reverse(name)
    except NoReverseMatch:
        return ""
