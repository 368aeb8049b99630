"""The tasks of one school year, with where each stands, for the schools one asks about."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from accessctl import wall
from accessctl.models import Role, School, User
from accessctl.roles import Reach
from accessctl.scope import Source, scope_of
from schoolapp.lib import clock
from schoolapp.lib.gather import gather
from schools.models import DutyDate, DutyDone, SchoolYear
from schools.wheel.duties import Duty, Progress, duties
from schools.wheel.states import State, state_of


@dataclass(frozen=True)
class Noted:
    """That somebody has said it is done."""

    at: datetime
    by: str


@dataclass(frozen=True)
class Cell:
    """One task at one school; `school` is None for the municipality."""

    duty: Duty
    school: School | None
    due: date
    state: State
    progress: Progress | None
    noted: Noted | None

    @property
    def school_id(self) -> int | None:
        return self.school.pk if self.school else None


@dataclass(frozen=True)
class Row:
    """One task with its cells. The date is the first that still stands."""

    duty: Duty
    cells: list[Cell]

    @property
    def done(self) -> int:
        return sum(cell.state == State.DONE for cell in self.cells)

    @property
    def is_done(self) -> bool:
        return self.done == len(self.cells)

    @property
    def state(self) -> State:
        """The most pressing of the cells."""
        return min((cell.state for cell in self.cells), key=list(State).index)

    @property
    def due(self) -> date:
        open_cells = [cell.due for cell in self.cells if cell.state != State.DONE]
        return min(open_cells or [cell.due for cell in self.cells])


def current_year() -> SchoolYear | None:
    return SchoolYear.objects.filter(state=SchoolYear.State.CURRENT).first()


def board(
    year: SchoolYear,
    schools: Collection[School],
    chosen: Iterable[Duty] | None = None,
    only: Mapping[str, Collection[int]] | None = None,
) -> list[Row]:
    """The tasks as rows, in the order of the year. A task none of the schools has is left out. One query, whatever the
    tasks count. `only` says, by task, at which of the schools it is shown. How far a school has come is the same
    number whoever reads it, a teacher who sees one class of it too: only numbers come out, of `schools`.
    """
    wanted = list(duties() if chosen is None else chosen)
    all_duties = {duty.slug: duty for duty in duties()}
    needed = {duty.slug: duty for duty in wanted} | {
        slug: all_duties[slug] for duty in wanted for slug in duty.after if slug in all_duties
    }
    counting = {slug: duty.progress for slug, duty in needed.items() if duty.progress}
    asked: dict[str, Any] = {
        "wheel.done": DutyDone.objects.filter(school_year=year).values_list("duty", "school", "at", "by__display_name"),
        "wheel.dates": DutyDate.objects.filter(school_year=year).values_list("duty", "school", "due_on"),
    }
    for progress in counting.values():
        asked |= progress.ask(year, schools)
    with wall.lifted("how far a school has come is counted over all its pupils; only numbers come out"):
        answers = gather(asked)
    notes: dict[tuple[str, int | None], Noted] = {
        (slug, place): Noted(datetime.fromisoformat(at), by) for slug, place, at, by in answers["wheel.done"]
    }
    dates = {(slug, place): date.fromisoformat(due_on) for slug, place, due_on in answers["wheel.dates"]}
    counted = {slug: progress.tell(year, schools, answers) for slug, progress in counting.items()}

    def is_done(duty: Duty, school_id: int | None) -> bool:
        key = school_id if duty.per_school else None
        if duty.slug in counted:
            found = counted[duty.slug].get(key)
            return found is not None and found.is_complete
        return (duty.slug, key) in notes

    today = clock.today()

    def cell(duty: Duty, school: School | None) -> Cell:
        key = school.pk if school else None
        due = dates.get((duty.slug, key)) or dates.get((duty.slug, None)) or duty.due_in(year)
        before = [needed[slug] for slug in duty.after if slug in needed]
        blocked = not all(is_done(other, key) for other in before if has(other, school))
        state = state_of(is_done=is_done(duty, key), due=due, today=today, is_blocked=blocked)
        return Cell(duty, school, due, state, counted.get(duty.slug, {}).get(key), notes.get((duty.slug, key)))

    def shown(duty: Duty) -> list[School | None]:
        found = places(duty, schools)
        return [school for school in found if not (only and school) or school.pk in only[duty.slug]]

    rows = [Row(duty, [cell(duty, school) for school in shown(duty)]) for duty in wanted]
    return sorted((row for row in rows if row.cells), key=lambda row: (row.due, row.duty.slug))


def places(duty: Duty, schools: Collection[School]) -> list[School | None]:
    """Where the task is done."""
    return [school for school in schools if school.kind in duty.kinds] if duty.per_school else [None]


def has(duty: Duty, school: School | None) -> bool:
    """Whether the task is one of the school's, or one of the municipality's that everybody waits for."""
    return not duty.per_school or (school is not None and school.kind in duty.kinds)


def owned_schools(user: User, duty: Duty, schools: Collection[School]) -> list[School]:
    """The schools at which `user` owns the task, by a role they hold there."""
    sources = owning(user, duty)
    if any(source.reach == Reach.MUNICIPALITY for source in sources):
        return list(schools)
    held = {source.object_id for source in sources}
    return [school for school in schools if school.pk in held]


def owning(user: User, duty: Duty) -> list[Source]:
    return [source for source in scope_of(user).sources if source.role in duty.owners]


def owns(user: User, duty: Duty, school: School | None) -> bool:
    """Whether the task is one for `user`, there or in the municipality."""
    if not duty.per_school:
        return bool(owning(user, duty))
    return school is not None and bool(owned_schools(user, duty, [school]))


def own_rows(user: User, year: SchoolYear, schools: Collection[School]) -> list[Row]:
    """What `user` owns: each task with the cells of the schools where it is theirs."""
    mine: dict[str, set[int]] = defaultdict(set)
    for duty in duties():
        if duty.per_school:
            mine[duty.slug] = {school.pk for school in owned_schools(user, duty, schools)}
    chosen = [duty for duty in duties() if (mine[duty.slug] if duty.per_school else owning(user, duty))]
    if not chosen:
        return []
    own = [school for school in schools if any(school.pk in owned for owned in mine.values())]
    return board(year, own, chosen, only=mine)


def role_names() -> dict[str, str]:
    """What the municipality calls the roles, by slug."""
    return dict(Role.objects.values_list("slug", "name"))
