"""Records, and a local archive that listens on a real socket."""

import hashlib
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import F
from django.db.models.functions import Now

from accessctl.models import School
from archive import actions, worker
from archive.models import ArchiveFolder, ArchiveRun, Delivery, Peer, SchoolArchiveSettings
from archive.record import Correspondent, FileRef, FolderRef, Record
from sandbox.elements.server import DOCUMENT_PATH, MODEL_PATH, Elements

NATIONAL_ID = "14831512345"


@contextmanager
def running_elements(**options) -> Iterator[Elements]:
    server = Elements(**options)
    thread = threading.Thread(target=lambda: server.serve_forever(poll_interval=0.05), daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def addresses(server: Elements) -> dict[str, str]:
    return {
        "object_model_url": server.url + MODEL_PATH,
        "document_url": server.url + DOCUMENT_PATH,
        "database": "TEST",
        "username": "SCHOOLAPP",
        "password": "hemmelig-passord",
        "role": "",
        "external_system": "Schoolapp",
        "wsdl_query": "singleWsdl",
        "key_attribute": "CustomAttribute10",
        "pupil_file_type": "ELEV",
        "school_file_type": "SAK",
    }


def make_school(name: str = "Elvebakken skole", number: str = "999999990", initials: str = "KHA") -> School:
    school = School.objects.create(name=name, org_number=number, kind=School.Kind.PRIMARY)
    SchoolArchiveSettings.objects.create(school=school, case_owner_initials=initials, administrative_unit="ELVEBAKKEN")
    return school


def make_file(name: str, content: bytes) -> FileRef:
    path = default_storage.save(f"documents/{name}", ContentFile(content))
    return FileRef(path, name, "Vedtak", hashlib.sha256(content).hexdigest(), len(content), "fmt/354", "RA-PDF")


def national_id_for(folder: str) -> str:
    """Another pupil for another folder."""
    number = int(folder.rpartition(":")[2])
    return NATIONAL_ID if number == 1 else f"148315{number % 100_000:05d}"


def make_record(key: str, folder: str = "elevmappe:1", *, files: int = 1, **changes) -> Record:
    fields = {
        "key": key,
        "folder": FolderRef(
            folder, "pupil", "Elevmappe – Kari Prøve", "Elevmappe – #Kari Prøve#", national_id_for(folder)
        ),
        "title": "Innkalling til møte – Kari Prøve",
        "public_title": "Innkalling til møte – #Kari Prøve#",
        "registry_type": "U",
        "status": "J",
        "document_date": "2026-11-20",
        "access_code": "UO",
        "legal_basis": "offl. § 13, jf. fvl. § 13 første ledd nr. 1",
        "correspondents": (Correspondent("Ola Prøve", True), Correspondent("Eva Prøve", True)),
        "files": tuple(make_file(f"{key.replace(':', '-')}-{n}.pdf", f"%PDF {key} {n}".encode()) for n in range(files)),
    }
    return Record(**fields | changes)


def queue(record: Record, school: School, **options) -> Delivery:
    with transaction.atomic():
        return actions.queue(record, school=school, **{"about": None} | options)


def run_all() -> ArchiveRun:
    """A run, and all the work it asks for."""
    run = actions.start_run(trigger=ArchiveRun.Trigger.SCHEDULE)
    worker.work(seconds=240)
    run.refresh_from_db()
    return run


def let_time_pass(**span: float) -> None:
    """Move everything the outbox waits for into the past, since it goes by the database's clock."""
    gap = timedelta(**span or {"hours": 1})
    Delivery.objects.exclude(state="archived").update(
        next_at=F("next_at") - gap, claimed_at=F("claimed_at") - gap, lease_until=F("lease_until") - gap
    )


def reopen_breaker() -> None:
    Peer.objects.filter(open_until__isnull=False).update(open_until=Now())


def entries(server: Elements) -> list[dict]:
    return server.store.all("RegistryEntry")


def keys_archived(server: Elements) -> list[str]:
    return sorted(entry["CustomAttribute10"] for entry in entries(server))


def the_folder() -> ArchiveFolder:
    return ArchiveFolder.objects.get()
