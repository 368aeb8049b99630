"""From one row for each position to one entry for each person, with what no single row can tell is wrong."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

from django.utils.translation import gettext as _

from staff.hr.shape import FeedEmployee, FeedPosition, FeedRefused, Refusal


@dataclass(frozen=True)
class Person:
    row: int = field(compare=False)
    employee_number: str
    national_id: str = field(repr=False)
    given_name: str
    family_name: str
    email: str
    phone: str
    username: str
    initials: str


def gather(rows: Iterable[tuple[Person, FeedPosition | None]]) -> list[FeedEmployee]:
    """Each person once, with all positions. Raises FeedRefused for rows that contradict each other."""
    people: dict[str, Person] = {}
    owners: dict[str, str] = {}
    positions: dict[str, dict[str, tuple[FeedPosition, int]]] = {}
    wrong: list[Refusal] = []
    for person, position in rows:
        known = people.setdefault(person.employee_number, person)
        held = positions.setdefault(person.employee_number, {})
        if known.national_id != person.national_id:
            wrong.append(
                Refusal(_("samme ansattnummer som rad {row}, men en annen person").format(row=known.row), person.row)
            )
        elif owners.setdefault(person.national_id, person.employee_number) != person.employee_number:
            row = people[owners[person.national_id]].row
            wrong.append(
                Refusal(_("samme person som rad {row}, men et annet ansattnummer").format(row=row), person.row)
            )
        elif known != person:
            wrong.append(
                Refusal(_("navn eller kontaktopplysninger er andre enn i rad {row}").format(row=known.row), person.row)
            )
        elif position and position.reference in held:
            wrong.append(Refusal(said_twice(position, *held[position.reference]), person.row))
        elif position:
            held[position.reference] = (position, person.row)
    if wrong:
        raise FeedRefused(*wrong)
    return [
        FeedEmployee(**vars(person), positions=tuple(position for position, _row in positions[number].values()))
        for number, person in people.items()
    ]


def said_twice(one: FeedPosition, other: FeedPosition, row: int) -> str:
    """Why two rows of one employment are refused: it has one position, and so one row."""
    if max(one.valid_from, other.valid_from) <= min(one.valid_to or date.max, other.valid_to or date.max):
        return _("samme arbeidsforhold som rad {row}, og periodene overlapper").format(row=row)
    return _("samme arbeidsforhold som rad {row}. Et arbeidsforhold har én rad").format(row=row)
