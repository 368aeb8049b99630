"""Sealing the logs: what has surely been committed is numbered, hashed, chained, signed, and told to another place.

A row is sealed when every transaction that began before its own has ended. Then none can appear later with a lower
place, and none that was rolled back is missed: writers need no lock, and no gap is a false alarm.
"""

import json
import logging
import os
from collections.abc import Sequence
from datetime import datetime
from hashlib import sha256
from pathlib import Path

from django.conf import settings
from django.db import transaction

from accessctl.journal.digests import ACCESS, CHANGES, LAYOUTS, newest, query, split, tree_root
from accessctl.journal.keys import key_id, signing_key
from accessctl.models import LogSeal

log = logging.getLogger("schoolapp.seal")
LOCK = 7_302_118
MOST_ROWS = 10_000
FIRST_PREVIOUS = bytes(32)

# The oldest transaction that is still running. Those of other databases in the cluster write nothing here.
HORIZON = """
WITH taken AS (SELECT pg_current_snapshot() AS snapshot),
     running AS (
        SELECT xid FROM taken, pg_snapshot_xip(taken.snapshot) AS xid
        WHERE NOT EXISTS (
            SELECT 1 FROM pg_stat_activity
            WHERE backend_xid = xid::xid AND datname <> current_database()
        )
     )
SELECT coalesce((SELECT xid FROM running ORDER BY xid LIMIT 1), pg_snapshot_xmax(taken.snapshot))::text FROM taken
"""


def seal_all() -> int:
    """Seal what is ready in both logs and export the seals. Returns how many rows were sealed."""
    sealed = sum(seal_log(name) for name in (ACCESS, CHANGES))
    export()
    return sealed


def seal_log(name: str) -> int:
    """Seal what is ready in one log, one batch per transaction. Returns how many rows; 0 when another sealer works."""
    total = 0
    while True:
        with transaction.atomic():
            if not query("SELECT pg_try_advisory_xact_lock(%s)", [LOCK])[0][0]:
                return total
            sealed = _seal_batch(name)
        total += sealed
        if sealed < MOST_ROWS:
            return total


def _seal_batch(name: str) -> int:
    """One seal over the next rows of a log, whole transactions only.

    Each seal goes up to a horizon, and the next begins there. In another cluster, as after a restore, transaction ids
    mean nothing, so what is unsealed is found by comparing with all seals.
    """
    layout, table = newest(name), LAYOUTS[name][newest(name)].table
    last = LogSeal.objects.filter(log=name).order_by("-number").only("horizon", "cluster").first()
    horizon = int(query(HORIZON)[0][0])
    here = cluster()
    same = last is None or last.cluster == here
    begin = last.horizon if last and same else 0
    unknown = "" if same else "AND id NOT IN (SELECT unnest(row_ids) FROM accessctl_logseal WHERE log = %(log)s)"
    select = f"SELECT id, {LAYOUTS[name][layout].digest}, txid::text AS written_in FROM {table} WHERE"  # noqa: S608
    bounds = {"begin": str(begin), "horizon": str(horizon), "log": name}
    rows = query(
        f"{select} txid >= %(begin)s::xid8 AND txid < %(horizon)s::xid8 {unknown} ORDER BY txid, id LIMIT {MOST_ROWS}",
        bounds,
    )
    if len(rows) == MOST_ROWS:
        # The transaction in which the batch is full goes along whole, however long it is.
        full_in = rows[-1][2]
        whole = query(f"{select} txid = %(txid)s::xid8 {unknown}", {"txid": full_in, "log": name})
        rows = [row for row in rows if row[2] != full_in] + whole
        horizon = int(full_in) + 1
    if rows:
        _write(name, layout, [(row[0], bytes(row[1])) for row in sorted(rows)], horizon=horizon, here=here)
    return len(rows)


def _write(name: str, layout: int, rows: Sequence[tuple[int, bytes]], *, horizon: int, here: int) -> None:
    before = LogSeal.objects.order_by("-number").only("number", "root", "sealed_at").first()
    key = signing_key()
    row = LogSeal(
        number=before.number + 1 if before else 1,
        sealed_at=database_now(),
        log=name,
        layout=layout,
        cluster=here,
        horizon=horizon,
        row_ids=[pk for pk, _digest in rows],
        digests=b"".join(digest for _pk, digest in rows),
        previous=bytes(before.root) if before else FIRST_PREVIOUS,
        key_id=key_id(key.public_key()),
    )
    row.root = root_of(row)
    row.signature = key.sign(row.root)
    row.save(force_insert=True)
    line = line_of(row)
    transaction.on_commit(lambda: log.info("seal %s", line))


def root_of(row: LogSeal) -> bytes:
    """What is signed: the tree over the rows, which rows they are, and the root before it."""
    head = json.dumps(
        [row.number, row.sealed_at.isoformat(), row.log, row.layout, row.cluster, int(row.horizon), row.row_ids]
    )
    return sha256(bytes(row.previous) + sha256(head.encode()).digest() + tree_root(split(bytes(row.digests)))).digest()


def database_now() -> datetime:
    found: datetime = query("SELECT clock_timestamp()")[0][0]
    return found


def cluster() -> int:
    """Which database cluster this is; a restored dump is in another one."""
    return int(query("SELECT system_identifier FROM pg_control_system()")[0][0])


def line_of(row: LogSeal) -> str:
    """A seal as the other place keeps it."""
    return json.dumps(
        {
            "number": row.number,
            "sealed_at": row.sealed_at.isoformat(),
            "log": row.log,
            "rows": len(row.row_ids),
            "root": written(bytes(row.root)),
            "key_id": row.key_id,
            "signature": written(bytes(row.signature)),
        }
    )


def written(content: bytes) -> str:
    """Hexadecimal in groups, so that no run of digits in it is taken for a national id and struck out of the log."""
    return content.hex("-", 4)


def export() -> int:
    """Append to LOG_SEAL_FILE the seals it does not have yet. Returns how many."""
    if not settings.LOG_SEAL_FILE:
        return 0
    path = Path(settings.LOG_SEAL_FILE)
    rows = LogSeal.objects.filter(number__gt=last_exported(path)).order_by("number").defer("digests")
    lines = [line_of(row) for row in rows.iterator(chunk_size=100)]
    if lines:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("a", encoding="utf-8") as file:
            file.writelines(f"{line}\n" for line in lines)
            file.flush()
            os.fsync(file.fileno())
    return len(lines)


def last_exported(path: Path) -> int:
    """The number of the last line in the file; 0 when there is none."""
    if not path.exists():
        return 0
    with path.open("rb") as file:
        file.seek(max(0, path.stat().st_size - 4096))
        lines = file.read().splitlines()
    return int(json.loads(lines[-1])["number"]) if lines else 0
