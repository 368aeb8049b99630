"""The emergency list of a class: everybody is on it, and how the guardians are reached by telephone."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from accessctl.models import User
from guardians.household import withholds_contact
from guardians.models import GuardianRelation
from people.display import ContactCard, contact_card
from students.elsewhere.told import away_on
from students.models import Student


@dataclass(frozen=True)
class Line:
    """A pupil and the guardians the user may see. `is_withheld`: how they are reached is for the officers to
    tell. `is_away`: is taught another place, so that nobody looks for the pupil here.
    """

    student: Student
    guardians: list[ContactCard]
    is_withheld: bool
    is_away: bool


def lines(students: Sequence[Student], user: User) -> list[Line]:
    """One line per pupil, protected ones the user sees included, since a head count without them is wrong; nothing
    of how their families are reached (handbook 8.2, rule 1).
    """
    relations = GuardianRelation.objects.visible_to(user).in_force()
    relations = relations.filter(student__in=[student.pk for student in students])
    relations = relations.select_related("guardian__contact").order_by("guardian__family_name", "guardian__given_name")
    by_student: dict[int, list[ContactCard]] = defaultdict(list)
    withheld = {s.pk for s in students if s.person.is_protected or withholds_contact(user, s)}
    for relation in relations:
        card = contact_card(
            relation.guardian,
            sees_contact=relation.student_id not in withheld,
            sees_protected=True,
            household_protected=True,
        )
        if card:
            by_student[relation.student_id].append(card)
    away = away_on([student.pk for student in students])
    return [Line(s, by_student[s.pk], s.pk in withheld, s.pk in away) for s in students]
