"""What the register itself tells in a transfer notice: who the pupil is, the schooling so far, and the electives."""

from datetime import date

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from students.models import Enrolment, Group, Student
from students.transfer import Category, Fact, register

FORMS = {"nb": "bokmål", "nn": "nynorsk"}


def from_the_register(student: Student, day: date) -> list[Fact]:
    """What the register knows as of the day. National id and address are not among it."""
    person = student.person
    born = f", {_('født')} {person.birth_date:%d.%m.%Y}" if person.birth_date else ""
    rows = student.enrolments.filter(valid_from__lte=day).exclude(state=Enrolment.State.PLANNED)
    places = list(rows.select_related("school").order_by("valid_from", "pk"))
    facts = [Fact(Category.IDENTITY, f"{person.full_name}{born}")]
    if places:
        facts.append(Fact(Category.GRADE, grade_text(places[-1].grade_level)))
    if person.written_form in FORMS:
        facts.append(Fact(Category.WRITTEN_FORM, FORMS[person.written_form]))
    facts += [Fact(Category.HISTORY, place_text(place, day)) for place in places]
    return facts + electives_of(student, day)


def grade_text(grade: int) -> str:
    return _("%(grade)s. trinn") % {"grade": grade}


def place_text(place: Enrolment, day: date) -> str:
    ended = place.valid_to and place.valid_to <= day
    until = f"–{place.valid_to:%d.%m.%Y}" if ended else "–"
    return f"{place.school.name}, {grade_text(place.grade_level)}, {place.valid_from:%d.%m.%Y}{until}"


def electives_of(student: Student, day: date) -> list[Fact]:
    """The electives taken on the day, by the subject's own name."""
    rows = student.memberships.on(day).filter(group__kind=Group.Kind.ELECTIVE, group__subject__isnull=False)
    names = rows.values_list("group__subject__name_nb", "group__subject__name_nn").order_by("valid_from", "pk")
    is_nynorsk = get_language() == "nn"
    return [Fact(Category.ELECTIVES, (nn or nb) if is_nynorsk else nb) for nb, nn in dict.fromkeys(names)]


register(from_the_register)
