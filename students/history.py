"""What happened to a pupil: schools and grade levels by date, and who changed what about where the pupil goes.

Earlier school years are for those with the right to all years, the next one for those who plan it, and where a
protected pupil has been is for those who see all protected (handbook 8.2), as everywhere else.
"""

from collections.abc import Collection

from django.db.models import Q

from accessctl import wall
from accessctl.journal.changes import Change, in_words
from accessctl.models import ChangeEvent, User
from accessctl.permissions import Permission
from accessctl.scope import scope_of
from schools.models import SchoolYear
from students.models import Elsewhere, Enrolment, Membership, Student

MOST_CHANGES = 100
SAID_BY_THE_PAGE = ("student_id", "school_year_id", "is_home_class")


def enrolments_of(student: Student, *, user: User, all_years: bool) -> list[Enrolment]:
    """The places `user` may know of, the latest first."""
    rows = student.enrolments.select_related("school", "school_year").order_by("-valid_from", "-pk")
    if not all_years:
        rows = rows.exclude(school_year__state=SchoolYear.State.PAST)
    if not all_years and not user.holds(Permission.PLAN_YEAR):
        rows = rows.exclude(state=Enrolment.State.PLANNED).exclude(school_year__state=SchoolYear.State.PLANNED)
    if student.person.is_protected and not scope_of(user).reach(Permission.SEE_PROTECTED).everything:
        rows = rows.filter(school=student.school_id)
    return list(rows)


def changes_of(
    student: Student,
    *,
    user: User,
    enrolments: Collection[Enrolment],
    memberships: Collection[Membership],
    elsewhere: Collection[Elsewhere],
) -> list[Change]:
    """The latest changes of just these rows, which `user` sees, in words."""
    shown = Q(table_name=Enrolment._meta.db_table, row_id__in=[row.pk for row in enrolments])
    shown |= Q(table_name=Membership._meta.db_table, row_id__in=[row.pk for row in memberships])
    shown |= Q(table_name=Elsewhere._meta.db_table, row_id__in=[row.pk for row in elsewhere])
    with wall.lifted("the journal is read of rows about a pupil that the user sees already"):
        events = list(ChangeEvent.objects.filter(shown, pupil_id=student.pk).order_by("-at", "-pk")[:MOST_CHANGES])
    for values in (values for event in events for values in (event.old, event.new) if values):
        for column in SAID_BY_THE_PAGE:
            values.pop(column, None)
    return in_words(user, events)
