"""SvarUt's statuses in plain words. They are kept raw; one that nobody has heard of is «Underveis»."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from messaging.models import Dispatch

State = Dispatch.State
Word = tuple[str | Promise, str]

UNDER_WAY: Word = (_("Underveis"), "info")
STATUS: dict[str, Word] = {
    "MOTTATT": (_("Mottatt av SvarUt"), "info"),
    "AKSEPTERT": (_("Godtatt av SvarUt"), "info"),
    "VARSLET": (_("Mottakeren er varslet"), "info"),
    "SENDT_DIGITALT": (_("Sendt digitalt"), "info"),
    "SENDT_SDP": (_("Sendt til digital postkasse"), "info"),
    "LEVERT_SDP": (_("Levert i digital postkasse"), "success"),
    "SENDT_ALTINN": (_("Sendt til Altinn"), "info"),
    "LEVERT_ALTINN": (_("Levert i Altinn"), "success"),
    "KLAR_FOR_MOTTAK": (_("Klar til å hentes av mottakeren"), "info"),
    "LEST": (_("Lest"), "success"),
    "SENDT_PRINT": (_("Sendt til utskrift"), "info"),
    "PRINTET": (_("Skrevet ut og sendt i posten"), "success"),
    "MANUELT_HANDTERT": (_("Håndtert manuelt"), "success"),
    "IKKE_LEVERT": (_("Ikke levert"), "danger"),
    "AVVIST": (_("Avvist av SvarUt"), "danger"),
    "FEILET_UNDER_MOTTAK": (_("Feilet hos SvarUt"), "danger"),
    "SLETTET": (_("Slettet hos SvarUt"), "neutral"),
}
STATES: dict[str, Word] = {
    State.READY: (_("Klar"), "info"),
    State.CLAIMED: (_("Sendes"), "info"),
    State.SENT_UNKNOWN: (_("Sjekkes"), "warning"),
    State.PARKED: (_("Feil"), "danger"),
    State.WITHDRAWN: (_("Trukket tilbake"), "neutral"),
}
# Nothing more is to be expected after these.
LAST = frozenset({"LEST", "IKKE_LEVERT", "AVVIST", "FEILET_UNDER_MOTTAK", "SLETTET", "MANUELT_HANDTERT"})
DIGITAL = frozenset(
    {"SENDT_DIGITALT", "SENDT_SDP", "LEVERT_SDP", "SENDT_ALTINN", "LEVERT_ALTINN", "LEST", "VARSLET", "KLAR_FOR_MOTTAK"}
)
ON_PAPER = frozenset({"SENDT_PRINT", "PRINTET"})
NOT_DELIVERED = "IKKE_LEVERT"


def of(dispatch: Dispatch) -> Word:
    """The word for a letter and its colour."""
    if dispatch.state == State.SENT:
        return STATUS.get(dispatch.status, UNDER_WAY)
    if dispatch.failure == Dispatch.Failure.PROTECTED:
        return _("Vurderes av skjermingsansvarlig"), "warning"
    return STATES[dispatch.state]
