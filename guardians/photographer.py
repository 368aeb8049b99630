"""To and from the school photographer: a file of those who may be photographed, and the photos back by number.

The file holds school, class, name and a number made for this alone; the photos come back as a zip whose file names are
the numbers. Nobody with address protection is ever in it (handbook 8.2, rule 2).
"""

from collections.abc import Sequence
from typing import Any

from django.core.files.base import ContentFile
from django.db import transaction
from django.utils.translation import gettext as _

from accessctl.audit import write
from accessctl.models import School, User
from accessctl.permissions import Permission
from guardians.actions.sharing import delete_photos
from guardians.photos import Consent, with_consent
from people.models import Protection
from schools.models import SchoolYear
from students.lists.filters import class_order
from students.lists.tables import Table
from students.lists.taking_out import record_taken_out
from students.models import Group, Membership, Photo, PhotoNumber, Student, members_today

HEADINGS = ("Skole", "Klasse", "Etternavn", "Fornavn", "Bildenummer")


def classes_of(schools: Sequence[School]) -> list[Group]:
    """This year's classes of the schools, in the order people say them."""
    rows = Group.objects.filter(
        school__in=schools, school_year__state=SchoolYear.State.CURRENT, kind=Group.Kind.HOME_CLASS
    )
    return sorted(rows.select_related("school"), key=lambda group: (group.school.name, class_order(group.name)))


def answered(
    classes: Sequence[Group], students: Sequence[Student], answers: dict[int, Consent]
) -> dict[int, tuple[int, int]]:
    """By class: how many of `students` are in it, and how many of them there may be a photo of."""
    counts = {group.pk: (0, 0) for group in classes}
    rows = Membership.objects.on().filter(group__in=classes, student__in=[student.pk for student in students])
    for group_id, student_id in rows.values_list("group", "student"):
        every, yes = counts[group_id]
        counts[group_id] = (every + 1, yes + (answers[student_id] == Consent.YES))
    return counts


def pupils_in(groups: Sequence[Group], user: User) -> list[Student]:
    """The unprotected pupils of these classes, whom `user` makes photo files for."""
    rows: Any = Student.objects.visible_to(user, Permission.MAKE_PHOTO_FILE)
    rows = rows.filter(person__protection=Protection.NONE, pk__in=members_today([group.pk for group in groups]))
    return list(rows.select_related("person", "school").order_by("school", "home_class_name", "sort_name", "pk"))


@transaction.atomic
def make_file(groups: Sequence[Group], *, by: User) -> Table:
    """The rows for the photographer: those with consent, each with this school year's number. Each is logged."""
    students = with_consent(pupils_in(groups, by))
    numbers = numbers_for(students)
    record_taken_out(by, students, what="fil til skolefotografen")
    rows = [
        (
            student.school.name if student.school else "",
            student.home_class_name,
            student.person.family_name,
            student.person.given_name,
            numbers[student.pk],
        )
        for student in students
    ]
    return Table(_("Fil til skolefotografen"), "", HEADINGS, rows)


def numbers_for(students: Sequence[Student]) -> dict[int, str]:
    """This year's number of each pupil, made where there is none."""
    year = SchoolYear.objects.get(state=SchoolYear.State.CURRENT)
    PhotoNumber.objects.bulk_create(
        [PhotoNumber(student=student, school_year=year) for student in students], ignore_conflicts=True
    )
    rows = PhotoNumber.objects.filter(student__in=[student.pk for student in students], school_year=year)
    found = dict(rows.values_list("student", "number"))
    if len(found) < len(students):  # two pupils drew the same number
        return numbers_for(students)
    return found


def pupils_by_number(numbers: Any, by: User) -> dict[str, Student]:
    seen = Student.objects.visible_to(by, Permission.MAKE_PHOTO_FILE).filter(person__protection=Protection.NONE)
    rows = PhotoNumber.objects.filter(number__in=list(numbers), student__in=seen)
    return {row.number: row.student for row in rows.select_related("student__person", "student__school")}


@transaction.atomic
def save_photos(photos: Sequence[tuple[Student, bytes]], *, by: User) -> None:
    """Let these be the pupils' photos instead of those before. Each is logged."""
    if not photos:
        return
    delete_photos([pupil for pupil, _photo in photos])
    for pupil, photo in photos:
        row = Photo(student=pupil, added_by=by)
        row.file.save("foto.jpg", ContentFile(photo), save=False)
        row.save()
    pupils = [pupil for pupil, _photo in photos]
    write(by, "save_photo", pupils, what="skolefoto", met=pupils)
