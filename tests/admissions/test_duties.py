"""The new school year in the year wheel: a task is done when the steps are."""

from datetime import date

from admissions.models import PlannedPlace, StepDone, YearDraft
from admissions.year.steps import INFORM, OF_SCHOOLS
from schools.models import SchoolYear
from schools.wheel.board import board
from schools.wheel.duties import duty_called
from schools.wheel.states import State


def next_draft(world) -> YearDraft:
    start = world.year.starts_on.year + 1
    year = SchoolYear.objects.create(starts_on=date(start, 8, 1), ends_on=date(start + 1, 7, 31), state="planned")
    return YearDraft.objects.create(school_year=year)


def cells(world, slug):
    [row] = board(world.year, [world.school_a, world.school_b], [duty_called(slug)])
    return {cell.school: cell for cell in row.cells}


def test_a_school_is_done_when_its_four_steps_are(world):
    draft = next_draft(world)
    for number in OF_SCHOOLS:
        assert cells(world, "plan-next-year")[world.school_a].state != State.DONE
        StepDone.objects.create(draft=draft, school=world.school_a, number=number)
    found = cells(world, "plan-next-year")
    assert found[world.school_a].state == State.DONE
    assert (found[world.school_b].progress.done, found[world.school_b].progress.total) == (0, len(OF_SCHOOLS))


def test_without_a_draft_nothing_is_done(world):
    for slug in ("open-next-year", "plan-next-year", "review-next-year", "turn-year"):
        assert all(cell.state != State.DONE for cell in cells(world, slug).values()), slug


def test_planning_is_open_when_all_have_a_school_the_schools_know_and_stab_has_opened(world):
    draft = next_draft(world)
    draft.filled_at = draft.opened_at = draft.made_at
    draft.save()
    StepDone.objects.create(draft=draft, school=None, number=INFORM)
    place = PlannedPlace.objects.create(draft=draft, student=world.pupils["own"], outcome="move", grade_level=8)
    [lacking] = cells(world, "open-next-year").values()
    assert (lacking.progress.done, lacking.state == State.DONE) == (2, False)
    world.pupils["own"].person.protection = "strict"
    world.pupils["own"].person.save()
    [hidden] = cells(world, "open-next-year").values()
    assert hidden.state == State.DONE, "a number never changes with a protected pupil"
    world.pupils["own"].person.protection = "none"
    world.pupils["own"].person.save()
    place.school = world.school_b
    place.save()
    [done] = cells(world, "open-next-year").values()
    assert done.state == State.DONE
