"""Seals over the logs: every tampering is found, and nothing that happens in daily work is taken for one."""

import base64
import json
import random
import re
import threading
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.core.management import CommandError, call_command
from django.db import OperationalError, connection, transaction

from accessctl.audit import record_act
from accessctl.journal import seal
from accessctl.journal.keys import signing_key
from accessctl.journal.verify import verify
from accessctl.models import AccessEvent, ChangeEvent, LogSeal, Municipality, User

INSERT = (
    "INSERT INTO accessctl_accessevent (action, object_type, ground, role, basis, what, reason, login_method)"
    " VALUES ('open', '', '', '', '', 'x', '', '')"
)
PUT_IN = INSERT.replace("login_method)", "login_method, txid)").replace("'', '')", "'', '', '3')")
SWAPPED = (
    "UPDATE accessctl_accessevent a SET what = b.what FROM accessctl_accessevent b"
    " WHERE (a.id, b.id) IN (({row}, {row} + 1), ({row} + 1, {row}))"
)
SWAP = (
    "UPDATE {table} SET id = -{one} WHERE id = {one}; UPDATE {table} SET id = {one} WHERE id = {other};"
    " UPDATE {table} SET id = {other} WHERE id = -{one}"
)
pytestmark = pytest.mark.django_db(transaction=True)
KEY = "QUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUE="
OTHER_KEY = "QkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkI="


@pytest.fixture
def copy(settings, tmp_path) -> Path:
    settings.LOG_SEAL_KEY = KEY
    settings.LOG_SEAL_FILE = str(tmp_path / "elsewhere" / "seals.jsonl")
    return Path(settings.LOG_SEAL_FILE)


@pytest.fixture
def sealed(copy) -> Path:
    """Three seals over thirty lines, and one over changes of data."""
    user = User.objects.create(display_name="Ansatt")
    Municipality.objects.create(name="Prøve", number="0000", org_number="000000000")
    Municipality.objects.update(name="Prøvested")
    for _batch in range(3):
        for number in range(10):
            record_act(user, "open", what=f"elev {number}")
        seal.seal_all()
    return copy


def as_superuser(*statements: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        for statement in statements:
            cursor.execute(statement)


def kinds(copy: Path | None) -> set[str]:
    return {finding.kind for finding in verify(copy).findings}


def test_everything_committed_is_sealed_once(sealed):
    result = verify(sealed)
    assert result.findings == []
    assert result.rows == AccessEvent.objects.count() + ChangeEvent.objects.count() > 30
    assert seal.seal_all() == 0


def test_more_rows_than_one_seal_takes_are_sealed_in_the_order_they_were_written(copy, monkeypatch):
    """A transaction is never split, and transaction ids are ordered as numbers."""
    monkeypatch.setattr(seal, "MOST_ROWS", 3)
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        for number in (9, 10, 99, 100, 101):
            one = PUT_IN.replace("'3'", f"'{number}'")
            cursor.execute(f"{one}, {one.split('VALUES')[1]}")
        cursor.execute("SET session_replication_role = origin")
    assert seal.seal_all() == 10
    assert [int(row.horizon) for row in LogSeal.objects.order_by("number")][:2] == [11, 101]
    assert kinds(copy) == set()


def test_the_seals_are_told_to_another_place(sealed):
    kept = [json.loads(line) for line in sealed.read_text().splitlines()]
    assert [line["number"] for line in kept] == list(
        LogSeal.objects.order_by("number").values_list("number", flat=True)
    )
    assert "elev" not in sealed.read_text()
    assert not re.search(r"\d{9}", " ".join(part for line in kept for part in (line["root"], line["signature"])))
    sealed.unlink()
    assert seal.export() == len(kept)


@pytest.mark.parametrize(
    ("statement", "kind"),
    [
        ("UPDATE accessctl_accessevent SET action = 'opem' WHERE id = {row}", "row changed"),
        ("UPDATE accessctl_accessevent SET user_id = NULL WHERE id = {row}", "row changed"),
        ("UPDATE accessctl_accessevent SET at = at + interval '1 microsecond' WHERE id = {row}", "row changed"),
        ("UPDATE accessctl_changeevent SET new = '{{}}' WHERE id = {change}", "row changed"),
        ("DELETE FROM accessctl_accessevent WHERE id = {row}", "row removed"),
        ("DELETE FROM accessctl_changeevent WHERE id = {change}", "row removed"),
        (PUT_IN, "row put in"),
        (SWAPPED, "row changed"),
        ("UPDATE accessctl_logseal SET row_ids = row_ids[2:] WHERE number = 2", "seal changed"),
        ("UPDATE accessctl_logseal SET sealed_at = sealed_at - interval '1 day' WHERE number = 2", "seal changed"),
        ("UPDATE accessctl_logseal SET signature = decode(repeat('00', 64), 'hex') WHERE number = 2", "signature"),
        ("DELETE FROM accessctl_logseal WHERE number = 2", "seal missing"),
    ],
)
def test_a_database_administrator_cannot_hide_a_change(sealed, statement, kind):
    row = AccessEvent.objects.order_by("id")[12].pk
    change = ChangeEvent.objects.order_by("id")[1].pk
    with transaction.atomic():
        as_superuser(statement.format(row=row, change=change))
        assert kind in kinds(None)
        transaction.set_rollback(True)
    assert kinds(sealed) == set()


@pytest.mark.slow
def test_a_thousand_random_tampers_are_found(sealed):
    """A byte changed, a row removed, a row put in, two swapped: anywhere, in either log."""
    chance = random.Random(7)
    rows = {
        "accessctl_accessevent": list(AccessEvent.objects.values_list("pk", flat=True)),
        "accessctl_changeevent": list(ChangeEvent.objects.values_list("pk", flat=True)),
    }
    texts = {"accessctl_accessevent": "action", "accessctl_changeevent": "job"}
    missed = []
    for _round in range(1000):
        table = chance.choice(list(rows))
        one, other = chance.sample(rows[table], 2)
        text = texts[table]
        statement = chance.choice(
            [
                f"UPDATE {table} SET {text} = {text} || '{chance.choice('abc ')}' WHERE id = {one}",
                f"DELETE FROM {table} WHERE id = {one}",
                f"UPDATE {table} SET id = id + 1000000 WHERE id = {one}",
                SWAP.format(table=table, one=one, other=other),
            ]
        )
        with transaction.atomic():
            as_superuser(*statement.split(";"))
            if not verify().findings:
                missed.append(statement)
            transaction.set_rollback(True)
    assert missed == []


def test_a_cut_tail_is_seen_with_the_copy(sealed):
    last = LogSeal.objects.order_by("-number")[0]
    with transaction.atomic():
        as_superuser(
            f"DELETE FROM accessctl_accessevent WHERE id IN ({', '.join(map(str, last.row_ids))})",
            f"DELETE FROM accessctl_logseal WHERE number = {last.number}",
        )
        assert kinds(None) == set(), "without the copy there is nothing to see"
        assert kinds(sealed) == {"seal missing"}
        transaction.set_rollback(True)


def test_a_chain_built_anew_from_the_middle_is_seen_with_the_copy(sealed):
    """By somebody who even has the signing key."""
    with transaction.atomic():
        as_superuser(
            "UPDATE accessctl_accessevent SET action = 'other' WHERE id IN (SELECT row_ids[1] FROM accessctl_logseal"
            " WHERE number = 2)",
            "DELETE FROM accessctl_logseal WHERE number >= 2",
        )
        connection.cursor().execute("SET LOCAL session_replication_role = origin")
        rebuild_chain()
        assert kinds(None) == set(), "without the copy there is nothing to see"
        assert "chain rebuilt" in kinds(sealed)
        transaction.set_rollback(True)


def rebuild_chain() -> None:
    """Seal everything again from seal 2, as the one who has key and database would."""
    for name in ("access", "changes"):
        known = {pk for row in LogSeal.objects.filter(log=name) for pk in row.row_ids}
        layout = seal.LAYOUTS[name][1]
        rows = [
            (pk, bytes(digest))
            for pk, digest in seal.query(f"SELECT id, {layout.digest} FROM {layout.table} ORDER BY id")
            if pk not in known
        ]
        if rows:
            horizon = int(seal.query("SELECT pg_snapshot_xmin(pg_current_snapshot())::text")[0][0])
            seal._write(name, 1, rows, horizon=horizon, here=seal.cluster())


def test_a_seal_signed_with_another_key_is_seen_and_a_replaced_key_is_known(sealed, settings):
    settings.LOG_SEAL_KEY = OTHER_KEY
    assert kinds(sealed) == {"signature"}
    settings.LOG_SEAL_KEY = KEY
    old = seal.signing_key().public_key().public_bytes_raw()
    settings.LOG_SEAL_KEY = OTHER_KEY
    settings.LOG_SEAL_OLD_PUBLIC_KEYS = [base64.b64encode(old).decode()]
    assert kinds(sealed) == set()


def test_without_a_key_nothing_is_sealed_outside_development(settings):
    settings.LOG_SEAL_KEY, settings.DEVELOPMENT = "", False
    with pytest.raises(ImproperlyConfigured, match="LOG_SEAL_KEY"):
        signing_key()


def test_the_command_says_what_is_wrong(sealed, capsys):
    call_command("verify_log", against=sealed)
    assert "0 findings" not in capsys.readouterr().out
    sealed.write_text(sealed.read_text().replace('"root": "', '"root": "00'))
    with pytest.raises(CommandError, match="findings"):
        call_command("verify_log", against=sealed)
    assert "chain rebuilt" in capsys.readouterr().out


def test_a_row_waits_for_every_older_transaction(copy):
    """Ids and commits come in different orders: what is late must not find its place sealed."""
    slow = connection.copy()
    try:
        slow.ensure_connection()
        slow.set_autocommit(False)
        slow.cursor().execute(INSERT)
        record_act(None, "open", what="after")
        assert seal.seal_all() == 0
        slow.commit()
        assert seal.seal_all() == 2
    finally:
        slow.close()
    assert kinds(copy) == set()


def test_parallel_writers_rollbacks_and_a_killed_one_give_no_false_alarm(copy):
    done, sealed_often = threading.Event(), threading.Event()
    threads = [threading.Thread(target=write_lines, args=(number, sealed_often)) for number in range(8)]
    sealer = threading.Thread(target=seal_until, args=(done, sealed_often))
    for thread in [*threads, sealer]:
        thread.start()
    for thread in threads:
        thread.join()
    done.set()
    sealer.join()
    seal.seal_all()
    result = verify(copy)
    assert result.findings == []
    assert AccessEvent.objects.count() == sum(len(row.row_ids) for row in LogSeal.objects.filter(log="access")) > 300
    assert result.seals > 3


def write_lines(number: int, sealed_often: threading.Event) -> None:
    own = connection.copy()
    own.ensure_connection()
    own.set_autocommit(False)
    chance = random.Random(number)
    for _line in range(80):
        own.cursor().execute(INSERT)
        if chance.random() < 0.2:
            own.rollback()
        elif chance.random() < 0.8:
            own.commit()
    while not sealed_often.is_set():
        own.cursor().execute(INSERT)
        own.commit()
    if number == 0:
        own.cursor().execute(INSERT)
        with pytest.raises(OperationalError):
            own.cursor().execute("SELECT pg_terminate_backend(pg_backend_pid())")
    else:
        own.commit()
    own.close()


def seal_until(done: threading.Event, sealed_often: threading.Event) -> None:
    while not done.is_set():
        seal.seal_all()
        if LogSeal.objects.count() > 3:
            sealed_often.set()
    connection.close()
