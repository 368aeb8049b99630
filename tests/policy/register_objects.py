"""What the routes about the population register name: a run, and two persons who may be one, one of them a pupil."""

from datetime import date
from uuid import UUID

from guardians.models import PersonMerge, RegisterFinding
from people.models import RegisterImport
from students.models import Student
from tests.world import World

REGISTER_KINDS: list[tuple[str, str]] = [
    (r"^folkeregisteret/innlesing/<uuid:uuid>/", "register run"),
    (r"^folkeregisteret/samme-person/<uuid:uuid>/", "register finding"),
    (r"^folkeregisteret/sammenslatt/<uuid:uuid>/", "person merge"),
]


def register_objects(world: World, student: Student) -> dict[str, UUID]:
    run = RegisterImport.objects.create(source="upload", state="waiting")
    twin, other = (world.add_person("Samme", "Person", born=date(2015, 1, 1)) for _one in range(2))
    finding = RegisterFinding.objects.create(
        run=run, kind="duplicate", state="waiting", person=student.person, other=twin, detail="same_name"
    )
    merged = PersonMerge.objects.create(
        kept=student.person, gone=other, by=world.users["nurse"], moved={"before": [], "left": 0}
    )
    return {"register run": run.uuid, "register finding": finding.uuid, "person merge": merged.uuid}
