"""What the routes about letters name: one that has failed, and one that waits for the officer, about a pupil."""

from uuid import UUID

from messaging.models import Dispatch
from students.models import Student
from tests.world import World

LETTER_KINDS: list[tuple[str, str]] = [
    (r"^rapporter/utsendinger/<uuid:uuid>/", "letter"),
    (r"^adressesperre/brev/<uuid:uuid>/", "held letter"),
]


def letter_objects(world: World, about: str, student: Student) -> dict[str, UUID]:
    fields = {
        "school": student.school,
        "recipient": world.people["guardian"],
        "about": student.uuid,
        "title": "Brev fra skolen",
        "kind": "Prøvebrev",
        "letter": {"files": []},
        "content_sha256": "0" * 64,
        "state": Dispatch.State.PARKED,
    }
    failed = Dispatch.objects.create(key=f"letter {about}", failure="no_address", failure_text="Mangler.", **fields)
    held = Dispatch.objects.create(key=f"held {about}", failure="protected", **fields)
    return {"letter": failed.uuid, "held letter": held.uuid}
