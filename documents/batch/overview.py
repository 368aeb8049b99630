"""What the pages about a letter to many show: how far it has come, who did not get theirs and why, what will happen."""

from collections import Counter
from dataclasses import dataclass
from datetime import timedelta

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accessctl.models import User
from documents.models import Document, DocumentBatch, DocumentBatchItem, TemplateVersion
from documents.status import REASONS as NO_PDF
from schoolapp.lib import clock
from students.models import Student

Item = DocumentBatchItem.State
Text = str | Promise
REASONS: dict[str, Text] = {
    **NO_PDF,
    "access": gettext_lazy("Du har ikke lenger tilgang til å skrive om eleven."),
    "template": gettext_lazy("Dokumenttypen mangler mal på elevens målform, eller eleven har ingen skole."),
    "missing": gettext_lazy("Dette mangler: %(names)s."),
    "words": gettext_lazy("Brevet har ord eller vedlegg som krever en begrunnelse. Åpne det, og ferdigstill der."),
    "paper": gettext_lazy("Skriv hvorfor brevet leveres på papir. Åpne det, og ferdigstill der."),
    "stopped": "%(names)s",
}


@dataclass(frozen=True)
class Progress:
    """Counts of the pupils the viewer sees. `seconds_left` is None until enough is done to tell."""

    total: int
    by_state: Counter[str]
    seconds_left: int | None

    @property
    def finished(self) -> int:
        """Made, or tried: not what is still to come, nor what was taken back."""
        to_come = (Item.WAITING, Item.TAKEN, Item.CHOSEN, Item.CANCELLED)
        return self.total - sum(self.by_state[state] for state in to_come)

    @property
    def done(self) -> int:
        return self.by_state[Item.DONE]

    @property
    def drafts(self) -> int:
        return self.by_state[Item.DRAFT]

    @property
    def failed(self) -> int:
        return self.by_state[Item.FAILED]

    @property
    def cancelled(self) -> int:
        return self.by_state[Item.CANCELLED]

    @property
    def again(self) -> int:
        """How many «Prøv igjen for disse» is about."""
        return self.failed + self.cancelled

    @property
    def time_left(self) -> str:
        left = self.seconds_left
        if left is None:
            return ""
        if left < 60:
            return _("Mindre enn ett minutt igjen.")
        minutes = -(-left // 60)
        return ngettext("Omtrent %(n)d minutt igjen.", "Omtrent %(n)d minutter igjen.", minutes) % {"n": minutes}


def items_of(batch: DocumentBatch, user: User) -> list[DocumentBatchItem]:
    """The pupils of the batch as far as `user` may write about them now."""
    rows = DocumentBatchItem.objects.visible_to(user).filter(batch=batch)
    rows = rows.select_related("student__person", "student__school__letterhead", "document")
    return list(rows.order_by("position", "pk"))


def progress_of(batch: DocumentBatch, items: list[DocumentBatchItem]) -> Progress:
    states = Counter(item.state for item in items)
    ended = len(items) - states[Item.WAITING] - states[Item.TAKEN] - states[Item.CHOSEN]
    left = None
    if batch.state == DocumentBatch.State.RUNNING and batch.started_at and ended:
        passed = max(clock.now() - batch.started_at, timedelta(0)).total_seconds()
        left = round(passed / ended * (len(items) - ended))
    return Progress(len(items), states, left)


def why(item: DocumentBatchItem) -> str:
    """Why this pupil has no letter, in words."""
    if item.state == Item.CANCELLED:
        return _("Avbrutt før dokumentet var begynt på.")
    text = str(REASONS.get(item.reason, NO_PDF["crash"]))
    return text % {"names": ", ".join(item.missing)} if item.reason in ("missing", "stopped") else text


def sample(batch: DocumentBatch, student: Student, template: TemplateVersion) -> Document:
    """The pupil's letter as it would be, never saved."""
    return Document(
        student=student,
        school=student.school,
        document_type=batch.document_type,
        template=template,
        language=template.language,
        title=batch.document_type.name(template.language),
        fields=batch.fields,
        send_to_archive=batch.send_to_archive,
        sensitivity=batch.sensitivity,
    )


def templates_of(batch: DocumentBatch) -> dict[str, TemplateVersion]:
    """The templates in use, by written form."""
    rows = TemplateVersion.objects.filter(document_type=batch.document_type, is_current=True)
    return {template.language: template for template in rows.select_related("document_type")}


def template_for(
    batch: DocumentBatch, student: Student | None, templates: dict[str, TemplateVersion]
) -> TemplateVersion | None:
    language = batch.language or (student.person.written_form if student else "")
    return templates.get(language) or (None if student and not batch.language else next(iter(templates.values()), None))
