"""What to look at before a letter to many begins, pupil by pupil: who would get none, and whose would be stopped.

The questions are those of the single editor, asked of all pupils at once: the number of queries is the same for three
pupils and for three thousand.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from django.urls import reverse
from django.utils.translation import gettext as _

from accessctl.models import Municipality, School, User
from accessctl.permissions import Permission
from accessctl.scope import scope_of
from archive import advice, places
from archive.advice import Advice
from archive.preflight import Problem
from documents import guide
from documents.batch.overview import REASONS, sample, template_for, templates_of
from documents.content import Facts, author_values, missing_fields, record_values, used_fields
from documents.fields import Field, Source
from documents.guide import Caution
from documents.models import Document, DocumentBatch, DocumentBatchItem
from documents.preflight_checks import PRECONDITION, problems_of_many
from people.models import Person
from students.models import Student

Item = DocumentBatchItem.State


@dataclass(frozen=True, slots=True)
class Concern:
    """A pupil to look at. One who `is_stopped` gets a draft at most, as things stand."""

    student: Student
    reasons: list[Advice]
    is_stopped: bool


@dataclass(slots=True)
class AtSchool:
    """What the archive lacks at a school, and whose letters it stops there."""

    school: School
    advice: Advice
    students: list[Student] = field(default_factory=list)


@dataclass(slots=True)
class Findings:
    """Everything to look at. `unwritten` are the names of fields that nobody has filled in for any of them."""

    concerns: list[Concern] = field(default_factory=list)
    at_schools: dict[tuple[int, str], AtSchool] = field(default_factory=dict)
    unwritten: list[str] = field(default_factory=list)
    caution: Caution = field(default_factory=lambda: Caution([], has_attachments=False))
    receivers: Mapping[int, list[Person]] = field(default_factory=dict)

    @property
    def named(self) -> set[int]:
        """The ids of the pupils in `concerns`."""
        return {one.student.pk for one in self.concerns}

    @property
    def stopped(self) -> list[Concern]:
        return [one for one in self.concerns if one.is_stopped]

    @property
    def others(self) -> list[Concern]:
        return [one for one in self.concerns if not one.is_stopped]


def due(batch: DocumentBatch, items: Sequence[DocumentBatchItem]) -> list[DocumentBatchItem]:
    """Those whose turn comes when it is started: all at first, and the drafts afterwards."""
    state = Item.CHOSEN if batch.state == DocumentBatch.State.WRITING else Item.DRAFT
    return [item for item in items if item.state == state]


def examined(batch: DocumentBatch, items: Sequence[DocumentBatchItem], *, author: User) -> Findings:
    """What would happen to the letters of `items` if it started now, without making any of them."""
    letters = letters_of(batch, items)
    written = [letter for letter in letters if letter is not None]
    found = Findings(caution=caution_of(batch, written))
    absent = absent_in(written, author=author)
    if written and batch.state == DocumentBatch.State.WRITING:
        found.unwritten = unwritten_in(absent)
    problems = dict(zip(map(id, written), problems_of_many(written), strict=True))
    found.receivers = people = guide.recipients_of([item.student for item in items])
    for item, letter in zip(items, letters, strict=True):
        if letter is None:
            found.concerns.append(Concern(item.student, [Advice(str(REASONS["template"]), "", "")], is_stopped=True))
            continue
        stops = stopping(letter, absent[id(letter)], found)
        stops += [Advice(str(p.sentence), "", "") for p in problems[id(letter)] if p.code == PRECONDITION]
        rest = not_sent(batch, letter, people, author=author)
        rest += at_the_archive(letter, problems[id(letter)], found, author=author)
        if stops or rest:
            found.concerns.append(Concern(item.student, [*stops, *rest], is_stopped=bool(stops)))
    return found


def letters_of(batch: DocumentBatch, items: Sequence[DocumentBatchItem]) -> list[Document | None]:
    """Each pupil's letter: the draft there is, or as it would be, never saved. None where there is no template."""
    rows = Document.objects.filter(pk__in=[item.document_id for item in items if item.document_id])
    related = rows.select_related("template__document_type", "school__letterhead", "basis", "sending_choice")
    drafts = {draft.pk: draft for draft in related.prefetch_related("attachments")}
    templates = templates_of(batch) if len(drafts) < len(items) else {}
    letters: list[Document | None] = []
    for item in items:
        draft = drafts.get(item.document_id or 0)
        if draft is not None:
            draft.student, draft.document_type = item.student, batch.document_type
            letters.append(draft)
        elif template := template_for(batch, item.student, templates):
            letters.append(sample(batch, item.student, template))
        else:
            letters.append(None)
    return letters


def absent_in(letters: Sequence[Document], *, author: User) -> dict[int, list[Field]]:
    """The required fields that are empty in each letter, by its `id()`. The same rule as finalising has."""
    used = {letter.template_id: used_fields(letter.template) for letter in letters}
    facts = Facts(Municipality.objects.first(), {})  # who the guardians are is never required
    found = {}
    for letter in letters:
        slug = letter.document_type.slug
        values = record_values(letter, author=author, facts=facts) | author_values(slug, letter.fields)
        found[id(letter)] = missing_fields(slug, used[letter.template_id], values)
    return found


def unwritten_in(absent: Mapping[int, list[Field]]) -> list[str]:
    """Names of the author's fields that are empty; before there are drafts they are empty for everybody."""
    labels = (str(one.label) for fields in absent.values() for one in fields if one.source == Source.AUTHOR)
    return list(dict.fromkeys(labels))


def caution_of(batch: DocumentBatch, letters: Sequence[Document]) -> Caution:
    """What warns in any of them and nobody has given a reason for. Text the letters share is read once."""
    common = [str(each["title"]) for each in batch.attachments]
    texts: set[str] = set()
    attached = False
    for letter in letters:
        if guide.choice_of(letter).word_reason:
            continue
        names = [file.title for file in letter.attachments.all()] if letter.pk else common
        attached = attached or (bool(names) and letter.document_type.slug not in guide.WITH_ATTACHMENTS)
        texts |= {letter.title, letter.template.title, *(str(value) for value in letter.fields.values()), *names}
    return Caution(guide.words_in("", {str(n): text for n, text in enumerate(sorted(texts))}), attached)


def stopping(letter: Document, absent: Sequence[Field], found: Findings) -> list[Advice]:
    """Fields that are empty for this pupil, with where they are filled in."""
    names = [str(one.label) for one in absent]
    if not names:
        return []
    text = str(REASONS["missing"]) % {"names": ", ".join(names)}
    if letter.pk:
        return [Advice(text, "", "", reverse("documents:edit", args=[letter.uuid]), _("Skriv ferdig"))]
    own = [name for name in names if name not in found.unwritten]
    if not own:
        return []
    text = str(REASONS["missing"]) % {"names": ", ".join(own)}
    return [Advice(text, "", "", reverse("students:pupil", args=[letter.student.uuid]), _("Se på eleven"))]


def not_sent(
    batch: DocumentBatch, letter: Document, people: Mapping[int, list[Person]], *, author: User
) -> list[Advice]:
    """That nobody receives letters about the pupil, or that somebody with address protection does."""
    choice = guide.choice_of(letter)
    on_paper = choice.on_paper if choice.pk else batch.on_paper
    if on_paper or not guide.may_go_on_paper(letter.document_type):
        return []
    receivers = people.get(letter.student_id, [])
    if not receivers:
        text = _("Ingen er merket som mottaker av brev. Brevet blir laget, men ikke sendt.")
        if not author.holds(Permission.VIEW_GUARDIANS):
            return [Advice(text, "", "")]
        return [Advice(text, "", "", reverse("guardians:tab", args=[letter.student.uuid]), _("Velg mottaker"))]
    if author.holds(Permission.SEE_PROTECTED) and any(person.is_protected for person in receivers):
        return [Advice(_("En mottaker har adressesperre. Den som har ansvar for adressesperrer, avgjør."), "", "")]
    return []


def at_the_archive(letter: Document, problems: Sequence[Problem], found: Findings, *, author: User) -> list[Advice]:
    """What would stop this letter on its way to the archive. What the whole school lacks is gathered in `found`."""
    own = []
    for problem in problems:
        if problem.code == PRECONDITION:
            continue
        words = advice.before(problem, school=letter.school, scope=scope_of(author))
        if problem.place and problem.place != places.PUPIL_FOLDERS:
            at = found.at_schools.setdefault((letter.school_id, problem.code), AtSchool(letter.school, words))
            at.students.append(letter.student)
        else:
            own.append(words)
    return own
