"""A plain town written into the database, and what the code says about it, in the town's own numbers."""

from datetime import date, timedelta
from uuid import uuid4

from django.contrib.auth.models import Permission as AuthPermission
from django.db import connection

from accessctl.actions import install_roles
from accessctl.models import Municipality, MunicipalityGrant, Role, RoleAssignment, School, SchoolGrant, User
from accessctl.permissions import Permission
from documents.models import Document, DocumentType, TemplateVersion
from guardians.models import GuardianRelation, RelationBlock
from people.models import Person
from schoolapp.lib import clock
from schools.models import SchoolYear
from staff.models import Employee
from students.models import Group, GroupGrant, GroupStaffing, Membership, Student, StudentGrant
from tests.policy.town import SCHOOLS, Period, Town

GRANTS = {"municipality": MunicipalityGrant, "school": SchoolGrant, "group": GroupGrant, "pupil": StudentGrant}
MODELS = {"pupils": Student, "groups": Group, "relations": GuardianRelation, "documents": Document}


def in_days(period: Period) -> dict[str, date | None]:
    first, last = period
    return {
        "valid_from": clock.today() + timedelta(days=first),
        "valid_to": None if last is None else clock.today() + timedelta(days=last),
    }


class Laid:
    """The rows of a town. `number[kind][pk]` is the town's number of a row, `users` are fresh objects."""

    def __init__(self, town: Town) -> None:
        self.town = town
        with connection.cursor() as cursor:
            # What happens when rows change is not what is asked about here.
            cursor.execute("SET LOCAL session_replication_role = replica")
            self.places()
            self.people()
            self.groups()
            self.rights()
            self.family()
            cursor.execute("SET LOCAL session_replication_role = origin")
        self.number = {
            kind: {row.pk: number for number, row in enumerate(getattr(self, f"{kind}_rows"))} for kind in MODELS
        }
        self.users = list(User.objects.filter(pk__in=[user.pk for user in self.user_rows]).order_by("pk"))

    def places(self) -> None:
        install_roles()
        for slug, role in self.town.roles.items():
            if slug.startswith("egen"):
                Role.objects.create(
                    slug=slug, name=slug, reach="schools", permissions=sorted(role.rights), is_active=role.in_use
                )
        self.roles = {role.slug: role for role in Role.objects.all()}
        self.municipality = Municipality.objects.create(name="Prøve", number="9999", org_number="999999999")
        self.schools = School.objects.bulk_create(
            School(name=f"Skole {n}", org_number=f"99999999{n}", kind="combined") for n in range(SCHOOLS)
        )
        start = clock.school_year_start(clock.today())
        self.year = SchoolYear.objects.create(starts_on=start, ends_on=date(start.year + 1, 7, 31), state="current")

    def people(self) -> None:
        town = self.town
        self.user_rows = User.objects.bulk_create(
            User(username=uuid4().hex, display_name=f"Bruker {n}", is_active=user.active)
            for n, user in enumerate(town.users)
        )
        as_pupil = {pupil.user: n for n, pupil in enumerate(town.pupils) if pupil.user is not None}
        self.pupil_people = Person.objects.bulk_create(
            Person(
                given_name="Elev",
                family_name=str(n),
                birth_date=clock.years_ago(pupil.age),
                protection=pupil.protection,
                user=None if pupil.user is None else self.user_rows[pupil.user],
            )
            for n, pupil in enumerate(town.pupils)
        )
        own = Person.objects.bulk_create(
            Person(given_name="Bruker", family_name=str(n), protection="strict" if user.protected else "none",
                   birth_date=date(1980, 1, 1), user=self.user_rows[n])
            for n, user in enumerate(town.users) if n not in as_pupil
        )  # fmt: skip
        rest = iter(own)
        self.user_people = [
            self.pupil_people[as_pupil[n]] if n in as_pupil else next(rest) for n in range(len(town.users))
        ]
        self.employees = Employee.objects.bulk_create(
            Employee(person=person, employee_number=str(n)) for n, person in enumerate(self.user_people)
        )
        self.pupils_rows = Student.objects.bulk_create(
            Student(
                person=person,
                school=None if pupil.school is None else self.schools[pupil.school],
                is_protected=person.is_protected,  # a trigger repeats it otherwise
            )
            for person, pupil in zip(self.pupil_people, town.pupils, strict=True)
        )

    def groups(self) -> None:
        town = self.town
        self.groups_rows = Group.objects.bulk_create(
            Group(school=self.schools[row.school], school_year=self.year, kind=row.kind, name=str(n))
            for n, row in enumerate(town.groups)
        )
        Membership.objects.bulk_create(
            Membership(student=self.pupils_rows[row.pupil], group=self.groups_rows[row.group], is_home_class=False,
                       **in_days(row.period))
            for row in town.members
        )  # fmt: skip
        GroupStaffing.objects.bulk_create(
            GroupStaffing(employee=self.employees[row.user], group=self.groups_rows[row.group], function=row.function,
                          **in_days(row.period))
            for row in town.staffing
        )  # fmt: skip

    def rights(self) -> None:
        town = self.town
        RoleAssignment.objects.bulk_create(
            RoleAssignment(user=self.user_rows[row.user], role=self.roles[row.role], reach=row.reach,
                           school=None if row.school is None else self.schools[row.school], **in_days(row.period))
            for row in town.assignments
        )  # fmt: skip
        objects = {
            "municipality": [self.municipality],
            "school": self.schools,
            "group": self.groups_rows,
            "pupil": self.pupils_rows,
        }
        known = {
            (row.content_type.model, row.codename): row
            for row in AuthPermission.objects.filter(codename__in=Permission.values).select_related("content_type")
        }
        for row in town.grants:
            on = objects[row.on][row.number]
            dates = in_days(row.period)
            dates["valid_to"] = dates["valid_to"] or clock.today() + timedelta(days=90)
            GRANTS[row.on].objects.create(
                user=self.user_rows[row.user], permission=known[on._meta.model_name, row.right], content_object=on,
                reason="Prøve", **dates
            )  # fmt: skip

    def family(self) -> None:
        town = self.town
        self.relations_rows = GuardianRelation.objects.bulk_create(
            GuardianRelation(guardian=self.user_people[row.guardian], student=self.pupils_rows[row.pupil],
                             state=row.state, ground="register", portal_enabled=row.portal_open,
                             opened_despite_care=row.despite_care, **in_days(row.period))
            for row in town.relations
        )  # fmt: skip
        RelationBlock.objects.bulk_create(
            RelationBlock(
                student=self.pupils_rows[row.pupil],
                guardian=None if row.guardian is None else self.user_people[row.guardian],
                kind="care" if row.guardian is None else "no_contact", reference="Prøve",
                valid_from=clock.today() + timedelta(days=row.begins),
                lifted_at=clock.now() if row.lifted else None,
                lifted_by=self.user_rows[0] if row.lifted else None,
                lift_reason="Prøve" if row.lifted else "",
            )
            for row in town.blocks
        )  # fmt: skip
        shown, hidden = DocumentType.objects.bulk_create(
            DocumentType(
                slug=slug, name_nb=slug, name_nn=slug, archive_mode="always", shown_to_guardians=slug == "vist"
            )
            for slug in ("vist", "skjult")
        )
        template = TemplateVersion.objects.create(document_type=shown, language="nb", number=1, title="T", body="B")
        self.documents_rows = Document.objects.bulk_create(
            Document(
                student=self.pupils_rows[row.pupil], school=self.schools[0], template=template, language="nb",
                document_type=shown if row.for_guardians else hidden, title="T", created_by=self.user_rows[0],
                state="finalised" if row.finalised else "draft", sha256="0" * 64, pdf="t.pdf",
                finalised_at=clock.now() if row.finalised else None,
            )
            for row in town.documents
        )  # fmt: skip

    def seen(self, kind: str, user: int, right: str) -> set[int]:
        """The numbers of the rows the queryset gives this user."""
        rows = MODELS[kind]._default_manager.visible_to(self.users[user], Permission(right))
        numbers = self.number[kind]
        return {numbers[pk] for pk in rows.values_list("pk", flat=True) if pk in numbers}
