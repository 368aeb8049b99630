"""The bytes of a register file: size, charset and JSON, one top-level record at a time with its line number.

The file is read in pieces, so that it takes no more memory than its longest record.
"""

import codecs
import hashlib
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any, BinaryIO

from django.utils.translation import gettext as _

MAX_BYTES = 256 * 1024 * 1024
PIECE = 1024 * 1024
# A child with its guardians takes some thousand signs; a record that does not end is no record.
MAX_RECORD = 4 * 1024 * 1024
# What is left when a file ends within a word, a number or an escaped sign, or just before a value.
LAST_WORD = re.compile(r"""[^][{}:,"]*\Z|[,:]\s*\Z""")
SPACE = re.compile(r"[ \t\r\n]*")


class FileRefused(Exception):
    """The file is not read at all, and nothing is changed. The text tells where and why, without personal data."""

    def __init__(self, reason: str, *, line: int | None = None, record: int | None = None, path: str = "") -> None:
        self.reason, self.line, self.record, self.path = reason, line, record, path
        super().__init__(self.sentence())

    def sentence(self) -> str:
        """With its full stop, whether the reason came with one or not: another sentence follows."""
        reason = self.reason.rstrip(".")
        where = [
            _("linje {line}").format(line=self.line) if self.line else "",
            _("post {record}").format(record=self.record) if self.record else "",
            self.path,
        ]
        place = ", ".join(part for part in where if part)
        told = _("Filen er avvist ({place}): {reason}") if place else _("Filen er avvist: {reason}")
        return told.format(place=place, reason=reason) + "."


@dataclass(frozen=True)
class Raw:
    """One record: its number (from 1), the line it begins on, its text and its value."""

    number: int
    line: int
    text: str = field(repr=False)
    value: Any = field(repr=False)


class Source:
    """A file being read. `sha256` is that of the bytes read so far; of the whole file when `records` has ended."""

    def __init__(self, file: IO[bytes], *, max_bytes: int = MAX_BYTES) -> None:
        self.file, self.max_bytes = file, max_bytes
        self.digest, self.taken, self.lines_taken = hashlib.sha256(), 0, 0
        self.decoder = codecs.getincrementaldecoder("utf-8-sig")()
        self.text, self.at, self.is_whole = "", 0, False
        # The line at `mark`, and the column where `text` begins.
        self.line, self.mark, self.column = 1, 0, 1

    @property
    def sha256(self) -> str:
        return self.digest.hexdigest()

    def more(self) -> bool:
        """Read another piece, forgetting what has been used. False at the end of the file.

        Raises FileRefused for size or charset.
        """
        if self.is_whole:
            return False
        content = self.file.read(PIECE)
        self.digest.update(content)
        self.taken += len(content)
        if self.taken > self.max_bytes:
            raise FileRefused(_("er større enn grensen på {limit} MB").format(limit=self.max_bytes // 2**20))
        kept = len(self.decoder.getstate()[0])
        try:
            added = self.decoder.decode(content, final=not content)
        except UnicodeDecodeError as error:
            line = self.lines_taken + content.count(b"\n", 0, max(0, error.start - kept)) + 1
            is_cut = not content and error.reason == "unexpected end of data"
            reason = _("filen er kuttet, den slutter midt i et tegn") if is_cut else _("er ikke i tegnsettet UTF-8")
            raise FileRefused(reason, line=line) from None
        self.lines_taken += content.count(b"\n")
        self.is_whole = not content
        self.line, self.column = self.place(self.at)
        self.text, self.at, self.mark = self.text[self.at :] + added, 0, 0
        return True

    def place(self, at: int) -> tuple[int, int]:
        """Line and column of a position in `text`, at or after the record last begun."""
        line = self.line + self.text.count("\n", self.mark, at)
        last_break = self.text.rfind("\n", 0, at)
        return line, at - last_break if last_break >= 0 else self.column + at

    def begin(self) -> int:
        """The line of the record that begins here; lines are counted from here on."""
        self.line += self.text.count("\n", self.mark, self.at)
        self.mark = self.at
        return self.line

    def skip_space(self) -> str:
        """The next sign that is no space, or nothing at the end of the file."""
        while True:
            match = SPACE.match(self.text, self.at)
            self.at = match.end() if match else self.at
            if self.at < len(self.text) or not self.more():
                return self.text[self.at : self.at + 1]

    def records(self) -> Iterator[Raw]:
        """Each element of the top-level list. Raises FileRefused with line and column where there is no such list."""
        first = self.skip_space()
        if not first:
            raise FileRefused(_("filen er tom"), line=1)
        if first != "[":
            raise FileRefused(_("skal være en JSON-liste med personer"), line=self.place(self.at)[0])
        self.at += 1
        number = 0
        sign = self.skip_space()
        while sign != "]":
            number += 1
            yield self.record(number)
            sign = self.skip_space()
            if sign == ",":
                self.at += 1
                sign = self.skip_space()
                if sign == "]":
                    raise self.not_json(self.at, _("komma uten en ny post etter seg"))
            elif sign != "]":
                cut = _("filen er kuttet, den slutter før listen er ferdig")
                raise self.not_json(self.at, _("her skal det stå komma eller ]") if sign else cut)
        self.at += 1
        if self.skip_space():
            raise self.not_json(self.at, _("tekst etter slutten av listen"))

    def record(self, number: int) -> Raw:
        """The record that begins here, with as much of the file read as it takes."""
        line = self.begin()
        while True:
            try:
                value, end = DECODER.raw_decode(self.text, self.at)
            except json.JSONDecodeError as error:
                if len(self.text) - self.at < MAX_RECORD and self.more():
                    continue
                is_cut = self.is_whole and (
                    error.msg.startswith("Unterminated") or LAST_WORD.match(self.text, error.pos)
                )
                cut, wrong = _("filen er kuttet, den slutter midt i en post"), _("ugyldig JSON")
                raise self.not_json(error.pos, cut if is_cut else wrong, number) from None
            except RecursionError:
                raise FileRefused(_("er nøstet for dypt"), line=line, record=number) from None
            except ValueError as error:
                # Our own refusals from the hooks, and Python's on numbers thousands of digits long. None is quoted.
                reason = str(error) if isinstance(error, Refusal) else _("ugyldig tall")
                raise FileRefused(reason, line=line, record=number) from None
            if end < len(self.text) or not self.more():
                text, self.at = self.text[self.at : end], end
                return Raw(number, line, text, value)

    def not_json(self, at: int, reason: str, number: int | None = None) -> FileRefused:
        line, column = self.place(at)
        return FileRefused(reason, line=line, record=number, path=_("kolonne {column}").format(column=column))


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


DECODER = json.JSONDecoder(object_pairs_hook=without_repeats, parse_constant=refuse_constant)


def open_file(path: Path) -> BinaryIO:
    """The file, open for reading. Raises FileRefused where it cannot be opened."""
    try:
        return path.open("rb")
    except OSError as error:
        raise FileRefused(_("kan ikke åpnes ({error})").format(error=error.strerror)) from None


def line_of_path(text: str, path: tuple[str | int, ...]) -> int:
    """The line within `text`, from 1, where the value at `path` stands, or of the innermost part that is there."""
    decoder, at = json.JSONDecoder(), 0
    for step in path:
        found = find_member(decoder, text, at, step)
        if found is None:
            break
        at = found
    return text.count("\n", 0, at) + 1


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


def skip_space(text: str, at: int) -> int:
    match = SPACE.match(text, at)
    return match.end() if match else at
