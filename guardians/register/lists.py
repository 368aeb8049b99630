"""The findings of runs as a person may see them: masked, in words, and logged."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db.models import Count, Q, QuerySet
from django.utils.translation import gettext as _

from accessctl import wall
from accessctl.audit import record_list
from accessctl.login.level import ConfirmFirst, Content
from accessctl.models import User
from accessctl.permissions import Permission
from accessctl.scope import scope_of
from guardians.models import PersonMerge, RegisterFinding
from guardians.register.decisions import Effect, effect_of, may_decide, may_see
from people.models import Person, Protection, RegisterImport
from schoolapp.lib import clock
from students.models import Student

Kind, State = RegisterFinding.Kind, RegisterFinding.State
WHY = "a run is about the whole municipality; protected persons are masked before anything is shown"
DETAILS = {
    "name": lambda: _("nytt navn"),
    "number": lambda: _("nytt fødselsnummer eller D-nummer"),
    "details": lambda: _("rettet fødselsdato eller kjønn"),
    "utflyttet": lambda: _("utflyttet fra landet"),
    "forsvunnet": lambda: _("savnet"),
    "opphoert": lambda: _("nummeret er opphørt"),
    "dead": lambda: _("oppgitt som død"),
    "felles": lambda: _("felles foreldreansvar"),
    "mor": lambda: _("mor har foreldreansvaret"),
    "far": lambda: _("far har foreldreansvaret"),
    "medmor": lambda: _("medmor har foreldreansvaret"),
    "same_name": lambda: _("samme navn og fødselsdato"),
    "d_number": lambda: _("samme navn, en har D-nummer"),
}


@dataclass(frozen=True)
class Shown:
    """A person as the user may see them; `student` leads to the pupil's page."""

    name: str
    is_masked: bool
    student: Student | None
    is_protected: bool = False


@dataclass(frozen=True)
class Row:
    finding: RegisterFinding
    person: Shown
    other: Shown | None
    detail: str
    effect: Effect | None
    may_decide: bool

    @property
    def label(self) -> str:
        """Who it is about, for the label of its controls."""
        return f"{self.person.name} – {self.other.name}" if self.other else self.person.name


def findings(user: User, *, run: RegisterImport | None, kind: str, state: str = "", name: str = "") -> QuerySet[Any]:
    """The findings of one kind that the user may be shown, of one run or waiting at all. Read them with wall.lifted."""
    found = RegisterFinding.objects.visible_to(user).filter(kind=kind).select_related("person", "other", "decided_by")
    found = found.filter(run=run) if run else found.waiting()
    if state in State.values:
        found = found.filter(state=state)
    for word in name.split()[:5]:
        found = found.filter(called(user, "person", word) | called(user, "other", word))
    return found.order_by("pk")


def called(user: User, path: str, word: str) -> Q:
    """Persons with the word in their name. The protected are found by those alone who may see all of them."""
    match = Q(**{f"{path}__given_name__icontains": word}) | Q(**{f"{path}__family_name__icontains": word})
    if scope_of(user).reach(Permission.SEE_PROTECTED).everything:
        return match
    return match & Q(**{f"{path}__protection": Protection.NONE})


def as_rows(user: User, page: Sequence[RegisterFinding], *, is_fresh: bool) -> list[Row]:
    """The findings in words, each pupil among them logged as shown.

    Raises ConfirmFirst when somebody protected would be shown and the login is not `is_fresh`.
    """
    ids = {pk for finding in page for pk in (finding.person_id, finding.other_id) if pk}
    students = {s.person_id: s for s in Student.objects.filter(person__in=ids).select_related("person", "school")}
    rows = []
    for finding in page:
        student = students.get(finding.person_id)
        person = shown(user, finding.person, student)
        other = shown(user, finding.other, students.get(finding.other_id or 0)) if finding.other else None
        hidden = person.is_masked or bool(other and other.is_masked)
        decides = may_decide(user, finding)
        rows.append(
            Row(
                finding,
                person,
                other,
                "" if hidden else detail_of(finding),
                effect_of(finding) if finding.kind in DECIDED else None,
                decides,
            )
        )
    people = [s for row in rows for s in (row.person, row.other) if s]
    if any(s.is_protected for s in people) and not is_fresh:
        raise ConfirmFirst(Content.PROTECTED)
    told = {s.student.pk: s.student for s in people if s.student}
    record_list(user, "list", list(told.values()), what=str(_("Funn fra Folkeregisteret")))
    return rows


DECIDED = {
    Kind.NEW_GUARDIAN, Kind.LOST_GUARDIAN, Kind.DEAD, Kind.MOVED_OUT, Kind.LOST_PROTECTION, Kind.DUPLICATE
}  # fmt: skip


def shown(user: User, person: Person, student: Student | None) -> Shown:
    if not may_see(user, person, student):
        return Shown(str(_("Skjermet person")), True, None)
    return Shown(person.full_name.strip() or str(_("Uten navn")), False, student, person.is_protected)


def may_see_both(user: User, *pair: Person) -> bool:
    """Whether the user may know who both are. Read with wall.lifted."""
    students = {s.person_id: s for s in Student.objects.filter(person__in=pair)}
    return all(may_see(user, person, students.get(person.pk)) for person in pair)


def detail_of(finding: RegisterFinding) -> str:
    if finding.kind in (Kind.PROTECTED, Kind.LOST_PROTECTION):
        return str(Protection(finding.detail).label) if finding.detail in Protection.values else ""
    return DETAILS[finding.detail]() if finding.detail in DETAILS else ""


def counts_of(run: RegisterImport) -> list[dict[str, Any]]:
    """How many findings of each kind a run made, and how many of them wait, in the order of the kinds."""
    with wall.lifted(WHY):
        waiting = Count("pk", filter=Q(state=State.WAITING))
        found = (
            RegisterFinding.objects.filter(run=run).order_by().values("kind").annotate(n=Count("pk"), waiting=waiting)
        )
        numbers = {row["kind"]: dict[str, Any](row) for row in found}
    return [
        {
            "slug": kind.value,
            "label": kind.label,
            **{k: numbers.get(kind.value, {}).get(k, 0) for k in ("n", "waiting")},
        }
        for kind in Kind
    ]


def waiting_counts() -> list[dict[str, Any]]:
    """What waits for a decision, over all runs, by kind."""
    with wall.lifted(WHY):
        found = dict(RegisterFinding.objects.waiting().order_by().values_list("kind").annotate(n=Count("pk")))
    return [{"slug": kind.value, "label": kind.label, "n": found[kind]} for kind in Kind if found.get(kind)]


@dataclass(frozen=True)
class MergeRow:
    merge: PersonMerge
    kept: Shown
    gone: Shown
    may_undo: bool


def merge_rows(user: User, *, is_fresh: bool) -> list[MergeRow]:
    """The last merges, newest first, as the user may see them; pupils among them are logged as shown.

    Raises ConfirmFirst as `as_rows` does.
    """
    found = list(PersonMerge.objects.select_related("kept", "gone", "by", "undone_by").order_by("-at")[:50])
    ids = {pk for row in found for pk in (row.kept_id, row.gone_id)}
    students = {s.person_id: s for s in Student.objects.filter(person__in=ids).select_related("person", "school")}
    rows = []
    for row in found:
        kept, gone = (shown(user, p, students.get(p.pk)) for p in (row.kept, row.gone))
        may_undo = row.undone_at is None and not kept.is_masked and not gone.is_masked
        rows.append(MergeRow(row, kept, gone, may_undo))
    people = [s for row in rows for s in (row.kept, row.gone)]
    if any(s.is_protected for s in people) and not is_fresh:
        raise ConfirmFirst(Content.PROTECTED)
    told = {s.student.pk: s.student for s in people if s.student}
    record_list(user, "list", list(told.values()), what=str(_("Sammenslåtte personer")))
    return rows


def overdue_days() -> int | None:
    """Days since the last run that ended, when they are too many; None when all is well or nothing was ever read."""
    last = ended().values_list("finished_at", flat=True).first()
    return days_overdue(last) if last else None


def ended() -> QuerySet[RegisterImport]:
    """The runs that came to their end, the last first."""
    return RegisterImport.objects.done().exclude(finished_at=None).order_by("-finished_at")


def days_overdue(finished_at: datetime) -> int | None:
    late = clock.now() - finished_at
    return late.days if late > timedelta(days=settings.REGISTER_OVERDUE_DAYS) else None
