"""The nine steps to a new school year (handbook 2.2): who owns each, what it waits for, and when it is done.

A step of a school is reported by a role that owns it there. The head answers for all of the school's steps, and alone
says that subjects and groups have been checked.
"""

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass, field

from django.db import transaction
from django.db.models import Count, Exists, OuterRef, Q
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accessctl import wall
from accessctl.models import School, User
from accessctl.permissions import Permission
from accessctl.roles import REKTOR, SKOLE, TEAM, Reach
from accessctl.scope import Source, scope_of
from admissions.models import PlannedGroup, PlannedPlace, PlannedTeacher, StepDone, YearDraft
from admissions.year.draft import Refused, lock_for_planning
from admissions.year.rules import LEAVES
from schoolapp.lib import clock
from students.models import Group, GroupStaffing

DISTRIBUTE, INFORM, CHECK, OPEN, CLASSES, GROUPS, TEACHERS, REVIEW, TURN = range(1, 10)
MOST_NAMED = 5
OF_SCHOOLS = (CHECK, CLASSES, GROUPS, TEACHERS)
AFTER_OPENING = (CLASSES, GROUPS, TEACHERS)


@dataclass(frozen=True)
class Step:
    number: int
    title: str | Promise
    owner: str | Promise
    permission: Permission
    is_per_school: bool = False
    roles: tuple[str, ...] = ()  # slugs of the roles that report it; empty is whoever holds the right everywhere


STEPS = (
    Step(DISTRIBUTE, gettext_lazy("Fordele nye elever til skolene"), gettext_lazy("Stab"), Permission.OPEN_YEAR),
    Step(
        INFORM, gettext_lazy("Informere om prosess, oppgaver og opplæring"), gettext_lazy("Stab"), Permission.OPEN_YEAR
    ),
    Step(
        CHECK,
        gettext_lazy("Sjekke fag og grupper før oppflytting"),
        gettext_lazy("Rektor"),
        Permission.PLAN_YEAR,
        True,
        (REKTOR,),
    ),
    Step(
        OPEN,
        gettext_lazy("Gjøre neste skoleår tilgjengelig for planlegging"),
        gettext_lazy("Stab"),
        Permission.OPEN_YEAR,
    ),
    Step(
        CLASSES,
        gettext_lazy("Sette elevene i klasser"),
        gettext_lazy("Inspektør"),
        Permission.PLAN_YEAR,
        True,
        (SKOLE, REKTOR),
    ),
    Step(
        GROUPS,
        gettext_lazy("Legge til og avslutte grupper"),
        gettext_lazy("Inspektør, team"),
        Permission.PLAN_YEAR,
        True,
        (SKOLE, TEAM, REKTOR),
    ),
    Step(
        TEACHERS,
        gettext_lazy("Velge kontaktlærere"),
        gettext_lazy("Inspektør, team"),
        Permission.PLAN_YEAR,
        True,
        (SKOLE, TEAM, REKTOR),
    ),
    Step(REVIEW, gettext_lazy("Gå gjennom skolenes oppsett"), gettext_lazy("Stab"), Permission.OPEN_YEAR, True),
    Step(TURN, gettext_lazy("Sette skoleåret til inneværende"), gettext_lazy("Stab"), Permission.OPEN_YEAR),
)
BY_NUMBER = {step.number: step for step in STEPS}


@dataclass(frozen=True)
class SchoolLine:
    """How far one school has come, counted among the pupils the viewer sees."""

    school: School
    by_grade: dict[int | None, tuple[int, int]]  # how many pupils, and how many of them without a class
    without_teacher: int
    done: frozenset[int]

    @property
    def pupils(self) -> int:
        return sum(pupils for pupils, _without in self.by_grade.values())

    @property
    def without_class(self) -> int:
        return sum(without for _pupils, without in self.by_grade.values())

    @property
    def left(self) -> list[int]:
        return [number for number in (*OF_SCHOOLS, REVIEW) if number not in self.done]


@dataclass(frozen=True)
class StepLine:
    step: Step
    is_done: bool
    waits_for: str = ""
    schools_done: int = 0
    schools: int = 0
    left: list[School] = field(default_factory=list)


def check_may_plan(draft: YearDraft, school: School | None, by: User) -> None:
    """Raises Refused for a school that is not the user's to plan for, and before planning is opened to the schools."""
    if not scope_of(by).reach(Permission.PLAN_YEAR).covers_school(school.pk if school else None):
        raise Refused(_("Rollene dine lar deg ikke planlegge for denne skolen."))
    if draft.opened_at is None and not by.holds(Permission.OPEN_YEAR):
        raise Refused(_("Skoleåret er ikke åpnet for planlegging ennå. Det gjør kommunen i steg 4."))


def steps_done(draft: YearDraft) -> list[tuple[int, int | None]]:
    """The number of each step that is done, with the school that has done it."""
    return list(draft.steps.values_list("number", "school"))


def lines_of(
    draft: YearDraft,
    schools: Collection[School],
    user: User,
    right: Permission = Permission.PLAN_YEAR,
    *,
    rows: Collection[tuple[int, int | None]] | None = None,
) -> list[SchoolLine]:
    """Where each of the schools stands (at most three queries; `rows` are the steps done).

    Ask with the wall lifted: the places filter themselves.
    """
    visible = PlannedPlace.objects.visible_to(user, right).filter(draft=draft, school__in=schools)
    grades: dict[int, dict[int | None, tuple[int, int]]] = {}
    counted = visible.values_list("school", "grade_level").order_by()
    for school, grade, *counts in counted.annotate(n=Count("pk"), left=Count("pk", filter=Q(home_class=None))):
        grades.setdefault(school, {})[grade] = (counts[0], counts[1])
    lacking = Counter(classes_without_teacher(draft).filter(school__in=schools).values_list("school", flat=True))
    done: dict[int | None, set[int]] = {}
    for number, school in steps_done(draft) if rows is None else rows:
        done.setdefault(school, set()).add(number)
    return [
        SchoolLine(
            school,
            grades.get(school.pk, {}),
            lacking[school.pk],
            frozenset(done.get(school.pk, ())),
        )
        for school in schools
    ]


def classes_without_teacher(draft: YearDraft):
    """Classes for which nobody is accepted as contact teacher (STR-07)."""
    accepted = PlannedTeacher.objects.filter(
        group=OuterRef("pk"), is_accepted=True, function=GroupStaffing.Function.CONTACT_TEACHER
    )
    rows = PlannedGroup.objects.filter(draft=draft, kind=Group.Kind.HOME_CLASS, is_chosen=True)
    return rows.filter(~Exists(accepted))


def without_school(draft: YearDraft) -> int:
    """How many in the whole municipality have no school yet. Ask with the wall lifted."""
    return draft.places.filter(school__isnull=True).exclude(outcome__in=LEAVES).count()


def schools_planning(draft: YearDraft, user: User, permission: Permission = Permission.PLAN_YEAR):
    """The schools `user` plans for, whole schools alone."""
    reach = scope_of(user).reach(permission)
    return School.objects.all() if reach.everything else School.objects.filter(pk__in=reach.school_ids)


def step_lines(
    draft: YearDraft, schools: Collection[School], rows: Collection[tuple[int, int | None]]
) -> list[StepLine]:
    """All nine, with how many of `schools` have done what is done school by school; `rows` are the steps done.

    At most two queries. Ask with the wall lifted.
    """
    of_all = {number for number, school in rows if school is None}
    keys = {school.pk for school in schools}
    of_schools = Counter(number for number, school in rows if school in keys)
    everywhere = {number: {school for n, school in rows if n == number} for number in (*OF_SCHOOLS, REVIEW)}
    lacking = without_school(draft)
    found = []
    for step in STEPS:
        if step.is_per_school:
            is_done = bool(keys) and of_schools[step.number] == len(keys)
            left = [school for school in schools if school.pk not in everywhere[step.number]]
            waits = _("Åpnes når kommunen har gjort steg 4.") if waits_for_opening(draft, step) else ""
            found.append(StepLine(step, is_done, waits, of_schools[step.number], len(keys), left))
        else:
            found.append(
                StepLine(step, done_by_all(draft, step.number, of_all, lacking), waiting(draft, step, lacking, rows))
            )
    return found


def waits_for_opening(draft: YearDraft, step: Step) -> bool:
    return step.number in (*AFTER_OPENING, REVIEW) and draft.opened_at is None


def done_by_all(draft: YearDraft, number: int, of_all: Collection[int], lacking: int) -> bool:
    match number:
        case 1:
            return draft.filled_at is not None and lacking == 0
        case 4:
            return draft.opened_at is not None
    return number in of_all


def waiting(draft: YearDraft, step: Step, lacking: int, rows: Collection[tuple[int, int | None]]) -> str:
    if step.number == DISTRIBUTE and lacking:
        return ngettext("%(n)s elev mangler skole.", "%(n)s elever mangler skole.", lacking) % {"n": lacking}
    if step.number == OPEN and draft.opened_at is None:
        return missing_for_opening(draft, lacking, rows)
    if step.number == TURN and draft.state == YearDraft.State.PLANNING:
        return _("Skoleåret må publiseres først.")
    return ""


@transaction.atomic
@wall.lifted("whether a step is done is asked about pupils who may still go to another school")
def finish(draft: YearDraft, number: int, *, by: User, school: School | None = None, reason: str = "") -> None:
    """Say that a step is done. Raises Refused for somebody else's step, and while something it rests on is missing.

    With a `reason` the municipality goes on without the head's word that subjects and groups are checked.
    """
    lock_for_planning(draft)
    reason = reason.strip()[:200]
    if not (reason and school and may_go_on(number, school, by)):
        check_owner(number, school, by)
        reason = ""
    missing = missing_for(draft, number, school, by)
    if missing:
        raise Refused(missing)
    if number == OPEN:
        YearDraft.objects.filter(pk=draft.pk).update(opened_at=clock.now())
        draft.refresh_from_db()
    else:
        StepDone.objects.get_or_create(draft=draft, school=school, number=number, defaults={"by": by, "reason": reason})


def may_go_on(number: int, school: School, user: User) -> bool:
    """Whether `user` may let the municipality go on without the school's own word: step 3 alone, which step 4 needs."""
    return (
        number == CHECK
        and scope_of(user).reach(Permission.OPEN_YEAR).everything
        and not may_report(BY_NUMBER[CHECK], school, user)
    )


@transaction.atomic
def reopen(draft: YearDraft, number: int, *, by: User, school: School | None = None) -> None:
    """Take it back that a step is done: whoever reports it, or the municipality that sends it back to the school.

    Raises Refused when a later step rests on it.
    """
    lock_for_planning(draft)
    if school is None or number not in OF_SCHOOLS or not by.holds(Permission.OPEN_YEAR):
        check_owner(number, school, by)
    done = set(draft.steps.filter(school=school).values_list("number", flat=True))
    if number in OF_SCHOOLS and REVIEW in done and not by.holds(Permission.OPEN_YEAR):
        raise Refused(_("Kommunen har gått gjennom oppsettet. Be dem åpne gjennomgangen igjen først."))
    if number == OPEN:
        if draft.steps.filter(number__in=AFTER_OPENING).exists():
            raise Refused(_("Skoler er i gang med planen. Den kan ikke lukkes for dem nå."))
        YearDraft.objects.filter(pk=draft.pk).update(opened_at=None)
        draft.refresh_from_db()
        return
    rests = [REVIEW] if number in OF_SCHOOLS else []
    draft.steps.filter(school=school, number__in=[number, *rests]).delete()


def check_owner(number: int, school: School | None, by: User) -> None:
    step = BY_NUMBER[number]
    if step.is_per_school != (school is not None) or number in (DISTRIBUTE, TURN):
        raise Refused(_("Steget blir ferdig av seg selv når arbeidet er gjort."))
    if not may_report(step, school, by):
        words = {"number": number, "owner": str(step.owner).lower()}
        raise Refused(_("Steg %(number)s er ikke ditt å melde ferdig. Det gjør %(owner)s.") % words)


def may_report(step: Step, school: School | None, user: User) -> bool:
    """Whether it is for `user` to say that the step is done, at that school or in the municipality."""
    if not step.roles:
        return scope_of(user).reach(step.permission).everything
    if any(source.reach == Reach.MUNICIPALITY for source in owning(step, user)):
        return school is not None
    return school is not None and school.pk in reports_at(step, user)


def reports_at(step: Step, user: User) -> set[int]:
    """Ids of the schools at which the user holds a role that reports the step."""
    return {source.object_id for source in owning(step, user) if source.reach == Reach.SCHOOLS and source.object_id}


def owning(step: Step, user: User) -> list[Source]:
    sources = scope_of(user).sources
    return [source for source in sources if source.role in step.roles and step.permission in source.permissions]


def missing_for(draft: YearDraft, number: int, school: School | None, user: User) -> str:
    """What must be there before the step can be done, in a sentence, or nothing."""
    match number:
        case 2 if not draft.information.strip():
            return _("Skriv informasjonen til skolene først.")
        case 4:
            return missing_for_opening(draft, without_school(draft), steps_done(draft))
    if school is None:
        return ""
    (line,) = lines_of(draft, [school], user)
    if number in (*AFTER_OPENING, REVIEW) and draft.opened_at is None:
        return _("Skoleåret er ikke åpnet for planlegging ennå. Det gjør kommunen i steg 4.")
    if number in (CLASSES, TEACHERS) and line.without_class:
        text = ngettext("%(n)s elev mangler klasse.", "%(n)s elever mangler klasse.", line.without_class)
        return text % {"n": line.without_class} + " " + _("Sett alle i en klasse først.")
    if number == TEACHERS and line.without_teacher:
        text = ngettext(
            "%(n)s klasse mangler kontaktlærer: %(names)s.",
            "%(n)s klasser mangler kontaktlærer: %(names)s.",
            line.without_teacher,
        )
        lacking = classes_without_teacher(draft).filter(school=school).values_list("name", flat=True)
        words = {"n": line.without_teacher, "names": ", ".join(lacking)}
        return text % words + " " + _("Godta et forslag eller velg en annen.")
    if number == TEACHERS and CLASSES not in line.done:
        return _("Meld klassene ferdig først (steg 5).")
    if number == REVIEW and not set(OF_SCHOOLS) <= line.done:
        left = ", ".join(str(n) for n in OF_SCHOOLS if n not in line.done)
        return _("Skolen har ikke meldt ferdig alle stegene sine. Det gjenstår steg %(steps)s.") % {"steps": left}
    return ""


def missing_for_opening(draft: YearDraft, lacking: int, rows: Collection[tuple[int, int | None]]) -> str:
    """What must be there before the schools may plan, in a sentence, or nothing; `rows` are the steps done.

    At most one query.
    """
    if draft.filled_at is None:
        return _("Elevene er ikke hentet inn i planen ennå. Vent til det er gjort.")
    if lacking:
        text = ngettext("%(n)s elev mangler skole.", "%(n)s elever mangler skole.", lacking) % {"n": lacking}
        return text + " " + _("Gjør steg 1 ferdig først.")
    if (INFORM, None) not in rows:
        return _("Skolene er ikke informert. Gjør steg 2 først.")
    checked = [school for number, school in rows if number == CHECK and school is not None]
    planned = School.objects.filter(pk__in=draft.places.values("school")).exclude(pk__in=checked)
    waiting_for = list(planned.order_by("name").values_list("name", flat=True))
    if waiting_for:
        text = ngettext(
            "%(n)s skole har ikke sjekket fag og grupper (steg 3).",
            "%(n)s skoler har ikke sjekket fag og grupper (steg 3).",
            len(waiting_for),
        )
        names = ", ".join(waiting_for[:MOST_NAMED])
        more = len(waiting_for) - MOST_NAMED
        return text % {"n": len(waiting_for)} + " " + names + (f" (+{more})" if more > 0 else "")
    return ""
