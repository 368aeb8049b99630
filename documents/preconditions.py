"""What must be true before a document of a type goes to the archive (handbook 6.2, rows 6–9).

The rule is here; the facts belong to the apps that know them (attendance, grading, messages). They say how a question
is answered with `answer_with`, from their module `document_facts`. Until somebody answers, the document does not go.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accessctl.models import School
from students.models import Student

WHOLE_YEAR = "hele-aaret"
FINISHED = "avsluttet"
LOWERED = "nedsatt-karakter"
TIED_TO_A_CASE = "knyttet-til-sak"
PERIOD_FIELD, CASE_FIELD = "periode", "saksnummer"
CASE_NUMBER = re.compile(r"\d{4}/\d{1,7}")


class NotMet(Exception):
    """The document cannot go to the archive yet; `sentence` tells why and what to do."""

    def __init__(self, sentence: str | Promise) -> None:
        super().__init__()
        self.sentence = sentence


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What is asked about: a pupil, or for a document of the school nobody, and what the document holds."""

    school: School
    student: Student | None = None
    fields: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Precondition:
    """`warning` is told before somebody chooses to archive, also when the condition is met."""

    name: str | Promise
    refusal: str | Promise
    warning: str | Promise = ""


Answer = Callable[[Circumstances], bool | None]

PRECONDITIONS: dict[str, Precondition] = {
    WHOLE_YEAR: Precondition(
        _("Perioden er «Hele året»"),
        _("Rapporten arkiveres bare for hele året. Velg perioden «Hele året», og lag rapporten på nytt."),
    ),
    FINISHED: Precondition(
        _("Alle vurderingene er avsluttet"),
        _("Alle vurderingene må ha status «Avsluttet» før de arkiveres. Be kontaktlæreren avslutte dem."),
    ),
    LOWERED: Precondition(
        _("Eleven har fått nedsatt karakter i orden eller oppførsel"),
        _("Anmerkninger arkiveres bare for elever som har fått nedsatt karakter i orden eller oppførsel."),
    ),
    TIED_TO_A_CASE: Precondition(
        _("Rapporten hører til en sak"),
        _(
            "Meldinger arkiveres bare når de hører til en sak. Skriv saksnummeret, for eksempel 2026/123, "
            "eller la være å arkivere rapporten."
        ),
        _(
            "Rapporten tar med alle meldingene om eleven dette skoleåret, også dem som ikke gjelder saken. "
            "Alle blir liggende i arkivet."
        ),
    ),
}
UNKNOWN = _(
    "Dette dokumentet arkiveres bare når en forutsetning er oppfylt: %(name)s. "
    "Systemet vet ikke om den er det, så dokumentet arkiveres ikke. Ferdigstill det uten å sende det til arkivet."
)

_answers: dict[str, Answer] = {}


def answer_with(slug: str, answer: Answer) -> None:
    """Say how it is found out; an answer of None means that it is not known. Registering again replaces.

    Raises KeyError for a precondition there is none of.
    """
    PRECONDITIONS[slug]
    _answers[slug] = answer


def refusal(slug: str, circumstances: Circumstances) -> str | Promise:
    """Why a document with this precondition does not go to the archive now; empty when nothing is in the way."""
    if not slug:
        return ""
    known = PRECONDITIONS.get(slug)
    answer = _answers.get(slug)
    found = answer(circumstances) if known and answer else None
    if found:
        return ""
    if known is None or found is None:
        return UNKNOWN % {"name": str(known.name) if known else slug}
    return known.refusal


def warning(slug: str) -> str | Promise:
    """What somebody should know before choosing to archive."""
    known = PRECONDITIONS.get(slug)
    return known.warning if known else ""


def is_whole_year(circumstances: Circumstances) -> bool | None:
    """The report says which period it was made for; one that does not is not known."""
    period = circumstances.fields.get(PERIOD_FIELD, "")
    return period == WHOLE_YEAR if period else None


def names_a_case(circumstances: Circumstances) -> bool:
    return bool(CASE_NUMBER.fullmatch(circumstances.fields.get(CASE_FIELD, "").strip()))


answer_with(WHOLE_YEAR, is_whole_year)
answer_with(TIED_TO_A_CASE, names_a_case)
