"""What the demo municipality has agreed with its archive, should it change over to Fiks Arkiv.

The accounts are those of the stand-in that `bin/start` runs (sandbox/fiks); no archive elsewhere knows them.
"""

from uuid import UUID

from django.conf import settings

from archive.models import ArchiveClass, ArchiveSystem

OUR_ACCOUNT = "5c1e0f1a-0000-4000-8000-0000000000a1"
ARCHIVES_ACCOUNT = "5c1e0f1a-0000-4000-8000-0000000000a2"
Folders = ArchiveClass.Folders
CLASSES = (("FNR", "", Folders.PUPIL), ("K-KODE", "B00", Folders.ALL))


def agree_with_archive() -> None:
    """Accounts and codes are filled in; the system in use stays what the environment says."""
    system = ArchiveSystem.objects.create(
        adapter=settings.ARCHIVE_CONNECTOR,
        own_account=UUID(OUR_ACCOUNT),
        recipient_account=UUID(ARCHIVES_ACCOUNT),
        pupil_folder_type="Elevmappe",
        school_folder_type="Skolemappe",
    )
    for order, (class_system, class_id, folders) in enumerate(CLASSES, 1):
        ArchiveClass.objects.create(
            archive=system, order=order, class_system=class_system, class_id=class_id, folders=folders
        )
