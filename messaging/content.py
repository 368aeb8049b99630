"""The letter as it is kept in the outbox, and the proofs that nothing was swapped on the way."""

import hashlib
import json
from dataclasses import asdict
from typing import Any

from django.core.files.storage import default_storage

from messaging.letter import Letter, LetterFile


class Swapped(Exception):
    """A letter or a file is not what was promised when the document was finalised."""

    def __init__(self, words: str) -> None:
        super().__init__(words)
        self.words = words


def to_json(letter: Letter) -> dict[str, Any]:
    """What is to be sent, as plain data. Who receives it stands in a column of its own, by our key alone."""
    return {"files": [asdict(file) for file in letter.files]}


def files_of(plain: dict[str, Any]) -> tuple[LetterFile, ...]:
    return tuple(LetterFile(**file) for file in plain["files"])


def fingerprint(plain: dict[str, Any], *, title: str, recipient_id: int | None) -> str:
    """SHA-256 over everything that is to be sent, and to whom; the key is bound to it."""
    whole = {"letter": plain, "title": title, "recipient": recipient_id}
    return hashlib.sha256(json.dumps(whole, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def read_checked(file: LetterFile) -> bytes:
    """The bytes of a file. Raises Swapped when they are missing or not those that were finalised."""
    try:
        with default_storage.open(file.path) as stored:
            content: bytes = stored.read()
    except FileNotFoundError:
        raise Swapped("Filen finnes ikke lenger i lageret.") from None
    if hashlib.sha256(content).hexdigest() != file.sha256:
        raise Swapped("Filen er ikke den samme som ble ferdigstilt.")
    return content
