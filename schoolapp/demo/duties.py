"""What is already done in the year wheel of the demo: all that was due more than three weeks ago."""

from datetime import timedelta

from accessctl.models import RoleAssignment, School
from schoolapp.demo.town import Town
from schools.models import DutyDone
from schools.wheel.board import current_year, places
from schools.wheel.duties import Duty, duties

LEFT_OPEN = timedelta(days=21)


def tick_off_what_is_past(town: Town) -> None:
    """By whoever owns the task; a task that nobody owns stays open."""
    year, schools = current_year(), list(School.objects.order_by("pk"))
    held: dict[tuple[str, int | None], int] = {}
    for role, school, user in RoleAssignment.objects.order_by("-pk").values_list("role__slug", "school", "user"):
        held[role, school] = user

    def owner(duty: Duty, school: School | None) -> int | None:
        keys = [(role, place) for role in duty.owners for place in (school and school.pk, None)]
        return next((held[key] for key in keys if key in held), None)

    if year is None:
        return
    past = [duty for duty in duties() if not duty.progress and duty.due_in(year) < town.today - LEFT_OPEN]
    DutyDone.objects.bulk_create(
        DutyDone(duty=duty.slug, school_year=year, school=school, by_id=user)
        for duty in past
        for school in places(duty, schools)
        if (user := owner(duty, school))
    )
