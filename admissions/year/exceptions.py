"""Exceptions that take a decision of their own: to begin at school early, and SFO after grade 4."""

from datetime import date, timedelta

from django.db import transaction
from django.db.models import F, Q
from django.utils.translation import gettext as _

from accessctl import wall
from accessctl.audit import record_event
from accessctl.models import School, User
from accessctl.permissions import Permission
from admissions.models import PlannedPlace, YearDraft
from admissions.year import rules
from admissions.year.decisions import check_ground
from admissions.year.draft import Refused, lock_for_planning, never_placed, year_before
from admissions.year.steps import check_may_plan
from schoolapp.lib.search_words import MAX_WORDS
from students.models import Group, Membership, Student

FOR_BEGINNERS = "children who are to begin belong to no school yet, so nobody but the municipality reaches them"


def may_begin_early(draft: YearDraft, user: User):
    """Children whom the user sees and who could begin a year early, but are not in the plan (STR-03)."""
    born = draft.school_year.starts_on.year - rules.AGE_AT_START + 1
    rows = Student.objects.visible_to(user, Permission.OPEN_YEAR).filter(pk__in=never_placed())
    rows = rows.filter(person__birth_date__range=(date(born, 1, 1), date(born, 4, 1)))
    return rows.exclude(pk__in=draft.places.values("student")).select_related("person").order_by("sort_name", "pk")


def found_by_name(rows, text: str):
    """Those in whose name every word of the text occurs; of many words, the first ones."""
    for word in text.split()[:MAX_WORDS]:
        rows = rows.filter(Q(person__given_name__icontains=word) | Q(person__family_name__icontains=word))
    return rows


@transaction.atomic
@wall.lifted(FOR_BEGINNERS)
def begin_early(
    draft: YearDraft,
    student: Student,
    *,
    school: School,
    reason: str,
    has_assessment: bool,
    has_consent: bool,
    by: User,
) -> PlannedPlace:
    """Let a child who has turned five by 1 April begin a year early.

    Raises Refused without the right or the ground, for a child of another age or with a place, and for a school without
    grade 1.
    """
    lock_for_planning(draft)
    if not by.holds(Permission.OPEN_YEAR):
        raise Refused(_("Kommunen fordeler elever som begynner på skolen."))
    check_ground(rules.Outcome.EARLY, reason, has_assessment=has_assessment, has_consent=has_consent)
    if not may_begin_early(draft, by).filter(pk=student.pk).exists():
        raise Refused(_("Barnet kan ikke begynne tidlig: det må fylle fem år innen 1. april og ikke ha noen plass."))
    if 1 not in rules.GRADES[school.kind]:
        raise Refused(_("Skolen har ikke 1. trinn. Velg en annen."))
    place: PlannedPlace = PlannedPlace.objects.create(
        draft=draft,
        student=student,
        outcome=rules.Outcome.EARLY,
        is_decided=True,
        reason=reason.strip(),
        has_assessment=True,
        has_consent=True,
        school=school,
        grade_level=1,
    )
    record_event(by, "plan_place", student, what=str(place.get_outcome_display()))
    return place


@transaction.atomic
@wall.lifted(FOR_BEGINNERS)
def take_out(place: PlannedPlace, *, by: User) -> None:
    """Take a child who was to begin early out of the plan again. Raises Refused for anybody else."""
    lock_for_planning(place.draft)
    if not by.holds(Permission.OPEN_YEAR) or place.outcome != rules.Outcome.EARLY:
        raise Refused(_("Bare kommunen kan ta et barn med tidlig skolestart ut av planen."))
    record_event(by, "plan_place", place.student, what="tatt ut av planen")
    place.delete()


def leaving_sfo(draft: YearDraft, school: School, user: User):
    """Places in the grades after SFO of pupils who are in an SFO group of the school now. Ask with the wall lifted."""
    last_day = draft.school_year.starts_on - timedelta(days=1)
    in_sfo = Membership.objects.filter(
        Q(valid_to__isnull=True) | Q(valid_to__gte=last_day),
        group__school=school,
        group__school_year=year_before(draft),
        group__kind=Group.Kind.SFO_GROUP,
    )
    grades = rules.SFO_BY_DECISION
    rows = PlannedPlace.objects.visible_to(user).filter(
        draft=draft, school=school, grade_level__range=(grades[0], grades[-1]), student__in=in_sfo.values("student")
    )
    return rows.select_related("student__person", "draft", "school").order_by("student__sort_name", "pk")


@transaction.atomic
@wall.lifted("a place is asked for by its own filter, and may be that of a pupil who comes to the school")
def keep_in_sfo(place: PlannedPlace, *, reason: str, version: int, by: User) -> None:
    """Let the pupil go on in SFO after grade 4 by the decision named, or no longer when it is empty (handbook 2.2).

    Raises Refused for a school that is not the user's, for a pupil whose place in SFO does not end, and when somebody
    has changed the place since `version`.
    """
    check_may_plan(place.draft, place.school, by)
    lock_for_planning(place.draft)
    if place.school is None or not leaving_sfo(place.draft, place.school, by).filter(pk=place.pk).exists():
        raise Refused(_("Eleven har ingen SFO-plass som slutter."))
    rows = PlannedPlace.objects.filter(pk=place.pk, version=version)
    if not rows.update(sfo_reason=reason.strip()[:200], version=F("version") + 1):
        raise Refused(_("Noen andre har endret plassen i mellomtiden. Se hva som står nå, og prøv igjen."))
    record_event(by, "plan_place", place.student, what="SFO etter vedtak" if reason.strip() else "SFO slutter")
