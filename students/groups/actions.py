"""Writes about groups and who belongs to them. Every place is dated, and what has been stays as it was (STR-06)."""

from collections.abc import Iterable
from datetime import date, datetime, time
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from accessctl import wall
from accessctl.audit import record_event, record_list
from accessctl.models import School, User
from accessctl.permissions import Permission
from accessctl.scope import scope_of
from schoolapp.lib import clock
from schools.models import SchoolYear, Subject
from schools.rules import GRADES
from students.groups.class_names import repeat_class_names
from students.groups.ledger import Ledger, changed_since, pupils_of
from students.groups.placing import Step, plan
from students.groups.refusals import GroupError, check_day, first_open_day
from students.groups.rules import Period, ended
from students.models import Group, GroupChange, GroupStaffing, Membership, Student

Kind, Act = Group.Kind, GroupChange.Act
NEEDS_SUBJECT = (Kind.SUBJECT_GROUP, Kind.ELECTIVE)


def may_edit(user: User, group: Group) -> bool:
    """Whether `user` makes and changes groups of that school and year."""
    return may_edit_at(user, group.school, group.school_year)


def may_edit_at(user: User, school: School, year: SchoolYear) -> bool:
    """A current year by the right over groups; a planned one also asks for the right to plan; a past one never."""
    scope = scope_of(user)
    if not scope.reach(Permission.EDIT_GROUPS).covers_school(school.pk):
        return False
    if year.state == SchoolYear.State.PLANNED:
        return scope.reach(Permission.PLAN_YEAR).covers_school(school.pk)
    return year.state == SchoolYear.State.CURRENT


def check_may_edit(user: User, school: School, year: SchoolYear) -> None:
    if year.state == SchoolYear.State.PAST:
        raise GroupError(_("Skoleåret er avsluttet, og gruppene i det endres ikke."))
    if not may_edit_at(user, school, year):
        raise GroupError(_("Rollene dine lar deg ikke endre grupper ved denne skolen."))


@transaction.atomic
def open_group(
    *,
    school: School,
    year: SchoolYear,
    kind: str,
    name: str,
    by: User,
    grade_level: int | None = None,
    subject: Subject | None = None,
    home_class: Group | None = None,
    unit: str = "",
    is_trial: bool = False,
) -> Group:
    """Make a group. Raises GroupError for what does not go together, and for a name that is taken.

    A trial checks everything and saves nothing.
    """
    check_may_edit(by, school, year)
    group = Group(
        school=school,
        school_year=year,
        kind=kind,
        name=name.strip(),
        grade_level=grade_level,
        subject=subject,
        home_class=home_class,
        unit=unit,
    )
    check_whole(group)
    check_name(group)
    if is_trial:
        return group
    try:
        with transaction.atomic():
            group.save()
    except IntegrityError:
        raise GroupError(name_taken(group)) from None
    GroupChange.objects.create(group=group, act=Act.CREATED, by=by)
    record_event(by, "open_group", group, what=f"{group.name}, {school.name}, {year}"[:120])
    return group


@transaction.atomic
def change_group(
    group: Group,
    *,
    by: User,
    name: str,
    grade_level: int | None,
    subject: Subject | None,
    home_class: Group | None = None,
    unit: str = "",
    is_trial: bool = False,
) -> Group:
    """Give a group another name, grade level, subject, class or unit; the lists show a class's new name at once.

    Raises GroupError as `open_group` does, and for a contact group with pupils that would belong to another class.
    A trial checks everything and saves nothing.
    """
    check_may_edit(by, group.school, group.school_year)
    held = Group.objects.select_for_update(of=("self",)).get(pk=group.pk)
    before = held.name
    if held.home_class_id and home_class != held.home_class and members_left(held):
        raise GroupError(_("Gruppen har elever. Ta dem ut før du lar gruppen høre til en annen klasse."))
    held.name, held.grade_level, held.subject, held.home_class, held.unit = (
        name.strip(),
        grade_level,
        subject,
        home_class,
        unit,
    )
    check_whole(held)
    check_name(held)
    if is_trial:
        return held
    try:
        with transaction.atomic():
            held.save()
    except IntegrityError:
        raise GroupError(name_taken(held)) from None
    if held.kind == Kind.HOME_CLASS and held.name != before:
        repeat_class_names(Membership.objects.filter(group=held).values("student"))
    record_event(by, "change_group", held, what=f"{before} – {held.name}, {held.school.name}"[:120])
    return held


def check_whole(group: Group) -> None:
    """Raise GroupError for a grade the school does not have, and for a kind that lacks its subject or class."""
    grades = GRADES[group.school.kind]
    if group.grade_level and group.grade_level not in grades:
        words = {"school": group.school.name, "first": grades[0], "last": grades[-1]}
        raise GroupError(_("%(school)s har trinnene %(first)d til %(last)d. Velg et av dem.") % words)
    if group.kind == Kind.HOME_CLASS and not (group.grade_level or group.unit):
        raise GroupError(_("Velg trinn for klassen. Bare en særskilt enhet kan være uten trinn."))
    if (group.subject is not None) and group.kind not in NEEDS_SUBJECT:
        raise GroupError(_("Bare faggrupper og valgfag har fag."))
    if group.kind == Kind.SUBJECT_GROUP and group.subject is None:
        raise GroupError(_("Velg faget gruppen har."))
    if group.kind == Kind.ELECTIVE and group.subject and not group.subject.is_elective:
        raise GroupError(_("Faget er ikke et valgfag. Velg et valgfag, eller lag en faggruppe."))
    if group.kind == Kind.CONTACT_GROUP:
        check_class_of(group)
    if group.subject:
        check_subject(group, group.subject)


def check_subject(group: Group, subject: Subject) -> None:
    """Raise GroupError for a subject that is not taught that year or in that grade."""
    year, words = group.school_year, {"subject": subject, "year": group.school_year, "grade": group.grade_level}
    if subject.valid_from > year.ends_on or (subject.valid_to and subject.valid_to < year.starts_on):
        raise GroupError(_("%(subject)s gjelder ikke i skoleåret %(year)s. Velg et fag som gjelder.") % words)
    levels = range(subject.grade_from or 1, (subject.grade_to or 10) + 1)
    if group.grade_level and group.grade_level not in levels:
        raise GroupError(_("%(subject)s er ikke et fag på %(grade)s. trinn. Velg et annet fag eller trinn.") % words)


def check_class_of(group: Group) -> None:
    found = group.home_class
    if found is None or found.kind != Kind.HOME_CLASS:
        raise GroupError(_("Velg klassen kontaktlærergruppen er en del av."))
    if (found.school_id, found.school_year_id) != (group.school_id, group.school_year_id):
        raise GroupError(_("Klassen hører til en annen skole eller et annet skoleår. Velg en annen klasse."))


def check_name(group: Group) -> None:
    same = Group.objects.filter(
        school=group.school, school_year=group.school_year, kind=group.kind, name__iexact=group.name
    )
    if not group.name:
        raise GroupError(_("Skriv navnet på gruppen."))
    if same.exclude(pk=group.pk).exists():
        raise GroupError(name_taken(group))


def name_taken(group: Group) -> str:
    words = {"name": group.name, "school": group.school.name, "year": group.school_year}
    return _("%(school)s har allerede %(name)s i skoleåret %(year)s. Velg et annet navn.") % words


def put_in(
    group: Group, students: Iterable[Student], *, by: User, on: date, until: date | None = None, is_trial: bool = False
) -> list[Step]:
    """Let the pupils belong to the group from `on`; a class place they have ends the day before.

    All of them or nobody: with a refusal among the steps nothing is saved. Raises GroupError for what concerns the
    group or the days. A trial saves nothing.
    """
    check_may_edit(by, group.school, group.school_year)
    with transaction.atomic():
        Group.objects.select_for_update().get(pk=group.pk)
        wanted = list(Student.objects.visible_to(by, Permission.EDIT_GROUPS).filter(pk__in=[s.pk for s in students]))
        list(Student.objects.select_for_update().filter(pk__in=[s.pk for s in wanted]).order_by("pk").values("pk"))
        steps = plan(group, wanted, Period(on, until))
        if is_trial or any(step.refusal for step in steps):
            return steps
        ledger = Ledger(group, Act.PUT_IN, by)
        ledger.end([(row, last) for step in steps for row, last in step.ends])
        ledger.add([step.membership(group) for step in steps])
        ledger.close()
        repeat_class_names([student.pk for student in wanted])
        record_list(by, "put_in_group", wanted, what=f"{group.name}, {group.school.name}"[:120])
        return steps


def take_out(group: Group, rows: Iterable[Membership], *, by: User, last_day: date) -> None:
    """End the places in the group on `last_day`, and for a class the places in its contact groups.

    A place that has not begun by then disappears. Raises GroupError for a day that has been, and for a place of
    somebody `by` does not see.
    """
    check_may_edit(by, group.school, group.school_year)
    check_day(group, last_day)
    with transaction.atomic():
        seen = Student.objects.visible_to(by, Permission.EDIT_GROUPS)
        pks = [row.pk for row in rows]
        held = Membership.objects.select_for_update().filter(pk__in=pks, group=group, student__in=seen)
        found = list(held.order_by("pk"))
        if len(found) != len(set(pks)) or not found:
            raise GroupError(_("Noen av elevene er ikke lenger i gruppen. Se gjennom listen på nytt."))
        if any(row.valid_to and row.valid_to < first_open_day(group) for row in found):
            raise GroupError(_("Det som er avsluttet, endres ikke."))
        parts = Membership.objects.select_for_update().filter(
            group__home_class=group, student__in=[row.student_id for row in found]
        )
        ledger = Ledger(group, Act.TAKEN_OUT, by)
        ledger.end(ends_of([*found, *parts], last_day))
        ledger.close()
        students = list(Student.objects.filter(pk__in=[row.student_id for row in found]).select_related("person"))
        repeat_class_names([student.pk for student in students])
        record_list(by, "take_out_of_group", students, what=f"{group.name}, {group.school.name}"[:120])


def close_group(group: Group, *, by: User, last_day: date) -> None:
    """Let the group end on `last_day`, with all who belong to it and all responsible; its contact groups with it.

    Access that followed from the group ends with the same day. Raises GroupError for a day that has been or lies
    outside the school year, and for a group that has ended.
    """
    check_may_edit(by, group.school, group.school_year)
    check_day(group, last_day)
    with transaction.atomic(), wall.lifted("a group ends for all who are in it, also those the user does not see"):
        parts = Q(home_class=group, closed_on__isnull=True)
        groups = list(Group.objects.select_for_update().filter(Q(pk=group.pk) | parts).order_by("pk"))
        if any(found.closed_on for found in groups if found.pk == group.pk):
            raise GroupError(_("Gruppen er avsluttet allerede."))
        ledger = Ledger(group, Act.CLOSED, by)
        rows: list[Any] = list(Membership.objects.select_for_update().filter(group__in=groups).order_by("pk"))
        students = [row.student_id for row in rows]
        rows += GroupStaffing.objects.select_for_update().filter(group__in=groups).order_by("pk")
        ledger.end(ends_of(rows, last_day))
        ledger.shut(groups, last_day)
        ledger.close()
        if group.kind == Kind.HOME_CLASS:
            repeat_class_names(students)
    record_event(by, "close_group", group, what=f"{group.name}, {group.school.name}, {last_day:%d.%m.%Y}"[:120])


def ends_of(rows: Iterable[Any], last_day: date) -> list[tuple[Any, date | None]]:
    """The dated rows that end sooner when all ends on `last_day`; without a day, those that would never begin."""
    found: list[tuple[Any, date | None]] = []
    for row in rows:
        before = Period(row.valid_from, row.valid_to)
        after = ended(before, last_day)
        if after != before:
            found.append((row, after.last if after else None))
    return found


def members_left(group: Group) -> bool:
    with wall.lifted("only whether anybody is in the group comes out, to whoever decides about the group"):
        return any(row.valid_to is None or row.valid_to >= clock.today() for row in group.memberships.all())


@transaction.atomic
def undo(change: GroupChange, *, by: User) -> None:
    """Take back what was done to a group earlier today: every row is as it was before.

    Raises GroupError after that day, and when a row has been changed since; then nothing is taken back.
    """
    group = change.group
    check_may_edit(by, group.school, group.school_year)
    held = GroupChange.objects.select_for_update().get(pk=change.pk)
    if held.undone_at or clock.now().astimezone(clock.OSLO).date() != held.at.astimezone(clock.OSLO).date():
        raise GroupError(_("Bare det som er gjort i dag, kan angres."))
    check_nothing_later(held)
    with wall.lifted("what was done is taken back for all it was done to, also those the user does not see"):
        try:
            with transaction.atomic():
                students = Ledger.take_back(held)
        except IntegrityError:  # the pupil has been put in a class in some other way
            raise GroupError(changed_since()) from None
        repeat_class_names(students)
    if held.act == Act.CREATED:
        record_event(by, "undo_group", group, what=f"{group.name}, {group.school.name}"[:120])
        delete_new(group)
        return
    held.undone_at = clock.now()
    held.save(update_fields=["undone_at"])
    record_event(by, "undo_group", group, what=f"{held.get_act_display()}: {group.name}, {group.school.name}"[:120])


def check_nothing_later(change: GroupChange) -> None:
    """Raise GroupError when a later act, on any group of the school, concerns one of the same pupils."""
    pupils = pupils_of(change)
    later = GroupChange.objects.filter(
        pk__gt=change.pk, group__school=change.group.school_id, undone_at__isnull=True, at__gte=change.at
    )
    if any(pupils & pupils_of(other) for other in later):
        raise GroupError(changed_since())


def delete_new(group: Group) -> None:
    """Remove a group made today to which nothing has been tied. Raises GroupError when something has."""
    with wall.lifted("only whether anything is tied to the group comes out"):
        tied = (
            group.memberships.exists()
            or group.staffing.exists()
            or group.contact_groups.exists()
            or group.changes.exclude(act=Act.CREATED).filter(undone_at__isnull=True).exists()
        )
        if tied:
            raise GroupError(_("Gruppen er tatt i bruk. Avslutt den i stedet."))
        group.delete()


def changes_today(group: Group) -> list[GroupChange]:
    """What has been done to the group today and can be taken back, the latest first."""
    midnight = datetime.combine(clock.today(), time.min, tzinfo=clock.OSLO)
    return list(group.changes.filter(at__gte=midnight, undone_at__isnull=True).select_related("by"))
