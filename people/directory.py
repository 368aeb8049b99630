"""From the national id a login provider vouches for to the user it belongs to."""

import logging
from collections.abc import Callable
from datetime import timedelta

import pghistory
from django.conf import settings
from django.db import transaction
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _

from accessctl import wall
from accessctl.actions import assign_role
from accessctl.models import RoleAssignment, User
from people.models import Person
from schoolapp.lib import clock

log = logging.getLogger(__name__)

Ground = Callable[[Person], bool]


@transaction.atomic
def account_for(national_id: str, *, name: str) -> User | None:
    """The user of the person whose national id, current or former, this is; made at the first login.

    None when nobody here has the number, or the person has no business here: neither employed, nor a guardian with
    access, nor a pupil. `name` is used only for somebody the register has no name for. Roles that follow from the
    register alone (guardian, pupil) are brought up to date, and so is the user's name.
    """
    with wall.lifted("nobody is logged in yet, and this finds out who it is"):
        person = (
            Person.objects.select_for_update(of=("self",))
            .filter(national_ids__number=national_id, deceased_on__isnull=True)
            .first()
        )
    if person is None:
        return None
    held = {role for fulfilled, role in grounds_of(person) if fulfilled}
    if person.user:
        pghistory.context(user=person.user.pk)
        keep_name(person.user, person, name)
        keep_register_roles(person.user, held)
    if not held:
        return None
    if person.user is None:
        person.user = User.objects.create(display_name=name_shown(person, name), language="")
        pghistory.context(user=person.user.pk)
        person.save(update_fields=["user"])
        keep_register_roles(person.user, held)
    return person.user


def account_again(user: User) -> User | None:
    """`user`, known from before, at a login that tells no national id; the name is brought up to date.

    None when the person behind is no longer employed, a guardian with access, or a pupil.
    """
    person = Person.objects.filter(user=user, deceased_on__isnull=True).first()
    if person is None:
        return None
    keep_name(user, person, user.display_name)
    return user if any(fulfilled for fulfilled, _role in grounds_of(person)) else None


def grounds_of(person: Person) -> list[tuple[bool, str]]:
    """For each ground in settings.LOGIN_GROUNDS: whether it holds, and the role that follows from it ("" for none)."""
    with wall.lifted("what gives somebody business here is asked before they have any rights"):
        return [(bool(import_string(function)(person)), role) for function, role in settings.LOGIN_GROUNDS]


def keep_register_roles(user: User, held: set[str]) -> None:
    """Give the roles that follow from the register, and end those whose ground is gone."""
    for role in sorted(held - {""}):
        assign_role(user, role=role, by=None, source=RoleAssignment.Source.REGISTER)
    lapsed = user.assignments.on().filter(
        source=RoleAssignment.Source.REGISTER,
        role__slug__in={role for _f, role in settings.LOGIN_GROUNDS} - held - {""},
    )
    lapsed.filter(valid_from__gte=clock.today()).delete()
    lapsed.update(valid_to=clock.today() - timedelta(days=1))


def keep_name(user: User, person: Person, name: str) -> None:
    """Let `user` be called what the person is called now, or nothing but «Skjermet person» once protected."""
    shown = name_shown(person, name or user.display_name)
    if user.display_name != shown:
        user.display_name = shown
        user.save(update_fields=["display_name"])


def name_shown(person: Person, name: str) -> str:
    # A user's name stands in menus, lists and logs, so somebody with address protection gets none there.
    return str(_("Skjermet person")) if person.is_protected else person.full_name.strip() or name
