"""A list as a file: CSV and Excel whose cells are never formulas, and PDF. Attack IJ-08 says what is tried."""

import csv
import io
import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from django.conf import settings
from django.template.loader import render_to_string
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font

from accessctl.registers.files import FORMULA_STARTS, GUARD
from schoolapp.lib.pdf.limits import Limits
from schoolapp.lib.pdf.press import Press

Value = str | int | date
A_PHONE = re.compile(r"\+[0-9 ]{6,20}")
NOT_IN_A_NAME = re.compile(r"[\\*?:/\[\]]")
MOST_IN_HEADER = 120  # Excel takes 255 characters, and each «&» is two of them
PDF_LIMITS = Limits(cpu_seconds=15, wall_seconds=20.0, pages=80)
SUBSETS = ("latin", "latin-ext", "cyrillic", "greek", "vietnamese")


@dataclass(frozen=True)
class Table:
    """What is taken out: `title` and `about` (school, day, by whom) stand above it where there is room for them."""

    title: str
    about: str
    headings: Sequence[str]
    rows: Sequence[Sequence[Value]]


def plain(text: str) -> str:
    """Text without characters that are not shown; line breaks become spaces."""
    return "".join(" " if letter in "\t\r\n" else letter for letter in text if keeps(letter)).strip()


def keeps(letter: str) -> bool:
    return letter in "\t\r\n" or unicodedata.category(letter) not in ("Cc", "Cf", "Cs", "Co", "Cn")


def harmless(text: str) -> str:
    """The text so that a spreadsheet takes it for text, also when it begins with a full-width sign. A telephone
    number with its country code is no formula, and stays as it is.
    """
    clean = plain(text)
    seen = unicodedata.normalize("NFKC", clean).lstrip(" '")
    if seen.startswith(FORMULA_STARTS) and not A_PHONE.fullmatch(clean):
        return GUARD + clean
    return clean


def to_csv(table: Table) -> bytes:
    """With a byte order mark and semicolons, as Norwegian Excel wants it."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=";", lineterminator="\r\n")
    writer.writerow([harmless(heading) for heading in table.headings])
    writer.writerows([in_csv(value) for value in row] for row in table.rows)
    return out.getvalue().encode("utf-8-sig")


def in_csv(value: Value) -> str:
    if isinstance(value, date):
        return f"{value:%d.%m.%Y}"
    return harmless(value) if isinstance(value, str) else str(value)


def to_excel(table: Table) -> bytes:
    """Text is stored as text, so that nothing in it is worked out; days and numbers stay what they are."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet(sheet_name(table.title))
    sheet.freeze_panes = "A2"
    sheet.oddHeader.left.text = plain(f"{table.title} {table.about}")[:MOST_IN_HEADER].replace("&", "&&")
    for number, _heading in enumerate(table.headings):
        sheet.column_dimensions[chr(ord("A") + number)].width = 30 if number == 0 else 18
    sheet.append([in_excel(sheet, heading, bold=True) for heading in table.headings])
    for row in table.rows:
        sheet.append([in_excel(sheet, value) for value in row])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def sheet_name(title: str) -> str:
    """The title without what Excel takes in no name of a sheet: groups are called things like «Norsk 8/9»."""
    return NOT_IN_A_NAME.sub(" ", plain(title))[:30].strip(" '") or "Ark"


def in_excel(sheet: Any, value: Value, *, bold: bool = False) -> Any:
    cell = WriteOnlyCell(sheet, value=plain(value) if isinstance(value, str) else value)
    if isinstance(value, str):
        cell.data_type = "s"
        cell.quotePrefix = True
    elif isinstance(value, date):
        cell.number_format = "dd.mm.yyyy"
    if bold:
        cell.font = Font(bold=True)
    return cell


def assets() -> dict[str, Path]:
    """Every file a printed list can reach, by the name the style sheet uses."""
    fonts = Path(settings.NODE_MODULES) / "@fontsource-variable" / "inter" / "files"
    named = {f"inter-{subset}.woff2": fonts / f"inter-{subset}-wght-normal.woff2" for subset in SUBSETS}
    return named | {"list.css": Path(settings.BASE_DIR) / "static" / "lists" / "list.css"}


press = Press(assets=assets(), stylesheets=["list.css"])


def to_pdf(table: Table, *, language: str) -> bytes:
    """Raises RenderFailed, also when another list is being made and takes its time."""
    html = render_to_string(
        "students/lists/pdf.html", {"table": table, "rows": shown(table.rows), "language": language}
    )
    return press.print(html, PDF_LIMITS, wait_seconds=5.0)


def shown(rows: Iterable[Sequence[Value]]) -> list[list[str]]:
    """The rows as people read them, on paper and on the page for printing."""
    return [[f"{value:%d.%m.%Y}" if isinstance(value, date) else str(value) for value in row] for row in rows]
