"""Tasks of the year that are done when every pupil has a place and every class somebody responsible."""

from collections.abc import Callable, Collection

from django.db.models import Count, Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from accessctl.models import School
from schoolapp.lib.gather import Answers, Asked
from schools.models import SchoolYear
from schools.wheel.duties import Counted, Duty, Progress, register
from students.models import Group, GroupStaffing, Student


def ask_pupils(year: SchoolYear, schools: Collection[School]) -> Asked:
    """Pupils of each school who have a class, and all of them."""
    open_pupils = Student.objects.filter(school__in=schools, is_protected=False)
    counted = open_pupils.values("school").order_by()
    rows = counted.annotate(placed=Count("pk", filter=~Q(home_class_name="")), every=Count("pk"))
    return {"students.placed": rows.values_list("school", "placed", "every")}


def ask_classes(year: SchoolYear, schools: Collection[School]) -> Asked:
    """Classes of the year in use that have a contact teacher today, and all of them (STR-07)."""
    teachers = GroupStaffing.objects.on().filter(group=OuterRef("pk"), function=GroupStaffing.Function.CONTACT_TEACHER)
    classes = Group.objects.filter(
        school__in=schools, school_year=year, kind=Group.Kind.HOME_CLASS, closed_on__isnull=True
    )
    counted = classes.annotate(has_teacher=Exists(teachers)).values("school").order_by()
    rows = counted.annotate(staffed=Count("pk", filter=Q(has_teacher=True)), every=Count("pk"))
    return {"students.staffed": rows.values_list("school", "staffed", "every")}


def told(name: str) -> Callable[[SchoolYear, Collection[School], Answers], dict[int | None, Progress]]:
    """Rows of school, how many are done and how many there are. A school without any has nothing left to do."""

    def tell(year: SchoolYear, schools: Collection[School], answers: Answers) -> dict[int | None, Progress]:
        found = {school: Progress(done, every) for school, done, every in answers[name]}
        return {school.pk: found.get(school.pk, Progress(0, 0)) for school in schools}

    return tell


register(
    Duty(
        "pupils-in-classes",
        _("Sett alle elever i en klasse"),
        _("En elev skal høre til én klasse."),
        ("skoleadmin", "team"),
        (8, 17),
        progress=Counted(ask_pupils, told("students.placed")),
        url_name="students:list",
    ),
    Duty(
        "contact-teachers",
        _("Gi alle klasser en kontaktlærer"),
        _("Hver elev skal ha en kontaktlærer."),
        ("skoleadmin", "team"),
        (8, 17),
        progress=Counted(ask_classes, told("students.staffed")),
        url_name="groups:list",
    ),
)
