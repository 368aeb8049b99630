"""What the routes about staff name: one of each kind near a pupil, at the pupil's school."""

from datetime import date
from uuid import UUID

from accessctl.models import School
from schoolapp.lib import clock
from staff.models import (
    IctOrder,
    MissingEmployee,
    OrgUnit,
    PayBatch,
    PayCode,
    PayLine,
    PlannedLessons,
    Position,
    SyncRun,
)
from tests.world import World

STAFF_KINDS: list[tuple[str, str]] = [
    (r"^ikt-skjema/<uuid:uuid>/", "ict order"),
    (r"^ikt-skjema/sendt/<uuid:uuid>/", "sent ict order"),
    (r"^ansattsynk/kjoring/<uuid:uuid>/", "sync run"),
    (r"^ansattsynk/mangler/<uuid:uuid>/", "missing employee"),
    (r"^ansattsynk/enheter/<uuid:uuid>/", "org unit"),
    (r"^variabel-lonn/overforing/<uuid:uuid>/", "pay batch"),
    (r"^variabel-lonn/<uuid:uuid>/", "pay line"),
    (r"^stillingsplan/<uuid:uuid>/", "planned lessons"),
]


def staff_objects(world: World, about: str, school: School) -> dict[str, UUID]:
    """An employee of the school who is new, missing from HR's file, and works in a unit of its own."""
    employee = world.add_employee(f"worker near {about}", role="laerer", schools=(school,))
    run = SyncRun.objects.create(trigger="nightly", state="applied", finished_at=clock.now())
    unit = OrgUnit.objects.create(unit_id=f"E{employee.pk}", school=school)
    position = Position.objects.create(
        employee=employee, reference="1", number=1, percent=8000, unit=unit, school=school, valid_from=clock.today()
    )
    code, _made = PayCode.objects.get_or_create(code="1150", defaults={"name": "Vikartime"})
    line = PayLine.objects.create(
        school=school, position=position, payee=employee.person.user, pay_code=code, quantity=350,
        first_day=clock.today(), last_day=clock.today(), recorded_by=world.users["nurse"],
    )  # fmt: skip
    batch = PayBatch.objects.create(
        number=employee.pk, school=school, period=date(2020, 1 + PayBatch.objects.count(), 1), content=b"fil",
        sha256="0" * 64, line_count=0, created_by=world.users["nurse"],
    )  # fmt: skip
    lessons = PlannedLessons.objects.create(
        school=school, school_year=world.year, employee=employee, group_name="5A", subject="Musikk", stage="primary",
        hours=5700,
    )  # fmt: skip
    sent = IctOrder.objects.create(
        employee=employee, school=elsewhere(school), state="sent", sent_by=world.users["nurse"], sent_at=clock.now()
    )  # fmt: skip
    return {
        "sent ict order": sent.uuid,
        "pay line": line.uuid,
        "pay batch": batch.uuid,
        "planned lessons": lessons.uuid,
        "ict order": IctOrder.objects.create(employee=employee, school=school).uuid,
        "sync run": run.uuid,
        "missing employee": MissingEmployee.objects.create(employee=employee, run=run).uuid,
        "org unit": unit.uuid,
    }


def elsewhere(school: School) -> School:
    """Another school: an employee has one form for IKT at each."""
    return School.objects.exclude(pk=school.pk).order_by("pk")[0]
