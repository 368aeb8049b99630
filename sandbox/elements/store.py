"""What has been archived, in an SQLite file of its own."""

import hashlib
import json
import sqlite3
import threading
import time
from typing import Any
from uuid import uuid4

from sandbox.elements.contract import fields_of

SCHEMA = """
CREATE TABLE IF NOT EXISTS object (
    id INTEGER PRIMARY KEY AUTOINCREMENT, kind TEXT NOT NULL, fields TEXT NOT NULL, created REAL NOT NULL
);
CREATE INDEX IF NOT EXISTS object_kind ON object (kind);
CREATE TABLE IF NOT EXISTS upload (name TEXT PRIMARY KEY, sha256 TEXT NOT NULL, content BLOB NOT NULL);
"""
INDEXED = ("Id", "CaseId", "RegistryEntryId", "DocumentDescriptionId", "ExternalKey", "CustomAttribute10", "Initials")
# Found at once however slow the search is, because they are looked up by number.
DIRECT = {"Id", "CaseId", "RegistryEntryId", "DocumentDescriptionId"}

Row = dict[str, Any]


class Store:
    """One archive. Everything happens under one lock, as if in one transaction per message."""

    def __init__(self, path: str) -> None:
        self.lock = threading.RLock()
        self.database = sqlite3.connect(path, check_same_thread=False)
        self.database.execute("PRAGMA journal_mode=WAL")
        self.database.execute("PRAGMA synchronous=OFF")
        self.database.executescript(SCHEMA)
        for name in INDEXED:
            self.database.execute(
                f"CREATE INDEX IF NOT EXISTS by_{name} ON object (kind, json_extract(fields, '$.{name}'))"
            )

    def close(self) -> None:
        self.database.close()

    def select(self, kind: str, conditions: list[tuple[str, str, str]], search_lag: float = 0) -> list[Row]:
        """Objects that meet all conditions, oldest first."""
        plain = [each for each in conditions if "." not in each[0]]
        clauses = [
            f"CAST(json_extract(fields, '$.{field}') AS TEXT) {'=' if operator == '=' else 'IS NOT'} ?"
            if field not in INDEXED
            else f"json_extract(fields, '$.{field}') {'=' if operator == '=' else 'IS NOT'} ?"
            for field, operator, _ in plain
        ]
        values: list[Any] = [
            int(value) if fields_of(kind)[field] == "int" and field in INDEXED else value for field, _, value in plain
        ]
        sql = f"SELECT fields, created FROM object WHERE {' AND '.join(['kind = ?', *clauses])} ORDER BY id"
        with self.lock:
            rows = [(json.loads(fields), created) for fields, created in self.database.execute(sql, [kind, *values])]
        if search_lag and not any(field in DIRECT for field, _, _ in conditions):
            rows = [row for row in rows if row[1] <= time.time() - search_lag]
        related = [each for each in conditions if "." in each[0]]
        return [fields for fields, _ in rows if all(self._related(fields, *each) for each in related)]

    def _related(self, row: Row, path: str, operator: str, value: str) -> bool:
        relation, _, field = path.partition(".")
        if relation == "ExternalSystem":
            others = self.select("ExternalSystem", [("Id", "=", str(row["ExternalSystemCode"]))])
        elif relation == "PrimaryClassification":
            others = self.select("Classification", [("CaseId", "=", str(row["Id"])), ("SortOrder", "=", "1")])
        else:
            raise KeyError(relation)
        return any(str(other.get(field)) == value for other in others) is (operator == "=")

    def insert(self, kind: str, fields: Row) -> Row:
        with self.lock:
            cursor = self.database.execute(
                "INSERT INTO object (kind, fields, created) VALUES (?, ?, ?)", [kind, "{}", time.time()]
            )
            row = {**fields, "Id": cursor.lastrowid} if "Id" in fields_of(kind) else dict(fields)
            self.database.execute("UPDATE object SET fields = ? WHERE id = ?", [json.dumps(row), cursor.lastrowid])
            self.database.commit()
        return row

    def replace(self, kind: str, fields: Row) -> Row | None:
        """Write an object whole: what is not given becomes empty. None when there is no such object."""
        keys = ["Id"] if "Id" in fields_of(kind) else ["RegistryEntryId", "DocumentDescriptionId"]
        if kind == "DocumentObject":
            keys = ["DocumentDescriptionId", "VersionNumber"]
        where = " AND ".join(f"json_extract(fields, '$.{key}') = ?" for key in keys)
        with self.lock:
            changed = self.database.execute(
                f"UPDATE object SET fields = ? WHERE kind = ? AND {where}",
                [json.dumps(fields), kind, *(fields.get(key) for key in keys)],
            ).rowcount
            self.database.commit()
        return dict(fields) if changed else None

    def next_number(self, kind: str, field: str, year_field: str, year: int) -> int:
        sql = f"""SELECT COALESCE(MAX(json_extract(fields, '$.{field}')), 0) + 1 FROM object
                  WHERE kind = ? AND json_extract(fields, '$.{year_field}') = ?"""
        number: int = self.database.execute(sql, [kind, year]).fetchone()[0]
        return number

    def last_number(self) -> int:
        sql = "SELECT MAX(json_extract(fields, '$.SequenceNumber')) FROM object WHERE kind = 'RegistryEntry'"
        return int(self.database.execute(sql).fetchone()[0] or 1)

    def keep_upload(self, content: bytes) -> str:
        name = f"{uuid4().hex}.bin"
        with self.lock:
            self.database.execute(
                "INSERT INTO upload VALUES (?, ?, ?)", [name, hashlib.sha256(content).hexdigest(), content]
            )
            self.database.commit()
        return name

    def upload(self, name: str) -> tuple[str, bytes] | None:
        with self.lock:
            row = self.database.execute("SELECT sha256, content FROM upload WHERE name = ?", [name]).fetchone()
        return row

    def all(self, kind: str) -> list[Row]:
        return self.select(kind, [])

    def ledger(self) -> dict[str, list[Row]]:
        """Everything that was archived, counted by nobody but this store."""
        kinds = [row[0] for row in self.database.execute("SELECT DISTINCT kind FROM object")]
        return {kind: self.all(kind) for kind in kinds}
