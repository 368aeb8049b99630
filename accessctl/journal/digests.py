"""The rows of the logs written out as bytes, and the tree of hashes over them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from django.db import connection

DIGEST_BYTES = 32
LEAF, NODE = b"\x00", b"\x01"
MOMENT = "to_char({} AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US')"


@dataclass(frozen=True)
class Layout:
    """How the rows of a log are written out. A layout is never changed: a new column is a new layout."""

    table: str
    columns: tuple[str, ...]

    @property
    def digest(self) -> str:
        """SQL for the digest of a row. PostgreSQL computes it, so that a million rows need not travel."""
        return f"sha256(convert_to(jsonb_build_array({', '.join(self.columns)})::text, 'UTF8'))"


ACCESS, CHANGES = "access", "changes"
LAYOUTS: dict[str, dict[int, Layout]] = {
    ACCESS: {
        1: Layout(
            "accessctl_accessevent",
            (
                *("id", MOMENT.format("at"), "user_id", "role", "ground", "basis", "action", "object_type"),
                *("object_id", "about", "school_id", "what", "reason", "request_id", "login_method", "txid::text"),
            ),
        )
    },
    CHANGES: {
        1: Layout(
            "accessctl_changeevent",
            (
                *("id", MOMENT.format("at"), "table_name", "row_id", "operation", "old", "new"),
                *("pupil_id", "person_id", "user_id", "job", "request_id", "txid::text"),
            ),
        )
    },
}


def newest(log: str) -> int:
    return max(LAYOUTS[log])


def rows_of(layout: Layout, ids: Sequence[int]) -> list[tuple[int, bytes]]:
    """The digests of the rows that exist among `ids`, by id."""
    return query(
        f"SELECT id, {layout.digest} FROM {layout.table} WHERE id = ANY (%s) ORDER BY id",  # noqa: S608
        [list(ids)],
    )


def query(sql: str, params: Sequence[Any] | dict[str, Any] = ()) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        found: list[Any] = cursor.fetchall()
    return found


def split(digests: bytes) -> list[bytes]:
    return [digests[start : start + DIGEST_BYTES] for start in range(0, len(digests), DIGEST_BYTES)]


def tree_root(digests: Iterable[bytes]) -> bytes:
    """The root of a Merkle tree (RFC 9162, 2.1.1 in shape): one row can be proven without showing the others."""
    level = [sha256(LEAF + digest).digest() for digest in digests]
    if not level:
        return sha256(b"").digest()
    while len(level) > 1:
        odd = level[-1:] if len(level) % 2 else []
        level = [sha256(NODE + level[i] + level[i + 1]).digest() for i in range(0, len(level) - 1, 2)] + odd
    return level[0]
