"""A file from HR that is broken in any way changes nothing at all, and says where and why."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from accessctl.models import RoleAssignment, User
from people.models import Person
from staff.hr.reader import read
from staff.hr.shape import MOST_REFUSALS, FeedRefused
from staff.models import Employee, MissingEmployee, Position, StagedEmployee, SyncRun
from tests.staff.feed import Row, csv_file, drop, number_for, take, xml_file

STAFF = [Row(number=f"2{n:04d}", employment=f"2{n:04d}-1", family=f"Fil{n}") for n in range(12)]
GOOD = csv_file(*STAFF)
LINES = GOOD.decode().splitlines(keepends=True)


def with_row(number: int, text: str) -> bytes:
    """The good file with row `number` (counted from 1, the heading too) replaced."""
    return "".join([*LINES[: number - 1], text, *LINES[number:]]).encode()


def everything() -> dict[str, str]:
    """A digest of all that a staff file could change."""
    found = {}
    with connection.cursor() as cursor:
        for model in (Employee, Person, Position, RoleAssignment, User, MissingEmployee, StagedEmployee):
            table = model._meta.db_table
            cursor.execute(f"SELECT md5(string_agg(t::text, '|' ORDER BY t.id)) FROM {table} t")
            found[table] = cursor.fetchone()[0]
    return found


BROKEN = {
    "empty": (b"", None, "tom"),
    "only a mark": (b"\xef\xbb\xbf\r\n", None, "tom"),
    "no people": (LINES[0].encode(), None, "ingen ansatte"),
    "another charset": (GOOD.replace(b"Fil5", "Fløy".encode("latin-1")), 7, "UTF-8"),
    "utf-16": (GOOD.decode().encode("utf-16"), 1, "UTF-8"),
    "cut in a row": (GOOD[:-20], 13, "slutter midt"),
    "cut after a field": (GOOD[: GOOD.rindex(b";")], 13, "slutter midt"),
    "a broken row in the middle": (with_row(7, "20005;x;y\r\n"), 7, "3 felt"),
    "a quote that never ends": (with_row(7, LINES[6].replace("Fil5", '"Fil5')), None, "anførselstegn"),
    "a column gone": (GOOD.replace(b";fnr;", b";"), 1, "kolonnen fnr mangler"),
    "31 April": (csv_file(*STAFF[:4], STAFF[4].but(ends="2026-04-31")), 6, "31.4., en dag som ikke finnes"),
    "29 February": (csv_file(STAFF[0].but(starts="29.02.2026")), 2, "en dag som ikke finnes"),
    "no date": (csv_file(STAFF[0].but(starts="i fjor")), 2, "ikke en dato"),
    "ends before it starts": (csv_file(STAFF[0].but(ends="2020-01-01")), 2, "til er før fra"),
    "over full": (csv_file(STAFF[0].but(percent="180,00")), 2, "stillingsprosent er over 100"),
    "below nought": (csv_file(STAFF[0].but(percent="-5")), 2, "stillingsprosent er ikke et tall"),
    "a wrong number": (csv_file(STAFF[0].but(fnr="12345678901")), 2, "fødselsnummeret"),
    "no name": (csv_file(STAFF[0].but(family=" ")), 2, "etternavn mangler"),
    "a formula for a number": (csv_file(STAFF[0].but(number="=1+1")), 2, "ansattnummer er ikke gyldig"),
    "two numbers, one person": (
        csv_file(*STAFF[:3], STAFF[3].but(fnr=number_for("20001"))),
        5,
        "samme person som rad 3",
    ),
    "two persons, one number": (csv_file(*STAFF[:3], STAFF[1].but(fnr=number_for("20009"))), 5, "samme ansattnummer"),
    "the same employment twice": (csv_file(*STAFF[:3], STAFF[1]), 5, "samme arbeidsforhold"),
    "xml cut off": (xml_file(*STAFF)[:-40], None, "avkortet"),
    "other xml": (b"<persons/>", 1, "ikke fra Visma"),
    "xml with entities": (
        xml_file(*STAFF).replace(b"<personsXML>", b'<!DOCTYPE p [<!ENTITY a "b">]><personsXML>', 1),
        1,
        "dokumenttype",
    ),
    "xml, 31 April": (xml_file(*STAFF[:2], STAFF[2].but(ends="2026-04-31")), None, "en dag som ikke finnes"),
    "a nul": (GOOD.replace(b"Fil5", b"Fi\x005"), 7, "ikke kan leses"),
}


@pytest.mark.parametrize("kind", BROKEN)
def test_a_broken_file_changes_nothing_and_says_where(world, unit_a, kind):
    content, row, reason = BROKEN[kind]
    assert take(GOOD).state == SyncRun.State.APPLIED
    before = everything()
    run = take(content)
    assert run.state == SyncRun.State.REFUSED
    assert reason in run.refusals[0]["reason"]
    if row:
        assert run.refusals[0]["row"] == row
    assert everything() == before


def test_every_wrong_row_is_told_at_once(world):
    run = take(csv_file(*[row.but(percent="x") for row in STAFF[:5]], *STAFF[5:]))
    assert [refusal["row"] for refusal in run.refusals] == [2, 3, 4, 5, 6]


def test_a_row_that_is_cut_off_hides_no_other_fault():
    """Too few fields in one row, a day that does not exist in another, and a quote that never ends."""
    rows = [*LINES[:2], LINES[2].replace("2024-08-01", "2024-04-31"), "20005;x;y\r\n", '"20006;x\r\n']
    with pytest.raises(FeedRefused) as caught:
        read("".join(rows).encode())
    told = [(refusal.row, refusal.reason) for refusal in caught.value.refusals]
    assert [row for row, _reason in told] == [3, 4, 5]
    assert all(part in reason for part, (_row, reason) in zip(("31.4.", "3 felt", "anførselstegn"), told, strict=True))


def test_a_file_where_every_row_is_wrong_tells_the_first_and_how_many_more():
    rows = [Row(number=f"3{n:04d}", percent="x") for n in range(MOST_REFUSALS + 7)]
    with pytest.raises(FeedRefused) as caught:
        read(csv_file(*rows))
    assert len(caught.value.refusals) == MOST_REFUSALS + 1
    assert caught.value.refusals[-1].sentence() == "7 rader til har feil"


def test_the_command_tells_why_a_file_is_refused_and_nothing_else(world, tmp_path):
    """No table of zeros, and no advice that can not help."""
    drop(tmp_path, with_row(7, "20005;x;y\r\n"))
    out, err = StringIO(), StringIO()
    with pytest.raises(CommandError, match="Ingenting er endret"):
        call_command("import_staff", str(tmp_path / "ansatte.csv"), stdout=out, stderr=err)
    assert (out.getvalue(), err.getvalue()) == ("", "Rad 7: 3 felt, ikke 19\n")


def test_the_command_says_how_to_accept_a_short_file(world, unit_a, tmp_path):
    take(GOOD)
    drop(tmp_path, csv_file(*STAFF[:2]))
    out, err = StringIO(), StringIO()
    with pytest.raises(CommandError):
        call_command("import_staff", str(tmp_path / "ansatte.csv"), apply=True, stdout=out, stderr=err)
    assert "--accept-short" in out.getvalue() and "flere enn grensen" in err.getvalue()


def test_a_refusal_repeats_no_national_id(world):
    run = take(csv_file(STAFF[0].but(fnr="12345678901")))
    assert "12345678901" not in str(run.refusals)


@pytest.mark.parametrize("left", [0, 1, 6, 10])
def test_a_short_file_closes_nobody(world, unit_a, left):
    take(GOOD)
    before = everything()
    run = take(csv_file(*STAFF[:left]) if left else LINES[0].encode())
    assert run.state == (SyncRun.State.SHORT if left else SyncRun.State.REFUSED)
    assert everything() == before


def test_a_file_that_ends_everybody_is_short_as_well(world, unit_a):
    take(GOOD)
    before = everything()
    run = take(csv_file(*[row.but(ends="2025-01-01") for row in STAFF]))
    assert run.state == SyncRun.State.SHORT
    assert run.counts["lost"] == len(STAFF)
    assert everything() == before


def test_somebody_may_accept_a_short_file(world, unit_a):
    take(GOOD)
    assert take(csv_file(*STAFF[:6]), accept_short=True).state == SyncRun.State.APPLIED
    assert MissingEmployee.objects.count() == 6


def test_an_error_in_the_middle_leaves_nothing_half_done(world, unit_a, monkeypatch):
    before = everything()

    def fail(*_args, **_kwargs):
        raise RuntimeError("power cut")

    monkeypatch.setattr("staff.hr.apply.Application.back", fail)
    with pytest.raises(RuntimeError):
        take(GOOD)
    assert everything() == before
    assert SyncRun.objects.get().state == SyncRun.State.REFUSED
