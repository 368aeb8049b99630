"""Making the draft of a school year, and bringing it up to date with the pupils there are now."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from django.db import connection, transaction
from django.db.models import F, Q
from django.utils.translation import gettext as _

from accessctl import wall
from accessctl.models import School, User
from admissions.models import PlannedGroup, PlannedTeacher, SchoolRoute, YearDraft
from admissions.year import rules
from people.models import Address
from schools.models import SchoolYear, Subject
from students.models import Enrolment, Group, GroupStaffing, Membership, Student

FOLLOW_THE_PUPILS = (Group.Kind.HOME_CLASS, Group.Kind.CONTACT_GROUP)


class Refused(ValueError):
    """It can not be done now; the text says why and what to do."""


@dataclass(frozen=True)
class Filled:
    """What a filling changed."""

    added: int
    changed: int
    gone: int


def open_draft() -> YearDraft | None:
    """The draft that is being worked on, published or not; at most one."""
    return YearDraft.objects.exclude(state=YearDraft.State.CURRENT).select_related("school_year").first()


@transaction.atomic
def start_draft(*, by: User) -> YearDraft:
    """Begin to plan the year after the current one. Nothing of it is seen outside the plan.

    Raises Refused when there is no current year, and when a plan is at work already.
    """
    current = SchoolYear.objects.select_for_update().filter(state=SchoolYear.State.CURRENT).first()
    if current is None:
        raise Refused(_("Kommunen har ikke noe inneværende skoleår. Sett et skoleår til inneværende først."))
    if open_draft():
        raise Refused(_("Neste skoleår er allerede under planlegging."))
    starts = current.ends_on + timedelta(days=1)
    year, _made = SchoolYear.objects.get_or_create(
        starts_on=starts,
        defaults={
            "ends_on": date(starts.year + 1, starts.month, starts.day) - timedelta(days=1),
            "state": SchoolYear.State.PLANNED,
        },
    )
    draft = YearDraft.objects.create(school_year=year)
    guess_routes(current)
    return draft


def day_before(draft: YearDraft) -> date:
    """The last day of the year whose pupils are planned for."""
    return draft.school_year.starts_on - timedelta(days=1)


def year_before(draft: YearDraft) -> SchoolYear:
    """The year whose pupils are planned for."""
    return SchoolYear.objects.get(ends_on=day_before(draft))


@wall.lifted("where pupils of a school usually go on to is read from all pupils, and shown as a school alone")
def guess_routes(current: SchoolYear) -> None:
    """For schools without one, the receiving school to which most of last year's oldest went."""
    known = set(SchoolRoute.objects.values_list("school", flat=True))
    schools = {school.pk: school for school in School.objects.all()}
    votes: dict[int, dict[int, int]] = defaultdict(lambda: defaultdict(int))
    before = Enrolment.objects.filter(school_year__ends_on=current.starts_on - timedelta(days=1), grade_level=7)
    came_from = dict(before.filter(state=Enrolment.State.ACTIVE).values_list("student", "school"))
    now = Enrolment.objects.filter(school_year=current, grade_level=8, student__in=before.values("student"))
    for student, school in now.values_list("student", "school"):
        if student in came_from:
            votes[came_from[student]][school] += 1
    only = [pk for pk, school in schools.items() if school.kind == School.Kind.LOWER_SECONDARY]
    routes = []
    for pk, school in schools.items():
        if pk in known:
            continue
        found = None
        if school.kind == School.Kind.PRIMARY:
            ways = votes.get(pk) or dict.fromkeys(only if len(only) == 1 else [], 1)
            found = max(sorted(ways), key=lambda to: ways[to], default=None)
        routes.append(SchoolRoute(school=school, receiving_id=found))
    SchoolRoute.objects.bulk_create(routes)


def lock_for_planning(draft: YearDraft) -> None:
    """Keep the draft from being published until this change is in. Raises Refused when it is not being planned."""
    if state_held(draft) != YearDraft.State.PLANNING:
        raise Refused(_("Skoleåret er publisert. Det må rulles tilbake før planen kan endres."))


def state_held(draft: YearDraft) -> str:
    """The state of the draft, which stays until the transaction ends. Whoever else changes places goes on meanwhile."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT state FROM admissions_yeardraft WHERE id = %s FOR SHARE", [draft.pk])
        row = cursor.fetchone()
    return str(row[0]) if row else ""


@transaction.atomic
@wall.lifted("the plan counts every pupil of the municipality; who is shown whom is decided where it is read")
def fill(draft: YearDraft) -> Filled:
    """Give every pupil of this year, and every child who is to begin, one place in the draft.

    What people have decided stands; pupils who left are taken out. Filling again changes nothing. Raises Refused when
    the draft is published.
    """
    locked = YearDraft.objects.select_for_update().get(pk=draft.pk)
    if locked.state != YearDraft.State.PLANNING:
        raise Refused(_("Skoleåret er publisert. Det må rulles tilbake før planen kan endres."))
    if locked.filled_at is None:
        make_groups(draft)
        propose_teachers(draft)
    done = place_pupils(draft)
    YearDraft.objects.filter(pk=draft.pk).update(filled_at=transaction_now())
    draft.refresh_from_db()
    return done


def transaction_now():
    with connection.cursor() as cursor:
        cursor.execute("SELECT now()")
        return cursor.fetchone()[0]


def make_groups(draft: YearDraft) -> None:
    """Next year's classes by name from this year's, first classes as this year, and all other groups, empty.

    A group in a subject that is no longer taught stands in the plan without being chosen.
    """
    made = []
    schools = {school.pk: school for school in School.objects.all()}
    first_classes: dict[tuple[int, int], list[str]] = defaultdict(list)
    names: set[tuple[int, str, str]] = set()
    outdated = set(subjects_not_taught(draft).values_list("pk", flat=True))
    groups = Group.objects.filter(school_year=year_before(draft), closed_on__isnull=True)
    for group in groups.order_by("school", "kind", "grade_level", "name", "pk"):
        grades, grade, name = rules.GRADES[schools[group.school_id].kind], group.grade_level, group.name
        if group.kind in FOLLOW_THE_PUPILS and grade is not None:
            if grade == grades[0] and group.kind == Group.Kind.HOME_CLASS:
                first_classes[group.school_id, grade].append(group.name)
            if grade + 1 not in grades:
                continue
            grade, name = grade + 1, rules.class_name(group.name, grade, grade + 1)
        names.add((group.school_id, group.kind, name))
        made.append(planned(draft, group, name, grade, is_chosen=group.subject_id not in outdated))
    for school in schools.values():
        grade = rules.GRADES[school.kind][0]
        for name in rules.new_class_names(first_classes[school.pk, grade], grade):
            kind = Group.Kind.HOME_CLASS
            if (school.pk, kind, name) not in names:
                made.append(PlannedGroup(draft=draft, school=school, kind=kind, name=name, grade_level=grade))
    PlannedGroup.objects.bulk_create(made, batch_size=1000)


def subjects_not_taught(draft: YearDraft):
    """Subjects that do not hold for the planned year."""
    year = draft.school_year
    return Subject.objects.filter(Q(valid_to__lt=year.starts_on) | Q(valid_from__gt=year.ends_on))


def planned(draft: YearDraft, group: Group, name: str, grade: int | None, *, is_chosen: bool) -> PlannedGroup:
    return PlannedGroup(
        draft=draft,
        school_id=group.school_id,
        kind=group.kind,
        name=name,
        grade_level=grade,
        subject_id=group.subject_id,
        unit=group.unit,
        origin=group,
        is_chosen=is_chosen,
    )


def propose_teachers(draft: YearDraft) -> None:
    """This year's contact teachers as proposals for the same class. They give no access (handbook 2.2)."""
    classes = dict(
        PlannedGroup.objects.filter(draft=draft, kind=Group.Kind.HOME_CLASS, origin__isnull=False).values_list(
            "origin", "pk"
        )
    )
    staffing = GroupStaffing.objects.on().filter(
        group__in=classes, function=GroupStaffing.Function.CONTACT_TEACHER, valid_to__isnull=True
    )
    PlannedTeacher.objects.bulk_create(
        [
            PlannedTeacher(group_id=classes[group], employee_id=employee, function=function)
            for group, employee, function in staffing.values_list("group", "employee", "function").distinct()
        ],
        batch_size=1000,
    )


Row = tuple[int, int | None, int | None, str, int | None, int | None, int | None]
COLUMNS = ("student", "from_school", "from_grade", "outcome", "school", "grade_level", "home_class")


def place_pupils(draft: YearDraft) -> Filled:
    schools = schools_for_rules()
    pupils = [*pupils_now(draft), *pupils_to_begin(draft)]
    standing = {row[0]: row for row in draft.places.values_list(*COLUMNS, "is_decided")}
    decisions = {
        key: rules.Decision(rules.Outcome(row[3]), row[4]) for key, row in standing.items() if row[7] and row[3]
    }
    carried = classes_carried(draft)
    at_school = dict(PlannedGroup.objects.filter(draft=draft).values_list("pk", "school"))
    added: list[Row] = []
    changed: list[Row] = []
    seen = set()
    for pupil, place in zip(pupils, rules.plan(pupils, schools, decisions), strict=True):
        seen.add(pupil.key)
        before = standing.get(pupil.key)
        stays = before and before[4:6] == (place.school, place.grade) and before[1:3] == (pupil.school, pupil.grade)
        goes_on = place.outcome in (rules.Outcome.PROMOTE, rules.Outcome.MOVE)
        home = before[6] if before and stays else carried.get(pupil.key) if goes_on else None
        home = home if home is not None and at_school.get(home) == place.school else None
        row: Row = (pupil.key, pupil.school, pupil.grade, str(place.outcome), place.school, place.grade, home)
        if before is None:
            added.append(row)
        elif before[:7] != row:
            changed.append(row)
    gone = standing.keys() - seen
    write(draft, added, changed)
    draft.places.filter(student__in=gone).delete()
    return Filled(len(added), len(changed), len(gone))


def write(draft: YearDraft, added: list[Row], changed: list[Row]) -> None:
    with connection.cursor() as cursor:
        if added:
            cursor.execute(INSERT_PLACES, [draft.pk, *map(list, zip(*added, strict=True))])
        if changed:
            cursor.execute(UPDATE_PLACES, [*map(list, zip(*changed, strict=True)), draft.pk])


ROWS = """unnest(%s::bigint[], %s::bigint[], %s::smallint[], %s::text[], %s::bigint[], %s::smallint[], %s::bigint[])
    AS row(student, from_school, from_grade, outcome, school, grade, home)"""
INSERT_PLACES = f"""
    INSERT INTO admissions_plannedplace (uuid, draft_id, is_decided, reason, has_assessment, has_consent, sfo_reason,
        version, student_id, from_school_id, from_grade, outcome, school_id, grade_level, home_class_id)
    SELECT gen_random_uuid(), %s, false, '', false, false, '', 1, row.* FROM {ROWS}
"""  # noqa: S608  # constants of our own
UPDATE_PLACES = f"""
    UPDATE admissions_plannedplace place SET from_school_id = row.from_school, from_grade = row.from_grade,
        outcome = row.outcome, school_id = row.school, grade_level = row.grade, home_class_id = row.home,
        is_decided = place.is_decided AND place.outcome = row.outcome, version = version + 1,
        sfo_reason = CASE WHEN row.grade IS NOT DISTINCT FROM place.grade_level
            AND row.school IS NOT DISTINCT FROM place.school_id THEN place.sfo_reason ELSE '' END
    FROM {ROWS} WHERE place.draft_id = %s AND place.student_id = row.student
"""  # noqa: S608  # constants of our own


def schools_for_rules() -> dict[int, rules.School]:
    receiving = dict(SchoolRoute.objects.values_list("school", "receiving"))
    return {pk: rules.School(pk, kind, receiving.get(pk)) for pk, kind in School.objects.values_list("pk", "kind")}


def active_now(draft: YearDraft):
    """The places of this year's pupils. Those exempt from school stay listed in their grade (STR-12)."""
    exempt = Q(state=Enrolment.State.EXEMPT, valid_to__isnull=True)
    return Enrolment.objects.filter(Q(state=Enrolment.State.ACTIVE) | exempt, school_year__ends_on=day_before(draft))


def children_to_begin(draft: YearDraft):
    """Children of the register who have never had a place, in the year they begin or one late, or early by decision."""
    year = draft.school_year.starts_on.year
    of_age = Q(
        person__birth_date__year__gte=year - rules.AGE_AT_START - 1,
        person__birth_date__year__lte=year - rules.AGE_AT_START,
    )
    early = Q(pk__in=draft.places.filter(outcome=rules.Outcome.EARLY).values("student"))
    return never_placed().filter(of_age | early)


def never_placed():
    return Student.objects.filter(enrolments__isnull=True, person__deceased_on__isnull=True)


def pupils_now(draft: YearDraft) -> Iterable[rules.Pupil]:
    rows = active_now(draft).order_by("student", "state").distinct("student")
    for student, school, grade in rows.values_list("student", "school", "grade_level"):
        yield rules.Pupil(student, school, grade)


def pupils_to_begin(draft: YearDraft) -> Iterable[rules.Pupil]:
    local = local_schools()
    codes = home_codes(draft)
    for student, born in children_to_begin(draft).order_by("pk").values_list("pk", "person__birth_date"):
        yield rules.Pupil(student, born=born.year, wish=local.get(codes.get(student, "")))


def local_schools() -> dict[str, int]:
    """The one school that has a postal code in its catchment; a code that several have decides nothing."""
    found: dict[str, list[int]] = defaultdict(list)
    for school, codes in SchoolRoute.objects.values_list("school", "postal_codes"):
        for code in codes:
            found[code].append(school)
    return {code: schools[0] for code, schools in found.items() if len(schools) == 1}


def home_codes(draft: YearDraft) -> Mapping[int, str]:
    homes = Address.objects.on().filter(kind=Address.Kind.HOME, person__in=children_to_begin(draft).values("person"))
    return dict(homes.values_list("person__student", "postal_code"))


def classes_carried(draft: YearDraft) -> dict[int, int]:
    """The planned class into which each pupil's class of today goes on."""
    onward = dict(
        PlannedGroup.objects.filter(
            draft=draft, kind=Group.Kind.HOME_CLASS, origin__isnull=False, is_chosen=True
        ).values_list("origin", "pk")
    )
    today = Membership.objects.on().filter(is_home_class=True, group__in=onward)
    return {student: onward[group] for student, group in today.values_list("student", "group")}


@wall.lifted("whether the plan still fits the pupils there are is asked for all of them, and answered with a number")
def differences(draft: YearDraft) -> int:
    """How many pupils have come, left or moved since the draft was filled."""
    year = year_before(draft)
    with connection.cursor() as cursor:
        cursor.execute(DIFFERENCES, {"year": year.pk, "draft": draft.pk})
        found = cursor.fetchone()[0]
    planned_ones = draft.places.filter(from_school__isnull=True).values("student")
    found += children_to_begin(draft).exclude(pk__in=planned_ones).count()
    started = Q(student__enrolments__isnull=False) | Q(student__person__deceased_on__isnull=False)
    own = F("draft__school_year")
    begun = draft.places.filter(started, from_school__isnull=True).exclude(student__enrolments__school_year=own)
    return found + begun.distinct().count()


DIFFERENCES = """
    WITH now AS (SELECT DISTINCT ON (student_id) student_id, school_id, grade_level::int AS grade
                 FROM students_enrolment WHERE school_year_id = %(year)s
                    AND (state = 'active' OR state = 'exempt' AND valid_to IS NULL) ORDER BY student_id, state),
         planned AS (SELECT student_id, from_school_id AS school_id, from_grade::int AS grade
                     FROM admissions_plannedplace WHERE draft_id = %(draft)s AND from_school_id IS NOT NULL)
    SELECT count(DISTINCT student_id) FROM (
        (TABLE now EXCEPT TABLE planned) UNION ALL (TABLE planned EXCEPT TABLE now)
    ) different
"""
