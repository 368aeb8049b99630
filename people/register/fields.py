"""Fields of one record: taken by path, of the right type, or the file is refused at that line."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from people.register.remarks import Code, Remark, code_word
from people.register.source import FileRefused, line_of_path
from schoolapp.lib.national_id import InvalidNationalId, NationalId, parse

Path = tuple[str | int, ...]
MAX_TEXT = 200
NO_TEXT = re.compile("[\x00\ud800-\udfff]")
ISO_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def in_words(path: Path) -> str:
    """Where in a record a fault is, innermost first, by the names the file itself has: «fornavn» i «navn»."""
    names: list[str] = []
    for step in path:
        if isinstance(step, int) and names:
            names[-1] = _("{name} nr. {number}").format(name=names[-1], number=step + 1)
        else:
            names.append(str(step))
    within = _(" i ").join(f"«{name}»" for name in reversed(names))
    return _("feltet {field}").format(field=within) if names else ""


@dataclass
class Cursor:
    """An object of the record, with the way to it, so that a fault can be pointed at."""

    text: str = field(repr=False)
    line: int
    record: int
    remarks: list[Remark]
    value: dict[str, Any] = field(repr=False)
    path: Path = ()

    def refuse(self, reason: str, *steps: str | int) -> FileRefused:
        path = self.path + steps
        line = self.line - 1 + line_of_path(self.text, path)
        return FileRefused(reason, line=line, record=self.record, path=in_words(path))

    def remark(self, code: Code, detail: str = "") -> None:
        self.remarks.append(Remark(self.record, code.value, detail))

    def child(self, name: str) -> "Cursor | None":
        """The object called `name`, or None where it is absent or null."""
        value = self.value.get(name)
        return None if value is None else self.as_object(value, name)

    def children(self, name: str) -> "Iterator[Cursor]":
        """The objects of the list called `name`, which must be there: absent is not the same as empty."""
        value = self.value.get(name)
        if not isinstance(value, list):
            raise self.refuse(_("mangler, eller er ikke en liste"), name)
        for index, item in enumerate(value):
            yield self.as_object(item, name, index)

    def as_object(self, value: Any, *steps: str | int) -> "Cursor":
        if not isinstance(value, dict):
            raise self.refuse(_("skal være et objekt"), *steps)
        return Cursor(self.text, self.line, self.record, self.remarks, value, self.path + steps)

    def string(self, name: str) -> str:
        """The text called `name` with single spaces, or "" where it is absent or null."""
        value = self.value.get(name)
        return "" if value is None else self.as_string(value, name)

    def strings(self, name: str) -> list[str]:
        value = self.value.get(name) or []
        if not isinstance(value, list):
            raise self.refuse(_("skal være en liste"), name)
        return [self.as_string(item, name, index) for index, item in enumerate(value)]

    def as_string(self, value: Any, *steps: str | int) -> str:
        if not isinstance(value, str):
            raise self.refuse(_("skal være tekst"), *steps)
        if len(value) > MAX_TEXT:
            raise self.refuse(_("er lengre enn {limit} tegn").format(limit=MAX_TEXT), *steps)
        if NO_TEXT.search(value):
            raise self.refuse(_("inneholder tegn som ikke er tekst"), *steps)
        return " ".join(value.split())

    def whole_number(self, name: str) -> int | None:
        value = self.value.get(name)
        if value is None or (isinstance(value, int) and not isinstance(value, bool)):
            return value
        raise self.refuse(_("skal være et heltall"), name)

    def day(self, name: str) -> date | None:
        value = self.string(name)
        if not value:
            return None
        try:
            if ISO_DAY.fullmatch(value):
                return date.fromisoformat(value)
        except ValueError:
            pass
        raise self.refuse(_("skal være en dato som ÅÅÅÅ-MM-DD"), name)

    def one_of(self, name: str, known: set[str] | frozenset[str]) -> str:
        """The value of a code field. An unknown one is kept and remarked on; what it means is decided by the reader."""
        value = self.string(name)
        if value and value not in known:
            self.remark(Code.UNKNOWN_VALUE, f"{name}: {code_word(value)}")
        return value

    def national_id(self, name: str, *, synthetic_allowed: bool) -> NationalId | None:
        """The number in the identifier object called `name`, or None where there is none."""
        identifier = self.child(name)
        number = identifier.string("foedselsEllerDNummer") if identifier else ""
        if identifier is None or not number:
            return None
        identifier.one_of("identifikatortype", {"foedselsnummer", "dNummer"})
        try:
            return parse(number, synthetic_allowed=synthetic_allowed)
        except InvalidNationalId as error:
            raise identifier.refuse(
                _("nummeret {reason}").format(reason=error.reason), "foedselsEllerDNummer"
            ) from None
