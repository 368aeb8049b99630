"""The officers' rights that one has proposed and another decides, as they are shown, and who that other may be."""

from dataclasses import dataclass
from datetime import timedelta

from django.db.models import Q
from django.utils.translation import gettext as _

from accessctl.models import MunicipalityGrant, User
from accessctl.permissions import Permission
from accessctl.rights.known import knowledge
from accessctl.scope import scope_of
from schoolapp.lib import clock
from students.models import GrantProposal, GrantProposalQuerySet

GIVE, MANAGE = Permission.GIVE_ROLES, Permission.MANAGE_PROTECTION
TOLD_FOR = timedelta(days=7)


@dataclass(frozen=True)
class Proposed:
    """A proposal in words."""

    proposal: GrantProposal
    right: str
    where: str
    who: str
    by: str
    decided_by: str


def proposals_for(viewer: User) -> GrantProposalQuerySet:
    """Proposals where the viewer gives roles or answers for protection."""
    where_given: GrantProposalQuerySet = GrantProposal.objects.visible_to(viewer, GIVE)
    rows = where_given | GrantProposal.objects.visible_to(viewer, MANAGE)
    return rows.select_related("user", "proposed_by", "decided_by", "school", "student__person").order_by("pk")


def may_decide(by: User, proposal: GrantProposal, deciders: set[int] | None = None) -> bool:
    """Whether `by` may approve or refuse: another officer of the municipality, who is neither proposer nor receiver.

    While nobody else is one, another who gives roles in the whole municipality. Who asks about many proposals has
    looked up the officers, `deciders`, once.
    """
    if by.pk in (proposal.proposed_by_id, proposal.user_id):
        return False
    scope = scope_of(by)
    if scope.reach(MANAGE).everything:
        return True
    if not scope.reach(GIVE).everything:
        return False
    known = officers() if deciders is None else deciders
    return not known - {proposal.proposed_by_id, proposal.user_id}


def officers() -> set[int]:
    """The officers of the municipality today."""
    rows = MunicipalityGrant.objects.on().filter(permission__codename=MANAGE.value, user__is_active=True)
    return set(rows.values_list("user", flat=True))


def waiting_for(user: User) -> list[GrantProposal]:
    """The proposals that this user can decide."""
    scope = scope_of(user)
    if not (scope.reach(MANAGE).everything or scope.reach(GIVE).everything):
        return []
    found = list(proposals_for(user).waiting())
    deciders = officers() if found and not scope.reach(MANAGE).everything else set()
    return [proposal for proposal in found if may_decide(user, proposal, deciders)]


def given_lately(user: User) -> list[GrantProposal]:
    """Rights others have given in the last week, told to the municipality's officers who had no part in it."""
    if not scope_of(user).reach(MANAGE).everything:
        return []
    lately = proposals_for(user).filter(state=GrantProposal.State.APPROVED, decided_at__gte=clock.now() - TOLD_FOR)
    return list(lately.exclude(Q(user=user) | Q(proposed_by=user) | Q(decided_by=user)))


def shown(proposals: list[GrantProposal]) -> list[Proposed]:
    people = {user.pk: user for p in proposals for user in (p.user, p.proposed_by, p.decided_by) if user}
    names = knowledge().names(list(people.values()))
    return [
        Proposed(
            p,
            str(Permission(p.permission).label),
            p.student.person.full_name if p.student else place_of(p),
            names[p.user_id],
            names[p.proposed_by_id],
            names.get(p.decided_by_id or 0, ""),
        )
        for p in proposals
    ]


def on_pupils(lines: list[Proposed]) -> list[GrantProposal]:
    """One proposal for each pupil the lines name, for the access log."""
    return list({line.proposal.student_id: line.proposal for line in lines if line.proposal.student_id}.values())


def place_of(proposal: GrantProposal) -> str:
    """Where the right would hold. A pupil is not named."""
    if proposal.student_id:
        return _("én elev")
    return str(proposal.school or _("hele kommunen"))
