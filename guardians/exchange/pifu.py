"""PIFU-IMS 1.3: the Norwegian profile of IMS Enterprise 1.1, as one XML file written piece by piece.

Order: properties, persons, groups, memberships. Numbers such as 3.4.2 are those of the tables of the specification
(Senter for IKT i utdanningen, PIFU-IMS 1.3).
"""

import re
from collections.abc import Iterator
from itertools import groupby
from typing import BinaryIO
from xml.sax.saxutils import escape, quoteattr

from guardians.exchange import derived
from guardians.exchange.shape import Belonging, GroupUnit, Human, Kind, Role, Roster, SchoolUnit
from schoolapp.lib import clock

NAMESPACE = "http://pifu.no/xsd/pifu-ims_sas/pifu-ims_sas-v1"
# 3.4.2 and 3.4.2.1
GROUP_TYPE = {
    Kind.HOME_CLASS: ("1", "basisgruppe"),
    Kind.SUBJECT_GROUP: ("2", "undervisningsgruppe"),
    Kind.ELECTIVE: ("2", "undervisningsgruppe"),
    Kind.CONTACT_GROUP: ("3", "kontaktlærergruppe"),
    Kind.GRADE: ("4", "trinn"),
    Kind.SUBJECT: ("7", "fag"),
    Kind.GUARDIANS: ("8", "foresattegruppe"),
    Kind.SFO_GROUP: ("15", "sfo"),
}
# 4.3.4: roletype, and subrole where there is one
ROLE_TYPE = {
    Role.PUPIL: ("01", ""),
    Role.TEACHER: ("02", ""),
    Role.ASSISTANT: ("08", ""),
    Role.PRINCIPAL: ("05", "rektor"),
    Role.STAFF: ("04", ""),
    Role.GUARDIAN: ("04", ""),
}
SCHOOL_TYPES = {
    "primary": ("barneskole",),
    "lower_secondary": ("ungdomsskole",),
    "combined": ("barneskole", "ungdomsskole"),
}
GENDER = {"kvinne": "1", "mann": "2"}
EMAIL = re.compile(r".+@.+(\..+)+")
NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def write(roster: Roster, file: BinaryIO) -> None:
    file.write(f'<?xml version="1.0" encoding="UTF-8"?>\n<enterprise xmlns="{NAMESPACE}">\n'.encode())
    for element in elements(roster):
        file.write(f"{element}\n".encode())
    file.write(b"</enterprise>\n")


def elements(roster: Roster) -> Iterator[str]:
    source = roster.source
    yield properties(roster)
    for human in roster.people:
        yield person(human, roster)
    yield owner(roster)
    for school in roster.schools:
        yield school_group(school, roster)
    names = {school.id: school.name for school in roster.schools}
    following = derived.groups(roster)
    for group in (*roster.groups, *(group for group, _members in following)):
        yield group_element(group, names.get(group.school, ""), roster)
    for rows in (roster.at_schools, roster.in_groups):
        for unit, members in groupby(rows, key=lambda row: row.unit):
            yield membership(unit, members, source)
    for group, members_of in following:
        yield membership(group.id, iter(members_of), source)


def tag(name: str, *children: str | None, text: str = "", **attributes: str) -> str:
    """An element as it is written. Building a tree of each first took four times as long for a municipality."""
    said = "".join(f" {key}={quoteattr(clean(value))}" for key, value in attributes.items())
    return f"<{name}{said}>{escape(clean(text)) if text else ''}{''.join(filter(None, children))}</{name}>"


def clean(text: str) -> str:
    """Without the characters XML has no room for."""
    return NOT_XML.sub("", text)


def sourcedid(source: str, id_: str) -> str:
    return tag("sourcedid", tag("source", text=source), tag("id", text=id_))


def properties(roster: Roster) -> str:
    made = roster.taken_at.astimezone(clock.OSLO)
    return tag(
        "properties",
        tag("datasource", text=roster.source),
        tag("type", text="full"),
        tag("datetime", text=f"{made:%Y-%m-%dT%H:%M:%S}"),
        lang="no",
    )


def person(human: Human, roster: Roster) -> str:
    """2.2. Address and place of living are never told."""
    numbers = [
        tag("userid", text=value, useridtype=kind)
        for kind, value in (
            ("personNIN", human.number),
            ("sisID", human.id),
            ("workforceID", human.employee_number),
        )
        if value
    ]
    name = tag(
        "name",
        tag("fn", text=f"{human.given} {human.family}"),
        tag("n", tag("family", text=human.family), tag("given", text=human.given)),
    )
    born = tag("bday", text=f"{human.born:%Y-%m-%d}") if human.born else None
    demographics = tag("demographics", tag("gender", text=GENDER.get(human.sex, "0")), born)
    email = tag("email", text=human.email) if EMAIL.fullmatch(human.email) else None
    phone = international(human.phone)
    tel = tag("tel", text=phone, teltype="3") if phone else None
    contacts = [
        tag("pifu_hasContactPerson", sourcedid(roster.source, guardian), type="guardian")
        for guardian in roster.guardians.get(human.id, ())
    ]
    extension = tag("extension", tag("pifu_status", text="aktiv", type="activeInactive"), *contacts)
    return tag("person", sourcedid(roster.source, human.id), *numbers, name, demographics, email, tel, extension)


def international(phone: str) -> str:
    """A telephone number as the specification wants it, or nothing when it cannot be one (2.9)."""
    digits = re.sub(r"[\s()-]", "", phone)
    if re.fullmatch(r"\d{8}", digits):
        return f"+47{digits}"
    digits = re.sub(r"^00", "+", digits)
    return digits if re.fullmatch(r"\+\d{6,15}", digits) else ""


def pifu_id(kind: str, value: str, scope: str, *, unique: bool = True) -> str:
    return tag(
        "pifu_id",
        tag("pifu_value", text=value),
        tag("pifu_scope", text=scope),
        tag("pifu_unique", text="1" if unique else "0"),
        type=kind,
    )


def legal_name(name: str) -> str:
    return tag("pifu_name", tag("pifu_value", text=name), type="legalName")


def unit(
    id_: str, scheme: str, level: str, kind: str, short: str, *rest: str | None, source: str, long: str = ""
) -> str:
    return tag(
        "group",
        sourcedid(source, id_),
        tag("grouptype", tag("scheme", text=scheme), tag("typevalue", text=kind, level=level)),
        tag("description", tag("short", text=short[:60]), tag("long", text=long[:256]) if long else None),
        *rest,
    )


def parent(roster: Roster, id_: str, label: str) -> str:
    return tag("relationship", sourcedid(roster.source, id_), tag("label", text=label[:128]), relation="1")


def owner_id(roster: Roster) -> str:
    return f"NO{roster.owner.org_number}"


def owner(roster: Roster) -> str:
    """The municipality is its own parent (3.11.1)."""
    kommune = roster.owner
    ids = (
        pifu_id("organizationNumber", f"NO{kommune.org_number}", "enhetsregisteret"),
        pifu_id("municipalityNumber", kommune.number, "http://hotell.difi.no/?dataset=difi/geo/kommune", unique=False),
    )
    above = parent(roster, owner_id(roster), kommune.name)
    extension = tag("extension", *ids, legal_name(kommune.name))
    return unit(
        owner_id(roster), "pifu-ims-go-org", "1", "skoleeier", kommune.name, above, extension, source=roster.source
    )


def school_group(school: SchoolUnit, roster: Roster) -> str:
    kinds = [tag("pifu_schoolType", text=kind) for kind in SCHOOL_TYPES.get(school.kind, ())]
    number = pifu_id("organizationNumber", f"NO{school.org_number}", "enhetsregisteret")
    extension = tag("extension", number, legal_name(school.name), *kinds)
    above = parent(roster, owner_id(roster), roster.owner.name)
    return unit(school.id, "pifu-ims-go-org", "2", "skole", school.name, above, extension, source=roster.source)


def group_element(group: GroupUnit, school_name: str, roster: Roster) -> str:
    level, kind = GROUP_TYPE[group.kind]
    time = tag(
        "timeframe",
        tag("begin", text=f"{group.first:%Y-%m-%d}"),
        tag("end", text=f"{group.last:%Y-%m-%d}"),
        tag("adminperiod", text=roster.year.name),
    )
    ids = []
    if group.subject:
        ids.append(pifu_id("grepCodeShortForm", group.subject, "grep - levende læreplaner", unique=False))
    if group.grade:
        ids.append(pifu_id("grepCodeGradeLevel", f"aarstrinn{group.grade}", "grep - levende læreplaner", unique=False))
    extension = tag("extension", *ids) if ids else None
    above = parent(roster, group.school, school_name)
    return unit(
        group.id, "pifu-ims-go-grp", level, kind, group.name, time, above, extension,
        source=roster.source, long=group.subject_name,
    )  # fmt: skip


def membership(unit_id: str, members: Iterator[Belonging], source: str) -> str:
    people = [
        tag("member", sourcedid(source, person_id), tag("idtype", text="1"), *(role(row) for row in rows))
        for person_id, rows in groupby(members, key=lambda row: row.person)
    ]
    return tag("membership", sourcedid(source, unit_id), *people)


def role(row: Belonging) -> str:
    kind, sub = ROLE_TYPE[row.role]
    begin = tag("begin", text=f"{row.first:%Y-%m-%d}") if row.first else None
    end = tag("end", text=f"{row.last:%Y-%m-%d}") if row.last else None
    return tag(
        "role",
        tag("subrole", text=sub) if sub else None,
        tag("status", text="1"),
        tag("timeframe", begin, end) if begin or end else None,
        tag("extension", tag("pifu_primaryRelation", text="1" if row.is_primary else "0")),
        roletype=kind,
    )
