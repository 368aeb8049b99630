"""Asking for everything about one pupil, and making the package."""

import json
import zipfile
from typing import Any, BinaryIO

from django.db import transaction
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.utils.translation import override

from accessctl.audit import record_event
from accessctl.models import User
from accessctl.permissions import Permission
from schoolapp.lib import clock
from students import file_jobs
from students.insight.registry import Section, parts
from students.lists.tables import Table, Value, to_pdf
from students.models import InsightExport, Student

TASK = "students.tasks.make_insight"
# The oldest moment a zip can name: the files in it say themselves when they were made.
NO_TIME = (1980, 1, 1, 0, 0, 0)


class NoLonger(Exception):
    """Who asked does not reach the pupil any more."""


@transaction.atomic
def ask(student: Student, *, reason: str, by: User) -> InsightExport:
    """Order everything about a pupil whom `by` has opened with the right to do so. A worker makes it."""
    job = InsightExport.objects.create(student=student, reason=reason, asked_by=by)
    record_event(by, "export", job, what="alt om eleven, for innsyn", reason=reason)
    file_jobs.ring(job, TASK)
    return job


def write(job: InsightExport, file: BinaryIO, tell: file_jobs.Tell) -> None:
    """A page to read, its contents as a PDF, each part as JSON, and the pupil's files.

    Raises NoLonger and RenderFailed; then nothing is made.
    """
    reached: Any = Student.objects.visible_to(job.asked_by, Permission.EXPORT_PUPIL)
    student = reached.select_related("person", "school").filter(pk=job.student_id).first()
    if student is None:
        raise NoLonger
    every = parts()
    told: list[dict[str, Any]] = []
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as package, override(language_of(student)):
        for number, part in enumerate(every):
            tell(number, len(every) + 1)
            sections = part.read(student, job.asked_by)
            put(package, f"data/{part.slug}.json", as_json(str(part.title), sections))
            for section in sections:
                for attached in section.files:
                    put(package, f"filer/{part.slug}/{attached.name}", attached.read())
            told.append({"slug": part.slug, "title": part.title, "sections": [shown(one) for one in sections]})
        page = render_to_string(
            "students/insight/index.html",
            {"student": student, "parts": told, "made_at": clock.now(), "language": language_of(student)},
        )
        put(package, "les-meg-forst.html", page.encode())
        put(package, "innhold.pdf", contents(student, told))
    tell(len(every) + 1, len(every) + 1)


def contents(student: Student, told: list[dict[str, Any]]) -> bytes:
    """What is in the package, on paper: each part, how much it holds, and where it lies. Raises RenderFailed."""
    rows: list[list[Value]] = [
        [
            str(part["title"]),
            str(section["title"]),
            len(section["rows"]),
            f"data/{part['slug']}.json",
            ", ".join(f"filer/{part['slug']}/{attached.name}" for attached in section["files"]),
        ]
        for part in told
        for section in part["sections"]
    ]
    about = _("%(name)s. Tatt ut %(day)s.") % {"name": student.person.full_name, "day": f"{clock.today():%d.%m.%Y}"}
    headings = [_("Del"), _("Tabell"), _("Linjer"), _("Data"), _("Filer")]
    return to_pdf(Table(_("Innhold i innsynspakken"), about, headings, rows), language=language_of(student))


def language_of(student: Student) -> str:
    return "nn" if student.person.written_form == "nn" else "nb"


def shown(section: Section) -> dict[str, Any]:
    """The section for the page: one table, whose columns are those any of the rows has."""
    headings = list(dict.fromkeys(heading for row in section.rows for heading in row))
    return {
        "title": section.title,
        "headings": headings,
        "rows": [[row.get(heading, "") for heading in headings] for row in section.rows],
        "files": section.files,
    }


def as_json(title: str, sections: list[Section]) -> bytes:
    content = {
        "tittel": title,
        "deler": [
            {
                "tittel": str(section.title),
                "rader": list(section.rows),
                "filer": [attached.name for attached in section.files],
            }
            for section in sections
        ],
    }
    return json.dumps(content, ensure_ascii=False, indent=2).encode()


def put(package: zipfile.ZipFile, name: str, content: bytes) -> None:
    info = zipfile.ZipInfo(name, NO_TIME)
    info.compress_type = zipfile.ZIP_DEFLATED
    info.external_attr = 0o644 << 16
    package.writestr(info, content)


def make(job_id: int) -> None:
    file_jobs.make(InsightExport, job_id, folder="innsyn", suffix=".zip", write=write)


def sweep() -> int:
    return file_jobs.sweep(InsightExport, TASK)


def yes_or_no(value: bool) -> str:
    return _("ja") if value else _("nei")
