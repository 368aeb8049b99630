"""The file that goes to pay: UTF-8 with a mark, semicolons, decimal comma, CRLF. Pure, so that it can be made again.

No cell can begin a formula in a spreadsheet, and none can break its row.
"""

import csv
import re
from collections.abc import Iterable
from dataclasses import astuple, dataclass, fields
from datetime import date, datetime
from io import StringIO

from schoolapp.lib import clock
from staff.numbers import as_decimal

BOM = b"\xef\xbb\xbf"
# What Excel, LibreOffice and Google take for the beginning of a formula, wide forms too.
FORMULA = "=+-@\uff1d\uff0b\uff0d\uff20|%"
BREAKS = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")


@dataclass(frozen=True)
class PayRow:
    """One line as it stands in the file; the order of the fields is the order of the columns."""

    ansattnummer: str
    arbeidsforhold: str
    stillingsnummer: int
    lonnsart: str
    dato_fra: date
    dato_til: date
    antall: int
    sats: int | None
    belop: int | None
    ansvar: str
    funksjon: str
    prosjekt: str
    attestant: str
    attestert: datetime
    anviser: str
    anvist: datetime
    kommentar: str
    kilde_id: str


COLUMNS = tuple(field.name for field in fields(PayRow))
DECIMALS = frozenset({"antall", "sats", "belop"})


def batch_file(rows: Iterable[PayRow]) -> bytes:
    """The bytes of the file. The same rows always give the same bytes."""
    out = StringIO()
    writer = csv.writer(out, delimiter=";", lineterminator="\r\n", quoting=csv.QUOTE_MINIMAL)
    writer.writerow(COLUMNS)
    for row in rows:
        writer.writerow([cell(name, value) for name, value in zip(COLUMNS, astuple(row), strict=True)])
    return BOM + out.getvalue().encode()


def cell(name: str, value: object) -> str:
    match value:
        case None:
            return ""
        case datetime():
            return f"{value.astimezone(clock.OSLO):%Y-%m-%dT%H:%M:%S}"
        case date():
            return value.isoformat()
        case int():
            return as_decimal(value) if name in DECIMALS else str(value)
    return safe(str(value))


def safe(text: str) -> str:
    """Text as a spreadsheet will show it and never carry it out: without line breaks, and marked as text if needed."""
    text = BREAKS.sub(" ", text).strip()
    return f"'{text}" if text[:1] and text[0] in FORMULA else text
