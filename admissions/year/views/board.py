"""The class puzzle: one grade at one school, moved by hand, by keyboard, by suggestion, and back again."""

from collections import Counter
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accessctl.audit import record_list
from accessctl.guards import requires
from accessctl.models import School
from accessctl.permissions import Permission
from accessctl.requests import SignedInRequest
from admissions.models import PlannedGroup, PlannedPlace, PuzzleRule, YearDraft
from admissions.year import rules
from admissions.year.board import (
    Board,
    add_rule,
    board_of,
    corrected,
    move,
    place_by_suggestion,
    remove_rule,
    sentence,
    undo,
)
from admissions.year.draft import Refused
from admissions.year.views.common import draft_or_404, refused, school_or_404
from admissions.year.views.school import may_move, may_plan
from schoolapp.lib.whole_number import whole

NO_CLASS = "ingen"
WOMAN, MAN = "kvinne", "mann"


@dataclass(frozen=True)
class Column:
    """A planned class, or those without one, with its cards."""

    key: str
    name: str
    group: PlannedGroup | None
    places: list[PlannedPlace]

    @property
    def sexes(self) -> str:
        return sexes_in(self.places)


def sexes_in(places: list[PlannedPlace]) -> str:
    count = Counter(place.student.person.sex for place in places)
    girls = ngettext("%(n)s jente", "%(n)s jenter", count[WOMAN]) % {"n": count[WOMAN]}
    boys = ngettext("%(n)s gutt", "%(n)s gutter", count[MAN]) % {"n": count[MAN]}
    return f"{girls}, {boys}"


@requires(Permission.PLAN_YEAR)
def puzzle(request: SignedInRequest, uuid: UUID, number: int) -> HttpResponse:
    """The board, and every change made on it. Each pupil shown is logged."""
    draft = draft_or_404()
    school = school_or_404(request, draft, uuid, Permission.PLAN_YEAR)
    if number not in rules.GRADES[school.kind]:
        raise Http404
    board = board_of(draft, school, number, request.user)
    if request.method == "POST":
        return changed(request, board)
    record_list(request.user, "list", [place.student for place in board.places])
    return render(request, "admissions/year/puzzle.html", page_of(request, board))


def page_of(request: SignedInRequest, board: Board) -> dict[str, Any]:
    names = names_on(board)
    return {
        "draft": board.draft,
        "school": board.school,
        "grade": board.grade,
        "columns": columns_of(board),
        "problems": problems_of(board),
        "pairs": [(rule, names[rule.first_id], names[rule.second_id]) for rule in board.pairs],
        "places": board.places,
        "may_plan": may_plan(board.draft, board.school, request),
        "may_move": may_move(board.draft, board.school, request),
        "corrected": corrected(board) if board.draft.state == YearDraft.State.PUBLISHED else [],
        "kinds": PuzzleRule.Kind.choices,
    }


def columns_of(board: Board) -> list[Column]:
    """The classes, and first those without one; in a published year nobody can be without."""
    known = {group.pk for group in board.classes}
    waiting = [place for place in board.places if place.home_class_id not in known]
    columns = [Column(NO_CLASS, _("Uten klasse"), None, waiting)]
    if board.draft.state == YearDraft.State.PUBLISHED and not waiting:
        columns = []
    for group in board.classes:
        held = [place for place in board.places if place.home_class_id == group.pk]
        columns.append(Column(str(group.uuid), group.name, group, held))
    return columns


def names_on(board: Board) -> dict[int, str]:
    return {place.student_id: place.student.person.full_name for place in board.places}


def problems_of(board: Board) -> list[str]:
    classes = {group.pk: group for group in board.classes}
    return [sentence(found, names_on(board), classes) for found in board.broken()]


def changed(request: SignedInRequest, board: Board) -> HttpResponse:
    """Carry out what was asked on the board."""
    here = ("year:puzzle", board.school.uuid, board.grade)
    if "flytt" in request.POST:
        return moved(request, board, here)
    try:
        messages.success(request, carried_out(request, board))
    except Refused as refusal:
        return refused(request, refusal, *here)
    return redirect(*here)


def carried_out(request: SignedInRequest, board: Board) -> str:
    """A suggestion, an undoing or a rule; returns what to say. Raises Refused, and Http404 for what is not there."""
    draft, school, user = board.draft, board.school, request.user
    if "foresla" in request.POST:
        placed, left = place_by_suggestion(draft, school, board.grade, by=user)
        text = ngettext("%(n)s elev fikk klasse.", "%(n)s elever fikk klasse.", placed) % {"n": placed}
        if left:
            text += " " + ngettext(
                "%(n)s elev passer ingen steder uten å bryte en regel.",
                "%(n)s elever passer ingen steder uten å bryte en regel.",
                left,
            ) % {"n": left}
        return text
    if "angre" in request.POST:
        back = undo(draft, school, board.grade, by=user)
        return ngettext("%(n)s flytting er angret.", "%(n)s flyttinger er angret.", len(back)) % {"n": len(back)}
    if "fjern-regel" in request.POST:
        remove_rule(one_of(board.pairs, request.POST["fjern-regel"]), school=school, by=user)
        return _("Regelen er fjernet.")
    if "regel" in request.POST and request.POST["regel"] in PuzzleRule.Kind.values:
        if not request.POST.get("forste") or not request.POST.get("andre"):
            raise Refused(_("Velg to elever."))
        first, second = (one_of(board.places, request.POST[name]) for name in ("forste", "andre"))
        add_rule(first, second, kind=request.POST["regel"], by=user)
        return _("Regelen er lagret.")
    raise Refused(_("Velg hva som skal gjøres."))


def one_of(rows: Any, uuid: str) -> Any:
    """The row with that uuid. Raises Http404 when it is not on the board as the user sees it."""
    found = next((row for row in rows if str(row.uuid) == uuid), None)
    if found is None:
        raise Http404
    return found


def moved(request: SignedInRequest, board: Board, here: tuple[Any, ...]) -> HttpResponse:
    """Move one card: «place:version:class». A script gets what changed, as data; a form gets the page anew."""
    key, _colon, rest = request.POST["flytt"].partition(":")
    version, _colon, column = rest.partition(":")
    place = one_of(board.places, key)
    to = None if column == NO_CLASS else one_of(board.classes, column)
    name, text, status = names_on(board)[place.student_id], "", 200
    try:
        move(place, to=to, version=whole(version, otherwise=0), by=request.user)
    except Refused as refusal:
        text, status = str(refusal), 409
    if request.headers.get("X-Requested-With") != "fetch":
        if status != 200:
            messages.error(request, text)
        else:
            messages.success(request, said(name, to))
        return redirect(*here)
    return told(request, board.draft, board.school, board.grade, place, text, status)


def said(name: str, to: PlannedGroup | None) -> str:
    words = {"pupil": name, "class": to.name if to else ""}
    return _("%(pupil)s er flyttet til %(class)s.") % words if to else _("%(pupil)s er uten klasse.") % words


def told(
    request: SignedInRequest,
    draft: YearDraft,
    school: School,
    grade: int,
    place: PlannedPlace,
    refusal: str,
    status: int,
) -> HttpResponse:
    """Where the pupil is now, the counts of every class and the rules that are broken."""
    board = board_of(draft, school, grade, request.user)
    now = next((other for other in board.places if other.pk == place.pk), place)
    problems = problems_of(board)
    record_list(request.user, "list", [now.student, *named_in(board)])
    group = next((group for group in board.classes if group.pk == now.home_class_id), None)
    answer = {
        "place": str(now.uuid),
        "version": now.version,
        "to": str(group.uuid) if group else NO_CLASS,
        "say": refusal or said(now.student.person.full_name, group),
        "problems": problems,
        "columns": [
            {"key": column.key, "count": len(column.places), "sexes": column.sexes} for column in columns_of(board)
        ],
    }
    return JsonResponse(answer, status=status)


def named_in(board: Board) -> list[Any]:
    """The pupils whose names stand in the broken rules."""
    keys = {key for found in board.broken() if len(found.cards) == 2 for key in found.cards}
    return [place.student for place in board.places if place.student_id in keys]
