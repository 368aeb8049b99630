"""One school's year: each teacher's planned teaching beside the position, over and under in words."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date

from django.conf import settings
from django.db.models import Q
from django.utils.translation import gettext as _

from accessctl.models import School, User
from schoolapp.lib import clock
from schools.models import SchoolYear
from staff.models import Employee, PlannedLessons, Position, Stage, TeachingNorm
from staff.numbers import as_decimal
from staff.planning.rules import DEFAULT_NORMS, hours_of, share_of

# Within half a percent of a full position nobody needs to move a lesson.
EVEN = 50


@dataclass
class Teacher:
    """`percent` and `planned` are hundredths of percent of a full position.

    `beside`: a head who also teaches, say. Only the teaching counts, for the rest of that position is no free lesson.
    """

    employee: Employee
    percent: int
    beside: bool = False
    planned: int = 0
    hours: int = 0
    norm: int = 1
    lessons: list[PlannedLessons] = field(default_factory=list)

    @property
    def over(self) -> int:
        return self.planned - self.percent

    @property
    def over_hours(self) -> int:
        return hours_of(self.over, self.norm)

    @property
    def tone(self) -> str:
        if abs(self.over) <= EVEN:
            return "success"
        return "danger" if self.over > 0 else "warning"

    @property
    def in_words(self) -> str:
        """«12,50 prosentpoeng over (92,63 timer)»."""
        if self.beside:
            return _("underviser ved siden av annen stilling")
        if abs(self.over) <= EVEN:
            return _("i balanse")
        words = {"points": as_decimal(abs(self.over)), "hours": as_decimal(abs(self.over_hours))}
        if self.over > 0:
            return _("%(points)s prosentpoeng over (%(hours)s timer for mye)") % words
        return _("%(points)s prosentpoeng under (%(hours)s timer ledig)") % words


@dataclass
class SchoolPlan:
    school: School
    year: SchoolYear
    teachers: list[Teacher]
    unassigned: list[PlannedLessons]
    norms: dict[str, int]

    @property
    def percent(self) -> int:
        return sum(teacher.percent for teacher in self.teachers)

    @property
    def planned(self) -> int:
        return sum(teacher.planned for teacher in self.teachers)

    @property
    def unassigned_share(self) -> int:
        return share_of([(row.stage, row.hours) for row in self.unassigned], self.norms)

    @property
    def balance(self) -> int:
        """Positions less all teaching, hundredths of percent; below nought the school lacks teachers."""
        return self.percent - self.planned - self.unassigned_share

    @property
    def balance_size(self) -> int:
        return abs(self.balance)


def norms() -> dict[str, int]:
    """The municipality's annual hours by stage, and the agreement's where none are set."""
    return DEFAULT_NORMS | dict(TeachingNorm.objects.values_list("stage", "annual_hours"))


def reference_day(year: SchoolYear) -> date:
    """The day on which positions are counted: today within the year, else its first day."""
    return min(max(clock.today(), year.starts_on), year.ends_on)


def default_stage(school: School) -> str:
    return Stage.LOWER_SECONDARY if school.kind == School.Kind.LOWER_SECONDARY else Stage.PRIMARY


def plan_for(school: School, year: SchoolYear, viewer: User) -> SchoolPlan:
    """The plan (six queries). Nobody with address protection stands in it; their lessons count as taken."""
    found, day = norms(), reference_day(year)
    lessons = list(PlannedLessons.objects.filter(school=school, school_year=year).select_related("employee__person"))
    teaching = Q()
    for prefix in settings.STAFF_TEACHING_CODES:
        teaching |= Q(code__startswith=prefix)
    positions = Position.objects.on(day).filter(school=school)
    percents: dict[int, int] = defaultdict(int)
    for employee, percent in positions.filter(teaching).values_list("employee", "percent"):
        percents[employee] += percent
    teaches = {row.employee_id for row in lessons if row.employee_id}
    beside = set(positions.filter(employee__in=teaches - percents.keys()).values_list("employee", flat=True))
    involved = percents.keys() | teaches
    shown = Employee.objects.filter(pk__in=involved).shown_to(viewer).select_related("person")
    own_norm = found[default_stage(school)]
    teachers = {
        employee.pk: Teacher(employee, percents.get(employee.pk, 0), employee.pk in beside, norm=own_norm)
        for employee in shown.order_by("person__family_name", "person__given_name", "pk")
    }
    for row in lessons:
        if row.employee_id in teachers:
            teachers[row.employee_id].lessons.append(row)
    for teacher in teachers.values():
        teacher.planned = share_of([(row.stage, row.hours) for row in teacher.lessons], found)
        teacher.hours = sum(row.hours for row in teacher.lessons)
        if teacher.beside:
            teacher.percent = teacher.planned
    unassigned = [row for row in lessons if row.employee_id is None]
    return SchoolPlan(school, year, list(teachers.values()), unassigned, found)


def candidates(school: School, year: SchoolYear, viewer: User) -> list[Employee]:
    """Who may be given lessons: those with a position at the school some day of the year."""
    rows = Position.objects.filter(school=school, valid_from__lte=year.ends_on)
    rows = rows.filter(Q(valid_to__isnull=True) | Q(valid_to__gte=year.starts_on))
    people = Employee.objects.filter(pk__in=rows.values("employee")).shown_to(viewer).select_related("person")
    return list(people.order_by("person__family_name", "person__given_name", "pk"))
