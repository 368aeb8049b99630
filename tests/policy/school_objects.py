"""What the routes about schools name: one of each kind near a pupil, at the pupil's school."""

from datetime import timedelta
from uuid import UUID

from django.core.files.base import ContentFile

from archive.models import CaseOwner, SchoolFolder
from documents.models import DocumentType, SchoolDocument
from schoolapp.lib import clock
from schools.models import CalendarEntry
from students.models import Student
from tests.world import World

SCHOOL_KINDS: list[tuple[str, str]] = [
    (r"^oppsett/skolerute/<uuid:uuid>/", "calendar entry"),
    (r"^oppsett/fag/les-inn/<uuid:uuid>/", "register file"),
]


def school_objects(world: World, about: str, student: Student) -> dict[str, UUID]:
    """A planning day of the school, a folder of its own in the archive, and who is to own its cases, and a document."""
    number, school = CalendarEntry.objects.count(), student.school
    day = world.year.starts_on + timedelta(days=60 + number)
    entry = CalendarEntry.objects.create(
        school_year=world.year, school=school, kind="planning_day", name=about, first_day=day, last_day=day
    )
    folder = SchoolFolder.objects.create(
        school=school, year=1990 + number, title=f"Skolemappe {number}", series="SAK", opened_on=day
    )
    owner = CaseOwner.objects.create(
        school=school, from_date=clock.today() + timedelta(days=1 + number), name="Ny Rektor", initials="NYR"
    )
    kind, _made = DocumentType.objects.get_or_create(slug="gruppeoversikter", defaults={"name_nb": "Oversikter"})
    overview = SchoolDocument(
        school=school, year=1990 + number, document_type=kind, title="Oversikt", created_by=world.users["principal"],
        state="finalised", finalised_at=clock.now(), sha256="0" * 64,
        pupils=[student.uuid],
    )  # fmt: skip
    overview.pdf.save(f"oversikt-{number}.pdf", ContentFile(b"%PDF"), save=True)
    return {
        "calendar entry": entry.uuid,
        "school folder": folder.uuid,
        "case owner": owner.uuid,
        "school document": overview.uuid,
    }
