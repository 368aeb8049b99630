"""The access log's only writers. Opening a record and logging that it was opened are one act.

What cannot be logged is not shown: a failed insert becomes NotLogged, which the middleware answers with a page that
says so and holds no data.
"""

import json
from collections.abc import Iterable, Sequence
from functools import cache
from typing import Any, TypeVar
from uuid import UUID

from django.apps import apps
from django.core.exceptions import ObjectDoesNotExist
from django.db import DatabaseError, connection
from django.db.models import Model, QuerySet
from django.http import Http404, HttpRequest
from django.utils.translation import override

from accessctl import wall
from accessctl.journal import pupils
from accessctl.journal.alerts import OPENING, protected_opened
from accessctl.login.level import demand
from accessctl.models import AccessEvent
from accessctl.scope import scope_of
from schoolapp.lib import request_id

Record = TypeVar("Record", bound=Model)
Facts = tuple[dict[UUID, pupils.Pupil], dict[UUID, pupils.Ground]]
# For whom no ground is found, so that all are looked for.
NOBODY = pupils.Pupil(UUID(int=0), pk=0, person_pk=0, school_id=None, is_protected=False)
OWN_BASES = frozenset({AccessEvent.Basis.OWN_CHILD, AccessEvent.Basis.SELF})


class NotLogged(Exception):
    """The log refused the line, so what it was about must not be shown."""


def open_or_404(request: HttpRequest, queryset: QuerySet[Record], *, action: str = "open", **lookup: Any) -> Record:
    """Fetch one record from an already scoped queryset and log it; what the caller may not see does not exist.

    Raises Http404 both for a missing record and for somebody else's, so that the two cannot be told apart,
    and ConfirmFirst for what opens only after the caller has proved anew who they are.
    """
    try:
        record = queryset.get(**lookup)
    except ObjectDoesNotExist:
        raise Http404 from None
    reason = demand(request, record, action=action)
    write(request.user, action, [record], reason=reason, met=[record])
    return record


def record_event(
    user: Any, action: str, record: Model, *, ground: str = "", what: str = "", reason: str = ""
) -> AccessEvent:
    """Add one line to the access log. `about` is the pupil the record concerns, when it tells."""
    return write(user, action, [record], ground=ground, what=what, reason=reason)[0]


def record_list(user: Any, action: str, records: Sequence[Any], *, what: str = "") -> None:
    """One line per pupil shown in a list or an export, or per record something is done with at once, in one insert."""
    if records:
        write(user, action, records, what=what, met=records)


def record_pupils(user: Any, action: str, pupils: Iterable[UUID | None], *, what: str) -> None:
    """One line per pupil shown, in one insert, where the page has nothing of the pupils but their ids."""
    shown = {about for about in pupils if about}
    lines = [AccessEvent(action=action, what=what[:120], about=about) for about in sorted(shown)]
    if lines:
        _insert(user, lines)


def record_found(
    user: Any,
    action: str,
    *,
    what: str,
    about: UUID | None,
    shown: Iterable[UUID | None],
    known: Sequence[pupils.Pupil] = (),
) -> None:
    """One line about a search, and one per other pupil whose data it showed, in one insert.

    `known` are those of the pupils who have just been read.
    """
    others = sorted({pupil for pupil in shown if pupil} - {about})
    _insert(user, [AccessEvent(action=action, what=what[:120], about=pupil) for pupil in (about, *others)], known)


def record_act(
    user: Any,
    action: str,
    *,
    what: str = "",
    ground: str = "",
    reason: str = "",
    object_id: UUID | None = None,
    about: UUID | None = None,
) -> AccessEvent:
    """Add one line about something that has no record: a login, a search in the log, a refusal."""
    line = AccessEvent(action=action, what=what, ground=ground, object_id=object_id, about=about, reason=reason)
    return _insert(user, [line])[0]


def record_refusal(user: Any, *, what: str, named: UUID | None) -> AccessEvent:
    """Add one line about a page that was refused, and about the pupil whom `named` concerns, if there is such a one.

    Whether there is must not show: the same questions are asked for a uuid that names nothing, so it takes as long.
    """
    line = AccessEvent(action="denied", what=what[:120], object_id=named)
    if named is None:
        return _insert(user, [line])[0]
    source = pupils.source()
    try:
        with wall.lifted("who searches the log learns which pupil was asked for; the answer itself is already made"):
            subject = pupils.subject_of(named) or named
            known = source.known([subject])
            grounds = pupils.ground_of(user, {NOBODY.uuid: NOBODY, **known})
    except DatabaseError as error:
        raise NotLogged from error
    line.about = subject if known else None
    return _insert(user, [line], facts=(known, grounds))[0]


def write(
    user: Any,
    action: str,
    records: Iterable[Any],
    *,
    ground: str = "",
    what: str = "",
    reason: str = "",
    met: Sequence[Any] = (),
) -> list[AccessEvent]:
    """One line per record. Those in `met` have just been read, so that what they say of their pupils is true now."""
    return _insert(
        user,
        [
            AccessEvent(
                action=action,
                object_type=record._meta.label,
                object_id=getattr(record, "uuid", None),
                about=getattr(record, "about", None),
                ground=ground,
                what=what or kind_of_data(record),
                reason=reason,
            )
            for record in records
        ],
        met,
    )


def kind_of_data(record: Any) -> str:
    """Which kind of data a record is, in the language of the log."""
    if own := getattr(record, "kind_of_data", ""):
        with override("nb"):
            return str(own)[:120]
    return kind_of(record._meta.label)


@cache
def kind_of(label: str) -> str:
    with override("nb"):
        return str(apps.get_model(label)._meta.verbose_name)[:120]


def _insert(
    user: Any, lines: list[AccessEvent], met: Sequence[Any] = (), *, facts: Facts | None = None
) -> list[AccessEvent]:
    """Complete the lines with who, in which role, on what ground and in which request, and write them.

    Raises NotLogged when the database does not take them.
    """
    actor = user if getattr(user, "pk", None) else None
    abouts = {line.about for line in lines if line.about}
    request = request_id.current()
    try:
        known, grounds = facts or (_facts_of(actor, abouts, met) if abouts else ({}, {}))
        for line in lines:
            line.user = actor
            if request:
                line.request_id, line.login_method = request.id, request.login_method[:80]
            _explain(line, known, grounds)
        add(lines)
        opened = [line for line in lines if line.action in OPENING and line.basis not in OWN_BASES]
        protected_opened(actor, [known[line.about] for line in opened if line.about in known], reason=lines[0].reason)
    except DatabaseError as error:
        raise NotLogged from error
    return lines


# What a line is written with; the database itself says when, and in which transaction.
WRITTEN = [field for field in AccessEvent._meta.concrete_fields if field.name not in ("id", "at", "txid")]


def add(lines: Sequence[AccessEvent]) -> None:
    """Insert the lines, in one statement that is the same however many they are. Each gets its number."""
    given = [{field.column: getattr(line, field.attname) for field in WRITTEN} for line in lines]
    columns = ", ".join(str(field.column) for field in WRITTEN)
    shape = ", ".join(f"{field.column} {field.rel_db_type(connection)}" for field in WRITTEN)
    statement = f"INSERT INTO {AccessEvent._meta.db_table} ({columns}) SELECT {columns}"
    with connection.cursor() as cursor:
        cursor.execute(
            f"{statement} FROM json_to_recordset(%s::json) AS line ({shape}) RETURNING id",
            [json.dumps(given, default=str)],
        )
        for line, (pk,) in zip(lines, cursor.fetchall(), strict=True):
            line.pk = pk
            line._state.adding, line._state.db = False, connection.alias


def _facts_of(actor: Any, abouts: set[UUID], met: Sequence[Any]) -> Facts:
    source = pupils.source()
    read = (record if isinstance(record, pupils.Pupil) else source.met(record) for record in met)
    known = {pupil.uuid: pupil for pupil in read if pupil and pupil.uuid in abouts}
    if known.keys() < abouts:
        known |= source.known(abouts - known.keys())
    if known.keys() < abouts:
        with wall.lifted("the log says what is true of a pupil, also of one who is out of the user's sight"):
            known |= source.known(abouts - known.keys())
            return known, pupils.ground_of(actor, known) if actor else {}
    return known, pupils.ground_of(actor, known) if actor else {}


def _explain(line: AccessEvent, known: dict[UUID, pupils.Pupil], grounds: dict[UUID, pupils.Ground]) -> None:
    """Fill in role, ground and school: for a pupil the ground that reaches that pupil, otherwise the roles held."""
    if line.about in known:
        line.school_id = known[line.about].school_id
    why = grounds.get(line.about) if line.about else None
    if why:
        line.role, line.basis = why.role[:120], why.basis
        line.ground = (line.ground or why.text)[:200]
    elif line.user:
        line.role = roles_of(line.user)
        if line.about:
            line.basis = AccessEvent.Basis.NONE


def roles_of(user: Any) -> str:
    """The roles a user acts in when no single pupil decides which."""
    return ", ".join(sorted({source.name for source in scope_of(user).sources if source.role}))[:120]
