"""The change history of a pupil as it may be handed out: what was changed, from what to what, and when.

Each app says of its tables with rows about pupils which columns are told, or why none are. What is kept back is told by
its reason, so that the package says itself what it leaves out (personvernforordningen art. 15 nr. 4; handbook 8.5).
Staff are not named, as in the access log.
"""

from dataclasses import dataclass

from django.db.models import Model, Q
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accessctl import wall
from accessctl.journal.changes import Change, in_words
from accessctl.journal.labels import job_name
from accessctl.models import ChangeEvent, User
from schoolapp.lib import clock
from students.insight.registry import Row, Section
from students.models import Student
from students.tabs import hides_address

Text = str | Promise
ADDRESS = gettext_lazy("Adresse eller kontaktopplysninger når noen i familien har adressesperre.")


@dataclass(frozen=True)
class Told:
    """`is_contact` tells where the pupil lives or how to reach the pupil."""

    columns: frozenset[str]
    is_contact: bool


_told: dict[str, Told] = {}
_kept: dict[str, Text] = {}


def tell(model: type[Model], *columns: str, is_contact: bool = False) -> None:
    """Tell the changes of these columns. Raises ValueError for a column the table does not have."""
    unknown = set(columns) - {field.column for field in model._meta.concrete_fields}
    if unknown:
        raise ValueError(f"{model._meta.label} has no column {', '.join(sorted(unknown))}")
    _told[model._meta.db_table] = Told(frozenset(columns), is_contact)


def keep_back(model: type[Model], reason: Text) -> None:
    """Tell no change of the table; `reason` is what the package says of it."""
    _kept[model._meta.db_table] = reason


def decided() -> set[str]:
    """The tables somebody has decided about."""
    return _told.keys() | _kept.keys()


def changes_of(student: Student, user: User) -> list[Section]:
    """What was changed about the pupil, the oldest first, and what is left out."""
    hides = student.person.is_protected or hides_address(user, student)
    tables = [name for name, told in _told.items() if not (hides and told.is_contact)]
    with wall.lifted("the history of one pupil is taken out by who may take out everything about the pupil"):
        about = Q(pupil_id=student.pk) | Q(pupil_id=None, person_id=student.person_id)
        rows = ChangeEvent.objects.filter(about, table_name__in=tables).order_by("pk")
        events = [event for event in rows if narrowed(event)]
        told = in_words(user, events)
    left_out = [*_kept.values(), gettext_lazy("Navn på ansatte. Be kommunen vurdere det.")]
    if hides:
        left_out.append(ADDRESS)
    return [
        Section(_("Endringer"), [as_row(change, student) for change in told]),
        Section(_("Utelatt fra endringsloggen"), [{_("Hva"): text} for text in sorted({str(one) for one in left_out})]),
    ]


def narrowed(event: ChangeEvent) -> bool:
    """Leave the columns that are told, and say whether there is anything to tell."""
    columns = _told[event.table_name].columns
    event.old, event.new = (
        {key: value for key, value in (values or {}).items() if key in columns} for values in (event.old, event.new)
    )
    return bool(event.old or event.new)


def as_row(change: Change, student: Student) -> Row:
    parts = [f"{row.label}: {row.old or '–'} → {row.new or '–'}" for row in change.differences if row.old != row.new]
    return {
        _("Når"): f"{change.event.at.astimezone(clock.OSLO):%d.%m.%Y %H:%M}",
        _("Opplysning"): change.register,
        _("Hva"): str(change.event.get_operation_display()),
        _("Fra og til"): "; ".join(parts),
        _("Av"): by_whom(change.event, student),
    }


def by_whom(event: ChangeEvent, student: Student) -> str:
    if event.user_id is None:
        return job_name(event.job) or _("systemet")
    return _("eleven selv") if event.user_id == student.person.user_id else _("en bruker")
