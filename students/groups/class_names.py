"""The class of today as it is repeated on the pupil's own row, where lists and access read it."""

from typing import Any

from django.db.models import F, OuterRef, Subquery, Value
from django.db.models.functions import Coalesce

from accessctl import wall
from schools.models import SchoolYear
from students.models import Enrolment, Membership, Student


@wall.lifted("a class goes on, begins and ends for all who are in it, also those the user does not see")
def repeat_class_names(students: Any = None) -> int:
    """Repeat the class each pupil is in today, for `students` (ids, or a query of them) or for all.

    A pupil without an active place has none. Returns how many rows were not right.
    """
    classes = Membership.objects.on().filter(student=OuterRef("pk"), is_home_class=True)
    active = Enrolment.objects.filter(
        student=OuterRef("student"), state=Enrolment.State.ACTIVE, school_year__state=SchoolYear.State.CURRENT
    )
    names = classes.filter(student__in=active.values("student")).order_by("-valid_from").values("group__name")
    rows = Student.objects.all() if students is None else Student.objects.filter(pk__in=students)
    rows = rows.annotate(class_today=Coalesce(Subquery(names[:1]), Value("")))
    return int(rows.exclude(home_class_name=F("class_today")).update(home_class_name=F("class_today")))
