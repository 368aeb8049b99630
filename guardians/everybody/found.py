"""Who is found by the search over all persons, and what is told of each.

Nobody with address protection is found, nor a guardian who is known here through protected children alone, nor by an
address where somebody protected may live (handbook 8.2): not the count, not an empty page, tells that they are there.
"""

from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from accessctl import audit, wall
from accessctl.journal.alerts import SEARCHED_ALL
from accessctl.models import RoleAssignment, User
from accessctl.permissions import Permission
from accessctl.scope import scope_of
from guardians.household import hides_addresses_of
from guardians.models import GuardianRelation
from people.models import Address, ContactDetails, NationalId, Person, Protection
from people.models.persons import NAME_WORDS
from schoolapp.lib.search_words import matching, words_of
from staff.models import Employee
from students.models import Student

MOST = 100
RIGHT = Permission.ADVANCED_SEARCH


@dataclass(frozen=True)
class Found:
    """A person, and what they are here."""

    person: Person
    pupil: Student | None
    children: tuple[Student, ...]
    employee: Employee | None

    @property
    def is_former(self) -> bool:
        return not self.children and not self.employee and not (self.pupil and self.pupil.school_id)


@wall.lifted("everybody is searched by special grant, for a reason, and each person shown is logged")
def found(user: User, asked: dict[str, Any], *, start: int, most: int) -> tuple[list[Found], int]:
    """The persons from number `start`, at most `most`, and how many there are in all, MOST + 1 for more than MOST."""
    rows = fitting(in_reach(user), asked).order_by("family_name", "given_name", "pk")
    people = list(rows.select_related("student__person", "student__school", "employee")[: MOST + 1])
    if asked["adresse"]:
        people = without_hidden_homes(user, people)
    shown = people[start : start + most] if start < MOST else []
    children = children_of(user, shown)
    return [
        Found(person, getattr(person, "student", None), tuple(children[person.pk]), getattr(person, "employee", None))
        for person in shown
    ], len(people)


def in_reach(user: User) -> QuerySet[Person]:
    """Everybody, or those of the schools for which the grant is given, whom the user may know of."""
    reach = scope_of(user).reach(RIGHT)
    rows = Person.objects.not_merged()
    if not reach.everything:
        at_schools = Student.objects.filter(school_id__in=reach.school_ids)
        roles = RoleAssignment.objects.on().filter(school_id__in=reach.school_ids)
        rows = rows.filter(
            Q(pk__in=at_schools.values("person"))
            | Q(pk__in=GuardianRelation.objects.open().filter(student__in=at_schools).values("guardian"))
            | Q(pk__in=Employee.objects.filter(person__user__in=roles.values("user")).values("person"))
        )
    if scope_of(user).reach(Permission.SEE_PROTECTED).everything:
        return rows
    own = GuardianRelation.objects.filter(guardian=OuterRef("pk"))
    protected = own.exclude(student__person__protection=Protection.NONE)
    known_otherwise = Q(student__isnull=False) | Q(employee__isnull=False)
    known_otherwise |= Q(Exists(own.filter(student__person__protection=Protection.NONE)))
    return rows.filter(~Exists(protected) | known_otherwise, protection=Protection.NONE)


def fitting(people: QuerySet[Person], asked: dict[str, Any]) -> QuerySet[Person]:
    """Those for whom every field that was filled in fits."""
    if asked["navn"]:
        people = people.filter(matching(NAME_WORDS, words_of(asked["navn"])))
    if asked["fodselsdato"]:
        people = people.filter(birth_date=asked["fodselsdato"])
    if asked["nummer"]:
        people = people.filter(pk__in=NationalId.objects.filter(number=asked["nummer"]).values("person"))
    if asked["adresse"]:
        homes = Address.objects.on().filter(street__istartswith=asked["adresse"], protection=Protection.NONE)
        people = people.filter(pk__in=homes.values("person"))
    if asked["telefon"]:
        people = people.filter(pk__in=ContactDetails.objects.filter(phone__endswith=asked["telefon"]).values("person"))
    if asked["epost"]:
        people = people.filter(pk__in=ContactDetails.objects.filter(email__iexact=asked["epost"]).values("person"))
    return people


def without_hidden_homes(user: User, people: list[Person]) -> list[Person]:
    """Those whose address the searcher may know: nobody protected may live there."""
    children: dict[int, set[int]] = defaultdict(set)
    relations = GuardianRelation.objects.open().filter(guardian__in=people)
    for guardian, child in relations.values_list("guardian", "student"):
        children[guardian].add(child)
    for person in people:
        if pupil := getattr(person, "student", None):
            children[person.pk].add(pupil.pk)
    asked = {pk for pks in children.values() for pk in pks}
    hidden = hides_addresses_of(user, list(Student.objects.filter(pk__in=asked).select_related("person")))
    return [person for person in people if not children[person.pk] & hidden]


def children_of(user: User, people: list[Person]) -> dict[int, list[Student]]:
    """The children each is guardian of today, protected ones left out for whoever may not see them."""
    rows = GuardianRelation.objects.on().filter(guardian__in=people, state=GuardianRelation.State.VERIFIED)
    if not scope_of(user).reach(Permission.SEE_PROTECTED).everything:
        rows = rows.filter(student__person__protection=Protection.NONE)
    reach = scope_of(user).reach(RIGHT)
    if not reach.everything:
        rows = rows.filter(student__school_id__in=reach.school_ids)
    found: dict[int, list[Student]] = defaultdict(list)
    for row in rows.select_related("student__person", "student__school").order_by("student__sort_name", "pk"):
        found[row.guardian_id].append(row.student)
    return found


def log(user: User, shown: list[Found], *, kinds: str, reason: str) -> None:
    """One line for the search with its reason, and one for each person and child it showed.

    Each counts towards the alert about many in a day (accessctl.journal.alerts).
    """
    audit.record_act(user, SEARCHED_ALL, what=kinds[:120], reason=reason)
    for hit in shown:
        if hit.pupil:
            hit.person.pupil_uuid = hit.pupil.uuid  # type: ignore[attr-defined]
    records = [*(hit.person for hit in shown), *dict.fromkeys(child for hit in shown for child in hit.children)]
    if records:
        audit.write(user, SEARCHED_ALL, records, reason=reason)
