"""Pages in the one search: the lines of the menu and of the administration, also by words for the same thing."""

from collections.abc import Iterator

from django.utils.translation import gettext_lazy as _

from accessctl.console_front import GROUPS, first_url
from accessctl.models import User
from accessctl.permissions import Permission
from schoolapp.lib.search_words import begins
from schoolapp.menu import MENU, url_of
from schools.search import OPENED_BY, Finder, Hit, Text, register

# What else people call a page, by the name of its address. A page that is not there yet is found by none of them.
ALSO_CALLED: dict[str, Text] = {
    "schools:today": _("hjem forside startside oppgaver"),
    "students:list": _("elevliste elevoversikt klasseliste søk elev"),
    "groups:list": _("klasse gruppe faggruppe valgfag kontaktlærer klasseliste"),
    "students:find_watchers": _("tilgang innsyn hvem ser personvern"),
    "everybody:search": _("avansert personsøk alle personer fødselsnummer adresse telefon"),
    "students:emergency": _("nødtilgang nødrett hastetilgang"),
    "guardians:queue": _("foreldre foresatt foreldreansvar godkjenne ny"),
    "guardians:blocks": _("foreldre sperre besøksforbud kontaktforbud"),
    "guardians:protected": _("kode 6 kode 7 fortrolig strengt skjermet hemmelig adresse"),
    "archive:log": _("elements arkivering journal ephorte feilet"),
    "journal:alerts": _("varsel avvik"),
    "journal:search": _("logg hvem har sett åpnet innsyn"),
    "documents:templates": _("mal brev vedtak brevmal"),
    "documents:plan": _("arkivplan arkivlova dokumentoversikt bevaring"),
    "rights:people": _("roller rettigheter bruker ansatt gi tilgang"),
    "roles:list": _("rolle rettigheter"),
    "admin:index": _("oppsett innstillinger admin system"),
}


def pages(user: User, words: list[str], most: int) -> list[Hit]:
    """Each page once, those whose own name fits before those that are only called so."""
    found: dict[str, tuple[bool, Hit]] = {}
    for label, detail, url, also in pages_of(user):
        is_named = begins(label, words)
        if url and url not in found and (is_named or begins(f"{label} {detail} {also}", words)):
            found[url] = (not is_named, Hit(label, detail, url))
    return [hit for _rank, hit in sorted(found.values(), key=lambda row: row[0])][:most]


def pages_of(user: User) -> Iterator[tuple[str, str, str, str]]:
    """Name, what it is for, address and other names of each page the user may open."""
    for line in MENU:
        if line.is_for(user):
            also = str(ALSO_CALLED.get(line.url_name, ""))
            yield str(line.label), str(line.section), url_of(line.url_name), also
    if not user.holds(Permission.ADMINISTER):
        return
    for heading, tasks in GROUPS:
        for task in tasks:
            if user.holds(task.permission):
                also = " ".join(str(ALSO_CALLED.get(name, "")) for name in task.url_names)
                yield str(task.label), str(task.what_for), first_url(task.url_names), f"{heading} {also}"


register(Finder("sider", _("Sider"), OPENED_BY, pages, order=60))
