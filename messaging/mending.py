"""What a letter that did not arrive needs: what to put right, on which screen, and whose job that is.

Whoever mends the cause presses «Send på nytt»; number, address, recipients and the school's number are read anew then.
The files are frozen, so what is wrong with them takes a corrected version of the document, and with it a new letter.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accessctl.models import School
from accessctl.permissions import Permission
from accessctl.scope import Scope
from messaging import words
from messaging.channels.svarut.refusals import DOCUMENT, OPERATOR, PLACES, REGISTER, SCHOOL
from messaging.models import Dispatch
from students.models import Student

State, Failure = Dispatch.State, Dispatch.Failure
GUARDIANS, OFFICER, SUPPORT = "guardians", "officer", "support"
Text = str | Promise

STEPS: dict[str, tuple[Text, str]] = {
    Failure.REFUSED: (_("Rett det som er feil, og send på nytt."), ""),
    Failure.RECEPTION: (_("Send på nytt. Feiler det igjen, må den som drifter systemet se på det."), ""),
    Failure.UNANSWERED: (_("Send på nytt når SvarUt svarer. Vi slår opp først, så ingen får det to ganger."), ""),
    Failure.CRASHED: (_("Send på nytt. Feiler det igjen, må den som drifter systemet se på det."), ""),
    Failure.CHANGED: (_("Lag en rettet versjon av dokumentet. Dette brevet blir ikke sendt."), DOCUMENT),
    Failure.INCIDENT: (_("Be SvarUt-brukerstøtten rydde opp, og send på nytt etterpå."), SUPPORT),
    Failure.NOBODY: (_("Slå på «mottar informasjon» for en foresatt, og send på nytt."), GUARDIANS),
    Failure.NOT_RECEIVING: (_("Se på foresatte til eleven. Skal personen ha brevet, rett og send på nytt."), GUARDIANS),
    Failure.NO_NUMBER: (_("Få fødselsnummeret inn fra Folkeregisteret, og send på nytt."), REGISTER),
    Failure.NO_ADDRESS: (_("Få adressen inn fra Folkeregisteret, og send på nytt."), REGISTER),
    Failure.PROTECTED: (_("Brevet sendes aldri automatisk. Det avgjøres under «Brev til skjermede»."), OFFICER),
}  # fmt: skip
OF_DOCUMENT = _("Lag en rettet versjon av dokumentet. Da går et nytt brev, og dette blir ikke sendt.")
OF_OPERATOR = _("Send på nytt når det er rettet.")
UNDELIVERED = _("Brevet kom ikke fram. Sjekk adressen, og send på nytt, eller lever det på en annen måte.")
# place: (route, words, the right it takes, who has it)
SCREENS: dict[str, tuple[str, Text, Permission | None, Text]] = {
    GUARDIANS: ("guardians:tab", _("Åpne Foresatte"), Permission.VIEW_GUARDIANS, _("skolen")),
    REGISTER: ("guardians:register", _("Åpne Folkeregisteret"), Permission.IMPORT_REGISTER, _("kommuneadmin")),
    SCHOOL: ("admin:accessctl_school_change", _("Rett skolen"), Permission.ADMINISTER, _("kommuneadmin")),
    DOCUMENT: ("", _("Åpne dokumentet"), None, _("den som skrev dokumentet")),
    OFFICER: ("messaging:held", _("Åpne brevene som venter"), Permission.MANAGE_PROTECTION,
              _("den som har ansvar for adressesperrer")),
    OPERATOR: ("", "", None, _("den som drifter systemet")),
    SUPPORT: ("", "", None, _("den som drifter systemet")),
}  # fmt: skip

Addresses = Callable[[Iterable[Dispatch]], Mapping[int, str]]
_addresses: list[Addresses] = []


def documents_are_at(addresses: Addresses) -> None:
    """Say what finds the page of the document a letter came from. The app that knows the documents does."""
    _addresses[:] = [addresses]


@dataclass(frozen=True, slots=True)
class Mending:
    """What to do. `who` can do it, where the reader cannot, and there is no link then."""

    step: str
    url: str = ""
    action: str = ""
    who: str = ""


def place_of(row: Dispatch) -> str:
    """Where what is wrong is put right; empty where nothing is but to send again."""
    if is_undelivered(row):
        return REGISTER
    if row.state != State.PARKED:
        return ""
    return place_of_cause(row.failure, row.failure_text)


def place_of_cause(failure: str, text: str) -> str:
    if failure in (Failure.REFUSED, Failure.RECEPTION) and text in PLACES:
        return PLACES[text]
    return STEPS[failure][1] if failure in STEPS else ""


def is_undelivered(row: Dispatch) -> bool:
    return row.state == State.SENT and row.status == words.NOT_DELIVERED


def takes_a_new_version(row: Dispatch) -> bool:
    """Whether sending the same files again would fail again."""
    return row.state == State.PARKED and place_of(row) == DOCUMENT


def step_of(row: Dispatch, place: str) -> str:
    if is_undelivered(row):
        return str(UNDELIVERED)
    if row.failure == Failure.REFUSED and place in (DOCUMENT, OPERATOR):
        return str(OF_DOCUMENT if place == DOCUMENT else OF_OPERATOR)
    return str(STEPS[row.failure][0])


def mending_of(row: Dispatch, *, pupil: Student | None, scope: Scope, documents: Mapping[int, str]) -> Mending | None:
    """What this reader can do about a letter; None for one with nothing to put right. `pupil` is as they see it."""
    if row.state != State.PARKED and not is_undelivered(row):
        return None
    place = place_of(row)
    step = step_of(row, place)
    if place not in SCREENS:
        return Mending(step)
    _route, action, right, who = SCREENS[place]
    url = url_of(place, school=row.school, pupil=pupil, document=documents.get(row.pk, ""))
    if url and (right is None or scope.reach(right).covers_school(row.school_id)):
        return Mending(step, url, str(action))
    return Mending(step, who=str(who))


def url_of(place: str, *, school: School, pupil: Student | None, document: str) -> str:
    match place:
        case "guardians":
            return reverse(SCREENS[place][0], args=[pupil.uuid]) if pupil else ""
        case "school":
            return reverse(SCREENS[place][0], args=[school.pk])
        case "document":
            return document
    return reverse(SCREENS[place][0]) if SCREENS[place][0] else ""


def documents_of(rows: Iterable[Dispatch]) -> dict[int, str]:
    """The pages of the documents that need a new version, by the letters' ids; nothing is asked when none does."""
    wanted = [row for row in rows if takes_a_new_version(row)]
    return {key: url for find in _addresses for key, url in find(wanted).items()} if wanted else {}
