"""Reads a list of subject codes as data.udir.no/kl06/v201906/fagkoder gives it (INTEGRATIONS 8).

Lists hold references: `kode`, `tittel` in several languages, `status` as an address, and `url-data`, where the whole
subject is. Only the whole one tells of `gyldig-fra`, `gyldig-til`, `fagtype` and the grade levels. A file may hold
references, whole subjects, or one whole subject as `url-data` gives it.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

MOST_BYTES = 20 * 1024 * 1024
MOST_PROBLEMS = 50
LONGEST_NAME = 120
CODE = re.compile(r"[A-ZÆØÅ0-9][A-ZÆØÅ0-9-]{2,11}")
GRADE = re.compile(r"aarstrinn(\d{1,2})\b")
LEVELS = ("aarstrinn", "etter-aarstrinn")
PUBLISHED, EXPIRED = "publisert", ("utgaatt", "utgått")
# Languages by ISO 639-2, as Grep names them; «default» is the main language of the text.
BOKMAL, NYNORSK = ("nob", "default"), ("nno",)


@dataclass(frozen=True)
class Problem:
    """What is wrong with one entry: which in the file, counted from one, its code when it has one, and why."""

    row: int
    code: str
    reason: str

    def __str__(self) -> str:
        words = {"row": self.row, "code": f" ({self.code})" if self.code else "", "reason": self.reason}
        return _("Fag %(row)d%(code)s: %(reason)s") % words


class Refused(ValueError):
    """The file is not read in. `problems` says of each entry what is wrong with it."""

    def __init__(self, text: str, problems: list[Problem] | None = None) -> None:
        super().__init__(text)
        self.problems = problems or []


@dataclass(frozen=True)
class Entry:
    """A published subject; `grades` is empty and `valid_from` None when the list does not say.

    `is_compulsory_school` is None for a reference, which tells neither kind nor grade levels.
    """

    code: str
    name_nb: str
    name_nn: str
    is_expired: bool
    is_elective: bool
    is_compulsory_school: bool | None
    grades: tuple[int, ...]
    valid_from: date | None
    valid_to: date | None
    tells_valid_to: bool


def read(content: bytes) -> list[Entry]:
    """The published and expired subjects of the list. Raises Refused with every broken entry; nothing is guessed."""
    rows = rows_of(content)
    entries: list[Entry] = []
    problems: list[Problem] = []
    seen: dict[str, int] = {}
    for number, row in enumerate(rows, 1):
        code = str(row.get("kode", "")) if isinstance(row, dict) else ""
        try:
            entry = entry_of(row)
            if code in seen:
                raise ValueError(_("Fagkoden står også som nummer %(row)d.") % {"row": seen[code]})
        except ValueError as error:
            problems.append(Problem(number, code[:12], str(error)))
            continue
        seen[code] = number
        if entry:
            entries.append(entry)
    if problems:
        text = _("Filen har feil, og ingenting er lest inn. Hent listen på nytt fra Udir.")
        raise Refused(text, problems[:MOST_PROBLEMS])
    if not entries:
        raise Refused(_("Filen har ingen fag. Velg listen over fagkoder fra Udir."))
    return entries


def rows_of(content: bytes) -> list[Any]:
    if not content.strip():
        raise Refused(_("Filen er tom. Velg en annen fil."))
    if len(content) > MOST_BYTES:
        raise Refused(_("Filen er for stor. Den kan være høyst %(n)d MB.") % {"n": MOST_BYTES // 1024**2})
    try:
        found = json.loads(content.decode("utf-8-sig"))
    except UnicodeDecodeError:
        raise Refused(_("Filen er ikke lagret som UTF-8. Hent den på nytt fra Udir.")) from None
    except json.JSONDecodeError as error:
        words = {"row": error.lineno}
        text = _("Filen er ikke gyldig JSON (linje %(row)d). Den kan være avkortet. Hent den på nytt.")
        raise Refused(text % words) from None
    except (RecursionError, ValueError):
        raise Refused(
            _("Filen er ikke en liste over fagkoder. Hent listen «Fagkoder» som JSON fra data.udir.no.")
        ) from None
    if isinstance(found, dict) and "kode" in found:
        return [found]
    if not isinstance(found, list):
        raise Refused(_("Filen er ikke en liste over fagkoder. Hent listen «Fagkoder» som JSON fra data.udir.no."))
    return found


def entry_of(row: Any) -> Entry | None:
    """One subject; None for one that is neither published nor expired. Raises ValueError with the reason."""
    if not isinstance(row, dict):
        raise ValueError(_("Dette er ikke et fag."))
    code = row.get("kode")
    if not isinstance(code, str) or not CODE.fullmatch(code):
        raise ValueError(_("Fagkoden mangler eller er ikke en fagkode."))
    status = address(row.get("status")).rpartition("/")[2].removeprefix("status_").casefold()
    if not status:
        raise ValueError(_("Status mangler."))
    if status != PUBLISHED and status not in EXPIRED:
        return None
    names = texts(row.get("tittel"))
    name = next((names[key] for key in BOKMAL if names.get(key)), "")
    if not name:
        raise ValueError(_("Tittelen mangler på bokmål."))
    first, last = day(row, "gyldig-fra"), day(row, "gyldig-til")
    if first and last and last < first:
        raise ValueError(_("Gyldig til er før gyldig fra."))
    grades = tuple(sorted(set(grades_of(row))))
    kind = " ".join(address(found) for found in as_list(row.get("fagtype"))).casefold()
    return Entry(
        code=code,
        name_nb=name[:LONGEST_NAME],
        name_nn=next((names[key] for key in NYNORSK if names.get(key)), "")[:LONGEST_NAME],
        is_expired=status in EXPIRED,
        is_elective=name.casefold().startswith("valgfag") or "valgfag" in kind,
        is_compulsory_school="grunnskole" in kind or bool(grades) if tells_level(row) else None,
        grades=grades,
        valid_from=first,
        valid_to=last,
        tells_valid_to="gyldig-til" in row,
    )


def tells_level(row: dict[str, Any]) -> bool:
    return any(row.get(name) for name in ("fagtype", *LEVELS))


def texts(value: Any) -> dict[str, str]:
    """The texts by language. A title is a list of `{spraak, verdi}`, in older versions inside `tekst`."""
    if isinstance(value, dict):
        value = value.get("tekst", [value])
    found = {}
    for text in as_list(value):
        if not isinstance(text, dict) or not isinstance(text.get("verdi"), str):
            raise ValueError(_("Tittelen er ikke slik Udir skriver den."))
        found[address(text.get("spraak")).rpartition("/")[2]] = " ".join(text["verdi"].split())
    return found


def day(row: dict[str, Any], name: str) -> date | None:
    value = row.get(name)
    if value in (None, ""):
        return None
    try:
        return date.fromisoformat(str(value)[:10])
    except ValueError:
        words = {"name": name, "value": str(value)[:20]}
        raise ValueError(_("%(name)s er «%(value)s», og det er ingen dato.") % words) from None


def grades_of(row: dict[str, Any]) -> Iterator[int]:
    for name in LEVELS:
        for found in as_list(row.get(name)):
            match = GRADE.search(address(found))
            if match and 1 <= int(match[1]) <= 10:
                yield int(match[1])


def address(value: Any) -> str:
    """What a reference points at: an address, or an object with one."""
    if isinstance(value, dict):
        return str(value.get("kode") or value.get("url-data") or value.get("uri") or "")
    return value if isinstance(value, str) else ""


def as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]
