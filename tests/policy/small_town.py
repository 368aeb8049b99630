"""One town made by hand, in which every clause of the rules decides somebody's access. The mutation check breaks a
clause and asks whether the reference, here, notices.
"""

from tests.policy.handbook import REACH
from tests.policy.town import (
    SHIPPED,
    Assignment,
    Block,
    Document,
    Grant,
    Group,
    Member,
    Pupil,
    Relation,
    Role,
    Staffing,
    Town,
    User,
)

YESTERDAY, TOMORROW, LAST_DAY, FIRST_DAY = (-30, -1), (1, None), (-30, 0), (0, None)

# Schools 0 and 1; groups: 0 class at 0, 1 subject at 0, 2 SFO at 0, 3 class at 1.
GROUPS = [Group(0), Group(0, "subject_group"), Group(0, "sfo_group"), Group(1)]
PUPILS = [
    Pupil(0),  # 0 in the class
    Pupil(0, "strict"),  # 1 in the class
    Pupil(0),  # 2 in the subject group
    Pupil(1, user=9),  # 3 in the other school's class, has a login, 11 years
    Pupil(0),  # 4 left the class yesterday
    Pupil(0),  # 5 comes into the class tomorrow
    Pupil(None),  # 6 without a school
    Pupil(1, "confidential"),  # 7
    Pupil(1, age=15, user=10),  # 8
    Pupil(0, age=18),  # 9 of age
    Pupil(0),  # 10 in SFO
    Pupil(0),  # 11 last day in the class
    Pupil(0, "confidential"),  # 12 in the class, and granted to nobody
]
MEMBERS = [Member(0, 0), Member(1, 0), Member(2, 1), Member(3, 3), Member(4, 0, YESTERDAY), Member(5, 0, TOMORROW),
           Member(6, 0), Member(7, 3), Member(10, 2), Member(11, 0, LAST_DAY), Member(12, 0)]  # fmt: skip
# 0 contact teacher, 1 subject teacher, 2 former, 3 SFO, 4 school admin, 5 municipality, 6 locked out, 7 granted,
# 8 guardian, 9 and 10 pupils, 11 protected guardian, 12 officer for one school, 13 custom roles, 14 more guardians
USERS = [User() for _n in range(16)]
USERS[6] = User(active=False)
USERS[11] = User(protected=True)
STAFFING = [
    Staffing(0, 0),
    Staffing(1, 1, "subject_teacher"),
    Staffing(2, 0, "contact_teacher", YESTERDAY),
    Staffing(2, 1, "contact_teacher", TOMORROW),
    Staffing(3, 2, "assistant"),
    Staffing(3, 0, "assistant"),  # has no teacher's role
    Staffing(0, 2, "contact_teacher"),  # has no SFO role
    Staffing(0, 3),  # has no role at that school
    Staffing(12, 3),
    Staffing(15, 0),
]


def role(user: int, slug: str, school: int | None = None, period=FIRST_DAY, reach: str = "") -> Assignment:
    return Assignment(user, slug, reach or REACH[slug], school, period)


ASSIGNMENTS = [
    role(0, "laerer", 0), role(1, "laerer", 0), role(2, "laerer", 0), role(3, "sfo_ansatt", 0),
    role(4, "skoleadmin", 0), role(4, "skoleadmin", 1, YESTERDAY), role(5, "kommuneadmin"), role(6, "kommuneadmin"),
    role(8, "foresatt"), role(11, "foresatt"), role(14, "foresatt"), role(9, "elev"), role(10, "elev"),
    role(12, "skoleadmin", 1), role(13, "egen0", reach="municipality"), role(13, "egen1", 0, reach="schools"),
    role(7, "skoleadmin", 0, TOMORROW), role(8, "egen2", reach="own_children"), role(15, "laerer", 0, LAST_DAY),
]  # fmt: skip
ROLES = {slug: Role(frozenset(rights)) for slug, rights in SHIPPED.items()} | {
    "egen0": Role(frozenset({"view_own_children", "view_own_record", "view_leave"})),
    "egen1": Role(frozenset({"view_pupil"}), in_use=False),
    "egen2": Role(frozenset({"view_pupil", "view_document"})),
}
GRANTS = [
    Grant(7, "view_pupil", "group", 1), Grant(7, "view_document", "pupil", 3), Grant(7, "view_absence", "school", 1),
    Grant(7, "view_remarks", "municipality", 0), Grant(7, "view_grades", "school", 0, YESTERDAY),
    Grant(7, "view_sfo", "pupil", 0, TOMORROW), Grant(0, "see_protected", "pupil", 1),
    Grant(12, "see_protected", "school", 1), Grant(7, "view_own_children", "school", 0),
    Grant(6, "view_pupil", "pupil", 0),
]  # fmt: skip
RELATIONS = [
    Relation(8, 0), Relation(8, 0, state="ended"), Relation(11, 2),
    Relation(8, 3, state="proposed"), Relation(8, 2, state="ended"), Relation(8, 1, portal_open=False),
    Relation(8, 4, period=YESTERDAY), Relation(8, 5, period=TOMORROW), Relation(11, 0), Relation(11, 3),
    Relation(14, 9), Relation(14, 2), Relation(14, 10), Relation(8, 10, despite_care=True), Relation(14, 11),
    Relation(4, 6), Relation(14, 8), Relation(8, 8),
]  # fmt: skip
BLOCKS = [Block(2, 14), Block(10, None), Block(11, 14, lifted=True), Block(8, 14, begins=1), Block(0, 11, lifted=True)]
DOCUMENTS = [
    Document(0), Document(0, finalised=False), Document(0, for_guardians=False), Document(3), Document(8),
    Document(8, finalised=False), Document(2), Document(1),
]  # fmt: skip
RIGHTS = ("view_pupil", "view_guardians", "view_document", "see_protected", "view_own_children", "view_own_record",
          "view_absence", "view_sfo", "view_leave", "view_remarks", "view_grades")  # fmt: skip

TOWN = Town(USERS, ROLES, GROUPS, PUPILS, MEMBERS, STAFFING, ASSIGNMENTS, GRANTS, RELATIONS, BLOCKS, DOCUMENTS)
