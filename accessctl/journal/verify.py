"""Checking the logs against their seals, and the seals against the copy kept elsewhere.

Found are: a changed or removed row, a row put in behind a seal, rows that changed places, a cut tail, and a chain that
was built anew from the middle. The last two need the copy: a chain that is whole up to its own end looks whole.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from accessctl.journal.digests import LAYOUTS, Layout, newest, query, rows_of, split
from accessctl.journal.keys import is_signed, public_keys
from accessctl.journal.seal import FIRST_PREVIOUS, cluster, database_now, root_of
from accessctl.models import LogSeal

# A row says when its statement ran. One much older than the seal before it was not written by this system.
LONGEST_TRANSACTION = timedelta(hours=24)


@dataclass(frozen=True)
class Finding:
    """One thing that is wrong: the seal, the log, the row where one is known, and what."""

    kind: str
    text: str
    log: str = ""
    row_id: int | None = None

    def __str__(self) -> str:
        where = f" [{self.log} row {self.row_id}]" if self.row_id is not None else ""
        return f"{self.kind}{where}: {self.text}"


@dataclass
class Result:
    findings: list[Finding]
    seals: int = 0
    rows: int = 0


def verify(copy: Path | None = None) -> Result:
    """Check everything. `copy` is the file of seals kept elsewhere; without it a cut tail can not be seen."""
    result = Result([])
    keys = public_keys()
    previous, number = FIRST_PREVIOUS, 0
    horizons: dict[str, tuple[int, int]] = {}
    roots: dict[int, str] = {}
    for row in LogSeal.objects.order_by("number").iterator(chunk_size=20):
        number += 1
        if row.number != number:
            result.findings.append(Finding("seal missing", f"expected seal {number}, found {row.number}"))
            number = row.number
        if bytes(row.previous) != previous:
            result.findings.append(Finding("chain broken", f"seal {row.number} does not follow the seal before it"))
        if bytes(row.root) != root_of(row):
            result.findings.append(Finding("seal changed", f"seal {row.number} does not have the root it says"))
        if not is_signed(keys.get(row.key_id), bytes(row.signature), bytes(row.root)):
            result.findings.append(Finding("signature", f"seal {row.number} is not signed with a known key"))
        result.findings += compare_rows(row)
        previous = bytes(row.root)
        roots[row.number] = previous.hex()
        horizons[row.log] = (row.cluster, int(row.horizon))
        result.seals, result.rows = result.seals + 1, result.rows + len(row.row_ids)
    for log, (where, horizon) in horizons.items():
        result.findings += put_in_behind(log, where, horizon)
    result.findings += written_back_in_time()
    if copy:
        result.findings += compare_copy(copy, roots)
    return result


def compare_rows(row: LogSeal) -> Iterator[Finding]:
    """Each row the seal is about, with the digest it had."""
    layout = LAYOUTS[row.log][row.layout]
    sealed = dict(zip(row.row_ids, split(bytes(row.digests)), strict=False))
    if len(sealed) != len(row.row_ids):
        yield Finding("seal changed", f"seal {row.number} has another number of digests than rows", row.log)
    now = {pk: bytes(digest) for pk, digest in rows_of(layout, row.row_ids)}
    for pk, digest in sealed.items():
        if pk not in now:
            yield Finding("row removed", f"it was sealed in {row.number}", row.log, pk)
        elif now[pk] != digest:
            yield Finding("row changed", f"it is not what was sealed in {row.number}", row.log, pk)


def put_in_behind(log: str, where: int, horizon: int) -> list[Finding]:
    """Rows from before the last seal that no seal knows. Transaction ids of another cluster say nothing."""
    if where != cluster():
        return []
    layout: Layout = LAYOUTS[log][newest(log)]
    found = query(
        f"""
        SELECT id FROM {layout.table} WHERE txid < %s::xid8
        EXCEPT SELECT unnest(row_ids) FROM accessctl_logseal WHERE log = %s ORDER BY 1
        """,  # noqa: S608
        [str(horizon), log],
    )
    return [Finding("row put in", "no seal knows it", log, pk) for (pk,) in found]


def written_back_in_time() -> list[Finding]:
    """Rows that say they are much older than the seal before theirs."""
    findings = []
    for log, layouts in LAYOUTS.items():
        table = layouts[newest(log)].table
        found = query(
            f"""
            WITH seals AS (
                SELECT row_ids, lag(sealed_at) OVER (ORDER BY number) AS before FROM accessctl_logseal WHERE log = %s
            )
            SELECT r.id FROM seals CROSS JOIN LATERAL unnest(row_ids) AS sealed(id) JOIN {table} r ON r.id = sealed.id
            WHERE r.at < seals.before - %s ORDER BY 1
            """,  # noqa: S608
            [log, LONGEST_TRANSACTION],
        )
        findings += [Finding("row put in", "it says it is older than the seal before it", log, pk) for (pk,) in found]
    return findings


def compare_copy(copy: Path, roots: dict[int, str]) -> Iterator[Finding]:
    """Every seal in the copy must be here as it was then."""
    for place, line in enumerate(copy.read_text(encoding="utf-8").splitlines(), start=1):
        kept = read_line(line)
        if kept is None:
            yield Finding("copy unreadable", f"line {place} of the copy is no seal")
        elif kept[0] not in roots:
            yield Finding("seal missing", f"the copy has seal {kept[0]}, the database does not")
        elif roots[kept[0]] != kept[1]:
            yield Finding("chain rebuilt", f"seal {kept[0]} has another root than in the copy")


def read_line(line: str) -> tuple[int, str] | None:
    try:
        kept = json.loads(line)
        return int(kept["number"]), str(kept["root"]).replace("-", "")
    except (ValueError, KeyError, TypeError):
        return None


def seconds_behind() -> float:
    """How long the oldest unsealed line of the access log has waited; for monitoring."""
    last = LogSeal.objects.filter(log="access").order_by("-number").values_list("horizon", flat=True).first() or 0
    oldest = query("SELECT min(at) FROM accessctl_accessevent WHERE txid >= %s::xid8", [str(last)])[0][0]
    return (database_now() - oldest).total_seconds() if oldest else 0.0
