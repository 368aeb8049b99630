"""The bytes of a register file: size, charset and JSON, one top-level record at a time with its line number."""

import hashlib
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

MAX_BYTES = 256 * 1024 * 1024
SPACE = re.compile(r"[ \t\r\n]*")


class FileRefused(Exception):
    """The file is not read at all, and nothing is changed. The text tells where and why, without personal data."""

    def __init__(self, reason: str, *, line: int | None = None, record: int | None = None, path: str = "") -> None:
        self.reason, self.line, self.record, self.path = reason, line, record, path
        super().__init__(self.sentence())

    def sentence(self) -> str:
        where = [
            _("linje {line}").format(line=self.line) if self.line else "",
            _("post {record}").format(record=self.record) if self.record else "",
            self.path,
        ]
        place = ", ".join(part for part in where if part)
        return (
            _("Fila er avvist ({place}): {reason}").format(place=place, reason=self.reason)
            if place
            else _("Fila er avvist: {reason}").format(reason=self.reason)
        )


def read_text(path: Path, *, max_bytes: int = MAX_BYTES) -> tuple[str, str]:
    """The file's text and the SHA-256 of its bytes. Raises FileRefused for size or charset."""
    try:
        with path.open("rb") as file:
            content = file.read(max_bytes + 1)
    except OSError as error:
        raise FileRefused(_("kan ikke åpnes ({error})").format(error=error.strerror)) from None
    if len(content) > max_bytes:
        raise FileRefused(_("er større enn grensen på {limit} MB").format(limit=max_bytes // 2**20))
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise FileRefused(_("er ikke i tegnsettet UTF-8"), line=content.count(b"\n", 0, error.start) + 1) from None
    return text, hashlib.sha256(content).hexdigest()


def records(text: str) -> Iterator[tuple[int, int, Any]]:
    """Number (from 1), position and value of each element of the top-level list, decoded one by one.

    Raises FileRefused with line and column where the text is no JSON, and when it is not a list.
    """
    decoder = json.JSONDecoder(object_pairs_hook=without_repeats, parse_constant=refuse_constant)
    at = skip_space(text, 0)
    if text[at : at + 1] != "[":
        raise FileRefused(_("skal være en JSON-liste med personer"), line=line_of(text, at))
    at = skip_space(text, at + 1)
    number = 0
    while text[at : at + 1] != "]":
        number += 1
        start = at
        value, at = decode(decoder, text, start, number)
        yield number, start, value
        at = skip_space(text, at)
        if text[at : at + 1] == ",":
            at = skip_space(text, at + 1)
            if text[at : at + 1] == "]":
                raise not_json(text, at, _("komma uten en ny post etter seg"))
        elif text[at : at + 1] != "]":
            raise not_json(
                text,
                at,
                _("fila slutter før lista er ferdig") if at >= len(text) else _("her skal det stå komma eller ]"),
            )
    if skip_space(text, at + 1) != len(text):
        raise not_json(text, skip_space(text, at + 1), _("tekst etter slutten av lista"))


def decode(decoder: json.JSONDecoder, text: str, at: int, number: int) -> tuple[Any, int]:
    try:
        return decoder.raw_decode(text, at)
    except json.JSONDecodeError as error:
        reason = _("fila slutter midt i en post") if error.pos >= len(text.rstrip()) else _("ugyldig JSON")
        raise not_json(text, error.pos, reason, number) from None
    except RecursionError:
        raise FileRefused(_("er nøstet for dypt"), line=line_of(text, at), record=number) from None
    except ValueError as error:
        # Our own refusals from the hooks, and Python's on numbers thousands of digits long. Neither may be quoted.
        reason = str(error) if isinstance(error, Refusal) else _("ugyldig tall")
        raise FileRefused(reason, line=line_of(text, at), record=number) from None


class Refusal(ValueError):
    """Raised by the decoder's hooks; the text is ours."""


def without_repeats(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object as a dict. Two values for one name are refused: the weaker protection could be the one that counts."""
    found = dict(pairs)
    if len(found) != len(pairs):
        raise Refusal(_("samme felt står to ganger i samme objekt"))
    return found


def refuse_constant(_name: str) -> None:
    raise Refusal(_("ugyldig tall"))


def not_json(text: str, at: int, reason: str, number: int | None = None) -> FileRefused:
    column = at - (text.rfind("\n", 0, at) + 1) + 1
    return FileRefused(reason, line=line_of(text, at), record=number, path=_("kolonne {column}").format(column=column))


def line_of(text: str, at: int) -> int:
    return text.count("\n", 0, at) + 1


def skip_space(text: str, at: int) -> int:
    match = SPACE.match(text, at)
    return match.end() if match else at


def line_of_path(text: str, at: int, path: tuple[str | int, ...]) -> int:
    """The line where the value at `path` stands, or of the innermost part of the path that is there at all."""
    decoder = json.JSONDecoder()
    for step in path:
        found = find_member(decoder, text, at, step)
        if found is None:
            break
        at = found
    return line_of(text, at)


def find_member(decoder: json.JSONDecoder, text: str, at: int, step: str | int) -> int | None:
    """Position of the value named or numbered `step` in the object or list that begins at `at`."""
    opening = text[at]
    if opening not in "[{":
        return None
    at = skip_space(text, at + 1)
    index = 0
    while text[at] not in "]}":
        name: str | int = index
        if opening == "{":
            name, at = decoder.raw_decode(text, at)
            at = skip_space(text, skip_space(text, at) + 1)
        if name == step:
            return at
        at = skip_space(text, decoder.raw_decode(text, at)[1])
        if text[at] == ",":
            at = skip_space(text, at + 1)
        index += 1
    return None
