"""Writes about lists: naming a view, and doing one thing with many pupils."""

from collections.abc import Iterable
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accessctl.models import School, User
from accessctl.permissions import Permission
from accessctl.scope import scope_of
from students.lists.registry import BulkAction, Outcome
from students.models import SavedView, Student

MOST_VIEWS = 50


class ViewError(ValueError):
    """The view cannot be saved so; the text says why and what to do."""


@transaction.atomic
def save_view(*, name: str, query: str, school: School | None, by: User) -> SavedView:
    """Keep a view for oneself, or for everybody at `school`. Raises ViewError."""
    if school and not scope_of(by).reach(Permission.EDIT_GROUPS).covers_school(school.pk):
        raise ViewError(_("Rollene dine lar deg ikke dele visninger med denne skolen."))
    if SavedView.objects.filter(owner=by).count() >= MOST_VIEWS:
        raise ViewError(_("Du har %(n)d lagrede visninger. Slett noen du ikke bruker.") % {"n": MOST_VIEWS})
    try:
        with transaction.atomic():
            return SavedView.objects.create(owner=by, school=school, name=name, query=query)
    except IntegrityError:
        raise ViewError(_("Det finnes allerede en visning med dette navnet. Velg et annet.")) from None


@transaction.atomic
def delete_view(view: SavedView, *, by: User) -> None:
    """Raises ViewError for what is neither one's own nor of a school one may share with."""
    if not SavedView.objects.deletable_by(by).filter(pk=view.pk).exists():
        raise ViewError(_("Visningen er delt av skolen. Skoleadministratoren kan slette den."))
    view.delete()


def do_with_many(
    action: BulkAction, students: Iterable[Student], *, form: Any, by: User, is_trial: bool = False
) -> list[Outcome]:
    """Do it with the pupils the right reaches, however they were chosen; the others come out as refused, by name.

    A trial says what would happen, and saves nothing.
    """
    act = action.trial if is_trial and action.trial else action.act
    chosen = list(students)
    reached = Student.objects.visible_to(by, action.permission).filter(pk__in=[student.pk for student in chosen])
    may = set(reached.values_list("pk", flat=True))
    refused = _("Rollene dine gir deg ikke rett til dette for eleven.")
    outcomes = [Outcome(student, refused, False) for student in chosen if student.pk not in may]
    return outcomes + act(by, [student for student in chosen if student.pk in may], form)
