"""Employees: who works where, which roles they hold, and which classes and groups they answer for."""

from dataclasses import dataclass, field
from datetime import date, timedelta

from accessctl.models import RoleAssignment
from schoolapp.demo import names
from schoolapp.demo.classes import Classes, TeachingGroup
from schoolapp.demo.plan import COMBINED, LOWER, SchoolPlan
from schoolapp.demo.town import Town
from students.models import GroupStaffing

Function = GroupStaffing.Function
# The two who answer for protected addresses; what one proposes, the other decides.
OFFICER_TITLES = ("Rådgiver, adressesperre", "Fagleder, adressesperre")


@dataclass
class Worker:
    employee: int
    user: int
    initials: str
    groups: list[TeachingGroup] = field(default_factory=list)


class Staffing:
    def __init__(self, town: Town, classes: Classes) -> None:
        self.town, self.classes, self.rng = town, classes, town.rng
        self.count = 0
        self.initials: dict[str, int] = {}

    def make(self) -> None:
        teams = self.make_municipal_staff()
        for index, school in enumerate(self.town.plan.schools):
            team = teams[0 if school.kind in (LOWER, COMBINED) else 1 + index % (len(teams) - 1)]
            self.assign(team, "team", school)
            self.town.tables.archive.add(school.pk, team.initials, "OPPVEKST", "FJORDVIK", "SKOLE")
            self.make_school_staff(school)
            self.town.tick(len(school.grades) * school.per_grade)

    def hire(self, title: str, *, born: date | None = None) -> Worker:
        """A new employee with a user, and no rights yet."""
        self.count += 1
        origin = names.pick_origin(self.rng) if self.rng.random() < 0.5 else ""
        sex = "kvinne" if self.rng.random() < 0.7 else "mann"
        given, family = names.given_name(self.rng, origin, sex, is_child=False), names.family_name(self.rng, origin)
        person, user = self.town.add_person(
            given, family, born=born or self.town.day_in(self.rng.randint(1960, 1999)), sex=sex, with_user=True
        )
        self.town.add_contact(person, given, family)
        initials = self.free_initials(given, family)
        employee = self.town.tables.employee.add(self.town.uuid(), person, f"{100000 + self.count}", initials, title)
        return Worker(employee, user or 0, initials)

    def free_initials(self, given: str, family: str) -> str:
        stem = (given[:2] + family[:2]).upper()
        self.initials[stem] = self.initials.get(stem, 0) + 1
        return stem if self.initials[stem] == 1 else f"{stem}{self.initials[stem]}"

    def assign(
        self,
        worker: Worker,
        role: str,
        school: SchoolPlan | None = None,
        *,
        since: date | None = None,
        until: date | None = None,
    ) -> None:
        since = since or self.town.last_year.starts_on
        given = self.town.roles[role]
        place = school.pk if school else None
        self.town.tables.assignment.add(
            self.town.uuid(), worker.user, given.pk, given.reach, place, since, until, RoleAssignment.Source.HR
        )

    def staff(
        self,
        worker: Worker,
        group: TeachingGroup,
        function: str,
        *,
        since: date | None = None,
        until: date | None = None,
    ) -> None:
        worker.groups.append(group)
        since = since or self.town.year.starts_on
        self.town.tables.staffing.add(group.pk, worker.employee, function, since, until)

    def make_municipal_staff(self) -> list[Worker]:
        """Those who work for several schools. Returns the teams: one for lower secondary, the others for primary."""
        for title in ("Rådgiver, stab oppvekst", *OFFICER_TITLES):
            self.assign(self.hire(title), "kommuneadmin")
        self.assign(self.hire("Personvernombud"), "personvernombud")
        schools = self.town.plan.schools
        for start in range(0, len(schools), 6):
            nurse, adviser = self.hire("Helsesykepleier"), self.hire("Rådgiver")
            for school in schools[start : start + 6]:
                self.assign(nurse, "helsesykepleier", school)
                self.assign(adviser, "skoleadmin2", school)
        self.hire("Vaktmester")
        return [self.hire("Konsulent, team ungdomsskole")] + [
            self.hire("Konsulent, team barneskole") for _ in range(max(1, len(schools) // 10))
        ]

    def make_school_staff(self, school: SchoolPlan) -> None:
        principal = self.hire("Rektor")
        self.assign(principal, "rektor", school)
        for _ in range(1 + school.per_grade // 80):
            inspector = self.hire("Inspektør")
            self.assign(inspector, "skoleadmin", school)
        home_classes = [g for grade in school.grades for g in self.classes.this_year[school.pk, grade]]
        contact_teachers = [self.contact_teacher(school, group) for group in home_classes]
        subject_teachers = [self.teacher(school, "Faglærer") for _ in range(max(2, len(home_classes) // 2))]
        self.spread(home_classes, contact_teachers, subject_teachers)
        for index, group in enumerate(self.classes.subjects[school.pk]):
            self.staff(subject_teachers[index % len(subject_teachers)], group, Function.SUBJECT_TEACHER)
        absent = home_classes[:: max(3, len(home_classes) // 3)]
        for group in absent:
            substitute = self.hire("Vikar")
            # The last one begins today, and has no equipment yet.
            since = self.town.today if group is absent[-1] else None
            until = self.town.today + timedelta(days=self.rng.randint(3, 60))
            self.assign(substitute, "laerer", school, since=since, until=until)
            self.staff(substitute, group, Function.SUBJECT_TEACHER, since=since, until=until)
        if school.pk in self.classes.sfo:
            self.make_sfo_staff(school, self.classes.sfo[school.pk])

    def teacher(self, school: SchoolPlan, title: str) -> Worker:
        worker = self.hire(title)
        self.assign(worker, "laerer", school)
        return worker

    def contact_teacher(self, school: SchoolPlan, group: TeachingGroup) -> Worker:
        worker = self.teacher(school, "Kontaktlærer")
        self.staff(worker, group, Function.CONTACT_TEACHER)
        return worker

    def spread(self, home_classes: list[TeachingGroup], contacts: list[Worker], subjects: list[Worker]) -> None:
        """Two subject teachers for each class: one without an own class, and the neighbour's contact teacher."""
        for index, group in enumerate(home_classes):
            self.staff(subjects[index % len(subjects)], group, Function.SUBJECT_TEACHER)
            if len(contacts) > 1:
                self.staff(contacts[(index + 1) % len(contacts)], group, Function.SUBJECT_TEACHER)

    def make_sfo_staff(self, school: SchoolPlan, bases: list[TeachingGroup]) -> None:
        leader = self.hire("SFO-leder")
        self.assign(leader, "sfo_admin", school)
        for group in bases:
            self.staff(leader, group, Function.ASSISTANT)
            for _ in range(1 + group.size // 25):
                worker = self.hire("SFO-medarbeider")
                self.assign(worker, "sfo_ansatt", school)
                self.staff(worker, group, Function.ASSISTANT)
