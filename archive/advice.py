"""What the archive says, in plain words: which cause it is, what to do, where that is done, and who can do it.

One entry of CAUSES is one error of one of the archives. The first that fits counts; what none fits is shown in the
archive's own words. Entries are tried on what was said, so that a new archive only adds lines.
"""

import re
from dataclasses import dataclass, replace

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from accessctl.models import School
from accessctl.scope import Scope
from archive import places, preflight
from archive.models import Delivery

Failure = Delivery.Failure
READY = gettext_lazy("Rett det arkivet peker på, og sett dokumentet til Klar.")
OWN_SERVICE = gettext_lazy("arkivtjenesten")
OPERATOR = gettext_lazy("den som drifter systemet")
AGAIN = gettext_lazy("Sett dokumentet til Klar for å prøve igjen.")

NEXT: dict[str, Promise] = {
    Failure.REFUSED: READY,
    Failure.UNANSWERED: gettext_lazy(
        "Sett dokumentet til Klar når arkivet svarer som det skal. Vi slår opp om det kom fram før noe sendes igjen."
    ),
    Failure.CRASHED: gettext_lazy(
        "Sett dokumentet til Klar for å prøve igjen. Skjer det på nytt, må den som drifter systemet se på det."
    ),
    Failure.CHANGED: gettext_lazy("Lag en ny versjon av dokumentet og ferdigstill den. Denne blir ikke sendt."),
    Failure.INCIDENT: gettext_lazy(
        "Be arkivtjenesten rydde opp, og sett deretter dokumentet til Klar. Systemet velger ikke mellom dem."
    ),
    Failure.STOPPED: gettext_lazy("Rett det som står over, og sett dokumentet til Klar."),
}


@dataclass(frozen=True)
class Cause:
    """One error. `said` may name a group «it», the code or the initials the archive did not take; the sentence is shown
    without it where the archive may have quoted a sensitive document.
    """

    code: str
    said: re.Pattern[str]
    sentence: Promise
    step: Promise = READY
    place: str = ""
    who: Promise | str = ""


def _cause(code: str, said: str, sentence: Promise, step: Promise, place: str = "", who: Promise | str = "") -> Cause:
    return Cause(code, re.compile(said, re.IGNORECASE | re.DOTALL), sentence, step, place, who)


IT = r"«?(?P<it>[\w.&§/-]{1,40})»?"
CAUSES: tuple[Cause, ...] = (
    _cause(
        "owner_unknown",
        rf"(?:saksansvarlig|saksbehandler|initialene?|bruker(?:en)?)\s+{IT}\s+(?:finnes ikke|er ikke|er ukjent)",
        gettext_lazy("Saksansvarlig %(it)s finnes ikke som aktiv bruker i arkivet."),
        gettext_lazy("Bytt saksansvarlig for skolen, og sett dokumentene til Klar."),
        places.OWNER,
    ),
    _cause(
        "owner",
        r"saksansvarlig|saksbehandler|initialer|OfficerName",
        gettext_lazy("Arkivet godtok ikke saksansvarlig for skolen."),
        gettext_lazy("Bytt saksansvarlig for skolen, og sett dokumentene til Klar."),
        places.OWNER,
    ),
    _cause(
        "unit",
        rf"(?:administrativ enhet|administrativEnhet|AdministrativeUnit)(?:\s+{IT}\s+(?:finnes ikke|er ukjent))?",
        gettext_lazy("Arkivet kjenner ikke skolens administrative enhet."),
        gettext_lazy("Rett kortkoden i arkivoppsettet for skolen, og sett dokumentene til Klar."),
        places.SETUP,
    ),
    _cause(
        "group",
        r"tilgangsgruppe|AccessGroup",
        gettext_lazy("Arkivet kjenner ikke skolens tilgangsgruppe."),
        gettext_lazy("Rett tilgangsgruppen i arkivoppsettet for skolen, og sett dokumentene til Klar."),
        places.SETUP,
    ),
    _cause(
        "registry_unit",
        r"journalenhet|RegistryManagementUnit",
        gettext_lazy("Arkivet kjenner ikke skolens journalenhet."),
        gettext_lazy("Rett journalenheten i arkivoppsettet for skolen, og sett dokumentene til Klar."),
        places.SETUP,
    ),
    _cause(
        "series",
        r"arkivdel|SeriesId",
        gettext_lazy("Arkivet kjenner ikke arkivdelen."),
        gettext_lazy("Rett arkivdelen i arkivoppsettet for skolen, og sett dokumentene til Klar."),
        places.SETUP,
    ),
    _cause(
        "exemption",
        r"hjemmel|tilgangskode|tilgangsrestriksjon|skjerming|AccessCode|Pursuant",
        gettext_lazy("Arkivet godtok ikke tilgangskoden eller unntakshjemmelen."),
        gettext_lazy("Rett dokumenttypen. Lag deretter rettede versjoner av dokumentene."),
        places.TYPES,
    ),
    _cause(
        "document_type",
        r"dokumenttype|dokumentkategori|journalposttype|journalstatus|RegistryEntryType|RecordStatus|DocumentCategory",
        gettext_lazy("Arkivet godtok ikke journalposttypen, journalstatusen eller koden for dokumenttypen."),
        gettext_lazy("Rett dokumenttypen. Lag deretter rettede versjoner av dokumentene."),
        places.TYPES,
    ),
    _cause(
        "class",
        r"klassifikasjon|klasseID|klassering|K-kode|Classification",
        gettext_lazy("Arkivet kjenner ikke klasseringen av mappen."),
        gettext_lazy("Rett K-kodene på skolemappen, og sett dokumentene til Klar."),
        places.FOLDERS,
    ),
    _cause(
        "folder_closed",
        r"(?:saken|mappen?|saksmappen?)\s.{0,80}(?:avsluttet|lukket|sperret)",
        gettext_lazy("Mappen er avsluttet i arkivet."),
        gettext_lazy("Be arkivtjenesten åpne mappen, og sett dokumentene til Klar."),
        who=OWN_SERVICE,
    ),
    _cause(
        "folder_gone",
        r"ikkefunnet|mappe\w*\s.{0,80}finnes ikke|fant ikke mappe",
        gettext_lazy("Arkivet finner ikke mappen."),
        gettext_lazy("Kontroller år og sekvensnummer på mappen, og sett dokumentene til Klar."),
        places.FOLDERS,
    ),
    _cause(
        "format",
        r"filformat|ugyldig format|variantformat|Fileformat",
        gettext_lazy("Arkivet godtok ikke filformatet."),
        gettext_lazy("Lag en rettet versjon med filene som PDF/A, og ferdigstill den."),
    ),
    _cause(
        "too_large",
        r"for stor|too large|HTTP 413",
        gettext_lazy("Arkivet sier at dokumentet er for stort."),
        gettext_lazy("Lag en rettet versjon med færre eller mindre vedlegg."),
    ),
    _cause(
        "access_refused",
        r"HTTP 40[13]|slipper oss ikke til|ikke autorisert|ikke tilgang|access denied|unauthori[sz]ed",
        gettext_lazy("Arkivet slipper ikke systemet inn."),
        gettext_lazy("Be den som drifter systemet kontrollere bruker, passord og rettigheter i arkivet."),
        who=OPERATOR,
    ),
    _cause(
        "number_taken",
        r"journalnummer .{0,40}alt hører til",
        gettext_lazy("Arkivet ga et journalnummer som alt hører til et annet dokument."),
        NEXT[Failure.INCIDENT],
        who=OWN_SERVICE,
    ),
    _cause(
        "doubles",
        r"har flere (?:journalposter|filer|mapper)",
        gettext_lazy("Arkivet har samme dokument, fil eller mappe flere ganger."),
        NEXT[Failure.INCIDENT],
        who=OWN_SERVICE,
    ),
    _cause(
        "checksum",
        r"kontrollsum|sjekksum|checksum",
        gettext_lazy("Filen i arkivet er ikke lik vår."),
        gettext_lazy("Be arkivtjenesten se på journalposten, og sett deretter dokumentene til Klar."),
        who=OWN_SERVICE,
    ),
    _cause(
        "expired",
        r"tidsavbrudd|utløpt|TTL",
        gettext_lazy("Arkivet hentet ikke meldingen i tide."),
        AGAIN,
        who=OPERATOR,
    ),
    _cause(
        "peer_broken",
        r"serverfeil|intern feil|internal (?:server )?error",
        gettext_lazy("Det oppsto en feil inne i arkivet."),
        NEXT[Failure.UNANSWERED],
        who=OWN_SERVICE,
    ),
    _cause(
        "unanswered",
        r"svarte ikke|ikke svart|ikke et brukbart svar|kan ikke nås",
        gettext_lazy("Arkivet svarte ikke som det skal."),
        NEXT[Failure.UNANSWERED],
        who=OPERATOR,
    ),
    _cause(
        "invalid",
        r"ugyldigforesp|ValidationFault|skjemavalidering|avviste meldingen",
        gettext_lazy("Arkivet sier at meldingen ikke er gyldig."),
        gettext_lazy("Kontroller kodene i arkivoppsettet og på dokumenttypen. Hjelper ikke det, be om hjelp."),
        places.SETUP,
        OPERATOR,
    ),
)
OF_PREFLIGHT = {preflight.kept([problem]): problem for problem in preflight.PROBLEMS}


@dataclass(frozen=True)
class Advice:
    """`words` are the archive's own; empty where they may tell too much. `who` can do it, where the reader cannot."""

    cause: str
    words: str
    step: str
    url: str = ""
    action: str = ""
    who: str = ""


def cause_of(failure: str, said: str) -> tuple[Cause | None, str]:
    """The entry that fits what was said, and what it was about."""
    if failure in (Failure.CRASHED, Failure.CHANGED, Failure.STOPPED):
        return None, ""
    for cause in CAUSES:
        if found := cause.said.search(said):
            return cause, found.groupdict().get("it") or ""
    return None, ""


def advice(failure: str, said: str, *, school: School | None, scope: Scope, with_words: bool = True) -> Advice:
    """What `scope` may do about it; `school` is None for several. The link is there only for those whose job it is."""
    if failure == Failure.STOPPED:
        return _stopped(said, school, scope)
    words = said if with_words else ""
    cause, it = cause_of(failure, said)
    if cause is None:
        return Advice(str(Failure(failure).label), words, str(NEXT.get(failure, READY)))
    sentence = " ".join((str(cause.sentence) % {"it": it if with_words else ""}).split())
    return _linked(Advice(sentence, words, str(cause.step), who=str(cause.who)), cause.place, school, scope)


def advice_for(delivery: Delivery, *, scope: Scope, with_words: bool = True) -> Advice:
    return advice(delivery.failure, delivery.failure_text, school=delivery.school, scope=scope, with_words=with_words)


def _stopped(said: str, school: School | None, scope: Scope) -> Advice:
    """What the pre-flight found. The link leads to the first thing that has a screen."""
    known = [OF_PREFLIGHT[line] for line in said.splitlines() if line in OF_PREFLIGHT]
    place = next((problem.place for problem in known if problem.place), "")
    step = "" if any(problem.may_stand for problem in known) else str(NEXT[Failure.STOPPED])
    return _linked(Advice(preflight.shown(said), "", step), place, school, scope)


def before(problem: preflight.Problem, *, school: School, scope: Scope) -> Advice:
    """What the pre-flight says of something that is not queued yet, with where it is mended."""
    return _linked(Advice(str(problem.sentence), "", ""), problem.place, school, scope)


def _linked(advice: Advice, place: str, school: School | None, scope: Scope) -> Advice:
    right = places.needs(place)
    if right is None:
        return advice
    if not (
        scope.reach(right).covers_school(school.pk) if school and places.is_of_school(place) else scope.holds(right)
    ):
        return replace(advice, who=advice.who or places.who(place))
    return replace(advice, url=places.url(place, school), action=places.action(place))
