"""What the list of pupils can show, in the order it is shown; the name is always first."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accessctl.models import User
from accessctl.permissions import Permission
from accessctl.scope import scope_of
from students.lists.order import BY_CLASS, BY_NAME
from students.models import Student


@dataclass(frozen=True)
class Column:
    """`needs` is the right over a pupil without which the cell stays empty."""

    slug: str
    label: str | Promise
    needs: Permission = Permission.VIEW_PUPIL
    sort: tuple[str, ...] = ()
    is_default: bool = False
    sorts_one_school: bool = False  # no index has this order, so it is for a list of one school
    is_contact: bool = False  # tells how the pupil is reached, so taking it out asks what for


NAME = Column("navn", _("Navn"), sort=BY_NAME)
# Put in order by the names of the schools (students.lists.order), and within each by that of the pupil.
SCHOOL = Column("skole", _("Skole"), sort=BY_NAME, is_default=True)
COLUMNS = (
    Column("klasse", _("Klasse"), sort=BY_CLASS, is_default=True),
    Column("trinn", _("Trinn"), sort=BY_CLASS, is_default=True),
    SCHOOL,
    Column("kontaktlaerer", _("Kontaktlærer")),
    Column("annet_sted", _("Opplæring et annet sted")),
    Column("maalform", _("Målform")),
    Column(
        "fodt",
        _("Født"),
        Permission.VIEW_CONTACT,
        sort=("person__birth_date", "sort_name", "pk"),
        sorts_one_school=True,
    ),
    Column("kjonn", _("Kjønn"), Permission.VIEW_CONTACT),
    Column("telefon", _("Elevens telefon"), Permission.VIEW_CONTACT, is_contact=True),
    Column("epost", _("E-post"), Permission.VIEW_CONTACT, is_contact=True),
    Column("adresse", _("Adresse"), Permission.VIEW_CONTACT, is_contact=True),
)
Tell = Callable[[User, Sequence[Student]], dict[int, str]]
_added: dict[str, tuple[Column, Tell]] = {}
SORTS = {column.slug: column.sort for column in (NAME, *COLUMNS) if column.sort}


def register_column(column: Column, tell: Tell) -> None:
    """Add what another app knows of the pupils: `tell` gives the cells of those it may say something of."""
    _added[column.slug] = (column, tell)


def told_of(user: User, students: Sequence[Student], among: Iterable[Column]) -> dict[str, dict[int, str]]:
    """What the columns of other apps say of the pupils, by column."""
    return {column.slug: _added[column.slug][1](user, students) for column in among if column.slug in _added}


def offered(user: User, *, many_schools: bool) -> list[Column]:
    """The columns `user` may choose among."""
    known = (*COLUMNS, *(column for column, _tell in _added.values()))
    held = [column for column in known if scope_of(user).holds(column.needs)]
    return held if many_schools else [column for column in held if column is not SCHOOL]


def chosen(slugs: list[str], among: list[Column]) -> list[Column]:
    """The chosen ones; those shown at first when none of them is known."""
    picked = [column for column in among if column.slug in slugs]
    return picked or [column for column in among if column.is_default]
