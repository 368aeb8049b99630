"""The demo municipality's file from HR is read as any other, and has nothing to tell the second time."""

import pytest

from schoolapp.demo.hrm import NEW, staff_file
from staff.hr.visma import parse
from staff.models import Employee, IctOrder, SyncRun
from tests.staff.feed import Row, take, xml_file

pytestmark = pytest.mark.django_db


def test_the_file_brings_one_who_is_new_and_then_nothing(world, unit_a):
    rows = [Row(number=f"2{n:04d}", family=f"Fil{n}", title="Kontaktlærer", username="") for n in range(30)]
    take(xml_file(*[row.but(email="", phone="") for row in rows]))
    first = take(staff_file())
    assert first.state == SyncRun.State.APPLIED, first.refusals
    assert (first.counts["created"], first.counts["updated"]) == (1, 1)
    assert IctOrder.objects.filter(employee__employee_number=NEW, state="waiting").count() == 1
    assert Employee.objects.get(employee_number=NEW).person.user.assignments.get().role.slug == "grunntilgang"
    again = take(staff_file())
    assert not again.lines.exists()


def test_two_positions_alike_but_for_their_size_are_told_apart(world, unit_a):
    row = Row(percent="60,00")
    (one,) = parse(xml_file(row, row.but(percent="20,00", primary="0")))
    assert len({position.reference for position in one.positions}) == 2
    run = take(xml_file(row, row))
    assert run.state == SyncRun.State.REFUSED
    assert "samme arbeidsforhold" in run.refusals[0]["reason"] and "overlapper" in run.refusals[0]["reason"]
