"""Two rows of one human being made one, and made two again exactly as they were."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.apps import apps
from django.db import DatabaseError, models, transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accessctl import wall
from accessctl.audit import record_event
from accessctl.models import User
from accessctl.wall.roles import is_append_only
from guardians.actions import close_portals
from guardians.models import GuardianRelation, PersonMerge, RegisterFinding
from guardians.register.decisions import may_see
from guardians.register.sql import rows
from people.actions import hide_or_show_name
from people.apart import people_apart
from people.models import PROTECTION_FIELDS, ContactDetails, NationalId, Person, Protection
from schoolapp.lib import clock
from students.models import Enrolment, Membership, Student

# What belongs to the matter of being two rows, and what only a run needs.
LEFT_ALONE = {PersonMerge, RegisterFinding}
Before = list[Any]


class MergeError(ValueError):
    """The two can not be merged, or made two again; the text says why, in words for the screen."""


@dataclass
class Moving:
    """What a merge has done so far: for each row touched its model, key and the values it had, in order."""

    before: list[Before] = field(default_factory=list)
    left: int = 0

    def change(self, model: type[models.Model], pk: int, **values: Any) -> bool:
        """Set columns of one row and remember what they were. False when a rule of the database is against it."""
        row = model._base_manager.filter(pk=pk)
        old = row.values(*values).get()
        try:
            with transaction.atomic():
                row.update(**values)
        except DatabaseError:
            return False
        self.before.append([model._meta.label, pk, {name: as_json(value) for name, value in old.items()}])
        return True


def as_json(value: Any) -> Any:
    return value.isoformat() if hasattr(value, "isoformat") else value


def references(target: type[models.Model]) -> list[tuple[type[models.Model], str]]:
    """Every column of ours that points at rows of `target`, but for logs, which are never rewritten."""
    found = []
    for model in apps.get_models():
        if model in LEFT_ALONE or is_append_only(model):
            continue
        for column in model._meta.concrete_fields:
            if isinstance(column, models.ForeignKey) and column.related_model is target:
                found.append((model, column.attname))
    return found


@dataclass(frozen=True)
class Preview:
    """What a merge would do: what moves and what stays, by register, and what stands against it or must be agreed to.

    Nothing is ever lost: what the one that is kept has already stays on the other row, and comes back by `undo`.
    """

    moves: list[tuple[str, int]]
    stays: list[str]
    differs: bool
    problem: str = ""


def preview(kept: Person, gone: Person) -> Preview:
    """What `merge` would do. Ask with the wall lifted: what hangs on a person is counted whoever may see it."""
    counts: dict[str, int] = {}
    common: set[type[models.Model]] = set()
    found = references(Person)
    counting = " UNION ALL ".join(
        f"SELECT {place}, count(*) FILTER (WHERE {column} = %s), count(*) FILTER (WHERE {column} = %s)"
        f" FROM {model._meta.db_table} WHERE {column} IN (%s, %s)"
        for place, (model, column) in enumerate(found)
    )
    for place, number, others in rows(counting, [gone.pk, kept.pk] * 2 * len(found)):
        model, _column = found[place]
        if number:
            name = str(model._meta.verbose_name_plural if number > 1 else model._meta.verbose_name)
            counts[name] = counts.get(name, 0) + number
        if number and others:
            common.add(model)
    stays = list(what_stays(kept, gone, common))
    return Preview(sorted(counts.items()), stays, kept.protection != gone.protection, problem_with(kept, gone))


def what_stays(kept: Person, gone: Person, common: Collection[type[models.Model]]) -> Iterator[str]:
    """What both have, and can be had once: that of the one that is kept counts. `common` is where both have rows."""
    if kept.full_name != gone.full_name:
        yield _("Navnet. Det som beholdes, er {name}.").format(name=kept.full_name)
    if ContactDetails in common:
        yield _("Telefon og e-post. De til den som beholdes, gjelder.")
    open_rows = GuardianRelation.objects.open()
    shared = open_rows.filter(guardian=gone, student__in=open_rows.filter(guardian=kept).values("student"))
    if GuardianRelation in common and (both := shared.count()):
        yield ngettext(
            "Én relasjon til et barn de begge er foresatt for. Den andre gjelder.",
            "%(n)d relasjoner til barn de begge er foresatt for. De andre gjelder.",
            both,
        ) % {"n": both}
    if Student in common:
        yield _("Elevplasser og grupper i samme tid. De til den som beholdes, gjelder.")


def problem_with(kept: Person, gone: Person) -> str:
    if kept.pk == gone.pk:
        return _("Velg to forskjellige personer.")
    if PersonMerge.objects.filter(gone__in=[kept.pk, gone.pk], undone_at__isnull=True).exists():
        return _("En av dem er allerede slått sammen med noen. Angre det først.")
    if hasattr(kept, "employee") and hasattr(gone, "employee"):
        return _("Begge står som ansatte. Avslutt den ene i HR-systemet først.")
    if kept.user_id and gone.user_id:
        return _("Begge har egen innlogging. Steng den ene i «Administrasjon» først.")
    return ""


@transaction.atomic
@wall.lifted(
    "everything that hangs on the two moves, also what the user does not see; that both may be known is judged"
)
def merge(kept: Person, gone: Person, *, strictest: bool = False, by: User) -> PersonMerge:
    """Let everything that is `gone`'s be `kept`'s. Nothing is deleted, and `undo` makes it as it was.

    `strictest` agrees that two with different protection become one with the stricter. Raises MergeError, OwnCase.
    """
    people_apart(by, kept, gone)
    locked = Person.objects.select_for_update(of=("self",)).select_related("user").in_bulk({kept.pk, gone.pk})
    if kept.pk == gone.pk or len(locked) != 2:
        raise MergeError(_("Velg to forskjellige personer."))
    kept, gone = locked[kept.pk], locked[gone.pk]
    if not (may_see(by, kept) and may_see(by, gone)):
        raise MergeError(_("Dette avgjøres av dem som har ansvar for adressesperre."))
    if problem := problem_with(kept, gone):
        raise MergeError(problem)
    if kept.protection != gone.protection and not strictest:
        raise MergeError(_("De to har ulik adressesperre. Bekreft at den strengeste skal gjelde."))
    differs = kept.protection != gone.protection
    moving = Moving()
    settle_persons(moving, kept, gone)
    move_numbers(moving, kept, gone)
    move_pupil(moving, kept, gone)
    for model, column in references(Person):
        if model not in (NationalId, Student):
            move(moving, model, column, gone.pk, kept.pk)
    moving.change(Person, gone.pk, merged_into_id=kept.pk)
    entered = {kept.pk} if differs else set()
    close_for_protection(moving, entered)
    done = PersonMerge.objects.create(kept=kept, gone=gone, moved={"before": moving.before, "left": moving.left}, by=by)
    pair = RegisterFinding.objects.waiting().filter(kind=RegisterFinding.Kind.DUPLICATE)
    pair.filter(person__in=[kept, gone], other__in=[kept, gone]).update(
        state=RegisterFinding.State.APPROVED, decided_by=by, decided_at=clock.now()
    )
    record_event(by, "merge_persons", done, what=str(_("Sammenslåing av personer")))
    return done


def settle_persons(moving: Moving, kept: Person, gone: Person) -> None:
    """The login, the strictest protection, and what `kept` does not know itself."""
    values: dict[str, Any] = {}
    if gone.user_id and not kept.user_id:
        moving.change(Person, gone.pk, user_id=None)
        values["user_id"] = gone.user_id
    if Protection(gone.protection).rank > Protection(kept.protection).rank:
        values |= {name: getattr(gone, name) for name in PROTECTION_FIELDS}
    for name in ("birth_date", "sex", "deceased_on"):
        if getattr(gone, name) and not getattr(kept, name):
            values[name] = getattr(gone, name)
    if values:
        moving.change(Person, kept.pk, **values)
        kept.refresh_from_db()
        hide_or_show_name(kept)


def move_numbers(moving: Moving, kept: Person, gone: Person) -> None:
    """All numbers become the kept person's; of two current ones that of the kept stays current."""
    has_current = kept.national_ids.filter(is_current=True).exists()
    for number in gone.national_ids.order_by("pk"):
        moving.change(NationalId, number.pk, person_id=kept.pk, is_current=number.is_current and not has_current)


def move_pupil(moving: Moving, kept: Person, gone: Person) -> None:
    """The pupil's row, or where both are pupils, what hangs on the one that goes."""
    going = Student.objects.filter(person=gone).first()
    staying = Student.objects.filter(person=kept).first()
    if going is None:
        return
    if staying is None:
        moving.change(Student, going.pk, person_id=kept.pk)
        return
    for model, column in references(Student):
        move(moving, model, column, going.pk, staying.pk)
    repeated = {
        "school_id": going.school_id,
        "grade_level": going.grade_level,
        "home_class_name": going.home_class_name,
    }
    if going.school_id and not staying.school_id:
        moving.change(Student, staying.pk, **repeated)
    if going.school_id:
        moving.change(Student, going.pk, school_id=None, grade_level=None, home_class_name="")


def move(moving: Moving, model: type[models.Model], column: str, old: int, new: int) -> None:
    """Point rows at the one that stays. What the one that stays has already is left behind, and open relations end."""
    for pk in model._base_manager.filter(**{column: old}).order_by("pk").values_list("pk", flat=True):
        if moving.change(model, pk, **{column: new}):
            continue
        moving.left += 1
        if model is GuardianRelation:
            end = GuardianRelation.State.ENDED
            start = GuardianRelation.objects.get(pk=pk).valid_from
            moving.change(GuardianRelation, pk, state=end, valid_to=max(start, clock.today()))
        elif model in (Enrolment, Membership):
            end_place(moving, model, pk)


def end_place(moving: Moving, model: type[models.Model], pk: int) -> None:
    """A place the one that stays has as well is counted once: here it is over since yesterday, or on its first day."""
    starts = model._base_manager.filter(pk=pk, valid_to__isnull=True).values_list("valid_from", flat=True)
    for start in starts:
        moving.change(model, pk, valid_to=max(start, clock.today() - timedelta(days=1)))


def close_for_protection(moving: Moving, entered: set[int]) -> None:
    """Protection that enters a family closes its portals; which were open is remembered."""
    if not entered:
        return
    was_open = set(
        GuardianRelation.objects.filter(portal_enabled=True).filter(near(entered)).values_list("pk", flat=True)
    )
    close_portals(entered)
    closed = GuardianRelation.objects.filter(pk__in=was_open, portal_enabled=False)
    moving.before += [
        [GuardianRelation._meta.label, pk, {"portal_enabled": True}] for pk in closed.values_list("pk", flat=True)
    ]


def near(persons: set[int]) -> models.Q:
    children = GuardianRelation.objects.filter(guardian__in=persons).values("student")
    return models.Q(student__person__in=persons) | models.Q(student__in=children)


@transaction.atomic
@wall.lifted("everything goes back to whom it was, also what the user does not see; that both may be known is judged")
def undo(done: PersonMerge, *, by: User) -> None:
    """Make the two as they were, row by row in the opposite order. Raises MergeError when it is undone already.

    Raises it as well when something was added since that stands in the way.
    """
    locked = PersonMerge.objects.select_for_update(of=("self",)).select_related("kept", "gone").get(pk=done.pk)
    people_apart(by, locked.kept, locked.gone)
    if locked.undone_at:
        raise MergeError(_("Sammenslåingen er allerede angret."))
    if not (may_see(by, locked.kept) and may_see(by, locked.gone)):
        raise MergeError(_("Dette avgjøres av dem som har ansvar for adressesperre."))
    try:
        with transaction.atomic():
            for label, pk, values in reversed(locked.moved["before"]):
                apps.get_model(label)._base_manager.filter(pk=pk).update(**values)
    except DatabaseError:
        raise MergeError(_("Noe er registrert siden som hindrer det. Avslutt det nye først.")) from None
    locked.undone_by, locked.undone_at = by, clock.now()
    locked.save(update_fields=["undone_by", "undone_at"])
    for person in Person.objects.select_related("user").filter(pk__in=[locked.kept_id, locked.gone_id]):
        hide_or_show_name(person)
    record_event(by, "undo_merge", locked, what=str(_("Angret sammenslåing av personer")))
