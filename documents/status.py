"""Where a document is on its way, in the user's words: Utkast → Ferdigstilt → Klar → Arkivert."""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from archive.models import Delivery
from documents.delivery import is_for_archive
from documents.models import Document

Text = str | Promise
State = Document.State

REASONS: dict[str, Promise] = {
    "time": gettext_lazy("Dokumentet tok for lang tid å lage. Gjør det kortere, og ferdigstill på nytt."),
    "memory": gettext_lazy("Dokumentet er for stort eller for sammensatt. Gjør det kortere, og ferdigstill på nytt."),
    "pages": gettext_lazy("Dokumentet er for langt. Det kan ha høyst 200 sider. Gjør det kortere."),
    "size": gettext_lazy("Dokumentet er for stort. Gjør det kortere, og ferdigstill på nytt."),
    "asset": gettext_lazy("Dokumentet viser til noe utenfor systemet. Be kommunen om å rette malen."),
    "format": gettext_lazy("PDF-en ble ikke et godkjent arkivformat. Be kommunen om hjelp."),
    "crash": gettext_lazy("PDF-en kunne ikke lages nå. Ferdigstill på nytt. Hjelper ikke det, be kommunen om hjelp."),
    "busy": gettext_lazy("Det er kø akkurat nå. Vent litt, og prøv igjen."),
}


@dataclass(frozen=True, slots=True)
class Step:
    label: Text
    is_done: bool = False
    is_now: bool = False
    is_bad: bool = False


@dataclass(frozen=True, slots=True)
class Status:
    """The line of steps, the word for lists with its colour, and whether a page should ask again soon."""

    steps: list[Step]
    word: Text
    color: str
    is_moving: bool = False
    explanation: Text = ""
    refusal: str = ""


WORDS = {
    Delivery.State.READY: (gettext_lazy("Klar"), "info"),
    Delivery.State.CLAIMED: (gettext_lazy("Under overføring"), "info"),
    Delivery.State.SENT_UNKNOWN: (gettext_lazy("Under overføring"), "info"),
    Delivery.State.PARKED: (gettext_lazy("Feilet"), "danger"),
    Delivery.State.WITHDRAWN: (gettext_lazy("Erstattet av rettet versjon"), "neutral"),
}


def status_of(document: Document) -> Status:
    """What to show for a document. Reads `delivery` and `document_type`: select them with it."""
    delivery = document.delivery
    if document.state == State.DRAFT:
        reason = REASONS.get(document.render_error, "") if document.render_error else ""
        return Status(line(document, 0), _("Utkast"), "warning", explanation=reason)
    if document.state == State.RENDERING:
        text = _("PDF-en lages nå. Det tar som regel noen sekunder.")
        return Status(line(document, 1), _("Lages"), "info", is_moving=True, explanation=text)
    if delivery is None:
        return Status(line(document, 2), _("Ferdigstilt"), "success")
    if delivery.state == Delivery.State.ARCHIVED:
        return Status(line(document, 4), archived(delivery), "success")
    if delivery.state == Delivery.State.WITHDRAWN:
        return Status(line(document, 3), *WORDS[Delivery.State.WITHDRAWN])
    word, color = WORDS[Delivery.State(delivery.state)]
    explanation = _("Dokumentet går til arkivet i neste overføring.") if delivery.state == "ready" else ""
    refusal = delivery.failure_text if delivery.state == Delivery.State.PARKED else ""
    return Status(line(document, 3), word, color, explanation=explanation, refusal=refusal)


def archived(delivery: Delivery) -> str:
    number = f"{delivery.journal_year}/{delivery.journal_number}" if delivery.journal_number else ""
    return _("Arkivert %(number)s") % {"number": number} if number else _("Arkivert")


def line(document: Document, reached: int) -> list[Step]:
    """The steps of this document; types that are not archived end at Ferdigstilt. `reached` counts finished steps."""
    labels: list[Text] = [_("Utkast"), _("Ferdigstilt")]
    delivery = document.delivery
    state = delivery.state if delivery is not None else ""
    is_bad = state == Delivery.State.PARKED
    if state == Delivery.State.WITHDRAWN:
        labels.append(WORDS[Delivery.State.WITHDRAWN][0])
    elif delivery is not None or is_for_archive(document):
        last = archived(delivery) if delivery is not None and reached == 4 else _("Arkivert")
        labels += [_("Feilet") if is_bad else _("Klar"), last]
    now = max(reached - 1, 0)
    return [
        Step(label, is_done=i < now or reached == 4, is_now=i == now, is_bad=is_bad and i == now)
        for i, label in enumerate(labels)
    ]
