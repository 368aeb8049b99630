"""Moving pupils between planned classes: by one, by suggestion, and back again. Two may do it at once."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accessctl import wall
from accessctl.audit import record_event
from accessctl.models import School, User
from admissions.models import PlaceMove, PlannedGroup, PlannedPlace, PuzzleRule, YearDraft
from admissions.year import puzzle
from admissions.year.corrections import follow
from admissions.year.draft import Refused, lock_for_planning, state_held
from admissions.year.steps import check_may_plan
from students.models import Group


@dataclass(frozen=True)
class Board:
    """One grade at one school: its classes, and the pupils the viewer sees there."""

    draft: YearDraft
    school: School
    grade: int
    classes: Sequence[PlannedGroup]
    places: Sequence[PlannedPlace]
    pairs: Sequence[PuzzleRule]

    @property
    def cards(self) -> list[puzzle.Card]:
        return [
            puzzle.Card(
                place.student_id,
                place.home_class_id,
                place.student.person.sex,
                place.student.person.written_form,
            )
            for place in self.places
        ]

    @property
    def boxes(self) -> list[puzzle.Box]:
        return [puzzle.Box(group.pk, group.size_limit, group.language) for group in self.classes]

    @property
    def ordinary(self) -> list[puzzle.Box]:
        """Classes a suggestion may fill: of the grade itself, or else those of several grades; never a special unit."""
        usual = [group for group in self.classes if not group.unit]
        own = [group for group in usual if group.grade_level == self.grade]
        return [puzzle.Box(group.pk, group.size_limit, group.language) for group in own or usual]

    @property
    def rules(self) -> list[puzzle.Pair]:
        return [puzzle.Pair(rule.kind, rule.first_id, rule.second_id) for rule in self.pairs]

    def broken(self) -> list[puzzle.Broken]:
        return puzzle.broken(self.cards, self.boxes, self.rules)


@wall.lifted("the school plans for pupils who are not its own yet; the places' own filter says whom the user sees")
def board_of(draft: YearDraft, school: School, grade: int, user: User) -> Board:
    """The board as `user` may see it (three queries). Rules about a pupil the user does not see are not there."""
    places = list(
        places_of(draft, school, user)
        .filter(grade_level=grade)
        .select_related("student__person", "from_school")
        .order_by("student__sort_name", "pk")
    )
    classes = list(classes_of(draft, school).filter(Q(grade_level=grade) | Q(grade_level=None)))
    seen = [place.student_id for place in places]
    pairs = list(draft.rules.filter(first__in=seen, second__in=seen).order_by("pk"))
    return Board(draft, school, grade, classes, places, pairs)


@wall.lifted("the school plans for pupils who are not its own yet; the places' own filter says whom the user sees")
def broken_at(draft: YearDraft, school: School, user: User) -> list[str]:
    """In sentences, the rules that are broken in all classes of the school (two queries), for whoever reviews it."""
    placed = places_of(draft, school, user).exclude(home_class=None).select_related("student__person", "home_class")
    places = list(placed.order_by("student__sort_name", "pk"))
    classes = {place.home_class.pk: place.home_class for place in places if place.home_class}
    seen = [place.student_id for place in places]
    pairs = list(draft.rules.filter(first__in=seen, second__in=seen).order_by("pk"))
    names = {place.student_id: place.student.person.full_name for place in places}
    found = Board(draft, school, 0, list(classes.values()), places, pairs).broken()
    return [sentence(one, names, classes) for one in found]


@wall.lifted("the school plans for pupils who are not its own yet; the places are those the user sees")
def corrected(board: Board) -> list[PlaceMove]:
    """What has been moved on the board since the year was published, the latest first (one query)."""
    rows = PlaceMove.objects.filter(place__in=[place.pk for place in board.places], is_correction=True, is_undone=False)
    return list(rows.select_related("place__student__person", "before", "after", "by").order_by("-pk"))


def places_of(draft: YearDraft, school: School, user: User) -> QuerySet[PlannedPlace]:
    """Those who get a place at the school and whom the user sees. Ask with the wall lifted."""
    rows: QuerySet[PlannedPlace] = PlannedPlace.objects.visible_to(user).filter(draft=draft, school=school)
    return rows


def classes_of(draft: YearDraft, school: School) -> QuerySet[PlannedGroup]:
    return PlannedGroup.objects.filter(draft=draft, school=school, kind=Group.Kind.HOME_CLASS, is_chosen=True)


@transaction.atomic
@wall.lifted("the school plans for pupils who are not its own yet; the places' own filter says whom the user sees")
def move(place: PlannedPlace, *, to: PlannedGroup | None, version: int, by: User) -> PlannedPlace:
    """Put the pupil in the planned class, or in none. `version` is what the mover saw.

    In a published year the published place follows (see corrections). Raises Refused for a class of another school or
    grade, when somebody else has moved the pupil meanwhile, and in a year that is current.
    """
    check_may_plan(place.draft, place.school, by)
    is_correction = lock_for_moving(place.draft)
    check_class(place, to)
    shift([(place, to)], versions={place.pk: version}, by=by, is_correction=is_correction)
    place.refresh_from_db()
    return place


def lock_for_moving(draft: YearDraft) -> bool:
    """Hold the draft in its state; whether that is published. Raises Refused when its year is the current one."""
    state = state_held(draft)
    if state not in (YearDraft.State.PLANNING, YearDraft.State.PUBLISHED):
        raise Refused(_("Skoleåret er inneværende. Flytt eleven under «Klasser og grupper»."))
    return state == YearDraft.State.PUBLISHED


def check_class(place: PlannedPlace, to: PlannedGroup | None) -> None:
    if to is None:
        return
    if (to.draft_id, to.school_id, to.kind) != (place.draft_id, place.school_id, Group.Kind.HOME_CLASS):
        raise Refused(_("Klassen hører ikke til skolen eleven skal gå på."))
    if to.grade_level not in (None, place.grade_level):
        raise Refused(_("Klassen er på et annet trinn enn eleven."))


def shift(
    steps: Iterable[tuple[PlannedPlace, PlannedGroup | None]],
    *,
    versions: Mapping[int, int],
    by: User,
    is_correction: bool = False,
) -> None:
    """Write the moves, and note each so that it can be taken back. Raises Refused when one was seen too long ago."""
    batch, noted = uuid4(), []
    for place, to in steps:
        if place.home_class_id == (to.pk if to else None):
            continue
        rows = PlannedPlace.objects.filter(pk=place.pk, version=versions[place.pk])
        if not rows.update(home_class=to, version=F("version") + 1):
            raise Refused(
                _("Noen andre har flyttet %(pupil)s i mellomtiden. Se hvor eleven er nå, og flytt igjen om du vil.")
                % {"pupil": place.student.person.full_name}
            )
        if is_correction:
            follow(place, was=place.home_class, to=to, by=by)
        noted.append(
            PlaceMove(
                draft_id=place.draft_id,
                place=place,
                batch=batch,
                before_id=place.home_class_id,
                after=to,
                version=versions[place.pk] + 1,
                by=by,
                is_correction=is_correction,
            )
        )
    PlaceMove.objects.bulk_create(noted)


@transaction.atomic
@wall.lifted("the school plans for pupils who are not its own yet; the places' own filter says whom the user sees")
def undo(draft: YearDraft, school: School, grade: int, *, by: User) -> list[PlannedPlace]:
    """Take back what the user did last on this board. Returns the places that went back.

    In a published year that is what was done since it was published. Raises Refused when there is nothing to take back,
    and when others have moved one of the pupils since.
    """
    check_may_plan(draft, school, by)
    is_correction = lock_for_moving(draft)
    own = PlaceMove.objects.filter(draft=draft, by=by, is_undone=False, is_correction=is_correction)
    own = own.filter(place__in=places_of(draft, school, by).filter(grade_level=grade))
    last = own.order_by("-pk").first()
    if last is None:
        raise Refused(_("Det er ingenting å angre på dette trinnet."))
    moves = list(own.filter(batch=last.batch).select_related("place__student__person", "before", "after"))
    for done in moves:
        rows = PlannedPlace.objects.filter(pk=done.place_id, version=done.version)
        if not rows.update(home_class=done.before_id, version=F("version") + 1):
            raise Refused(
                _("%(pupil)s er flyttet på nytt etterpå, så flyttingen kan ikke angres. Flytt eleven dit den skal.")
                % {"pupil": done.place.student.person.full_name}
            )
        if is_correction:
            follow(done.place, was=done.after, to=done.before, by=by)
    # Taking back gave the places a new version, so the user's earlier moves of them can be taken back too.
    for done in moves:
        own.filter(place=done.place_id, version=done.version - 1).update(version=done.version + 1)
    PlaceMove.objects.filter(batch=last.batch).update(is_undone=True)
    return [done.place for done in moves]


@transaction.atomic
@wall.lifted("the school plans for pupils who are not its own yet; the places' own filter says whom the user sees")
def place_by_suggestion(draft: YearDraft, school: School, grade: int, *, by: User) -> tuple[int, int]:
    """Give those without a class one that breaks no rule. Returns how many got one, and how many were left."""
    check_may_plan(draft, school, by)
    lock_for_planning(draft)
    board = board_of(draft, school, grade, by)
    classes = {group.pk: group for group in board.classes}
    found = puzzle.suggest(board.cards, board.ordinary, board.rules)
    chosen = [(place, classes[found[place.student_id]]) for place in board.places if place.student_id in found]
    shift(chosen, versions={place.pk: place.version for place, _to in chosen}, by=by)
    left = sum(place.home_class_id is None for place in board.places) - len(chosen)
    return len(chosen), left


@transaction.atomic
@wall.lifted("the school plans for pupils who are not its own yet; the places' own filter says whom the user sees")
def add_rule(first: PlannedPlace, second: PlannedPlace, *, kind: str, by: User) -> PuzzleRule:
    """Say that two pupils are to be together, or apart. A rule about the same two is replaced.

    Raises Refused for one pupil twice, and for pupils who will not be at the same school.
    """
    check_may_plan(first.draft, first.school, by)
    lock_for_planning(first.draft)
    if first.pk == second.pk:
        raise Refused(_("Velg to forskjellige elever."))
    if (first.draft_id, first.school_id) != (second.draft_id, second.school_id):
        raise Refused(_("Elevene skal ikke gå på samme skole."))
    one, other = sorted((first.student_id, second.student_id))
    rule, _made = PuzzleRule.objects.update_or_create(
        draft=first.draft, first_id=one, second_id=other, defaults={"kind": kind}
    )
    for place in (first, second):
        record_event(by, "puzzle_rule", place.student, what=str(rule.get_kind_display()))
    return rule


@transaction.atomic
@wall.lifted("the school plans for pupils who are not its own yet; the places' own filter says whom the user sees")
def remove_rule(rule: PuzzleRule, *, school: School, by: User) -> None:
    check_may_plan(rule.draft, school, by)
    lock_for_planning(rule.draft)
    rule.delete()


def sentence(found: puzzle.Broken, names: Mapping[int, str], classes: Mapping[int, PlannedGroup]) -> str:
    """A broken rule in words. A pupil without a name here is not in the viewer's sight, and has no rule here."""
    words: dict[str, Any] = {"class": classes[found.box].name if found.box else "", "n": found.count}
    if len(found.cards) == 2:
        words |= {"one": names[found.cards[0]], "other": names[found.cards[1]]}
    match found.breach:
        case puzzle.Breach.APART:
            return _("%(one)s og %(other)s skal ikke være i samme klasse, men begge er i %(class)s.") % words
        case puzzle.Breach.TOGETHER:
            return _("%(one)s og %(other)s skal være i samme klasse.") % words
        case puzzle.Breach.SIZE:
            text = ngettext(
                "%(class)s har %(n)s elev mer enn grensen.", "%(class)s har %(n)s elever mer enn grensen.", found.count
            )
            return text % words
    text = ngettext(
        "%(class)s har %(n)s elev med en annen målform enn klassen.",
        "%(class)s har %(n)s elever med en annen målform enn klassen.",
        found.count,
    )
    return text % words
