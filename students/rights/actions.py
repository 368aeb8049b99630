"""Writes about the rights of an employee that concern the people of the registers too."""

from datetime import date

from django.db import transaction
from django.db.models import Model
from django.utils.translation import gettext as _
from django.utils.translation import override

from accessctl import actions
from accessctl.actions import RightsError
from accessctl.audit import record_event
from accessctl.journal.alerts import officer_made
from accessctl.models import GrantBase, School, User
from accessctl.permissions import Permission
from people.apart import people_apart
from people.models import Person
from schoolapp.lib import clock
from staff.models import Employee
from students.models import GrantProposal, Group, Student
from students.rights.officers import may_decide, place_of


def look_up(number: str, *, by: User) -> Employee | None:
    """The employee with exactly this employee number, whatever school they work at; the log keeps who looked."""
    employee = Employee.objects.filter(employee_number__iexact=number.strip()).select_related("person").first()
    if employee:
        record_event(by, "look_up_employee", employee)
    return employee


@transaction.atomic
def account_of(employee: Employee) -> User:
    """The user of an employee, made now for one who has never logged in. Without a role it reaches nothing."""
    person = Person.objects.select_for_update(of=("self",)).get(pk=employee.person_id)
    if person.user is None:
        person.user = User.objects.create(display_name=str(person), language="")
        person.save(update_fields=["user"])
    return person.user


@transaction.atomic
def give_grant(user: User, permission: Permission, *, on: Model, by: User, reason: str, valid_to: date) -> GrantBase:
    """As `accessctl.actions.give_grant`, given or renewed. Raises OwnCase when it is on a child of the giver's own."""
    if isinstance(on, Student):
        people_apart(by, on.person)
    return actions.give_grant(user, permission, on=on, by=by, reason=reason, valid_to=valid_to)


@transaction.atomic
def propose_grant(
    user: User, permission: Permission, *, on: Model, by: User, reason: str, valid_to: date
) -> GrantProposal:
    """Ask a colleague to give somebody an officer's right, or to renew it. It gives nothing until it is approved.

    Raises RightsError as `accessctl.actions.give_grant` does, for a group, and when the same is proposed already; and
    OwnCase for a child of one's own.
    """
    place = {"school": on if isinstance(on, School) else None, "student": on if isinstance(on, Student) else None}
    if isinstance(on, Group):
        raise RightsError(_("Rettigheter for adressesperre gis for kommunen, en skole eller én elev."))
    if isinstance(on, Student):
        people_apart(by, on.person)
    actions.check_grant(permission, on=on, to=user, by=by, reason=reason, start=clock.today(), end=valid_to)
    User.objects.select_for_update().get(pk=user.pk)
    if GrantProposal.objects.waiting().filter(user=user, permission=permission.value, **place).exists():
        raise RightsError(_("Det samme er allerede foreslått og venter på godkjenning."))
    proposal: GrantProposal = GrantProposal.objects.create(
        user=user, permission=permission.value, **place, valid_to=valid_to, reason=reason.strip(), proposed_by=by
    )
    record_event(by, "propose_grant", proposal, what=permission.value, reason=proposal.reason)
    return proposal


@transaction.atomic
def decide_grant(proposal: GrantProposal, *, approve: bool, by: User) -> None:
    """Let a second person give or refuse what was proposed, and tell the privacy officer of what is given.

    Everything is judged anew, the proposer's right to give it too. Raises RightsError, OwnCase, SamePerson or
    AlreadyDecided.
    """
    locked = GrantProposal.objects.select_for_update(of=("self",)).select_related("student__person").get(pk=proposal.pk)
    permission, on = Permission(locked.permission), locked.content_object
    if isinstance(on, Student):
        people_apart(by, on.person)
    if by.pk != locked.proposed_by_id and not may_decide(by, locked):
        raise RightsError(_("Bare en som har ansvar for adressesperre i hele kommunen, kan ta stilling til dette."))
    locked.decide(approve=approve, by=by)
    if not approve:
        record_event(by, "reject_grant", locked, what=permission.value)
        return
    if not locked.user.is_active:
        raise RightsError(_("Brukeren er stengt. Avslå forslaget."))
    if not actions.may_grant(locked.proposed_by, permission, on):
        raise RightsError(_("Den som foreslo dette, kan ikke lenger gi tilgangen. Avslå forslaget."))
    until, reason = locked.valid_to, locked.reason
    actions.give_grant(locked.user, permission, on=on, by=by, reason=reason, valid_to=until, proposal=locked)
    with override("nb"):
        told = f"{permission.label}, {place_of(locked)}: {reason}"
    officer_made(locked.user, pupil=locked.about, school_id=school_of(on), reason=told)


def school_of(on: Model) -> int | None:
    return on.school_id if isinstance(on, Student) else on.pk if isinstance(on, School) else None


@transaction.atomic
def withdraw_grant(proposal: GrantProposal, *, by: User) -> None:
    """Take back one's own proposal. Raises RightsError for another's, or one that is decided."""
    locked = GrantProposal.objects.select_for_update().get(pk=proposal.pk)
    if locked.proposed_by_id != by.pk or locked.state != GrantProposal.State.PROPOSED:
        raise RightsError(_("Bare den som foreslo tilgangen, kan trekke forslaget, og bare til det er avgjort."))
    record_event(by, "withdraw_grant", locked, what=locked.permission)
    locked.delete()
