"""Groups of PIFU-IMS that follow from others: grade levels, subjects, and the guardians of a class (3.4.2).

They are made of who is in the roster already, so nobody is told of here who is not told of there.
"""

from uuid import NAMESPACE_URL, uuid5

from guardians.exchange.shape import Belonging, GroupUnit, Kind, Role, Roster

Told = dict[str, tuple[GroupUnit, dict[tuple[str, Role], Belonging]]]
IN_SUBJECT = {Role.PUPIL, Role.TEACHER}


def groups(roster: Roster) -> list[tuple[GroupUnit, list[Belonging]]]:
    """Each group with those in it, in the order of ids."""
    found: Told = {}
    grades(roster, found)
    subjects(roster, found)
    guardians(roster, found)
    return [
        (group, sorted(members.values(), key=lambda row: row.id)) for _id, (group, members) in sorted(found.items())
    ]


def grades(roster: Roster, found: Told) -> None:
    level = {human.id: human.grade for human in roster.people}
    for row in roster.at_schools:
        grade = level[row.person]
        if row.role == Role.PUPIL and grade:
            add(found, group_of(roster, row.unit, Kind.GRADE, str(grade), f"{grade}. trinn", grade=grade), row)


def subjects(roster: Roster, found: Told) -> None:
    taught = {group.id: group for group in roster.groups if group.subject}
    for row in roster.in_groups:
        group = taught.get(row.unit)
        if group and row.role in IN_SUBJECT:
            add(
                found, group_of(roster, group.school, Kind.SUBJECT, group.subject, group.subject_name, taken=group), row
            )


def guardians(roster: Roster, found: Told) -> None:
    classes = {group.id: group for group in roster.groups if group.kind == Kind.HOME_CLASS}
    for row in roster.in_groups:
        group = classes.get(row.unit)
        if group and row.role == Role.PUPIL:
            for guardian in roster.guardians.get(row.person, ()):
                of_class = group_of(roster, group.school, Kind.GUARDIANS, group.id, f"Foresatte {group.name}")
                add(found, of_class, Belonging("", group.id, guardian, Role.GUARDIAN, None, None))


def group_of(
    roster: Roster, school: str, kind: Kind, key: str, name: str, *, grade: int | None = None,
    taken: GroupUnit | None = None,
) -> GroupUnit:  # fmt: skip
    """The group of that kind at the school. Its id is the same every time."""
    return GroupUnit(
        id=str(uuid5(NAMESPACE_URL, f"{roster.source}/{school}/{kind}/{key}")),
        school=school,
        kind=kind,
        name=name,
        grade=grade,
        subject=taken.subject if taken else "",
        subject_name=taken.subject_name if taken else "",
        first=roster.year.first,
        last=roster.year.last,
    )


def add(found: Told, group: GroupUnit, row: Belonging) -> None:
    """Each person once in each role, from the first day to the last of all that put them there."""
    members = found.setdefault(group.id, (group, {}))[1]
    key = (row.person, row.role)
    known = members.get(key, row)
    first = min(known.first, row.first) if known.first and row.first else None
    last = max(known.last, row.last) if known.last and row.last else None
    members[key] = Belonging(f"{group.id}:{row.person}:{row.role}", group.id, row.person, row.role, first, last)
