"""The class's contact list: what guardians chose to share, and nothing else (handbook 8.4, UD-KL)."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

from accessctl.models import User
from guardians.household import in_protected_families
from guardians.models import ContactShare, GuardianRelation
from people.display import contact_card
from students.models import Student


@dataclass
class Shared:
    """What one guardian shares: any of the parts may be empty."""

    name: str
    phone: str
    email: str


@dataclass
class Entry:
    """A child on the list. A child nobody shares anything about is not on it."""

    student: Student
    guardians: list[Shared] = field(default_factory=list)


def entries(students: Sequence[Student], user: User) -> list[Entry]:
    """The list in the order of the pupils. A share counts while the guardian has access to the child today; families
    where somebody is protected are never on it, whoever makes the list.
    """
    shares = list(
        ContactShare.objects.filter(student__in=[student.pk for student in students])
        .select_related("guardian__contact")
        .order_by("guardian__family_name", "guardian__given_name")
    )
    relations = GuardianRelation.objects.visible_to(user).giving_access()
    holding = set(relations.filter(student__in=[s.student_id for s in shares]).values_list("student", "guardian"))
    shared: dict[int, list[Shared]] = defaultdict(list)
    for share in shares:
        told = told_of(share) if (share.student_id, share.guardian_id) in holding else None
        if told:
            shared[share.student_id].append(told)
    near = [student for student in students if student.pk in shared]
    hidden = in_protected_families(near)
    return [Entry(student, shared[student.pk]) for student in near if student.pk not in hidden]


def told_of(share: ContactShare) -> Shared | None:
    """What the share says, or None when nothing is left of it."""
    card = contact_card(share.guardian, sees_contact=True, sees_protected=False, household_protected=True)
    if card is None:
        return None
    told = Shared(card.name if share.name else "", card.phone if share.phone else "", card.email if share.email else "")
    return told if told.name or told.phone or told.email else None
