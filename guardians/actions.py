"""Writes about who is responsible for a pupil. A relation is closed with a date, never deleted."""

from django.db import transaction
from django.utils.translation import gettext as _

from accessctl import wall
from accessctl.models import User
from guardians.models import GuardianRelation
from people.models import Person
from schoolapp.lib import clock
from students.models import Student


class RelationError(ValueError):
    """The relation can not be changed so; the text says why."""


@transaction.atomic
def propose_relation(
    guardian: Person, *, student: Student, ground: str, responsibility: str = "", by: User | None
) -> GuardianRelation:
    """A relation that gives no access until someone confirms it. An open one between the two is returned as it is."""
    relation, _created = GuardianRelation.objects.exclude(state=GuardianRelation.State.ENDED).get_or_create(
        guardian=guardian,
        student=student,
        defaults={"state": GuardianRelation.State.PROPOSED, "ground": ground, "responsibility": responsibility},
    )
    return relation


@transaction.atomic
def confirm_relation(relation: GuardianRelation, *, by: User | None) -> None:
    """Let a proposed relation give access; the portal stays closed where the child or a guardian is protected.

    Raises RelationError for a relation that has ended: a new one must be proposed.
    """
    if relation.state == GuardianRelation.State.ENDED:
        raise RelationError(_("Relasjonen er avsluttet. Foreslå en ny."))
    relation.state = GuardianRelation.State.VERIFIED
    relation.portal_enabled = relation.portal_enabled and not protected_family(relation.student)
    relation.save(update_fields=["state", "portal_enabled"])


@transaction.atomic
def end_relation(relation: GuardianRelation, *, by: User | None) -> None:
    """End the relation and its access now."""
    if relation.state == GuardianRelation.State.ENDED:
        return
    relation.state = GuardianRelation.State.ENDED
    relation.valid_to = max(relation.valid_from, clock.today())
    relation.save(update_fields=["state", "valid_to"])


@transaction.atomic
def set_portal(relation: GuardianRelation, *, enabled: bool, by: User | None) -> None:
    """Open or close the portal for one guardian of one pupil, as the municipality decides (handbook 8.2, rule 3)."""
    relation.portal_enabled = enabled
    relation.save(update_fields=["portal_enabled"])


def protected_family(student: Student) -> bool:
    """Whether the child or anyone with an open relation to it has address protection."""
    if student.person.is_protected:
        return True
    relations = student.guardian_relations.exclude(state=GuardianRelation.State.ENDED).select_related("guardian")
    with wall.lifted("a protected guardian counts also for those who may not know of them"):
        return any(relation.guardian.is_protected for relation in relations)
