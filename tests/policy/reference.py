"""Who may see what, said slowly and plainly over plain data. No database, nothing of the code it is held against.

Each rule names its place in the handbook.
"""

from tests.policy.handbook import (
    BY_PERSON_ALONE,
    GUARDIANS_DOOR,
    PUPILS_DOOR,
    WHOLE_MUNICIPALITY,
    only_for_contact_teachers,
)
from tests.policy.town import Assignment, Block, Document, Group, Period, Relation, Town

CONTACT_ONLY = only_for_contact_teachers()


def holds_today(period: Period) -> bool:
    """7.1: dated; the last day counts."""
    first, last = period
    return first <= 0 and (last is None or last >= 0)


def assignments(town: Town, user: int, right: str) -> list[Assignment]:
    """7.1: roles in force today that have the right. Nobody who is not active has any. Some rights no role gives, and
    some a role gives only to those who hold it for the whole municipality.
    """
    if not town.users[user].active or right in BY_PERSON_ALONE:
        return []
    return [
        row
        for row in town.assignments
        if row.user == user
        and holds_today(row.period)
        and town.roles[row.role].in_use
        and right in town.roles[row.role].rights
        and (right not in WHOLE_MUNICIPALITY or row.reach == "municipality")
    ]


def holds_anywhere(town: Town, user: int, right: str) -> bool:
    """Nobody reaches anything by a right that no role and no grant of theirs has."""
    has_grant = any(row.user == user and row.right == right and holds_today(row.period) for row in town.grants)
    return town.users[user].active and (has_grant or assignments(town, user, right) != [])


def groups_of(town: Town, pupil: int) -> list[int]:
    return [row.group for row in town.members if row.pupil == pupil and holds_today(row.period)]


def is_own_group(town: Town, user: int, group: int, row: Assignment, right: str) -> bool:
    """7.2, scope rules: teachers and SFO staff reach only groups where they are set as responsible, at the school they
    have the role at; SFO groups are SFO staff's and all others teachers'. What only the contact teacher's column has
    does not follow from another function.
    """
    if town.groups[group].school != row.school:
        return False
    is_sfo = town.groups[group].kind == "sfo_group"
    if is_sfo != (row.reach == "own_sfo_groups"):
        return False
    any_function = is_sfo or right not in CONTACT_ONLY
    return any(
        any_function or staffing.function == "contact_teacher"
        for staffing in town.staffing
        if staffing.user == user and staffing.group == group and holds_today(staffing.period)
    )


def granted(town: Town, user: int, right: str, on: str, number: int) -> bool:
    """7.3: a special grant, while it lasts."""
    if right in WHOLE_MUNICIPALITY and on != "municipality":
        return False
    return town.users[user].active and any(
        row.user == user and row.right == right and row.on == on and row.number == number and holds_today(row.period)
        for row in town.grants
    )


def is_staff_right(right: str) -> bool:
    """7.2: the columns Foresatt and Elev are doors of their own; no other role opens them, and they open no other."""
    return right not in GUARDIANS_DOOR | PUPILS_DOOR


def reaches_school(town: Town, user: int, right: str, school: int | None) -> bool:
    """7.2, scope rules: Kommuneadmin all schools, Skoleadmin predefined schools and all there."""
    if not is_staff_right(right):
        return False
    for row in assignments(town, user, right):
        if row.reach == "municipality" or (row.reach == "schools" and school is not None and row.school == school):
            return True
    at_school = school is not None and granted(town, user, right, "school", school)
    return at_school or granted(town, user, right, "municipality", 0)


def reaches_pupil(town: Town, user: int, right: str, pupil: int) -> bool:
    """7.2 and 7.3, before protection is asked for."""
    if not is_staff_right(right):
        return False
    if reaches_school(town, user, right, town.pupils[pupil].school):
        return True
    own = [row for row in assignments(town, user, right) if row.reach in ("own_groups", "own_sfo_groups")]
    for group in groups_of(town, pupil):
        if any(is_own_group(town, user, group, row, right) for row in own):
            return True
        if granted(town, user, right, "group", group):
            return True
    return granted(town, user, right, "pupil", pupil)


def staff_may(town: Town, user: int, right: str, pupil: int) -> bool:
    """8.2 rule 2: a protected pupil is in no list without the right to see protected ones, for that very pupil."""
    is_open = town.pupils[pupil].protection == "none" or reaches_pupil(town, user, "see_protected", pupil)
    return is_open and reaches_pupil(town, user, right, pupil)


def is_blocked(town: Town, row: Relation) -> bool:
    """8.3: lost right and no-contact order keep one guardian out; child welfare's care keeps out all who have not been
    let in in spite of it. A block holds from its first day until a person lifts it.
    """

    def stands(block: Block) -> bool:
        return block.pupil == row.pupil and block.begins <= 0 and not block.lifted

    return any(
        stands(block) and (block.guardian == row.guardian or (block.guardian is None and not row.despite_care))
        for block in town.blocks
    )


def relation_opens(town: Town, row: Relation) -> bool:
    """8.4 INC-B20 (proposed is not access), INC-VIG2 (ended is not access), 8.2 rule 3 (an officer opens), 8.3."""
    return (
        row.state == "verified"
        and holds_today(row.period)
        and row.portal_open
        and town.pupils[row.pupil].age < 18
        and not is_blocked(town, row)
    )


def guardian_may(town: Town, user: int, right: str, pupil: int) -> bool:
    """7.2: Foresatt reaches linked pupils with parental responsibility."""
    has_role = any(row.reach == "own_children" for row in assignments(town, user, right))
    return has_role and any(
        row.guardian == user and row.pupil == pupil and relation_opens(town, row) for row in town.relations
    )


def pupil_may(town: Town, user: int, right: str, pupil: int) -> bool:
    """7.2: Elev reaches own data only."""
    has_role = any(row.reach == "self" for row in assignments(town, user, right))
    return has_role and town.pupils[pupil].user == user


def may_pupil(town: Town, user: int, right: str, pupil: int) -> bool:
    if right in GUARDIANS_DOOR:
        return guardian_may(town, user, right, pupil)
    if right in PUPILS_DOOR:
        return pupil_may(town, user, right, pupil)
    return staff_may(town, user, right, pupil)


def may_group(town: Town, user: int, right: str, group: int) -> bool:
    """7.2 «Classes, groups»: the school's, one's own, and those granted. Not through a grant on one pupil."""
    row: Group = town.groups[group]
    if not is_staff_right(right):
        return False
    if reaches_school(town, user, right, row.school) or granted(town, user, right, "group", group):
        return True
    own = (a for a in assignments(town, user, right) if a.reach in ("own_groups", "own_sfo_groups"))
    return any(is_own_group(town, user, group, a, right) for a in own)


def may_relation(town: Town, user: int, right: str, relation: int) -> bool:
    """7.2 «Guardian relations»: staff those of pupils in reach, a guardian the own row, a pupil none. 8.2 rule 1: a
    protected guardian only with the right for the school or the municipality, never through a grant on one pupil.
    """
    row = town.relations[relation]
    if right in GUARDIANS_DOOR:
        return row.guardian == user and guardian_may(town, user, right, row.pupil) and relation_opens(town, row)
    if right in PUPILS_DOOR or not staff_may(town, user, right, row.pupil):
        return False
    is_open = not is_protected_person(town, row.guardian)
    return is_open or reaches_school(town, user, "see_protected", town.pupils[row.pupil].school)


def is_protected_person(town: Town, user: int) -> bool:
    as_pupil = [pupil for pupil in town.pupils if pupil.user == user]
    return as_pupil[0].protection != "none" if as_pupil else town.users[user].protected


def may_document(town: Town, user: int, right: str, document: int) -> bool:
    """7.2 «Documents»: staff by the pupil; the family what is finalised and meant for it; the pupil from 15 (8.3)."""
    row: Document = town.documents[document]
    if not may_pupil(town, user, right, row.pupil):
        return False
    if is_staff_right(right):
        return True
    is_old_enough = right in GUARDIANS_DOOR or town.pupils[row.pupil].age >= 15
    return row.finalised and row.for_guardians and is_old_enough


RULES = {"pupils": may_pupil, "groups": may_group, "relations": may_relation, "documents": may_document}
