"""Rules about pupils that follow from age."""

from schoolapp.lib import clock
from students.models import Student

DECIDES_FROM = 15


def decides_on_schooling(student: Student) -> bool:
    """Whether the pupil decides in matters of schooling: special teaching, exemption for belief, applications, appeals.

    From the 15th birthday (opplæringslova § 24-5). Unknown age counts as younger.
    """
    born = student.person.birth_date
    return born is not None and born <= clock.years_ago(DECIDES_FROM)
