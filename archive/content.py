"""The record as it is kept in the outbox, and the proofs that nothing was swapped on the way."""

import hashlib
import json
from dataclasses import asdict, replace
from typing import Any

from django.core.files.storage import default_storage

from archive.record import Correspondent, FileRef, FolderRef, Record


class Swapped(Exception):
    """A record or a file is not what was promised when the document was finalised."""

    def __init__(self, words: str) -> None:
        super().__init__(words)
        self.words = words


def to_json(record: Record) -> dict[str, Any]:
    """The record as plain data, without the national id."""
    plain: dict[str, Any] = json.loads(
        json.dumps(asdict(replace(record, folder=replace(record.folder, national_id=""))))
    )
    return plain


def from_json(plain: dict[str, Any]) -> Record:
    return Record(
        **plain
        | {
            "folder": FolderRef(**plain["folder"]),
            "correspondents": tuple(Correspondent(**each) for each in plain["correspondents"]),
            "files": tuple(FileRef(**each) for each in plain["files"]),
        }
    )


def fingerprint(plain: dict[str, Any]) -> str:
    """SHA-256 over everything that is to be archived; the key is bound to it."""
    return hashlib.sha256(json.dumps(plain, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def read_checked(ref: FileRef) -> bytes:
    """The bytes of a file. Raises Swapped when they are missing or not those that were finalised."""
    try:
        with default_storage.open(ref.path) as file:
            content: bytes = file.read()
    except FileNotFoundError:
        raise Swapped("Filen finnes ikke lenger i lageret.") from None
    if hashlib.sha256(content).hexdigest() != ref.sha256:
        raise Swapped("Filen er ikke den samme som ble ferdigstilt.")
    return content
