"""Documents keep a pupil in the school year they are from."""

from datetime import datetime, time, timedelta

from django.utils.translation import gettext as _

from documents.models import Document
from schoolapp.lib import clock
from schools.models import SchoolYear
from students.models import Student
from students.traces import register


def documents_of(student: Student, year: SchoolYear) -> list[str]:
    begins = datetime.combine(year.starts_on, time(), tzinfo=clock.OSLO)
    ends = datetime.combine(year.ends_on + timedelta(days=1), time(), tzinfo=clock.OSLO)
    rows = Document.objects.filter(student=student, created_at__gte=begins, created_at__lt=ends)
    return [_("dokumenter")] if rows.exists() else []


register(documents_of)
