"""The calendar of the demo years, the subjects of the groups, and contact groups and a special unit to look at."""

from collections.abc import Iterable
from datetime import date, timedelta

from people.models import Protection
from schoolapp.demo.town import Town
from schools.models import CalendarEntry, SchoolYear, Subject
from schools.rules import DaysOff, monday_of, school_days
from schools.subjects.bundled import SUBJECTS, install_subjects
from students.models import Elsewhere, Group, GroupStaffing, Membership, Student

Kind, Entry = Group.Kind, CalendarEntry.Kind
DAY, WEEK = timedelta(days=1), timedelta(days=7)
USUAL_DAYS = 190
CONTACT_TEACHER = GroupStaffing.Function.CONTACT_TEACHER
# Whose pupils the reception class has; not the grade whose full class is shown to contact teachers.
FROM_GRADES = (2, 3, 4, 6)


def make_organisation(town: Town) -> None:
    install_subjects()
    give_subjects()
    for year in (town.last_year, town.year):
        make_calendar(town, year)
    make_contact_groups(town)


def give_subjects() -> None:
    """The groups are named after their subject; half-class swimming is physical education."""
    names = {subject.name_nb: subject.code for subject in SUBJECTS} | {"Svømming": "KRO0020"}
    stored = {subject.code: subject for subject in Subject.objects.all()}
    for name, code in names.items():
        subject = stored[code]
        kind = Kind.ELECTIVE if subject.is_elective else Kind.SUBJECT_GROUP
        groups = Group.objects.filter(kind=Kind.SUBJECT_GROUP, name__startswith=f"{name} ", subject__isnull=True)
        groups.update(subject=subject, kind=kind)


def make_calendar(town: Town, year: SchoolYear) -> None:
    """190 school days; one school has a planning day of its own too many, as happens."""
    start, spring = year.starts_on, year.starts_on.year + 1
    planning = monday_of(date(start.year, 8, 10))
    easter = easter_sunday(spring)
    winter = date.fromisocalendar(spring, 8, 1)
    autumn = date.fromisocalendar(start.year, 41, 1)
    ascension = easter + 39 * DAY
    days: list[tuple[str, str, date, date]] = [
        (Entry.HOLIDAY, "Sommerferie", start, planning - DAY),
        (Entry.PLANNING_DAY, "Planleggingsdager", planning, planning + 4 * DAY),
        (Entry.HOLIDAY, "Høstferie", autumn, autumn + 4 * DAY),
        (Entry.HOLIDAY, "Juleferie", date(start.year, 12, 21), date(spring, 1, 3)),
        (Entry.HOLIDAY, "Vinterferie", winter, winter + 4 * DAY),
        (Entry.HOLIDAY, "Påskeferie", easter - 6 * DAY, easter + DAY),
        (Entry.HOLIDAY, "Arbeidernes dag", date(spring, 5, 1), date(spring, 5, 1)),
        (Entry.HOLIDAY, "Kristi himmelfartsdag og fredagen etter", ascension, ascension + DAY),
        (Entry.HOLIDAY, "Andre pinsedag", easter + 50 * DAY, easter + 50 * DAY),
    ]
    national = date(spring, 5, 17)
    if all(not first <= national <= last for _kind, _name, first, last in days):
        days.append((Entry.HOLIDAY, "Grunnlovsdag", national, national))
    off = [DaysOff(first, last) for _kind, _name, first, last in days]
    last_day = school_days(start, year.ends_on, off)[USUAL_DAYS - 1]
    days.append((Entry.HOLIDAY, "Sommerferie", last_day + DAY, year.ends_on))
    CalendarEntry.objects.bulk_create(
        CalendarEntry(uuid=town.uuid(), school_year=year, kind=kind, name=name, first_day=first, last_day=last)
        for kind, name, first, last in days
    )
    own = monday_of(date(start.year, 11, 2))
    CalendarEntry.objects.create(
        uuid=town.uuid(),
        school_year=year,
        school_id=town.plan.schools[1].pk,
        kind=Entry.PLANNING_DAY,
        name="Planleggingsdag ved skolen",
        first_day=own,
        last_day=own,
    )


def make_contact_groups(town: Town) -> None:
    """The first class of the first school is split in two contact groups, and the school has a reception class."""
    school, year = town.plan.schools[0], town.year
    own = Group.objects.filter(school=school.pk, school_year=year, kind=Kind.HOME_CLASS).order_by("grade_level", "name")
    home_class = own[0]
    places = list(home_class.memberships.filter(valid_to__isnull=True).order_by("student__sort_name"))
    for number, colour in enumerate(("gul", "blå")):
        group = Group.objects.create(
            uuid=town.uuid(),
            school_id=school.pk,
            school_year=year,
            kind=Kind.CONTACT_GROUP,
            name=f"{home_class.name} {colour}",
            grade_level=home_class.grade_level,
            home_class=home_class,
        )
        Membership.objects.bulk_create(
            Membership(student_id=row.student_id, group=group, is_home_class=False, valid_from=row.valid_from)
            for row in places[number::2]
        )
    reception = Group.objects.create(
        uuid=town.uuid(),
        school_id=school.pk,
        school_year=year,
        kind=Kind.HOME_CLASS,
        name="Mottaksklassen",
        unit=Group.Unit.INTRODUCTORY,
    )
    fill_reception_class(town, reception, own[1:])


def fill_reception_class(town: Town, reception: Group, classes: Iterable[Group]) -> None:
    """One pupil of each of some classes, and a teacher of theirs."""
    teacher = None
    for home_class in [group for group in classes if group.grade_level in FROM_GRADES]:
        places = home_class.memberships.filter(valid_to__isnull=True, student__person__protection=Protection.NONE)
        place = places.order_by("student__sort_name", "pk").last()
        if place is None:
            continue
        Membership.objects.filter(pk=place.pk).update(group=reception)
        Student.objects.filter(pk=place.student_id).update(home_class_name=reception.name)
        teacher = teacher or home_class.staffing.filter(function=CONTACT_TEACHER, valid_to__isnull=True).first()
    if teacher:
        GroupStaffing.objects.create(
            group=reception,
            employee_id=teacher.employee_id,
            function=CONTACT_TEACHER,
            valid_from=town.year.starts_on,
        )


def teach_some_elsewhere(town: Town) -> None:
    """Three pupils of the first school are taught another place: at another school, abroad, and in an arena."""
    school, year = town.plan.schools[0], town.year
    classes = Membership.objects.filter(group__school=school.pk, group__school_year=year, is_home_class=True)
    pupils = classes.filter(valid_to__isnull=True).order_by("-group__grade_level", "group__name", "student__sort_name")
    pupils = pupils.filter(student__person__protection=Protection.NONE)
    autumn, winter = date(year.starts_on.year, 9, 1), date(year.ends_on.year, 1, 31)
    facts = (
        {"kind": "school", "host_id": town.plan.schools[1].pk, "is_lasting": True, "valid_to": None},
        {"kind": "abroad", "place": "Spania", "is_lasting": False, "valid_to": winter},
        {"kind": "arena", "place": "Gårdsskolen", "is_lasting": True, "valid_to": None},
    )
    for fact, pupil in zip(facts, pupils.values_list("student", flat=True), strict=False):
        Elsewhere.objects.create(uuid=town.uuid(), student_id=pupil, valid_from=autumn, **fact)


def easter_sunday(year: int) -> date:
    """By the rule of the Gregorian calendar (Meeus)."""
    a, (b, c) = year % 19, divmod(year, 100)
    (d, e), g = divmod(b, 4), (8 * b + 13) // 25
    h = (19 * a + b - d - g + 15) % 30
    i, k = divmod(c, 4)
    rest = (32 + 2 * e + 2 * i - h - k) % 7
    m = (a + 11 * h + 22 * rest) // 451
    month, day = divmod(h + rest - 7 * m + 114, 31)
    return date(year, month, day + 1)
