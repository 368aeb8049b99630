"""Visma Enterprise HRM: the XML of `hrm_ws/secure/persons` (element names as seen in public integrations)."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from django.utils.translation import gettext as _
from lxml import etree

from staff.hr import values
from staff.hr.neutral_csv import in_order
from staff.hr.rows import Person, gather
from staff.hr.shape import FeedEmployee, FeedPosition, FeedRefused, Refusal, refused
from staff.hr.values import WrongValue


def parse(content: bytes) -> list[FeedEmployee]:
    """The people in the file. Raises FeedRefused for what is not well-formed, and for every person that is wrong."""
    root = tree_of(content)
    if root.tag != "personsXML":
        raise refused(_("filen er XML, men ikke fra Visma Enterprise HRM"), 1)
    wrong: list[Refusal] = []
    rows: list[tuple[Person, FeedPosition | None]] = []
    for person in root.iterfind("person"):
        try:
            rows += rows_of(person)
        except WrongRow as error:
            wrong.append(Refusal(str(error), error.row))
    if wrong:
        raise FeedRefused(*wrong)
    return gather(rows)


def tree_of(content: bytes) -> etree._Element:
    """The document. Entities and document types are refused: a staff file needs none, and they can be a trap."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        root = etree.fromstring(content, parser)
    except etree.XMLSyntaxError as error:
        raise refused(_("filen er avkortet eller er ikke gyldig XML. Be om en ny fil"), error.lineno or 1) from None
    if root.getroottree().docinfo.doctype:
        raise refused(_("filen har en dokumenttype, og den leses ikke"), 1)
    return root


class WrongRow(WrongValue):
    def __init__(self, reason: object, row: int) -> None:
        super().__init__(str(reason))
        self.row = row


def rows_of(person: etree._Element) -> list[tuple[Person, FeedPosition | None]]:
    """One row for each position, or one without for a person who has none."""
    found: list[tuple[Person, FeedPosition | None]] = []
    line = person
    try:
        for line in person.iterfind("employments/employment"):
            whoever = person_of(person, line)
            employment = line
            found += [(whoever, None)]
            for line in employment.iterfind("positions/position"):
                found.append((whoever, told_apart(position_of(line, employment, whoever), found)))
    except WrongValue as error:
        raise WrongRow(error, line.sourceline or 0) from None
    if not found:
        raise WrongRow(_("personen har ikke noe arbeidsforhold"), person.sourceline or 0)
    return found


def told_apart(position: FeedPosition, before: Sequence[tuple[Person, FeedPosition | None]]) -> FeedPosition:
    """Two positions in one unit with one code and one first day, a permanent and a temporary perhaps, are numbered."""
    alike = [other for _whose, other in before if other and other.reference.startswith(position.reference)]
    if not alike or any(replace(other, reference=position.reference) == position for other in alike):
        return position
    return replace(position, reference=f"{position.reference}:{len(alike) + 1}")


def person_of(person: etree._Element, employment: etree._Element) -> Person:
    def told(path: str) -> str:
        return person.findtext(path) or ""

    return Person(
        row=person.sourceline or 0,
        employee_number=values.number(employment.findtext("employeeId") or "", label="employeeId", needed=True),
        national_id=values.national_id(told("ssn")),
        given_name=values.words(told("givenName"), label="givenName", most=200, needed=True),
        family_name=values.words(told("familyName"), label="familyName", most=200, needed=True),
        email=values.email(told("contactInfo/email")),
        phone=values.words(told("contactInfo/mobilePhone"), label="mobilePhone", most=20),
        username=values.words(told("authentication/alias"), label="alias", most=60),
        initials=values.words(told("authentication/initials"), label="initials", most=10),
    )


def position_of(position: etree._Element, employment: etree._Element, whose: Person) -> FeedPosition:
    def told(path: str) -> str:
        return position.findtext(path) or ""

    def marked(path: str, name: str) -> str:
        found = position.find(path)
        return found.get(name) or "" if found is not None else ""

    starts = values.a_date(told("validFromDate"), label="validFromDate", needed=True)
    ends = earliest(
        values.a_date(told("positionEndDate"), label="positionEndDate"),
        values.a_date(employment.findtext("endDate") or "", label="endDate"),
    )
    unit = values.key(marked("chart/unit", "id"), label="unit", needed=True)
    code = values.number(marked("positionInfo/positionCode", "positionCode"), label="positionCode")
    hours = told("weeklyHours").strip()
    return FeedPosition(
        reference=f"{whose.employee_number}:{unit}:{code}:{starts}",
        employment_id="",
        is_primary=values.truth(told("isPrimaryPosition"), label="isPrimaryPosition"),
        code=code,
        title=values.words(marked("positionInfo/positionCode", "name"), label="positionCode", most=120),
        percent=values.hundredths(told("positionPercentage"), label="positionPercentage", most=100),
        weekly_hours=values.hundredths(hours, label="weeklyHours", most=168) if hours else None,
        unit_id=unit,
        unit_name=values.words(marked("chart/unit", "name"), label="unit", most=120),
        manager_number=values.number(marked("chart/unit/manager", "id"), label="manager"),
        responsibility=values.number(told("costCentres/dimension1"), label="dimension1"),
        function=values.number(told("costCentres/dimension2"), label="dimension2"),
        valid_from=in_order(starts, ends),
        valid_to=ends,
    )


def earliest(*days: date | None) -> date | None:
    return min((day for day in days if day), default=None)
