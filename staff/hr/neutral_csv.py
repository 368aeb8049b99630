"""The neutral nightly file: CSV in UTF-8, one row for each position (docs/import.md)."""

import csv
from collections.abc import Iterator
from datetime import date

from django.utils.translation import gettext as _

from schoolapp.lib import clock
from staff.hr import values
from staff.hr.rows import Person, gather
from staff.hr.shape import FeedEmployee, FeedPosition, FeedRefused, Refusal, refused
from staff.hr.values import WrongValue

COLUMNS = (
    *("ansattnummer", "fnr", "fornavn", "etternavn", "epost", "mobil", "brukernavn", "arbeidsforhold_id"),
    *("hovedstilling", "stillingskode", "stillingstittel", "stillingsprosent", "timer_per_uke", "orgenhet_id"),
    *("orgenhet_navn", "leder_ansattnummer", "fra", "til", "sluttet"),
)


def parse(text: str) -> list[FeedEmployee]:
    """The people in the file. Raises FeedRefused with every row that is wrong, and for a file that ends too soon."""
    if not text.endswith("\n"):
        raise refused(_("filen slutter midt i en rad, så noe mangler. Be om en ny fil"), text.count("\n") + 1)
    wrong: list[Refusal] = []
    rows: list[tuple[Person, FeedPosition]] = []
    try:
        for line, cells in table(text):
            try:
                row = named(cells)
                rows.append((person_of(row, line), position_of(row)))
            except WrongValue as error:
                wrong.append(Refusal(str(error), line))
    except FeedRefused as error:
        wrong += error.refusals
    if wrong:
        raise FeedRefused(*wrong)
    return gather(rows)


def table(text: str) -> Iterator[tuple[int, list[str]]]:
    """Line number and cells of each row. Raises FeedRefused where the columns are not as agreed."""
    reader = csv.reader(text.splitlines(keepends=True), delimiter=";", strict=True)
    try:
        head = [cell.strip() for cell in next(reader, [])]
        if tuple(head) != COLUMNS:
            lacking = [name for name in COLUMNS if name not in head]
            reason = _("kolonnen {name} mangler").format(name=lacking[0]) if lacking else _("kolonnene er ukjente")
            raise refused(reason, 1)
        while True:
            line = reader.line_num + 1
            cells = next(reader, None)
            if cells is None:
                return
            yield line, cells
    except csv.Error:
        raise refused(_("anførselstegn som ikke er avsluttet"), reader.line_num) from None


def named(cells: list[str]) -> dict[str, str]:
    """The cells under their columns. Raises WrongValue for a row with too few or too many."""
    if len(cells) != len(COLUMNS):
        raise WrongValue(_("{n} felt, ikke {wanted}").format(n=len(cells), wanted=len(COLUMNS)))
    return dict(zip(COLUMNS, cells, strict=True))


def person_of(cells: dict[str, str], line: int) -> Person:
    return Person(
        row=line,
        employee_number=values.number(cells["ansattnummer"], label="ansattnummer", needed=True),
        national_id=values.national_id(cells["fnr"]),
        given_name=values.words(cells["fornavn"], label="fornavn", most=200, needed=True),
        family_name=values.words(cells["etternavn"], label="etternavn", most=200, needed=True),
        email=values.email(cells["epost"]),
        phone=values.words(cells["mobil"], label="mobil", most=20),
        username=values.words(cells["brukernavn"], label="brukernavn", most=60),
        initials="",
    )


def position_of(cells: dict[str, str]) -> FeedPosition:
    reference = values.key(cells["arbeidsforhold_id"], label="arbeidsforhold_id", needed=True)
    starts = values.a_date(cells["fra"], label="fra", needed=True)
    ends = values.a_date(cells["til"], label="til")
    hours = cells["timer_per_uke"].strip()
    if values.truth(cells["sluttet"], label="sluttet") and ends is None:
        ends = clock.today()
    return FeedPosition(
        reference=reference,
        employment_id=reference,
        is_primary=values.truth(cells["hovedstilling"], label="hovedstilling"),
        code=values.number(cells["stillingskode"], label="stillingskode"),
        title=values.words(cells["stillingstittel"], label="stillingstittel", most=120),
        percent=values.hundredths(cells["stillingsprosent"], label="stillingsprosent", most=100),
        weekly_hours=values.hundredths(hours, label="timer_per_uke", most=168) if hours else None,
        unit_id=values.key(cells["orgenhet_id"], label="orgenhet_id", needed=True),
        unit_name=values.words(cells["orgenhet_navn"], label="orgenhet_navn", most=120),
        manager_number=values.number(cells["leder_ansattnummer"], label="leder_ansattnummer"),
        responsibility="",
        function="",
        valid_from=in_order(starts, ends),
        valid_to=ends,
    )


def in_order(starts: date | None, ends: date | None) -> date:
    if starts is None:
        raise WrongValue(_("fra mangler"))
    if ends and ends < starts:
        raise WrongValue(_("til er før fra"))
    return starts
