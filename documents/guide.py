"""The channel guide: how a document will go, what it costs, and what to think of before it is finalised.

The table is `DocumentType` (handbook 6.1 and 6.2): its channel, folder, archive mode and exemption.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.core.exceptions import ObjectDoesNotExist
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accessctl.audit import record_event
from accessctl.models import User
from accessctl.permissions import Permission
from documents import words
from documents.fields import is_made_by_flow
from documents.flows import place_of
from documents.models import Document, DocumentType, SendingChoice, SensitiveWord, Sensitivity
from documents.shipped.words import STEMS
from guardians.models import GuardianRelation
from messaging import costs
from messaging.recipients import is_of_age
from people.models import Person
from students.models import Student

Channel, Mode, Folder = DocumentType.Channel, DocumentType.ArchiveMode, DocumentType.Folder
# The row of the table that says «SvarUt/message» (handbook 6.2, row 25).
ALSO_AS_MESSAGE = frozenset({"intensivuke-svoemming"})
# The row that says where such messages are written.
AS_MESSAGE = "generell-beskjed"
# The row of the table that says «SvarUt, attachments» (handbook 6.2, row 35).
WITH_ATTACHMENTS = frozenset({"brev-personopplysninger"})
OUTGOING = "U"


class MadeElsewhere(Exception):
    """Documents of this type are made in Elements, and are never finalised here (handbook 6.2, row 34)."""


class NeedsReason(Exception):
    """Something in the document warns, and nobody has said why it goes on."""

    def __init__(self, warning: "Caution") -> None:
        super().__init__()
        self.warning = warning


class NeedsPaperReason(Exception):
    """The author hands it over on paper, and has not said why."""


@dataclass(frozen=True, slots=True)
class Caution:
    """Words that may be sensitive, and whether there are attachments where the table has none."""

    words: list[str]
    has_attachments: bool

    def __bool__(self) -> bool:
        return bool(self.words) or self.has_attachments


def install_words() -> int:
    """The shipped words the municipality does not have yet. What it has put out of use stays so. Returns how many."""
    known = set(SensitiveWord.objects.values_list("stem", flat=True))
    new = [SensitiveWord(stem=stem) for stem in STEMS if stem not in known]
    SensitiveWord.objects.bulk_create(new)
    return len(new)


def stems() -> list[str]:
    return list(SensitiveWord.objects.filter(is_active=True).values_list("stem", flat=True))


def words_in(
    title: str, fields: Mapping[str, str], attachments: Iterable[str] = (), *, known: Iterable[str] | None = None
) -> list[str]:
    """The words that warn; `known` are the stems, where they have been read."""
    looked_for = stems() if known is None else known
    return words.found([title, *(str(value) for value in fields.values()), *attachments], looked_for)


def warning_of(document: Document, *, known: Iterable[str] | None = None) -> Caution:
    """What to think of before this document is finalised."""
    names = [attachment.title for attachment in document.attachments.all()] if document.pk else []
    unexpected = bool(names) and document.document_type.slug not in WITH_ATTACHMENTS
    return Caution(words_in(document.title, document.fields, names, known=known), unexpected)


def demand_reason(document: Document, *, known: Iterable[str] | None = None) -> None:
    """Raises MadeElsewhere, and NeedsReason for what warns and NeedsPaperReason when no reason is given.

    Flows answer for their own text.
    """
    if document.document_type.made_in == DocumentType.MadeIn.ELEMENTS:
        raise MadeElsewhere
    if is_made_by_flow(document.document_type.slug):
        return
    warning = warning_of(document, known=known)
    choice = choice_of(document)
    if warning and not choice.word_reason:
        raise NeedsReason(warning)
    if choice.on_paper and not choice.paper_reason:
        raise NeedsPaperReason


@transaction.atomic
def decide(
    document: Document, *, by: User, word_reason: str = "", on_paper: bool | None = None, paper_reason: str = ""
) -> None:
    """Keep what the author decided about a draft; what is not said stays. The log says that, and not why."""
    choice, _new = SendingChoice.objects.select_for_update().get_or_create(document=document)
    if word_reason and word_reason != choice.word_reason:
        choice.word_reason = word_reason[:300]
        record_event(by, "give_word_reason", document)
    if on_paper is not None and may_go_on_paper(document.document_type):
        if on_paper != choice.on_paper:
            record_event(by, "choose_paper" if on_paper else "choose_sending", document)
        choice.on_paper, choice.paper_reason = on_paper, paper_reason[:300] if on_paper else ""
    choice.save()
    document.sending_choice = choice


def may_go_on_paper(kind: DocumentType) -> bool:
    """Whether the author may hand it over instead: what goes out by SvarUt."""
    return kind.channel == Channel.SVARUT and kind.registry_type == OUTGOING


def choice_of(document: Document) -> SendingChoice:
    """What the author decided; until then, nothing."""
    try:
        found: SendingChoice = document.sending_choice
    except ObjectDoesNotExist:
        return SendingChoice()
    return found


def goes_on_paper(document: Document) -> bool:
    return choice_of(document).on_paper


@dataclass(frozen=True, slots=True)
class Line:
    """How it goes, in one line, what to do about what is in the way, and whether a message for nothing would do."""

    parts: list[str]
    advice: list[str]
    may_be_message: bool = False


def recipients_of(students: Iterable[Student]) -> dict[int, list[Person]]:
    """Who receives letters about each pupil today, by the pupil's id, in a fixed order. One query."""
    pupils = list(students)
    found: dict[int, list[Person]] = {pupil.pk: [pupil.person] for pupil in pupils if is_of_age(pupil)}
    rows = GuardianRelation.objects.receiving_letters().filter(student__in=[p.pk for p in pupils if p.pk not in found])
    for row in rows.select_related("guardian").order_by("guardian__family_name", "guardian__given_name", "pk"):
        found.setdefault(row.student_id, []).append(row.guardian)
    return found


def may_be_message(kind: DocumentType, *, sensitive: bool = False, archived: bool = False) -> bool:
    """Whether what would go as letters may be told in a message in the portal, at 0 kr: information and guidance.

    Not what is archived, exempt from public access or sensitive, and nothing with words that warn (handbook 6.1). And
    not before some part of the system sends such messages, as «Hva lages hvor» tells.
    """
    if place_of(AS_MESSAGE) is None:
        return False
    if kind.channel != Channel.SVARUT or sensitive or kind.sensitivity == Sensitivity.SENSITIVE:
        return False
    if kind.slug in ALSO_AS_MESSAGE:
        return True
    return kind.archive_mode != Mode.ALWAYS and not archived and not kind.access_code


def line(
    kind: DocumentType,
    students: list[Student],
    *,
    user: User,
    on_paper: bool = False,
    archived: bool | None = None,
    sensitive: bool = False,
    people: Mapping[int, list[Person]] | None = None,
) -> Line:
    """Channel, cost, archive and exemption. Whom the viewer may not know of is not counted.

    `sensitive` says that the author has called it so, or that words in it warn; `people` are `recipients_of` the
    pupils, where they are known already.
    """
    parts: list[str] = []
    advice: list[str] = []
    if on_paper:
        parts.append(_("Leveres på papir"))
    elif kind.channel == Channel.SVARUT:
        sent, advice = by_letter(students, recipients_of(students) if people is None else people, user=user)
        parts += sent
    else:
        parts.append(HOW[Channel(kind.channel)]())
    if kind.archive_mode == Mode.ALWAYS or (kind.archive_mode == Mode.OPTIONAL and archived):
        parts.append(_("arkiveres i skolemappen") if kind.folder == Folder.SCHOOL else _("arkiveres i elevmappen"))
    else:
        parts.append(
            _("arkiveres bare hvis du velger det") if kind.archive_mode == Mode.OPTIONAL else _("arkiveres ikke")
        )
    if kind.access_code:
        parts.append(_("unntatt offentlighet"))
    as_message = not on_paper and may_be_message(kind, sensitive=sensitive, archived=bool(archived))
    return Line(parts, advice, as_message)


HOW = {
    Channel.PORTAL: lambda: _("Legges i portalen, og foresatte får varsel"),
    Channel.HANDED_OUT: lambda: _("Leveres ut av skolen"),
    Channel.INTERNAL: lambda: _("Sendes ikke til noen"),
    Channel.MESSAGE: lambda: _("Går som melding eller e-post"),
    Channel.FORM: lambda: _("Går som skjema"),
    Channel.SMS: lambda: _("Går som SMS"),
    Channel.ELEMENTS: lambda: _("Lages i Elements"),
}


def by_letter(
    students: list[Student], people: Mapping[int, list[Person]], *, user: User
) -> tuple[list[str], list[str]]:
    sees_protected = user.holds(Permission.SEE_PROTECTED)
    named = [person for student in students for person in people.get(student.pk, [])]
    shown = [person for person in named if sees_protected or not person.is_protected]
    protected = [p for p in shown if p.is_protected]
    nobody = sum(1 for student in students if not people.get(student.pk))
    count = len(shown)
    parts = [
        ngettext("Sendes med SvarUt til %(n)d mottaker", "Sendes med SvarUt til %(n)d mottakere", count) % {"n": count}
    ]
    if count:
        parts.append(costs.estimate(count).words)
    advice = []
    if nobody:
        advice.append(
            ngettext(
                "%(n)d elev har ingen som er merket som mottaker av brev. Velg mottaker på fanen Foresatte, eller "
                "lever brevet på papir.",
                "%(n)d elever har ingen som er merket som mottaker av brev. Velg mottakere på fanen Foresatte, eller "
                "lever brevene på papir.",
                nobody,
            )
            % {"n": nobody}
        )
    if protected:
        advice.append(
            _(
                "Brev til den som har adressesperre, sendes ikke av seg selv. Den som har ansvar for adressesperrer, "
                "gjør det."
            )
        )
    return parts, advice
