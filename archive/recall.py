"""The national id a pupil folder is classed by, found again when the archive has lost the folder."""

from uuid import UUID

from archive.models import ArchiveFolder
from students.models import Student

PREFIX = "elevmappe:"


def national_id_of(folder: ArchiveFolder) -> str:
    """The pupil's current national id, or an empty string: a school folder has none, and a pupil may have left."""
    try:
        uuid = UUID(folder.key.removeprefix(PREFIX))
    except ValueError:
        return ""
    student = Student.objects.select_related("person").filter(uuid=uuid).first()
    current = student.person.national_ids.filter(is_current=True).first() if student else None
    return str(current.number) if current else ""
