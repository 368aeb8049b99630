"""What a person can do about a delivery that failed: the cause in plain words, the next step, and where it is done."""

from dataclasses import dataclass

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from archive.models import Delivery

Failure = Delivery.Failure
OWNER_WORDS = ("saksansvarlig", "saksbehandler", "initialer")
READY = gettext_lazy("Rett det arkivet peker på, og sett dokumentet til Klar.")

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
}


@dataclass(frozen=True)
class Advice:
    """`words` are the archive's own; empty where they may tell too much."""

    cause: str
    words: str
    step: str
    url: str = ""
    action: str = ""


def advice_for(delivery: Delivery, *, may_edit_settings: bool, with_words: bool = True) -> Advice:
    cause, words = delivery.get_failure_display(), delivery.failure_text if with_words else ""
    said = delivery.failure_text.lower()
    if delivery.failure == Failure.REFUSED and any(word in said for word in OWNER_WORDS):
        if may_edit_settings:
            return Advice(
                cause,
                words,
                _("Bytt saksansvarlig for skolen, og sett dokumentet til Klar."),
                reverse("archive:school_setup", args=[delivery.school.uuid]),
                _("Bytt saksansvarlig"),
            )
        return Advice(cause, words, _("Be kommuneadmin bytte saksansvarlig for skolen, og sett dokumentet til Klar."))
    return Advice(cause, words, str(NEXT.get(delivery.failure, READY)))
