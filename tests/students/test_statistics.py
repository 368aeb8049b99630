"""The counts of 1 October: frozen, reproducible, corrected with a reason, and silent about few and protected pupils."""

from datetime import date

import pytest
from django.db import DatabaseError, transaction
from hypothesis import given
from hypothesis import strategies as st

from accessctl.actions import assign_role, give_grant
from accessctl.models import AccessEvent, Role
from accessctl.permissions import Permission
from people.models import Protection
from schoolapp.lib import clock
from students.models import CountCorrection, Enrolment, Snapshot, SnapshotCount
from students.statistics import actions
from students.statistics.sections import sections
from students.statistics.tables import DASH, FEWEST, Reader, of_counts, of_schools, summed, told
from tests.login import log_in

ALL = Reader(sees_few=True, sees_protected=True)
USUAL = Reader(sees_few=True, sees_protected=False)
FEW_HIDDEN = Reader(sees_few=False, sees_protected=False)


@pytest.fixture
def day(world) -> date:
    """1 October of the current school year, with pupils of known sex."""
    for key, sex in (("own", "kvinne"), ("classmate", "mann"), ("protected", "mann"), ("other_class", "kvinne")):
        world.people[key].sex = sex
        world.people[key].save()
    return world.year.starts_on.replace(month=10)


def numbers(snapshot: Snapshot, section: str = "pupils") -> dict[tuple[str, str], tuple[int | None, int]]:
    rows = SnapshotCount.objects.filter(snapshot=snapshot, section=section)
    return {(row.line, row.column): (row.number, row.hidden) for row in rows}


def shown(snapshot: Snapshot, reader: Reader, section: str = "pupils") -> dict[str, list[str]]:
    tables = of_counts(SnapshotCount.objects.filter(snapshot=snapshot), actions.latest(snapshot), reader)
    table = next(one for one in tables if one.section.slug == section)
    return {str(line.label): [*(cell.text for cell in line.cells), line.total] for line in table.lines}


def test_the_day_is_the_last_first_of_october_wholly_past():
    assert actions.counting_day(date(2026, 10, 1)) == date(2025, 10, 1)
    assert actions.counting_day(date(2026, 10, 2)) == date(2026, 10, 1)
    assert actions.counting_day(date(2027, 3, 1)) == date(2026, 10, 1)


def test_every_pupil_is_counted_once_and_the_protected_apart(world, day):
    snapshot = actions.freeze(world.school_a, day)
    assert numbers(snapshot) == {("5", "girls"): (2, 0), ("5", "boys"): (1, 1), ("5", "unknown"): (0, 0)}
    assert shown(snapshot, USUAL) == {"5. trinn": ["2", "1", "0", "3"]}
    assert shown(snapshot, ALL) == {"5. trinn": ["2", "2", "0", "4"]}


def test_what_is_frozen_stays_when_the_registers_are_corrected(world, day):
    snapshot = actions.freeze(world.school_a, day)
    before = numbers(snapshot)
    Enrolment.objects.filter(student=world.pupils["own"]).delete()
    world.people["classmate"].sex = "kvinne"
    world.people["classmate"].save()
    assert actions.freeze(world.school_a, day) is None
    assert numbers(snapshot) == before
    with pytest.raises(DatabaseError), transaction.atomic():
        SnapshotCount.objects.filter(snapshot=snapshot).update(number=9)
    with pytest.raises(DatabaseError), transaction.atomic():
        SnapshotCount.objects.filter(snapshot=snapshot).delete()


def test_who_has_moved_is_counted_where_they_were_that_day(world, day):
    place = Enrolment.objects.get(student=world.pupils["own"])
    place.valid_to, place.state = day, Enrolment.State.MOVED_INTERNAL
    place.save()
    Enrolment.objects.create(
        student=world.pupils["own"],
        school=world.school_b,
        school_year=world.year,
        grade_level=5,
        valid_from=day.replace(day=2),
    )
    at_a, at_b = actions.freeze(world.school_a, day), actions.freeze(world.school_b, day)
    assert numbers(at_a)["5", "girls"] == (2, 0)
    assert ("5", "girls") not in numbers(at_b)


def test_two_places_on_one_day_count_once_at_the_later(world, day):
    Enrolment.objects.create(
        student=world.pupils["own"],
        school=world.school_b,
        school_year=world.year,
        grade_level=5,
        state=Enrolment.State.MOVED_INTERNAL,
        valid_from=day,
        valid_to=day,
    )
    at_a, at_b = actions.freeze(world.school_a, day), actions.freeze(world.school_b, day)
    assert (numbers(at_a)["5", "girls"], numbers(at_b)["5", "girls"]) == ((1, 0), (1, 0))


def test_a_line_of_only_protected_pupils_is_not_there_for_others(world, day):
    world.add_pupil("alone", world.add_group("3A", world.school_a, 3), protection=Protection.STRICT)
    snapshot = actions.freeze(world.school_a, day)
    assert "3. trinn" in shown(snapshot, ALL)
    assert "3. trinn" not in shown(snapshot, USUAL)
    assert "3. trinn" not in shown(snapshot, USUAL, "form")


def test_few_are_not_told_and_no_sum_tells_them(world, day):
    snapshot = actions.freeze(world.school_a, day)
    assert shown(snapshot, FEW_HIDDEN) == {"5. trinn": [DASH, DASH, DASH, DASH]}


@given(st.lists(st.integers(0, 40), min_size=1, max_size=6))
def test_a_sum_is_told_only_when_every_number_in_it_is(found):
    column = sections()[0].columns[0]
    cells = [told(number, column, FEW_HIDDEN) for number in found]
    assert (summed(found, FEW_HIDDEN) == DASH) == (DASH in cells)
    assert all(cell == DASH or int(cell) >= FEWEST for cell in cells)
    assert summed(found, USUAL) == str(sum(found))


def test_correct_keeps_the_frozen_number_and_every_correction(world, day, client):
    snapshot = actions.freeze(world.school_a, day)
    count = SnapshotCount.objects.get(snapshot=snapshot, section="pupils", column="girls")
    log_in(client, world.user("principal"))
    path = f"/rapporter/gsi/tall/{count.uuid}/"
    assert client.post(path, {"tall": "3", "grunn": ""}).status_code == 422
    assert client.post(path, {"tall": "3", "grunn": "Glemt på telledagen"}).status_code == 302
    assert client.post(path, {"tall": "4", "grunn": "To var glemt"}).status_code == 302
    count.refresh_from_db()
    assert (count.number, CountCorrection.objects.filter(count=count).count()) == (2, 2)
    page = client.get(f"/rapporter/gsi/{world.school_a.uuid}/").text
    assert "rettet, var 2" in page
    assert shown(snapshot, USUAL)["5. trinn"][0] == "4"
    assert "To var glemt" in client.get(path).text


def test_what_people_know_is_filled_in(world, day):
    snapshot = actions.freeze(world.school_a, day)
    count = SnapshotCount.objects.get(snapshot=snapshot, section="by-hand", line="transport")
    assert shown(snapshot, USUAL, "by-hand")["Skoleskyss"][0] == ""
    actions.correct(count, number=7, reason="Talt", by=world.user("principal"))
    assert shown(snapshot, USUAL, "by-hand")["Skoleskyss"][0] == "7"


def test_the_file_tells_what_the_page_tells(world, day, client):
    actions.freeze(world.school_a, day)
    log_in(client, world.user("principal"))
    answer = client.get(f"/rapporter/gsi/{world.school_a.uuid}/fil/")
    assert "no-store" in answer["Cache-Control"]
    assert "Elever etter trinn og kjønn;5. trinn;Gutter;1" in answer.content.decode("utf-8-sig")
    give_grant(world.user("principal"), Permission.SEE_PROTECTED, on=world.school_a, by=None, reason="Prøve")
    log_in(client, world.user("principal"))
    answer = client.get(f"/rapporter/gsi/{world.school_a.uuid}/fil/")
    assert "Elever etter trinn og kjønn;5. trinn;Gutter;2" in answer.content.decode("utf-8-sig")


def test_a_reporter_without_access_to_pupils_sees_dashes_and_corrects_nothing(world, day, client):
    snapshot = actions.freeze(world.school_a, day)
    role = Role.objects.create(slug="bare-gsi", name="Bare GSI", reach="schools", permissions=["report_statistics"])
    world.add_employee("reporter")
    assign_role(world.user("reporter"), role=role.slug, by=None, school=world.school_a)
    log_in(client, world.user("reporter"))
    page = client.get(f"/rapporter/gsi/{world.school_a.uuid}/").text
    assert "<td>–</td>" in page
    assert "<td>2</td>" not in page
    count = snapshot.counts.first()
    assert client.get(f"/rapporter/gsi/tall/{count.uuid}/").status_code == 404
    assert client.get(f"/rapporter/gsi/{world.school_b.uuid}/").status_code == 404


def test_the_night_freezes_every_school_once(world, day, time_machine):
    time_machine.move_to(clock.now().replace(year=day.year, month=10, day=2, hour=1))
    assert actions.freeze_due() == 2
    assert actions.freeze_due() == 0
    assert set(Snapshot.objects.values_list("counted_on", flat=True)) == {day}
    time_machine.move_to(clock.now().replace(year=day.year + 1, month=6))
    Snapshot.objects.none()
    assert actions.freeze_due() == 0


def now_of(snapshot: Snapshot, reader: Reader) -> dict[str, list[str]]:
    counts = SnapshotCount.objects.filter(snapshot=snapshot)
    recount = actions.work_out(snapshot.school, snapshot.counted_on)
    tables = of_counts(counts, actions.latest(snapshot), reader, recount)
    table = next(one for one in tables if one.section.slug == "pupils")
    return {str(line.label): [cell.now for cell in line.cells] for line in table.lines}


def test_what_has_changed_since_is_shown_beside_what_was_frozen(world, day):
    snapshot = actions.freeze(world.school_a, day)
    assert now_of(snapshot, USUAL) == {"5. trinn": ["", "", ""]}
    world.people["classmate"].sex = "kvinne"
    world.people["classmate"].save()
    assert now_of(snapshot, USUAL) == {"5. trinn": ["3", "0", ""]}
    assert shown(snapshot, USUAL) == {"5. trinn": ["2", "1", "0", "3"]}
    assert now_of(snapshot, FEW_HIDDEN) == {"5. trinn": ["", "", ""]}


def test_the_difference_does_not_tell_who_was_protected_since(world, day):
    snapshot = actions.freeze(world.school_a, day)
    world.people["classmate"].protection = Protection.CLIENT
    world.people["classmate"].save()
    assert now_of(snapshot, USUAL) == now_of(snapshot, ALL) == {"5. trinn": ["", "", ""]}


def test_the_sum_is_that_of_the_schools_and_for_those_who_see_few_at_all_of_them(world, day):
    snapshots = [actions.freeze(school, day) for school in (world.school_a, world.school_b)]
    counts = [list(SnapshotCount.objects.filter(snapshot=snapshot)) for snapshot in snapshots]
    corrected = next(row for row in counts[0] if row.section == "pupils" and row.column == "girls")
    actions.correct(corrected, number=7, reason="Glemt", by=world.user("principal"))
    latest = actions.latest(*snapshots)
    [table] = [t for t in of_schools([(USUAL, rows) for rows in counts], latest) if t.section.slug == "pupils"]
    expected = sum(
        7 if row.pk == corrected.pk else row.number for rows in counts for row in rows if row.section == "pupils"
    )
    assert int(table.grand_total) == expected > 8
    assert of_schools([(USUAL, counts[0]), (FEW_HIDDEN, counts[1])], latest) == []


def test_the_overview_has_the_sum_for_the_municipality_and_not_for_a_school(world, day, client):
    actions.freeze(world.school_a, day)
    log_in(client, world.user("municipal_admin"))
    frozen_before = SnapshotCount.objects.count()
    assert "Sum for skolene" in client.get("/rapporter/gsi/").text
    assert "nå" in client.get(f"/rapporter/gsi/{world.school_a.uuid}/?vis=endret").text
    assert SnapshotCount.objects.count() == frozen_before
    log_in(client, world.user("principal"))
    assert "Sum for skolene" not in client.get("/rapporter/gsi/").text


def test_freezing_again_changes_nothing(world, day, time_machine):
    time_machine.move_to(f"{day.year}-10-05T03:00:00+02:00")
    assert actions.freeze_due() > 0
    before = list(SnapshotCount.objects.order_by("pk").values_list())
    world.people["classmate"].sex = "kvinne"
    world.people["classmate"].save()
    assert actions.freeze_due() == 0
    assert list(SnapshotCount.objects.order_by("pk").values_list()) == before


def test_a_line_that_came_after_freezing_is_among_the_differences(world, day):
    snapshot = actions.freeze(world.school_a, day)
    late = world.add_pupil("late", world.add_group("3A", world.school_a, 3))
    world.people["late"].sex = "kvinne"
    world.people["late"].save()
    assert now_of(snapshot, USUAL) == {"3. trinn": ["1", "", ""], "5. trinn": ["", "", ""]}
    assert "3. trinn" not in shown(snapshot, USUAL)
    assert now_of(snapshot, FEW_HIDDEN) == {"5. trinn": ["", "", ""]}
    late.person.protection = Protection.STRICT
    late.person.save()
    assert now_of(snapshot, USUAL) == {"5. trinn": ["", "", ""]}
    assert now_of(snapshot, ALL)["3. trinn"] == ["1", "", ""]


def test_the_sum_is_taken_out_by_who_is_shown_it(world, day, client):
    for school in (world.school_a, world.school_b):
        actions.freeze(school, day)
    log_in(client, world.user("municipal_admin"))
    assert "/rapporter/gsi/fil/" in client.get("/rapporter/gsi/").text
    answer = client.get("/rapporter/gsi/fil/")
    rows = answer.content.decode("utf-8-sig").splitlines()
    girls = sum(numbers(snapshot).get(("5", "girls"), (0, 0))[0] for snapshot in Snapshot.objects.all())
    assert f"Elever etter trinn og kjønn;5. trinn;Jenter;{girls}" in rows
    assert "no-store" in answer["Cache-Control"]
    assert AccessEvent.objects.filter(action="export", user=world.users["municipal_admin"]).exists()
    log_in(client, world.user("principal"))
    assert client.get("/rapporter/gsi/fil/").status_code == 404
