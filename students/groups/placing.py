"""What putting pupils in a group would mean for each of them, read from how they stand now."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from django.db.models import Q
from django.utils.translation import gettext as _

from schoolapp.lib import clock
from schools.models import SchoolYear
from students.groups.refusals import GroupError, check_within
from students.groups.rules import DAY, Period, Refused, Why, put_beside, put_in_class
from students.models import Enrolment, Group, Membership, Student

State = Enrolment.State


@dataclass
class Step:
    """One pupil: the period in the group, the places that end for it, and why it cannot be, if so."""

    student: Student
    period: Period
    refusal: str = ""
    ends: list[tuple[Membership, date | None]] = field(default_factory=list)

    @property
    def moves_from(self) -> Group | None:
        return next((row.group for row, _last in self.ends if row.is_home_class), None)

    def membership(self, group: Group) -> Membership:
        is_class = group.kind == Group.Kind.HOME_CLASS
        first, last = self.period.first, self.period.last
        return Membership(student=self.student, group=group, is_home_class=is_class, valid_from=first, valid_to=last)


def plan(group: Group, students: Sequence[Student], period: Period) -> list[Step]:
    """A step for each pupil (two queries). Raises GroupError for what is wrong with the group or the days."""
    check_within(group, period.first)
    if period.last:
        check_within(group, period.last)
        if period.last < period.first:
            raise GroupError(_("Siste dag er før første dag."))
    if group.kind == Group.Kind.CONTACT_GROUP and group.home_class_id is None:
        raise GroupError(_("Si først hvilken klasse kontaktlærergruppen er en del av. Velg «Endre gruppen»."))
    period = Period(period.first, period.last or group.closed_on)
    places, standing = places_of(group, students), standing_of(group, students)
    return [step_for(group, student, period, places[student.pk], standing[student.pk]) for student in students]


def places_of(group: Group, students: Sequence[Student]) -> dict[int, list[Period]]:
    """When each pupil goes to the group's school that year. Who is planned for a year to come, counts for it."""
    states = [State.ACTIVE, State.MOVED_INTERNAL, State.MOVED_OUT, State.PRIVATE_SCHOOL, State.HOME_EDUCATED]
    if group.school_year.state == SchoolYear.State.PLANNED:
        states.append(State.PLANNED)
    rows = Enrolment.objects.filter(
        student__in=students, school=group.school_id, school_year=group.school_year_id, state__in=states
    )
    found: dict[int, list[Period]] = defaultdict(list)
    for student, first, last in rows.values_list("student", "valid_from", "valid_to"):
        found[student].append(Period(first, last))
    return found


def standing_of(group: Group, students: Sequence[Student]) -> dict[int, list[Membership]]:
    """The pupils' places in groups of that year, and in classes of any: two classes never overlap."""
    rows = Membership.objects.filter(student__in=students)
    rows = rows.filter(Q(group__school_year=group.school_year_id) | Q(is_home_class=True))
    found: dict[int, list[Membership]] = defaultdict(list)
    for row in rows.select_related("group").order_by("valid_from", "pk"):
        found[row.student_id].append(row)
    return found


def step_for(group: Group, student: Student, period: Period, places: list[Period], standing: list[Membership]) -> Step:
    step = Step(student, period)
    if not any(place.covers(period) for place in places):
        step.refusal = not_at_school(group, period, places)
        return step
    if group.kind == Group.Kind.HOME_CLASS:
        step.period = period = until_next_year(group, period, standing)
    same = [row for row in standing if row.group_id == group.pk]
    if refused := put_beside([period_of(row) for row in same], period):
        there = f"{same[refused.standing].valid_from:%d.%m.%Y}"
        step.refusal = _("Er allerede i %(group)s, fra %(day)s.") % {"group": group.name, "day": there}
    elif group.kind == Group.Kind.HOME_CLASS:
        move_class(step, [row for row in standing if row.is_home_class], standing)
    elif group.kind == Group.Kind.CONTACT_GROUP:
        check_in_class(step, group, standing)
    return step


def until_next_year(group: Group, period: Period, standing: list[Membership]) -> Period:
    """An open period ends with the group's year when the pupil has a class in the year after, which is published."""
    year_end = group.school_year.ends_on
    has_next = any(row.is_home_class and row.valid_from > year_end for row in standing)
    return Period(period.first, year_end) if has_next and period.last is None else period


def not_at_school(group: Group, period: Period, places: list[Period]) -> str:
    words = {"school": group.school.name, "day": f"{period.first:%d.%m.%Y}"}
    later = [place for place in places if place.first > period.first]
    if later:
        words["first"] = f"{later[0].first:%d.%m.%Y}"
        return _("Begynner ved %(school)s %(first)s. Velg denne dagen eller en senere.") % words
    if any(place.holds(period.first) for place in places):
        return _("Slutter ved %(school)s før perioden er over. Velg en tidligere siste dag.") % words
    return _("Går ikke ved %(school)s %(day)s. Eleven må først få plass ved skolen.") % words


def move_class(step: Step, classes: list[Membership], standing: list[Membership]) -> None:
    """End the class place before, and with it the places in that class's contact groups."""
    after = put_in_class([period_of(row) for row in classes], step.period, today=clock.today())
    if isinstance(after, Refused):
        row = classes[after.standing]
        words = {"group": row.group.name, "day": f"{row.valid_from:%d.%m.%Y}"}
        if after.why == Why.STANDS_LATER:
            step.refusal = _("Går i %(group)s fra %(day)s. En elev går i én klasse om gangen.") % words
        else:
            step.refusal = _("Går i %(group)s disse dagene. Flytting mellom klasser gjelder fra i dag eller senere.")
            step.refusal %= words
        return
    left = {row.group_id for row, now in zip(classes, after, strict=True) if period_of(row) != now}
    step.ends = [(row, now.last) for row, now in zip(classes, after, strict=True) if period_of(row) != now]
    last_day = step.period.first - DAY
    for row in standing:
        if row.group.home_class_id in left and (row.valid_to is None or row.valid_to > last_day):
            step.ends.append((row, last_day if row.valid_from <= last_day else None))


def check_in_class(step: Step, group: Group, standing: list[Membership]) -> None:
    own = [row for row in standing if row.group_id == group.home_class_id]
    if not any(period_of(row).covers(step.period) for row in own):
        name = group.home_class.name if group.home_class else ""
        step.refusal = _("Går ikke i %(class)s disse dagene. Sett eleven i klassen først.") % {"class": name}


def period_of(row: Membership) -> Period:
    return Period(row.valid_from, row.valid_to)
