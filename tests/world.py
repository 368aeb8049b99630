"""The fixed cast of the tests: two schools, three classes, and one person for every kind of access.

Names say what a person is in the cast. National ids are synthetic (month + 80).
"""

from dataclasses import dataclass, field
from datetime import date, timedelta
from hashlib import sha256

from django.core.files.base import ContentFile

from accessctl.actions import assign_role, install_roles
from accessctl.models import Municipality, School, User
from archive.models import ArchiveFolder, Delivery, SchoolArchiveSettings
from documents.models import Attachment, Document, DocumentType, TemplateVersion
from guardians.models import GuardianRelation
from people.models import Address, ContactDetails, NationalId, Person, Protection
from schoolapp.lib import clock
from schools.models import SchoolYear
from staff.models import Employee
from students.models import Enrolment, Group, GroupStaffing, Membership, Student
from students.names import sort_name

K1, K2 = (3, 7, 6, 1, 8, 9, 4, 5, 2), (5, 4, 3, 2, 7, 6, 5, 4, 3, 2)


def synthetic_id(born: date, serial: int) -> str:
    """A valid synthetic fødselsnummer for `born`; `serial` picks among those possible."""
    first6 = f"{born.day:02d}{born.month + 80:02d}{born.year % 100:02d}"
    individual = 500 if born.year >= 2000 else 100
    found = []
    while len(found) <= serial:
        digits = [int(c) for c in f"{first6}{individual:03d}"]
        one = (11 - sum(w * d for w, d in zip(K1, digits, strict=True)) % 11) % 11
        two = (11 - sum(w * d for w, d in zip(K2, [*digits, one], strict=True)) % 11) % 11
        if one < 10 and two < 10:
            found.append(f"{first6}{individual:03d}{one}{two}")
        individual += 1
    return found[serial]


@dataclass
class World:
    municipality: Municipality
    year: SchoolYear
    school_a: School
    school_b: School
    groups: dict[str, Group] = field(default_factory=dict)
    pupils: dict[str, Student] = field(default_factory=dict)
    users: dict[str, User] = field(default_factory=dict)
    people: dict[str, Person] = field(default_factory=dict)
    serial: int = 0

    def user(self, name: str) -> User:
        """A fresh copy, so that no scope worked out earlier is reused."""
        return User.objects.get(pk=self.users[name].pk)

    def add_person(self, given: str, family: str, *, born: date, with_user: bool = False, **extra) -> Person:
        person = Person.objects.create(given_name=given, family_name=family, birth_date=born, **extra)
        NationalId.objects.create(person=person, number=synthetic_id(born, self.serial))
        ContactDetails.objects.create(
            person=person, phone=f"4000{self.serial:04d}", email=f"person{self.serial}@example.test"
        )
        self.serial += 1
        if with_user:
            person.user = User.objects.create(display_name=person.full_name)
            person.save()
        return person

    def add_group(self, name: str, school: School, grade_level: int, kind: str = Group.Kind.HOME_CLASS) -> Group:
        self.groups[name] = Group.objects.create(
            school=school, school_year=self.year, kind=kind, name=name, grade_level=grade_level
        )
        return self.groups[name]

    def add_pupil(
        self, key: str, group: Group, *, protection: str = Protection.NONE, with_user: bool = False
    ) -> Student:
        born = date(self.year.starts_on.year - 5 - group.grade_level, 3, 14)
        person = self.add_person("Elev", key.title(), born=born, protection=protection, with_user=with_user)
        if protection == Protection.NONE:
            Address.objects.create(
                person=person,
                kind=Address.Kind.HOME,
                street=f"Prøveveien {self.serial}",
                postal_code="0001",
                city="Prøvestad",
                valid_from=date(2020, 1, 1),
            )
        student = Student.objects.create(
            person=person,
            school=group.school,
            grade_level=group.grade_level,
            home_class_name=group.name,
            sort_name=sort_name(person),
        )
        Enrolment.objects.create(
            student=student,
            school=group.school,
            school_year=self.year,
            grade_level=group.grade_level,
            valid_from=self.year.starts_on,
        )
        Membership.objects.create(
            student=student, group=group, is_home_class=group.kind == "home_class", valid_from=self.year.starts_on
        )
        self.pupils[key] = student
        self.people[key] = person
        if with_user:
            self.users[key] = person.user
            assign_role(person.user, role="elev", by=None)
        return student

    def add_employee(self, key: str, *, role: str = "", schools: tuple[School, ...] = ()) -> Employee:
        person = self.add_person("Ansatt", key.title(), born=date(1980, 5, 1), with_user=True)
        self.people[key] = person
        self.users[key] = person.user
        if role:
            for school in schools or (None,):
                assign_role(person.user, role=role, by=None, school=school)
        return Employee.objects.create(person=person, employee_number=f"A{self.serial:05d}", initials=f"A{self.serial}")

    def add_staffing(self, employee: Employee, group: Group, function: str, **dates) -> GroupStaffing:
        return GroupStaffing.objects.create(
            employee=employee, group=group, function=function, **({"valid_from": self.year.starts_on} | dates)
        )

    def add_guardian(self, key: str, *children: str, state: str = "verified", **relation) -> Person:
        person = self.people.get(key)
        if person is None:
            person = self.add_person("Foresatt", key.title(), born=date(1985, 6, 2), with_user=True)
            self.people[key], self.users[key] = person, person.user
            assign_role(person.user, role="foresatt", by=None, source="register")
        for child in children:
            GuardianRelation.objects.create(
                guardian=person,
                student=self.pupils[child],
                state=state,
                ground="register",
                **({"valid_from": date(2020, 1, 1)} | relation),
            )
        return person

    def add_draft(self, about: str) -> Document:
        """A draft about a pupil, with one attachment."""
        student = self.pupils[about]
        kind, _created = DocumentType.objects.get_or_create(
            slug="prove", defaults={"name_nb": "Prøvebrev", "name_nn": "Prøvebrev", "archive_mode": "always"}
        )
        template, _created = TemplateVersion.objects.get_or_create(
            document_type=kind,
            language="nb",
            number=1,
            defaults={"title": "Prøvebrev", "body": "Hei.", "is_current": True},
        )
        document = Document.objects.create(
            student=student,
            school=student.school,
            document_type=kind,
            template=template,
            language="nb",
            title=kind.name_nb,
            created_by=self.users["contact_teacher"],
        )
        attachment = Attachment(document=document, title="Vedlegg", sha256="0" * 64, size=3, puid="fmt/354")
        attachment.file.save(f"{attachment.uuid}.pdf", ContentFile(b"pdf"), save=False)
        attachment.save()
        return document

    def add_document(self, about: str) -> tuple[Document, Delivery]:
        """A finalised document about a pupil, standing in the archive queue."""
        student = self.pupils[about]
        document = self.add_draft(about)
        pdf = f"%PDF-1.4 brev om {about}".encode()
        folder, _created = ArchiveFolder.objects.get_or_create(
            key=f"elevmappe:{student.uuid}",
            defaults={"kind": "pupil", "title": "Elevmappe", "public_title": "Elevmappe"},
        )
        delivery = Delivery.objects.create(
            external_key=document.external_key,
            school=student.school,
            folder=folder,
            about=student.uuid,
            title=document.title,
            record={},
            content_sha256=sha256(pdf).hexdigest(),
        )
        document.state = Document.State.FINALISED
        document.finalised_at = clock.now()
        document.frozen_html = "<p>Hei.</p>"
        document.sha256 = delivery.content_sha256
        document.size = len(pdf)
        document.puid = "fmt/476"
        document.delivery = delivery
        document.pdf.save(f"{document.uuid}.pdf", ContentFile(pdf), save=False)
        document.save()
        return document, delivery


def build_world() -> World:
    install_roles()
    start = clock.school_year_start(clock.today())
    world = World(
        municipality=Municipality.objects.create(name="Prøve kommune", number="9999", org_number="999999999"),
        year=SchoolYear.objects.create(starts_on=start, ends_on=date(start.year + 1, 7, 31), state="current"),
        school_a=School.objects.create(name="Skole A", org_number="999999991", kind="primary"),
        school_b=School.objects.create(name="Skole B", org_number="999999992", kind="lower_secondary", language="nn"),
    )
    for school in (world.school_a, world.school_b):
        SchoolArchiveSettings.objects.create(school=school, case_owner_initials="REK", administrative_unit="SKOLE")
    class_5a = world.add_group("5A", world.school_a, 5)
    class_5b = world.add_group("5B", world.school_a, 5)
    class_8a = world.add_group("8A", world.school_b, 8)
    maths = world.add_group("5 matematikk", world.school_a, 5, Group.Kind.SUBJECT_GROUP)
    world.add_pupil("own", class_5a)
    world.add_pupil("classmate", class_5a)
    world.add_pupil("protected", class_5a, protection=Protection.STRICT)
    world.add_pupil("other_class", class_5b)
    world.add_pupil("other_school", class_8a, with_user=True)
    Membership.objects.create(
        student=world.pupils["other_class"], group=maths, is_home_class=False, valid_from=world.year.starts_on
    )
    add_staff(world, class_5a, class_5b, class_8a, maths)
    add_guardians(world)
    return world


def add_staff(world: World, class_5a: Group, class_5b: Group, class_8a: Group, maths: Group) -> None:
    yesterday = clock.today() - timedelta(days=1)
    teacher = world.add_employee("contact_teacher", role="laerer", schools=(world.school_a,))
    world.add_staffing(teacher, class_5a, "contact_teacher")
    subject = world.add_employee("subject_teacher", role="laerer", schools=(world.school_a,))
    world.add_staffing(subject, maths, "subject_teacher")
    former = world.add_employee("former_teacher", role="laerer", schools=(world.school_a,))
    world.add_staffing(former, class_5a, "contact_teacher", valid_to=yesterday)
    other = world.add_employee("teacher_b", role="laerer", schools=(world.school_b,))
    world.add_staffing(other, class_8a, "contact_teacher")
    world.add_employee("school_admin", role="skoleadmin", schools=(world.school_a,))
    world.add_employee("school_admin_b", role="skoleadmin", schools=(world.school_b,))
    world.add_employee("adviser", role="skoleadmin2", schools=(world.school_a,))
    world.add_employee("principal", role="rektor", schools=(world.school_a,))
    world.add_employee("team", role="team", schools=(world.school_a, world.school_b))
    world.add_employee("municipal_admin", role="kommuneadmin")
    world.add_employee("nurse", role="helsesykepleier", schools=(world.school_a,))
    world.add_employee("no_role")


def add_guardians(world: World) -> None:
    yesterday = clock.today() - timedelta(days=1)
    world.add_guardian("guardian", "own", "other_school")
    world.add_guardian("guardian_b", "other_class")
    world.add_guardian("guardian_proposed", "own", state="proposed")
    world.add_guardian("guardian_former", "own", state="ended", valid_to=yesterday)
    world.add_guardian("guardian_of_protected", "protected", portal_enabled=False)
