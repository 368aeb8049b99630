"""Tables as CSV and Excel files: read without trust, written so that no cell is ever a formula."""

import csv
import io
import zipfile
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext as _
from openpyxl import Workbook, load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from schoolapp.lib.packing import is_bounded

MOST_BYTES = 5 * 1024 * 1024
MOST_UNPACKED = 60 * 1024 * 1024
MOST_ROWS = 10_000
MOST_COLUMNS = 60
LONGEST_CELL = 2_000
DELIMITERS = ";,\t"
# A spreadsheet takes a cell that begins like this for a formula (OWASP, CSV injection).
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
GUARD = "'"
XLSX_START = b"PK\x03\x04"

Row = tuple[int, list[str]]


class Unreadable(Exception):
    """The file cannot be read as a table. The text says to the person why, and what to do."""


def read(content: bytes) -> tuple[list[str], list[Row]]:
    """The headings, and the rows with their line numbers. Raises Unreadable; nothing is guessed."""
    if not content:
        raise Unreadable(_("Filen er tom. Velg en annen fil."))
    if len(content) > MOST_BYTES:
        raise Unreadable(_("Filen er for stor. Den kan være høyst %(n)d MB.") % {"n": MOST_BYTES // 1024**2})
    lines = from_excel(content) if content.startswith(XLSX_START) else from_csv(content)
    filled = [(number, cells) for number, cells in lines if any(cells)]
    if len(filled) < 2:
        raise Unreadable(_("Filen har ingen rader under overskriften."))
    if len(filled) > MOST_ROWS + 1:
        raise Unreadable(_("Filen har for mange rader. Den kan ha høyst %(n)d. Del den opp.") % {"n": MOST_ROWS})
    (_first, headings), *rows = filled
    while headings and not headings[-1]:
        headings.pop()
    for number, cells in rows:
        if len(cells) < len(headings) or any(cells[len(headings) :]):
            raise Unreadable(
                _("Rad %(row)d har %(found)d felt, men overskriften har %(wanted)d. Filen kan være avkortet.")
                % {"row": number, "found": len(cells), "wanted": len(headings)}
            )
        if any(len(cell) > LONGEST_CELL for cell in cells):
            raise Unreadable(_("Rad %(row)d har et felt som er altfor langt.") % {"row": number})
    return headings, [(number, cells[: len(headings)]) for number, cells in rows]


def from_csv(content: bytes) -> list[Row]:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise Unreadable(
            _("Filen er ikke lagret som UTF-8 (rad %(row)d). Velg «CSV UTF-8» når du lagrer, eller bruk Excel-format.")
            % {"row": line}
        ) from None
    if "\x00" in text:
        raise Unreadable(_("Dette er ikke en CSV- eller Excel-fil. Velg en annen fil."))
    first = text.partition("\n")[0]
    delimiter = max(DELIMITERS, key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    rows: list[Row] = []
    try:
        for cells in reader:
            rows.append((reader.line_num, [without_guard(cell) for cell in cells]))
            if len(rows) > MOST_ROWS + 2:
                break
    except csv.Error:
        raise Unreadable(
            _("Vi forstår ikke filen fra rad %(row)d. Et anførselstegn mangler, eller filen er avkortet.")
            % {"row": reader.line_num}
        ) from None
    return rows


def from_excel(content: bytes) -> list[Row]:
    damaged = Unreadable(_("Excel-filen er skadet eller ikke helt lastet opp. Lagre den på nytt, og prøv igjen."))
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            if not is_bounded(archive):
                raise damaged
            if sum(part.file_size for part in archive.infolist()) > MOST_UNPACKED:
                raise Unreadable(_("Excel-filen er for stor når den pakkes ut."))
        book = load_workbook(io.BytesIO(content), read_only=True, data_only=True)
        sheet = book.worksheets[0]
        rows: list[Row] = []
        for number, cells in enumerate(sheet.iter_rows(values_only=True, max_col=MOST_COLUMNS), 1):
            rows.append((number, [as_text(cell) for cell in cells]))
            if len(rows) > MOST_ROWS + 2:
                break
        book.close()
    except (
        zipfile.BadZipFile,
        InvalidFileException,
        KeyError,
        IndexError,
        ValueError,
        TypeError,
        OSError,
        SyntaxError,
    ):
        raise damaged from None
    return rows


def as_text(cell: Any) -> str:
    """A cell as it would stand in a CSV file. Numbers keep no decimals they did not have."""
    if cell is None:
        return ""
    if isinstance(cell, datetime):
        return cell.date().isoformat()
    if isinstance(cell, date):
        return cell.isoformat()
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return without_guard(str(cell))


def without_guard(cell: str) -> str:
    """The cell as it was before we made it harmless in an export; otherwise only trimmed."""
    guarded = cell.startswith(GUARD) and cell[1:].startswith(FORMULA_STARTS)
    return cell[1:].strip() if guarded else cell.strip()


def harmless(cell: str) -> str:
    return GUARD + cell if cell.startswith(FORMULA_STARTS) else cell


def to_csv(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> bytes:
    """With a byte order mark and semicolons, as Norwegian Excel wants it."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=";", lineterminator="\r\n")
    writer.writerow([harmless(heading) for heading in headings])
    writer.writerows([harmless(cell) for cell in row] for row in rows)
    return out.getvalue().encode("utf-8-sig")


def to_excel(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> bytes:
    book = Workbook(write_only=True)
    sheet = book.create_sheet()
    sheet.append([harmless(heading) for heading in headings])
    for row in rows:
        sheet.append([harmless(cell) for cell in row])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()
