"""What a move does to places and groups, and how that is taken back exactly.

Callers hold the lock on the case and have lifted the wall. The past is never overwritten: rows end, and new ones begin.
"""

from datetime import date, timedelta
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _

from accessctl.actions import end_now
from accessctl.models import User
from accessctl.permissions import Permission
from admissions.models import Move
from admissions.moves.errors import MoveError
from admissions.moves.rules import ENDS_AS
from schoolapp.lib import clock
from students.actions import PlacementError, enrol, leave_school, place_in_class, repeat_placement
from students.elsewhere import actions as elsewhere
from students.models import Enrolment, Group, Membership, StudentGrant

Kind = Move.Kind
TEACHING = (Group.Kind.SUBJECT_GROUP, Group.Kind.ELECTIVE)


def active_place(move: Move) -> Enrolment | None:
    """The place the pupil has in the year of the move."""
    return move.student.enrolments.filter(school_year=move.school_year, state=Enrolment.State.ACTIVE).first()


def give_place(move: Move, *, by: User | None) -> None:
    """The place of somebody who had none here, from its first day. Raises MoveError."""
    assert move.to_school and move.grade_level and move.first_day
    noted: dict[str, Any] = {}
    exempt = move.student.enrolments.filter(state=Enrolment.State.EXEMPT, valid_to__isnull=True).first()
    if exempt:
        noted["ended_enrolment"], noted["ended_state"] = exempt.pk, exempt.state
        exempt.valid_to = max(move.first_day - timedelta(days=1), exempt.valid_from)
        exempt.save(update_fields=["valid_to"])
        noted["ended"] = end_groups(move, Membership.objects.filter(student=move.student))
    move.effects = noted | begin(move, by=by)
    move.save(update_fields=["effects"])


def begin(move: Move, *, by: User | None) -> dict[str, Any]:
    """Begin the place and the class at the new school, and say which rows that made. Raises MoveError."""
    assert move.to_school and move.grade_level
    try:
        place = enrol(
            move.student,
            school=move.to_school,
            year=move.school_year,
            grade_level=move.grade_level,
            by=by,
            on=move.first_day,
        )
        made: dict[str, Any] = {"began_enrolment": place.pk}
        if move.group:
            made["began_membership"] = place_in_class(move.student, group=move.group, by=by, on=move.first_day).pk
    except PlacementError as error:
        raise MoveError(str(error)) from error
    return made


def carry_out(move: Move, *, by: User | None) -> None:
    """Let the move take effect. Raises MoveError, and then nothing has happened to the places."""
    assert move.first_day
    if move.is_arrival:
        repeat_placement(move.student)  # the class that begins today is seen from today
    elif move.kind == Kind.EXEMPT:
        exempt(move)
    else:
        move.effects = leave(move, by=by)
        if move.kind == Kind.WITHIN:
            move.effects |= begin(move, by=by)
    move.state, move.done_at, move.problem = Move.State.DONE, clock.now(), ""
    move.save()


def groups_running(move: Move) -> Any:
    """Memberships of the year that have not ended by the first day in the new place."""
    rows = move.student.memberships.filter(group__school_year=move.school_year)
    return rows.filter(Q(valid_to__isnull=True) | Q(valid_to__gte=move.first_day))


def leave(move: Move, *, by: User | None) -> dict[str, Any]:
    """End place and groups on the day before, and say what that ended. Raises MoveError."""
    place = active_place(move)
    if place is None:
        raise MoveError(_("Eleven har ingen skoleplass å slutte i."))
    keeps = kept_groups(move)
    noted = {"ended_enrolment": place.pk, "ended_state": place.state} | noted_groups(
        groups_running(move).exclude(group__kind__in=keeps), before=move.first_day
    )
    try:
        leave_school(
            move.student,
            state=ENDS_AS[Kind(move.kind)],
            by=by,
            on=move.last_day,
            year=move.school_year,
            keeps=keeps,
        )
    except PlacementError as error:
        raise MoveError(str(error)) from error
    noted["coming"] = leave_coming_groups(move, place)
    if move.student.person.is_protected:
        end_sight(move)
    if move.last_day and (away := elsewhere.leave(move.student, last_day=move.last_day)):
        noted["elsewhere"] = away
    return noted


def leave_coming_groups(move: Move, place: Enrolment) -> list[list[Any]]:
    """Take the pupil out of the groups a published coming year has at the school, and say which they were.

    They begin by their dates, whether or not the year has been made the current one, and would show the pupil then.
    """
    rows = move.student.memberships.filter(
        group__school=place.school, group__school_year__starts_on__gt=move.school_year.ends_on
    )
    noted = [[row.pk, row.group_id, row.is_home_class, iso(row.valid_from), iso(row.valid_to)] for row in rows]
    rows.delete()
    return noted


def end_sight(move: Move) -> None:
    """End the rights to see this one pupil despite address protection: the officer gives them anew where needed."""
    grants = StudentGrant.objects.filter(
        content_object=move.student, permission__codename=Permission.SEE_PROTECTED.value
    )
    for grant in grants.on(move.first_day):
        end_now(grant)


def kept_groups(move: Move) -> tuple[str, ...]:
    """A place in SFO is for the guardian to terminate (handbook 2.3), but who changes school is gone from the old one.

    Nobody at the old school keeps sight of a pupil with address protection.
    """
    stays = move.kind != Kind.WITHIN and not move.student.person.is_protected
    return (Group.Kind.SFO_GROUP,) if stays else ()


def noted_groups(rows: Any, *, before: date | None) -> dict[str, Any]:
    """The memberships that end, with the end they had, and in full those that had not begun and disappear."""
    found = list(rows)
    return {
        "ended": [[row.pk, iso(row.valid_to)] for row in found if before is None or row.valid_from < before],
        "removed": [
            [row.group_id, row.is_home_class, iso(row.valid_from), iso(row.valid_to)]
            for row in found
            if before is not None and row.valid_from >= before
        ],
    }


def end_groups(move: Move, rows: Any) -> list[list[Any]]:
    """End these memberships on the day before, and say which end each had."""
    assert move.first_day
    running = rows.filter(valid_from__lt=move.first_day, group__school_year=move.school_year)
    running = running.filter(Q(valid_to__isnull=True) | Q(valid_to__gte=move.first_day))
    ended = [[row.pk, iso(row.valid_to)] for row in running]
    running.update(valid_to=move.last_day)
    return ended


def exempt(move: Move) -> None:
    """The pupil stays listed at the school and in the class (STR-12), and leaves the teaching groups."""
    assert move.first_day
    place = active_place(move)
    if place is None:
        raise MoveError(_("Eleven har ingen skoleplass å bli fritatt fra."))
    noted: dict[str, Any] = {"ended_enrolment": place.pk, "ended_state": place.state}
    place.state, place.valid_to = Enrolment.State.EXEMPT, move.last_day
    place.save(update_fields=["state", "valid_to"])
    began = Enrolment.objects.create(
        student=move.student,
        school=place.school,
        school_year=place.school_year,
        grade_level=place.grade_level,
        state=Enrolment.State.EXEMPT,
        valid_from=move.first_day,
    )
    ended = end_groups(move, Membership.objects.filter(student=move.student, group__kind__in=TEACHING))
    move.effects = noted | {"began_enrolment": began.pk, "ended": ended}
    repeat_placement(move.student)


def choose_class(move: Move, *, group: Group, by: User | None) -> None:
    """The class at the new school. Once the place has been given it is a membership from the first day."""
    move.group = group
    if "began_enrolment" in move.effects:
        Membership.objects.filter(pk=move.effects.pop("began_membership", None)).delete()
        start = max(move.first_day or clock.today(), group.school_year.starts_on)
        try:
            made = place_in_class(move.student, group=group, by=by, on=start)
        except PlacementError as error:
            raise MoveError(str(error)) from error
        move.effects["began_membership"] = made.pk
    move.save(update_fields=["group", "effects"])


def take_back(move: Move) -> None:
    """Undo exactly what the move did. Raises MoveError when something since then rests on it."""
    noted, student = move.effects, move.student
    began = Enrolment.objects.filter(pk=noted.get("began_enrolment")).first()
    if began is not None:
        since = student.memberships.filter(group__school=began.school, group__school_year=move.school_year)
        since = since.filter(valid_from__gte=began.valid_from).exclude(pk=noted.get("began_membership"))
        stands = began.state == ("exempt" if move.kind == Kind.EXEMPT else "active") and began.valid_to is None
        if not stands or (since.exists() and move.kind != Kind.EXEMPT):
            raise MoveError(_("Noe har skjedd med eleven etter flyttingen. Rett det først, og prøv igjen."))
    elif noted.get("ended_enrolment") and active_place(move):
        raise MoveError(_("Eleven har fått en ny plass etter flyttingen. Rett det først, og prøv igjen."))
    Membership.objects.filter(pk=noted.get("began_membership")).delete()
    if began is not None:
        began.delete()
    Enrolment.objects.filter(pk=noted.get("ended_enrolment")).update(
        state=noted.get("ended_state", Enrolment.State.ACTIVE), valid_to=None
    )
    # Where the coming year has been published meanwhile, the groups of this one end with it.
    later = student.memberships.filter(group__school_year__starts_on__gt=move.school_year.ends_on).exists()
    last = iso(move.school_year.ends_on) if later else None
    for pk, end in noted.get("ended", []):
        Membership.objects.filter(pk=pk).update(valid_to=end or last)
    Membership.objects.bulk_create(
        Membership(student=student, group_id=group, is_home_class=is_class, valid_from=begins, valid_to=ends or last)
        for group, is_class, begins, ends in noted.get("removed", [])
    )
    Membership.objects.bulk_create(
        Membership(pk=pk, student=student, group_id=group, is_home_class=is_class, valid_from=begins, valid_to=ends)
        for pk, group, is_class, begins, ends in noted.get("coming", [])
    )
    elsewhere.restore(student, noted.get("elsewhere", []))
    move.effects = {}
    move.save(update_fields=["effects"])
    repeat_placement(student)


def iso(day: date | None) -> str | None:
    return day.isoformat() if day else None
