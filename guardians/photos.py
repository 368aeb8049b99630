"""Whether there may be a photo of a pupil: asked every time one is made or shown, never kept."""

from collections import defaultdict
from collections.abc import Sequence
from enum import StrEnum

from accessctl import wall
from guardians.models import GuardianRelation, PhotoConsent
from schoolapp.lib import clock
from students.models import Student

DECIDES_FROM = 15


class Consent(StrEnum):
    YES = "yes"
    NO = "no"
    DISAGREED = "disagreed"
    UNANSWERED = "unanswered"
    NEVER = "never"  # address protection: nobody is asked


def decides_on_photos(student: Student) -> bool:
    """From 15 the pupil answers, before that the guardians (handbook 8.3). Unknown age counts as younger."""
    born = student.person.birth_date
    return born is not None and born <= clock.years_ago(DECIDES_FROM)


def decided(answers: Sequence[bool]) -> Consent:
    """What standing answers come to: a no stops every yes, and silence is none (BEYOND B10)."""
    if not answers:
        return Consent.UNANSWERED
    if all(answers):
        return Consent.YES
    return Consent.DISAGREED if any(answers) else Consent.NO


@wall.lifted("only whether a photo may be shown comes out, also for those who see no guardians")
def consents(students: Sequence[Student]) -> dict[int, Consent]:
    """For each pupil, loaded with the person, what those who decide have answered (two queries). An answer counts
    while who gave it is a guardian with parental responsibility today.
    """
    ids = [student.pk for student in students]
    guardians = GuardianRelation.objects.in_force().filter(student__in=ids)
    deciding = set(guardians.values_list("student", "guardian"))
    own = {student.pk: student.person_id for student in students if decides_on_photos(student)}
    standing = PhotoConsent.objects.filter(
        student__in=ids, purpose=PhotoConsent.Purpose.SCHOOL_PHOTO, valid_to__isnull=True
    )
    answers: dict[int, list[bool]] = defaultdict(list)
    for pupil, person, is_given in standing.values_list("student", "person", "is_given"):
        if own[pupil] == person if pupil in own else (pupil, person) in deciding:
            answers[pupil].append(is_given)
    return {
        student.pk: Consent.NEVER if student.person.is_protected else decided(answers[student.pk])
        for student in students
    }


def with_consent(students: Sequence[Student]) -> list[Student]:
    """Those of the pupils of whom there may be a photo."""
    found = consents(students)
    return [student for student in students if found[student.pk] == Consent.YES]
