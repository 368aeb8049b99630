"""Address protection as it works in a family: who becomes protected together, and whose portal closes."""

from collections.abc import Collection
from datetime import date

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from accessctl import wall
from accessctl.actions import end_grant, give_grant
from accessctl.audit import record_event
from accessctl.models import User
from accessctl.permissions import Permission
from guardians.actions.relations import RelationError, protected_family
from guardians.models import GuardianRelation, RelationBlock
from people.actions import leave_to_officers, raise_at_once
from people.apart import people_apart
from people.models import Person, Protection
from students.models import Student, StudentGrant

LEVELS = (Protection.CONFIDENTIAL, Protection.STRICT)


@transaction.atomic
def shield_family(
    student: Student, *, whom: Collection[Person] | None, level: str, reason: str, by: User
) -> list[Person]:
    """«Skjerm nå»: protect `whom`, or the whole family when None, and close the portal for their guardians, at once.

    The whole family is as family_of says: who lives together is not known, and an address or a school told about one
    tells about all. Returns those who became more protected; a level is never
    lowered. Raises OwnCase for one's own family, where a colleague must act; who else is swept along stops nobody.
    """
    people_apart(by, student.person, *(whom or ()))
    persons = list(whom) if whom is not None else family_of(student)
    raised = [person for person in persons if raise_at_once(person, level=level, reason=reason, by=by)]
    if not raised:
        leave_to_officers(student.person, reason=reason, by=by)
    close_portals({person.pk for person in persons})
    record_event(by, "shield", student, reason=reason[:300])
    return raised


@wall.lifted("whoever may live with the pupil must be protected too, wherever they go to school")
def family_of(student: Student) -> list[Person]:
    """The pupil, the guardians, and the guardians' other children.

    Whoever is kept from a child is no family of that child here, and may be the one it is shielded from; nor is
    somebody who is only proposed. Through them nobody is reached.
    """
    open_rows = GuardianRelation.objects.open().filter(state=GuardianRelation.State.VERIFIED)
    relations = open_rows.exclude(pk__in=open_rows.kept_out().values("pk"))
    guardians = relations.filter(student=student).values("guardian")
    children = relations.filter(guardian__in=guardians).values("student__person")
    rows = Person.objects.filter(Q(pk=student.person_id) | Q(pk__in=guardians) | Q(pk__in=children))
    return list(rows.order_by("pk"))


@transaction.atomic
def set_portal(relation: GuardianRelation, *, enabled: bool, by: User | None, reason: str = "") -> None:
    """Open or close the portal for one guardian of one pupil, as the municipality decides (handbook 8.2, rule 3).

    Raises OwnCase, and RelationError for opening to somebody who is kept from the pupil.
    """
    people_apart(by, relation.guardian, relation.student.person)
    if enabled and is_kept_out(relation):
        raise RelationError(_("Personen er sperret fra eleven. Portalen kan ikke åpnes så lenge sperren står."))
    relation.portal_enabled = enabled
    relation.save(update_fields=["portal_enabled"])
    if by is not None:
        record_event(by, "open_portal" if enabled else "close_portal", relation, reason=reason[:300])


@wall.lifted("a block counts whoever may know of it")
def is_kept_out(relation: GuardianRelation) -> bool:
    """Whether a block that nobody has lifted is about this guardian, also one that begins later."""
    blocks = RelationBlock.objects.filter(student=relation.student, lifted_at__isnull=True)
    return any(relation.is_kept_out_by(block) for block in blocks)


@transaction.atomic
def give_sight(user: User, *, student: Student, until: date, reason: str, by: User) -> None:
    """Let one of the staff see a protected pupil. Raises RightsError as give_grant does, and OwnCase."""
    people_apart(by, student.person)
    give_grant(user, Permission.SEE_PROTECTED, on=student, by=by, reason=reason, valid_to=until)


@transaction.atomic
def end_sight(grant: StudentGrant, *, by: User) -> None:
    """Take such a sight away. Raises RightsError as end_grant does, and OwnCase."""
    people_apart(by, grant.content_object.person)
    end_grant(grant, by=by)


@wall.lifted("the portals of a family in danger close also where the user does not see the pupil")
def close_portals(raised: Collection[int], created: Collection[GuardianRelation] = ()) -> int:
    """Close the portal for every guardian of a child when protection enters its family; the municipality reopens.

    Protection enters with a person newly protected, or with a new relation to a protected guardian. A new relation into
    a family where someone is protected already starts closed, and leaves the others as the municipality set them.
    """
    open_rows = GuardianRelation.objects.open()
    new_ids = [row.pk for row in created]
    entered = Q(student__person__in=raised) | Q(
        student__in=open_rows.filter(
            Q(guardian__in=raised) | (Q(pk__in=new_ids) & ~Q(guardian__protection=Protection.NONE))
        ).values("student")
    )
    guarded = open_rows.exclude(guardian__protection=Protection.NONE).values("student")
    starts_closed = Q(pk__in=new_ids) & (~Q(student__person__protection=Protection.NONE) | Q(student__in=guarded))
    return open_rows.filter(entered | starts_closed, portal_enabled=True).update(portal_enabled=False)


@wall.lifted("a portal into a protected family closes also for a guardian the user does not see")
def close_protected_portals(block: RelationBlock) -> None:
    """Close what `block` bars in a protected family: lifting it must not open a portal no officer has opened since."""
    if not protected_family(block.student):
        return
    rows = GuardianRelation.objects.open().filter(student=block.student, portal_enabled=True)
    closed = [relation.pk for relation in rows if relation.is_kept_out_by(block)]
    GuardianRelation.objects.filter(pk__in=closed).update(portal_enabled=False)
