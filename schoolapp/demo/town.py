"""The tables being filled, and the people and places that go into them."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random
from uuid import UUID

from accessctl.models import Role, RoleAssignment, School, User
from archive.models import SchoolArchiveSettings
from guardians.models import GuardianRelation
from people.models import Address, ContactDetails, NationalId, Person, Protection
from schoolapp.demo import names
from schoolapp.demo.numbers import NationalIds, telephone
from schoolapp.demo.plan import Plan, SchoolPlan
from schoolapp.demo.rows import Rows
from schools.models import SchoolYear
from staff.models import Employee
from students.models import Enrolment, Group, GroupStaffing, Membership, Student
from students.names import sort_name

POSTAL_CODES = ("9992", "9993", "9994", "9995", "9996", "9997", "9998", "9999")
CITY = "Fjordvik"
DOMAIN = "fjordvik.example"


@dataclass
class Pupil:
    """A pupil being placed. `class_pk` is the home class of this year."""

    pk: int
    person_pk: int
    school: SchoolPlan
    area: SchoolPlan
    grade: int
    class_pk: int = 0
    class_letter: int = 0
    since: date | None = None


@dataclass
class Tables:
    user: Rows = field(default_factory=lambda: Rows(User, "username", "display_name"))
    assignment: Rows = field(
        default_factory=lambda: Rows(
            RoleAssignment, "uuid", "user_id", "role_id", "reach", "school_id", "valid_from", "valid_to", "source"
        )
    )
    person: Rows = field(
        default_factory=lambda: Rows(
            Person,
            "uuid",
            "given_name",
            "family_name",
            "birth_date",
            "sex",
            "protection",
            "written_form",
            "user_id",
        )
    )
    number: Rows = field(default_factory=lambda: Rows(NationalId, "person_id", "number", "is_current"))
    contact: Rows = field(default_factory=lambda: Rows(ContactDetails, "person_id", "email", "phone"))
    address: Rows = field(
        default_factory=lambda: Rows(
            Address, "person_id", "kind", "street", "postal_code", "city", "protection", "valid_from", "valid_to"
        )
    )
    school: Rows = field(
        default_factory=lambda: Rows(
            School, "uuid", "name", "org_number", "kind", "language", "address", "postal_code", "city", "phone", "email"
        )
    )
    archive: Rows = field(
        default_factory=lambda: Rows(
            SchoolArchiveSettings,
            "school_id",
            "case_owner_initials",
            "administrative_unit",
            "registry_unit",
            "access_group",
        )
    )
    employee: Rows = field(
        default_factory=lambda: Rows(Employee, "uuid", "person_id", "employee_number", "initials", "title")
    )
    student: Rows = field(
        default_factory=lambda: Rows(
            Student, "uuid", "person_id", "school_id", "grade_level", "home_class_name", "sort_name"
        )
    )
    enrolment: Rows = field(
        default_factory=lambda: Rows(
            Enrolment, "student_id", "school_id", "school_year_id", "grade_level", "state", "valid_from", "valid_to"
        )
    )
    group: Rows = field(
        default_factory=lambda: Rows(Group, "uuid", "school_id", "school_year_id", "kind", "name", "grade_level")
    )
    membership: Rows = field(
        default_factory=lambda: Rows(Membership, "student_id", "group_id", "is_home_class", "valid_from", "valid_to")
    )
    staffing: Rows = field(
        default_factory=lambda: Rows(GroupStaffing, "group_id", "employee_id", "function", "valid_from", "valid_to")
    )
    relation: Rows = field(
        default_factory=lambda: Rows(
            GuardianRelation,
            "uuid",
            "guardian_id",
            "student_id",
            "state",
            "ground",
            "responsibility",
            "portal_enabled",
            "valid_from",
            "valid_to",
            "evidence",
            "reference",
            "recheck_on",
        )
    )

    def __post_init__(self) -> None:
        for rows in vars(self).values():
            rows.when_full = self.flush

    def flush(self) -> None:
        """Send all that is queued, table by table: a pupil's row repeats what stands on the person's."""
        for rows in vars(self).values():
            rows.flush()

    def close(self) -> None:
        for rows in vars(self).values():
            rows.close()


@dataclass
class Town:
    """Everything the generator shares. The same seed and the same day give the same town."""

    rng: Random
    plan: Plan
    today: date
    year: SchoolYear
    last_year: SchoolYear
    tick: Callable[[int], None]
    tables: Tables = field(default_factory=Tables)
    roles: dict[str, Role] = field(default_factory=lambda: {role.slug: role for role in Role.objects.all()})
    pupils: list[Pupil] = field(default_factory=list)
    protected_people: set[int] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.ids = NationalIds(self.rng)
        self._by_grade: dict[tuple[int, int], list[Pupil]] = {}

    def uuid(self) -> UUID:
        return UUID(int=self.rng.getrandbits(128), version=4)

    def day_in(self, year: int) -> date:
        return date(year, 1, 1) + timedelta(days=self.rng.randrange(365))

    def add_person(
        self,
        given: str,
        family: str,
        *,
        born: date,
        sex: str,
        protection: str = Protection.NONE,
        is_d_number: bool = False,
        written_form: str = "nb",
        with_user: bool = False,
    ) -> tuple[int, int | None]:
        """The person with number and contact details; the ids of the person and of its user, if it has one."""
        tables = self.tables
        user = tables.user.add(self.uuid().hex, f"{given} {family}") if with_user else None
        person = tables.person.add(self.uuid(), given, family, born, sex, protection, written_form, user)
        tables.number.add(person, self.ids.take(born, sex, is_d_number=is_d_number), True)
        if protection != Protection.NONE:
            self.protected_people.add(person)
        return person, user

    def add_contact(self, person: int, given: str, family: str) -> None:
        """Contact details of an adult. The address of the mail is one that can not exist (RFC 2606)."""
        mailbox = "".join(c for c in f"{given}.{family}".casefold().translate(ASCII) if c.isascii() and c not in " '")
        self.tables.contact.add(person, f"{mailbox}.{person}@{DOMAIN}", telephone(self.rng))

    def add_address(self, person: int, kind: str, street: str, code: str, protection: str = Protection.NONE) -> None:
        if protection == Protection.STRICT:
            return
        since = self.today - timedelta(days=self.rng.randint(30, 3000))
        self.tables.address.add(person, kind, street, code, CITY, protection, since, None)

    def home(self) -> tuple[str, str]:
        return names.street(self.rng), self.rng.choice(POSTAL_CODES)

    def add_pupil(self, person: int, given: str, family: str, *, area: SchoolPlan, grade: int) -> Pupil:
        """The person as a pupil of its area's school, in the class with room; memberships come later."""
        school = area.school_for(grade)
        letter = len(self.pupils_in(school, grade)) % school.classes_per_grade
        name = f"{grade}{'ABCDEFGHIJKLMNOP'[letter]}"
        filed = sort_name(Person(given_name=given, family_name=family))
        pk = self.tables.student.add(self.uuid(), person, school.pk, grade, name, filed)
        pupil = Pupil(pk, person, school, area, grade, class_letter=letter)
        self.pupils.append(pupil)
        self.pupils_in(school, grade).append(pupil)
        return pupil

    def pupils_in(self, school: SchoolPlan, grade: int) -> list[Pupil]:
        return self._by_grade.setdefault((school.pk, grade), [])


ASCII = str.maketrans({"æ": "ae", "ø": "o", "å": "a", "đ": "d", "ŧ": "t", "ß": "ss"})
