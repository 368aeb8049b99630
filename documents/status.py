"""Where a document is on its way, in the user's words: Utkast → Ferdigstilt → Sendt → Lest → Arkivert år/nummer.

Sending and archiving go side by side. A type that is not sent has no «Sendt», one that is not archived no «Arkivert».
"""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from archive.models import Delivery
from documents.delivery import is_for_archive
from documents.models import Document, DocumentType
from documents.sent import Sending

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
    "storage": gettext_lazy("PDF-en kunne ikke lagres nå. Ferdigstill på nytt litt senere."),
    "seal": gettext_lazy(
        "Kommunens elektroniske segl kunne ikke settes på. Be kommunen om å se på sertifikatet, og ferdigstill på nytt."
    ),
    "busy": gettext_lazy("Det er kø akkurat nå. Vent litt, og prøv igjen."),
    "precondition": gettext_lazy(
        "Dokumentet kan ikke arkiveres, for forutsetningen er ikke oppfylt lenger. Rett det, eller ferdigstill det "
        "uten å sende det til arkivet."
    ),
}


@dataclass(frozen=True, slots=True)
class Step:
    label: Text
    is_done: bool = False
    is_now: bool = False
    is_bad: bool = False


@dataclass(frozen=True, slots=True)
class Tag:
    word: Text
    color: str


@dataclass(frozen=True, slots=True)
class Status:
    """The line of steps, the word for lists with its colour, and what else is to be said.

    `sent` sums up the letters, one per guardian in `sendings`. `moving` names what changes by itself right now, so that
    a page asks again soon; it is empty when only people, or the next run, move it on.
    """

    steps: list[Step]
    word: Text
    color: str
    moving: str = ""
    explanation: Text = ""
    refusal: str = ""
    sent: Tag | None = None
    sendings: Sequence[Sending] = ()
    journal: str = ""

    @property
    def is_moving(self) -> bool:
        return bool(self.moving)

    @property
    def has_failed_letters(self) -> bool:
        return any(sending.is_bad for sending in self.sendings)


WORDS = {
    Delivery.State.READY: (gettext_lazy("Klar"), "info"),
    Delivery.State.CLAIMED: (gettext_lazy("Under overføring"), "info"),
    Delivery.State.SENT_UNKNOWN: (gettext_lazy("Under overføring"), "info"),
    Delivery.State.PARKED: (gettext_lazy("Feilet"), "danger"),
    Delivery.State.WITHDRAWN: (gettext_lazy("Erstattet av rettet versjon"), "neutral"),
}
IN_THE_LINE = {
    Delivery.State.READY: gettext_lazy("Klar for arkivet"),
    Delivery.State.CLAIMED: gettext_lazy("Overføres til arkivet"),
    Delivery.State.SENT_UNKNOWN: gettext_lazy("Overføres til arkivet"),
    Delivery.State.PARKED: gettext_lazy("Feilet i arkivet"),
    Delivery.State.WITHDRAWN: WORDS[Delivery.State.WITHDRAWN][0],
}
ON_THE_WAY = frozenset({Delivery.State.CLAIMED, Delivery.State.SENT_UNKNOWN})


def status_of(document: Document, sendings: Sequence[Sending] = ()) -> Status:
    """What to show for a document. Reads `delivery` and `document_type`: select them with it."""
    delivery = document.delivery
    if document.state == State.DRAFT:
        reason = REASONS.get(document.render_error, "") if document.render_error else ""
        return Status(line(document, ()), _("Utkast"), "warning", explanation=reason)
    if document.state == State.RENDERING:
        text = _("PDF-en lages nå. Det tar som regel noen sekunder.")
        return Status(line(document, ()), _("Lages"), "info", moving="rendering", explanation=text)
    steps, sent = line(document, sendings), sent_tag(sendings)
    moving = "sending" if any(s.is_moving for s in sendings) else ""
    if delivery is None:
        return Status(steps, _("Ferdigstilt"), "success", moving=moving, sent=sent, sendings=sendings)
    if delivery.state == Delivery.State.ARCHIVED:
        number = journal_number(delivery)
        return Status(steps, archived(delivery), "success", moving, sent=sent, sendings=sendings, journal=number)
    state = Delivery.State(delivery.state)
    word, color = WORDS[state]
    return Status(
        steps,
        word,
        color,
        moving="archiving" if state in ON_THE_WAY else moving,
        explanation=_("Dokumentet går til arkivet i neste overføring.") if state == Delivery.State.READY else "",
        refusal=delivery.failure_text if state == Delivery.State.PARKED else "",
        sent=sent,
        sendings=sendings,
    )


def journal_number(delivery: Delivery) -> str:
    """Year and number in the journal. It is the document's own, and never the number of the pupil's case."""
    return f"{delivery.journal_year}/{delivery.journal_number}" if delivery.journal_number else ""


def archived(delivery: Delivery) -> str:
    number = journal_number(delivery)
    return _("Arkivert %(number)s") % {"number": number} if number else _("Arkivert")


def line(document: Document, sendings: Sequence[Sending]) -> list[Step]:
    """The steps of this document. Where it stands is the first that is not finished, or the last when all are."""
    is_finalised = document.state == State.FINALISED
    found = [Step(_("Utkast"), is_done=is_finalised), Step(_("Ferdigstilt"), is_done=is_finalised)]
    if sendings:
        found += sending_steps(sendings)
    elif not is_finalised and is_to_be_sent(document.document_type):
        found += [Step(_("Sendt")), Step(_("Lest"))]
    found += archive_steps(document)
    now = next((i for i, step in enumerate(found) if not step.is_done), len(found) - 1)
    return [Step(step.label, step.is_done, i == now, step.is_bad) for i, step in enumerate(found)]


def is_to_be_sent(kind: DocumentType) -> bool:
    """What documents of the type are meant for; an author may still choose paper for one of them."""
    return kind.channel == DocumentType.Channel.SVARUT and kind.registry_type == DocumentType.RegistryType.OUTGOING


def archive_steps(document: Document) -> list[Step]:
    delivery = document.delivery
    if delivery is None:
        return [Step(_("Arkivert"))] if is_for_archive(document) else []
    if delivery.state == Delivery.State.ARCHIVED:
        return [Step(archived(delivery), is_done=True)]
    state = Delivery.State(delivery.state)
    return [Step(IN_THE_LINE[state], is_bad=state == Delivery.State.PARKED)]


@dataclass(frozen=True, slots=True)
class Count:
    """How many of the letters have come how far."""

    all: int
    sent: int
    failed: int
    read: int


def count(sendings: Sequence[Sending]) -> Count:
    return Count(
        len(sendings),
        sum(s.is_done for s in sendings),
        sum(s.is_bad for s in sendings),
        sum(s.read_at is not None for s in sendings),
    )


def sending_steps(sendings: Sequence[Sending]) -> list[Step]:
    """«Sendt» and «Lest», over all the guardians."""
    n = count(sendings)
    if n.sent == n.all:
        sent = _("Sendt") if n.all == 1 else _("Sendt til %(n)s") % {"n": n.all}
    elif n.sent:
        sent = _("Sendt til %(sent)s av %(all)s") % {"sent": n.sent, "all": n.all}
    else:
        sent = _("Ikke sendt") if n.failed == n.all else _("Sendes")
    if n.read == n.all:
        read = _("Lest") if n.all == 1 else _("Lest av %(n)s") % {"n": n.all}
    else:
        read = _("Lest av %(read)s av %(all)s") % {"read": n.read, "all": n.all} if n.read else _("Lest")
    return [Step(sent, is_done=n.sent == n.all, is_bad=bool(n.failed)), Step(read, is_done=n.read == n.all)]


def sent_tag(sendings: Sequence[Sending]) -> Tag | None:
    """All the letters in a few words: «Sendt til 2, lest av 1»."""
    if not sendings:
        return None
    if len(sendings) == 1:
        [only] = sendings
        if only.is_moving:
            return Tag(_("Sendes"), "info")
        return Tag(_("Lest") if only.read_at else only.word, "success" if only.read_at else only.color)
    n = count(sendings)
    waiting = n.all - n.sent - n.failed
    parts = [_("Sendt til %(n)s") % {"n": n.sent}] if n.sent else []
    parts += [_("Lest av %(n)s") % {"n": n.read}] if n.read else []
    parts += [ngettext("%(n)s venter", "%(n)s venter", waiting) % {"n": waiting}] if waiting else []
    parts += [ngettext("%(n)s feilet", "%(n)s feilet", n.failed) % {"n": n.failed}] if n.failed else []
    text = ", ".join([parts[0], *(part[0].lower() + part[1:] for part in parts[1:])])
    return Tag(text, "danger" if n.failed else "info" if waiting else "success")
