"""Decisions about single pupils and single schools in the plan."""

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from accessctl import wall
from accessctl.audit import record_event
from accessctl.models import RoleAssignment, School, User
from accessctl.permissions import Permission
from accessctl.scope import scope_of
from admissions.models import PlannedGroup, PlannedPlace, PlannedTeacher, SchoolRoute, YearDraft
from admissions.year import rules
from admissions.year.draft import Refused, lock_for_planning, schools_for_rules, subjects_not_taught
from admissions.year.rules import BY_DECISION, NEED_ASSESSMENT, Outcome, ways_to_begin
from admissions.year.steps import check_may_plan
from schools.models import Subject
from staff.models import Employee
from students.groups.actions import check_whole
from students.groups.refusals import GroupError
from students.models import Group, GroupStaffing


@transaction.atomic
@wall.lifted("a place is decided by this year's school, and may lie at another one")
def decide(
    place: PlannedPlace,
    *,
    outcome: Outcome,
    school: School | None,
    reason: str,
    version: int,
    by: User,
    has_assessment: bool = False,
    has_consent: bool = False,
) -> PlannedPlace:
    """Decide where one pupil goes next year. Other than the rule's outcome it needs a reason.

    Raises Refused for an outcome that leads nowhere, without the ground that is needed, for a pupil of another school,
    and when somebody else has changed the place since `version`.
    """
    lock_for_planning(place.draft)
    check_may_decide(place, school, by)
    check_ground(outcome, reason, has_assessment=has_assessment, has_consent=has_consent)
    born = place.student.person.birth_date
    if place.from_grade is None and born and outcome not in ways_to_begin(born, place.draft.school_year.starts_on.year):
        raise Refused(_("Barnet har ikke alderen for dette. Velg et annet utfall."))
    pupil = rules.Pupil(place.student_id, place.from_school_id, place.from_grade, born=born.year if born else None)
    try:
        found = rules.next_place(pupil, schools_for_rules(), rules.Decision(outcome, school.pk if school else None))
    except rules.Impossible as error:
        raise Refused(
            _("Eleven kan ikke få denne plassen. Velg en skole som har trinnet, eller et annet utfall.")
        ) from error
    stays = (found.school, found.grade) == (place.school_id, place.grade_level)
    changed = {
        "outcome": str(found.outcome),
        "school": found.school,
        "grade_level": found.grade,
        "is_decided": True,
        "reason": reason.strip(),
        "has_assessment": has_assessment and outcome in NEED_ASSESSMENT,
        "has_consent": has_consent and outcome in NEED_ASSESSMENT,
        "version": F("version") + 1,
    } | ({} if stays else {"home_class": None, "sfo_reason": ""})
    if not PlannedPlace.objects.filter(pk=place.pk, version=version).update(**changed):
        raise Refused(_("Noen andre har endret plassen i mellomtiden. Se hva som står nå, og prøv igjen."))
    place.refresh_from_db()
    record_event(by, "plan_place", place.student, what=str(place.get_outcome_display()))
    return place


def check_ground(outcome: Outcome, reason: str, *, has_assessment: bool, has_consent: bool) -> None:
    """Raise Refused when what the decision must rest on is not there."""
    if outcome in BY_DECISION and not reason.strip():
        raise Refused(_("Skriv hva avgjørelsen bygger på, for eksempel saksnummeret til vedtaket."))
    if outcome in NEED_ASSESSMENT and not (has_assessment and has_consent):
        raise Refused(
            _(
                "Utsatt og tidlig skolestart krever sakkyndig vurdering og skriftlig samtykke fra de foresatte. "
                "Kryss av når begge foreligger."
            )
        )


def check_may_decide(place: PlannedPlace, school: School | None, by: User) -> None:
    """Stab decides for all. A school decides for its own pupils of this year, but not which school a beginner gets."""
    if by.holds(Permission.OPEN_YEAR):
        return
    if place.from_school_id is None:
        raise Refused(_("Kommunen fordeler elever som begynner på skolen."))
    check_may_plan(place.draft, place.from_school, by)
    if school is not None and school.pk not in (place.from_school_id, place.school_id):
        raise Refused(_("Det er kommunen som flytter elever til en annen skole. Be dem om det."))


@transaction.atomic
@wall.lifted("children who are to begin belong to no school yet, so nobody but the municipality reaches them")
def distribute(places: list[tuple[PlannedPlace, School | None]], *, by: User) -> int:
    """Give beginners and others without a school one, or take it away. Returns how many were changed."""
    changed = 0
    for place, school in places:
        if place.school_id == (school.pk if school else None):
            continue
        outcome = Outcome(place.outcome)
        decide(
            place,
            outcome=outcome,
            school=school,
            reason=place.reason,
            version=place.version,
            by=by,
            has_assessment=place.has_assessment,
            has_consent=place.has_consent,
        )
        changed += 1
    return changed


@transaction.atomic
def set_route(route: SchoolRoute, *, receiving: School | None, postal_codes: list[str], by: User) -> None:
    """Say where a school's pupils go on to, and which postal codes are its own. Counts at the next filling.

    Raises Refused without the right, for the school itself, and for a school without the grades that follow.
    """
    if not by.holds(Permission.OPEN_YEAR):
        raise Refused(_("Rollene dine lar deg ikke endre dette."))
    if receiving and receiving.pk == route.school_id:
        raise Refused(_("En skole kan ikke ta imot sine egne elever. Velg en annen."))
    if receiving and rules.GRADES[receiving.kind][-1] <= rules.GRADES[route.school.kind][-1]:
        raise Refused(_("Skolen har ikke trinnene elevene skal videre til. Velg en annen."))
    wrong = [code for code in postal_codes if len(code) != 4 or not (code.isascii() and code.isdigit())]
    if wrong:
        raise Refused(_("Postnumre har fire sifre. Rett disse: %(codes)s.") % {"codes": ", ".join(wrong)})
    route.receiving, route.postal_codes = receiving, sorted(set(postal_codes))
    route.save()


@transaction.atomic
def set_information(draft: YearDraft, text: str, *, by: User) -> None:
    draft.information = text.strip()
    draft.save(update_fields=["information"])


@transaction.atomic
def end_consents(draft: YearDraft, *, ends: bool, by: User) -> None:
    """Say whether the consents of the municipality are for one school year, so that they end with it (handbook 2.2)."""
    if not by.holds(Permission.OPEN_YEAR):
        raise Refused(_("Rollene dine lar deg ikke endre dette."))
    draft.ends_consents = ends
    draft.save(update_fields=["ends_consents"])


@transaction.atomic
def change_class(group: PlannedGroup, *, name: str, size_limit: int | None, language: str, by: User) -> None:
    """Rename a planned class, or change what its puzzle is held to. Raises Refused for a name that is taken."""
    check_may_plan(group.draft, group.school, by)
    lock_for_planning(group.draft)
    check_name(group.draft, group.school, group.kind, name, but=group)
    group.name, group.size_limit, group.language = name.strip(), size_limit, language
    group.save()


@transaction.atomic
def add_group(
    draft: YearDraft,
    school: School,
    *,
    kind: str,
    name: str,
    grade_level: int | None,
    by: User,
    subject: Subject | None = None,
    home_class: PlannedGroup | None = None,
) -> PlannedGroup:
    """Plan one more class or group. Raises Refused for a name that is taken, and for what no group may be."""
    check_may_plan(draft, school, by)
    lock_for_planning(draft)
    check_name(draft, school, kind, name)
    if kind == Group.Kind.CONTACT_GROUP:
        return add_contact_group(draft, school, name.strip(), home_class)
    planned = {"school": school, "kind": kind, "name": name.strip(), "grade_level": grade_level, "subject": subject}
    try:
        check_whole(Group(school_year=draft.school_year, **planned))
    except GroupError as error:
        raise Refused(str(error)) from error
    return PlannedGroup.objects.create(draft=draft, **planned)


def add_contact_group(draft: YearDraft, school: School, name: str, home_class: PlannedGroup | None) -> PlannedGroup:
    """A part of a class of next year, with a contact teacher of its own (STR-07). Raises Refused without the class."""
    classes = PlannedGroup.objects.filter(draft=draft, school=school, kind=Group.Kind.HOME_CLASS, is_chosen=True)
    if home_class is None or not classes.filter(pk=home_class.pk).exists():
        raise Refused(_("Velg klassen kontaktlærergruppen er en del av."))
    return PlannedGroup.objects.create(
        draft=draft,
        school=school,
        kind=Group.Kind.CONTACT_GROUP,
        name=name,
        grade_level=home_class.grade_level,
        home_class=home_class,
    )


def check_name(draft: YearDraft, school: School, kind: str, name: str, *, but: PlannedGroup | None = None) -> None:
    if not name.strip():
        raise Refused(_("Skriv et navn."))
    same = PlannedGroup.objects.filter(draft=draft, school=school, kind=kind, name=name.strip())
    if (same.exclude(pk=but.pk) if but else same).exists():
        raise Refused(_("Navnet %(name)s er i bruk. Velg et annet.") % {"name": name.strip()})


@transaction.atomic
@wall.lifted("a class is joined or taken away with all its pupils, also those its planner does not see")
def join_class(group: PlannedGroup, *, into: PlannedGroup | None, by: User) -> int:
    """Take a planned class away; its pupils go `into` another of the grade, or wait without a class. Returns how many.

    Raises Refused for a class of another school or grade.
    """
    check_may_plan(group.draft, group.school, by)
    lock_for_planning(group.draft)
    if into and (into.draft_id, into.school_id, into.kind) != (group.draft_id, group.school_id, group.kind):
        raise Refused(_("Klassene hører ikke til samme skole."))
    if into and (into.pk == group.pk or into.grade_level not in (None, group.grade_level)):
        raise Refused(_("Velg en annen klasse på samme trinn."))
    moved = group.places.update(home_class=into, version=F("version") + 1)
    if into:
        group.parts.update(home_class=into)
    group.delete()
    return moved


@transaction.atomic
def choose_groups(draft: YearDraft, school: School, *, chosen: set[int], by: User) -> None:
    """Of the school's groups that are no classes, those that go on next year, empty.

    Raises Refused for a group in a subject that is not taught that year.
    """
    check_may_plan(draft, school, by)
    lock_for_planning(draft)
    groups = PlannedGroup.objects.filter(draft=draft, school=school).exclude(kind=Group.Kind.HOME_CLASS)
    outdated = groups.filter(pk__in=chosen, subject__in=subjects_not_taught(draft)).values_list("name", flat=True)
    if outdated:
        raise Refused(
            _(
                "Faget gjelder ikke i det nye skoleåret: %(names)s. La gruppen avsluttes, og legg til en ny med nytt "
                "fag."
            )
            % {"names": ", ".join(outdated)}
        )
    groups.filter(pk__in=chosen).update(is_chosen=True)
    groups.exclude(pk__in=chosen).update(is_chosen=False)


@transaction.atomic
def accept_teacher(group: PlannedGroup, *, employee: Employee, function: str, by: User) -> PlannedTeacher:
    """Let the employee become responsible for the class or group from the first day, when the year is published.

    Raises Refused for oneself, and for an employee without a role at the school.
    """
    check_may_plan(group.draft, group.school, by)
    lock_for_planning(group.draft)
    if not scope_of(by).reach(Permission.EDIT_GROUPS).covers_school(group.school_id) and not by.holds(
        Permission.OPEN_YEAR
    ):
        raise Refused(_("Rollene dine lar deg ikke endre hvem som har ansvar ved denne skolen."))
    if employee.person.user_id == by.pk:
        raise Refused(_("Du kan ikke gi deg selv ansvar for en gruppe. Be en kollega med samme ansvar."))
    if not RoleAssignment.objects.not_ended().filter(user=employee.person.user_id, school=group.school).exists():
        raise Refused(_("Den ansatte har ingen rolle ved skolen. Gi en rolle under Tilganger først."))
    teacher, _made = PlannedTeacher.objects.update_or_create(
        group=group, employee=employee, function=function, defaults={"is_accepted": True}
    )
    record_event(by, "plan_teacher", employee, what=f"{GroupStaffing.Function(function).label}: {group.name}")
    return teacher


@transaction.atomic
def decline_teacher(teacher: PlannedTeacher, *, by: User) -> None:
    check_may_plan(teacher.group.draft, teacher.group.school, by)
    lock_for_planning(teacher.group.draft)
    teacher.delete()
