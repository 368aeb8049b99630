"""The counts as a reader may see them.

Pupils with address protection are in the numbers only for those who see them at the school; nobody else's numbers
change with them. Who has no access to the school's pupils sees no number below four, and no sum that would tell it
(handbook 10).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from accessctl.models import School
from accessctl.permissions import Permission
from accessctl.scope import scope_of
from students.models import CountCorrection, SnapshotCount
from students.statistics.sections import Column, Counted, Number, Section, Text, sections

FEWEST = 4
DASH = "–"


@dataclass(frozen=True)
class Reader:
    """What a user may be told of a school's counts."""

    sees_few: bool
    sees_protected: bool

    @classmethod
    def of(cls, user: Any, school: School) -> "Reader":
        scope = scope_of(user)
        return cls(
            sees_few=scope.reach(Permission.VIEW_PUPIL).covers_school(school.pk),
            sees_protected=scope.reach(Permission.SEE_PROTECTED).covers_school(school.pk),
        )


@dataclass(frozen=True)
class Cell:
    """One number as told; `text` is a dash for what is too few, and empty for what nobody has said."""

    text: str
    count: SnapshotCount | None = None
    correction: CountCorrection | None = None
    frozen: str = ""
    now: str = ""


@dataclass(frozen=True)
class Line:
    label: Text
    cells: list[Cell]
    total: str


@dataclass(frozen=True)
class Table:
    section: Section
    lines: list[Line]
    totals: list[str]
    grand_total: str

    @property
    def headings(self) -> list[Text]:
        return [column.label for column in self.section.columns]


def of_numbers(counted: Mapping[str, Counted], reader: Reader) -> list[Table]:
    """The tables of what is not frozen."""
    found = []
    for section in sections():
        cells = counted.get(section.slug, {})
        numbers = {key: added(number.shown, number.hidden, reader) for key, number in cells.items()}
        found.append(table(section, numbers, reader, {}, {}))
    return [one for one in found if one.lines]


def of_counts(
    counts: Iterable[SnapshotCount],
    corrections: Mapping[int, CountCorrection],
    reader: Reader,
    recount: Mapping[str, Counted] | None = None,
) -> list[Table]:
    """The tables of a snapshot, with what has been corrected since, and what the registers now say of the same day."""
    by_section: dict[str, dict[tuple[str, str], SnapshotCount]] = {}
    for count in counts:
        by_section.setdefault(count.section, {})[count.line, count.column] = count
    found = []
    for section in sections():
        rows = by_section.get(section.slug, {})
        numbers = {}
        for key, count in rows.items():
            corrected = corrections.get(count.pk)
            numbers[key] = added(corrected.number if corrected else count.number, count.hidden, reader)
        changed = changes(rows, recount.get(section.slug, {}), section, reader) if recount is not None else {}
        numbers |= {key: 0 for key in changed if key not in rows}
        found.append(table(section, numbers, reader, rows, corrections, changed))
    return [one for one in found if one.lines]


def changes(
    rows: Mapping[tuple[str, str], SnapshotCount], recount: Counted, section: Section, reader: Reader
) -> dict[tuple[str, str], str]:
    """What the registers now say, for the numbers that have changed, those of lines that were not there included.

    Who does not see the protected is told of no number behind which their number has changed too: the difference could
    be a pupil who was protected since.
    """
    columns = {column.slug: column for column in section.columns}
    found = {}
    for key in rows.keys() | recount.keys():
        count = rows.get(key)
        frozen = Number(count.number, count.hidden) if count else Number(0)
        number = recount.get(key, Number(None if frozen.shown is None else 0))
        before, after = added(frozen.shown, frozen.hidden, reader), added(number.shown, number.hidden, reader)
        tells = reader.sees_few and (reader.sees_protected or number.hidden == frozen.hidden)
        if before != after and tells and key[1] in columns:
            found[key] = told(after, columns[key[1]], reader)
    return found


def of_schools(
    schools: Iterable[tuple[Reader, Iterable[SnapshotCount]]], latest: Mapping[int, CountCorrection]
) -> list[Table]:
    """The sum of the schools, for who may be told of few at all of them; no tables for others, since a sum less what
    is known would tell what is not.
    """
    sums: dict[str, dict[tuple[str, str], int | None]] = {}
    for reader, counts in schools:
        if not reader.sees_few:
            return []
        for count in counts:
            corrected = latest.get(count.pk)
            number = added(corrected.number if corrected else count.number, count.hidden, reader)
            cells, key = sums.setdefault(count.section, {}), (count.line, count.column)
            known = cells.get(key)
            cells[key] = known if number is None else (known or 0) + number
    everything = Reader(sees_few=True, sees_protected=False)
    found = [table(section, sums.get(section.slug, {}), everything, {}, {}) for section in sections()]
    return [one for one in found if one.lines]


def added(shown: int | None, hidden: int, reader: Reader) -> int | None:
    return shown if shown is None or not reader.sees_protected else shown + hidden


def table(
    section: Section,
    numbers: Mapping[tuple[str, str], int | None],
    reader: Reader,
    counts: Mapping[tuple[str, str], SnapshotCount],
    corrections: Mapping[int, CountCorrection],
    changed: Mapping[tuple[str, str], str] | None = None,
) -> Table:
    new = {line for line, _column in changed or {}}
    names = sorted(lines_told(numbers, counts, corrections) | new, key=in_order)
    lines = []
    for name in names:
        cells = []
        for column in section.columns:
            count = counts.get((name, column.slug))
            cells.append(
                Cell(
                    told(numbers.get((name, column.slug)), column, reader),
                    count,
                    corrections.get(count.pk) if count else None,
                    told(added(count.number, count.hidden, reader), column, reader) if count else "",
                    (changed or {}).get((name, column.slug), ""),
                )
            )
        row = [numbers.get((name, column.slug)) for column in section.columns]
        lines.append(Line(section.label(name), cells, summed(row, reader)))
    per_column = [[numbers.get((name, column.slug)) for name in names] for column in section.columns]
    every = [number for column in per_column for number in column]
    return Table(section, lines, [summed(column, reader) for column in per_column], summed(every, reader))


def lines_told(
    numbers: Mapping[tuple[str, str], int | None],
    counts: Mapping[tuple[str, str], SnapshotCount],
    corrections: Mapping[int, CountCorrection],
) -> set[str]:
    """The lines with anything in them. One that holds only pupils the reader is not told of is left out."""
    corrected = {line for (line, _column), count in counts.items() if count.pk in corrections}
    return corrected | {line for (line, _column), number in numbers.items() if number != 0}


def in_order(slug: str) -> tuple[int, str]:
    return (int(slug), "") if slug.isdigit() else (99, slug)


def told(number: int | None, column: Column, reader: Reader) -> str:
    if number is None:
        return ""
    if column.hundredths:
        return f"{number / 100:.2f}".replace(".", ",")
    return DASH if number < FEWEST and not reader.sees_few else str(number)


def summed(numbers: Iterable[int | None], reader: Reader) -> str:
    """The sum, unless it would tell a number that is too small to be told."""
    known = [number for number in numbers if number is not None]
    if not reader.sees_few and any(number < FEWEST for number in known):
        return DASH
    return str(sum(known))
