"""The sections of GSI about pupils, classes and staff (INTEGRATIONS 8; Udir's guide to GSI).

A pupil is counted once, at the school where the pupil had a place on the counting day, or where a pupil who is taught
another place for the rest of the year is taught (STR-09).
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import date

from django.db.models import Count, F, Q, Sum
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accessctl.models import School
from people.models import Protection
from staff.models import Position
from students.elsewhere.rules import counted_at
from students.models import Elsewhere, Enrolment, Group, Membership
from students.statistics.sections import Column, Counted, Number, Section, register

SEX = {"kvinne": "girls", "mann": "boys"}
FORM = {"nb": "nb", "nn": "nn"}
BY_HAND = {
    "norwegian": gettext_lazy("Særskilt norskopplæring"),
    "mother-tongue": gettext_lazy("Morsmålsopplæring"),
    "adapted": gettext_lazy("Individuelt tilrettelagt opplæring"),
    "transport": gettext_lazy("Skoleskyss"),
}
Fact = tuple[int, str, str, bool]


def enrolled(school: School, day: date) -> dict[int, Fact]:
    """The pupils the school counts that day: grade level, sex, written form, and whether protected.

    A place that has ended since was one on the day all the same; one that is only planned was not.
    """
    rows = Enrolment.objects.on(day).filter(Q(state=Enrolment.State.ACTIVE) | Q(valid_to__isnull=False))
    rows = rows.exclude(state=Enrolment.State.PLANNED).order_by("valid_from", "pk")
    away = {row.student_id: row for row in Elsewhere.objects.on(day).filter(is_lasting=True)}
    latest = {
        student: (at, (grade, SEX.get(sex, "unknown"), FORM.get(form, "other"), protection != Protection.NONE))
        for student, at, grade, sex, form, protection in rows.filter(
            Q(student__in=Enrolment.objects.on(day).filter(school=school).values("student"))
            | Q(student__in=[student for student, row in away.items() if row.host_id == school.pk])
        ).values_list(
            "student",
            "school",
            "grade_level",
            "student__person__sex",
            "student__person__written_form",
            "student__person__protection",
        )  # fmt: skip
    }
    return {student: fact for student, (at, fact) in latest.items() if counts(at, away.get(student)) == school.pk}


def counts(own: int, away: Elsewhere | None) -> int | None:
    """The school that counts the pupil, by id."""
    if away is None:
        return own
    return counted_at(own, kind=away.kind, host=away.host_id, is_lasting=away.is_lasting)


def counted(cells: Iterable[tuple[str, str, bool]], columns: Iterable[str]) -> dict[tuple[str, str], Number]:
    """How many there are of each line and column, the protected by themselves; each line has every column."""
    every = list(cells)
    shown = Counter((line, column) for line, column, hidden in every if not hidden)
    hidden = Counter((line, column) for line, column, is_hidden in every if is_hidden)
    lines = {line for line, _column, _hidden in every}
    return {(line, name): Number(shown[line, name], hidden[line, name]) for line in lines for name in columns}


def by_sex(school: School, day: date) -> Counted:
    rows = enrolled(school, day).values()
    return counted(((str(grade), sex, hidden) for grade, sex, _form, hidden in rows), ("girls", "boys", "unknown"))


def by_form(school: School, day: date) -> Counted:
    rows = enrolled(school, day).values()
    return counted(((str(grade), form, hidden) for grade, _sex, form, hidden in rows), ("nb", "nn", "other"))


def of_groups(here: Mapping[int, Fact], day: date, groups: Q) -> Mapping[int, set[str]]:
    """Those of these pupils who were in such groups that day, with the special units of the groups."""
    found: dict[int, set[str]] = {}
    rows = Membership.objects.on(day).filter(groups, student__in=list(here))
    for student, unit in rows.values_list("student", "group__unit"):
        found.setdefault(student, set()).add(unit)
    return found


def in_units(school: School, day: date) -> Counted:
    here = enrolled(school, day)
    rows = of_groups(here, day, ~Q(group__unit=""))
    return counted(
        ((unit, "pupils", here[student][3]) for student, units in rows.items() for unit in units), ("pupils",)
    )


def in_sfo(school: School, day: date) -> Counted:
    here = enrolled(school, day)
    rows = of_groups(here, day, Q(group__kind=Group.Kind.SFO_GROUP))
    return counted(((str(here[student][0]), "pupils", here[student][3]) for student in rows), ("pupils",))


def classes(school: School, day: date) -> Counted:
    rows = Group.objects.filter(
        school=school, kind=Group.Kind.HOME_CLASS, school_year__starts_on__lte=day, school_year__ends_on__gte=day
    ).filter(Q(closed_on__isnull=True) | Q(closed_on__gte=day))
    of_level = rows.values(line=F("grade_level")).annotate(found=Count("pk"))
    return {(str(row["line"] or "-"), "classes"): Number(row["found"]) for row in of_level}


def positions(school: School, day: date) -> Counted:
    """Employees and full-time positions, in hundredths, as the staff register had them that day."""
    found = Position.objects.on(day).filter(school=school)
    open_to_all = Q(employee__person__protection=Protection.NONE)
    sums = found.aggregate(
        people=Count("employee", distinct=True, filter=open_to_all),
        hidden=Count("employee", distinct=True, filter=~open_to_all),
        full=Sum("percent", filter=open_to_all, default=0),
        hidden_full=Sum("percent", filter=~open_to_all, default=0),
    )
    return {
        ("all", "people"): Number(sums["people"], sums["hidden"]),
        ("all", "years"): Number(sums["full"] // 100, sums["hidden_full"] // 100),
    }


def by_hand(school: School, day: date) -> Counted:
    """What the system does not know; the school fills it in as a correction."""
    return {(line, "pupils"): Number(None) for line in BY_HAND}


def level(slug: str) -> str:
    return _("%(n)s. trinn") % {"n": slug} if slug.isdigit() else _("Uten trinn")


PUPILS = (Column("pupils", gettext_lazy("Elever")),)
LEVEL = gettext_lazy("Trinn")
register(
    Section(
        "pupils",
        gettext_lazy("Elever etter trinn og kjønn"),
        (
            Column("girls", gettext_lazy("Jenter")),
            Column("boys", gettext_lazy("Gutter")),
            Column("unknown", gettext_lazy("Ukjent")),
        ),
        level,
        by_sex,
        order=10,
        heading=LEVEL,
    )
)
register(
    Section(
        "form",
        gettext_lazy("Elever etter målform"),
        (
            Column("nb", gettext_lazy("Bokmål")),
            Column("nn", gettext_lazy("Nynorsk")),
            Column("other", gettext_lazy("Annet")),
        ),
        level,
        by_form,
        order=20,
        heading=LEVEL,
    )
)
register(
    Section(
        "classes",
        gettext_lazy("Klasser"),
        (Column("classes", gettext_lazy("Klasser")),),
        level,
        classes,
        order=30,
        heading=LEVEL,
    )
)
register(
    Section(
        "units",
        gettext_lazy("Elever i særskilte enheter"),
        PUPILS,
        lambda slug: str(Group.Unit(slug).label),
        in_units,
        order=40,
        heading=gettext_lazy("Enhet"),
        has_total=False,
    )
)
register(Section("sfo", gettext_lazy("Elever i SFO"), PUPILS, level, in_sfo, order=50, heading=LEVEL))
register(
    Section(
        "by-hand",
        gettext_lazy("Fylles ut av skolen"),
        PUPILS,
        lambda slug: str(BY_HAND[slug]),
        by_hand,
        order=60,
        heading=gettext_lazy("Ordning"),
        has_total=False,
    )
)
register(
    Section(
        "staff",
        gettext_lazy("Ansatte"),
        (Column("people", gettext_lazy("Ansatte")), Column("years", gettext_lazy("Årsverk"), hundredths=True)),
        lambda slug: _("Alle"),
        positions,
        order=70,
        heading=gettext_lazy("Stillinger"),
        has_total=False,
    )
)
