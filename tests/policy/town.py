"""A small municipality as plain data, and the strategy that invents them.

People, pupils, schools and groups are numbers: the place in their list. A period is a pair of days counted from today;
the last day is None where there is no end. The first choice of every strategy is the plainest, so that an example that
fails shrinks to what a reader can follow.
"""

from typing import NamedTuple

from hypothesis import strategies as st

from tests.policy.handbook import BY_PERSON_ALONE, REACH, rights_of_roles

ALWAYS = (-30, None)
PERIODS = (ALWAYS, (-30, 30), (0, 0), (-30, 0), (0, 30), (-30, -1), (1, 30), (1, None))
SCHOOLS = 3
ALL_RIGHTS = sorted(set().union(*rights_of_roles().values()) | {
    "see_protected", "manage_protection", "decide_leave", "decide_transport", "decide_fee_reduction",
    "delete_document", "advanced_search", "see_all_years", "remove_from_year", "coordinate_exams", "set_receivers",
})  # fmt: skip
ROLE_RIGHTS = sorted(set(ALL_RIGHTS) - BY_PERSON_ALONE)  # the database refuses the others in a role
Period = tuple[int, int | None]


class User(NamedTuple):
    active: bool = True
    protected: bool = False


class Role(NamedTuple):
    rights: frozenset[str]
    in_use: bool = True


class Group(NamedTuple):
    school: int
    kind: str = "home_class"


class Pupil(NamedTuple):
    school: int | None
    protection: str = "none"
    age: int = 11
    user: int | None = None


class Member(NamedTuple):
    pupil: int
    group: int
    period: Period = ALWAYS


class Staffing(NamedTuple):
    user: int
    group: int
    function: str = "contact_teacher"
    period: Period = ALWAYS


class Assignment(NamedTuple):
    user: int
    role: str
    reach: str
    school: int | None = None
    period: Period = ALWAYS


class Grant(NamedTuple):
    user: int
    right: str
    on: str  # municipality, school, group, pupil
    number: int
    period: Period = ALWAYS


class Relation(NamedTuple):
    guardian: int
    pupil: int
    state: str = "verified"
    portal_open: bool = True
    despite_care: bool = False
    period: Period = ALWAYS


class Block(NamedTuple):
    pupil: int
    guardian: int | None  # None: child welfare has the care
    begins: int = -1
    lifted: bool = False


class Document(NamedTuple):
    pupil: int
    finalised: bool = True
    for_guardians: bool = True


class Town(NamedTuple):
    users: list[User]
    roles: dict[str, Role]
    groups: list[Group]
    pupils: list[Pupil]
    members: list[Member]
    staffing: list[Staffing]
    assignments: list[Assignment]
    grants: list[Grant]
    relations: list[Relation]
    blocks: list[Block]
    documents: list[Document]


def often(common, *rest):
    """Mostly `common`, so that a random world has access to lose."""
    return st.sampled_from([common] * 3 + list(rest))


PERIOD = often(ALWAYS, *PERIODS[1:])
SHIPPED = rights_of_roles()


@st.composite
def towns(draw, users: int = 9, pupils: int = 14, groups: int = 8) -> Town:
    def number(size: int):
        return st.integers(0, size - 1)

    def some(strategy, most: int, least: int = 0):
        return draw(st.lists(strategy, min_size=least, max_size=most))

    school = st.integers(0, SCHOOLS - 1)
    own_roles = {
        f"egen{n}": Role(draw(st.frozensets(st.sampled_from(ROLE_RIGHTS), max_size=12)), draw(st.booleans()) or n == 0)
        for n in range(2)
    }
    roles = {slug: Role(frozenset(rights)) for slug, rights in SHIPPED.items()} | own_roles
    natural = REACH | {"egen0": "schools", "egen1": "own_groups"}

    @st.composite
    def assignment(inner) -> Assignment:
        role = inner(st.sampled_from(sorted(natural)))
        every = ("municipality", "schools", "own_groups", "own_sfo_groups", "own_children", "self")
        reach = inner(st.sampled_from([natural[role]] * 5 + list(every)))
        at = inner(school) if reach in ("schools", "own_groups", "own_sfo_groups") else None
        return Assignment(inner(number(users)), role, reach, at, inner(PERIOD))

    @st.composite
    def grant(inner) -> Grant:
        on = inner(st.sampled_from(["school", "group", "pupil", "municipality"]))
        size = {"school": SCHOOLS, "group": groups, "pupil": pupils, "municipality": 1}[on]
        right = inner(st.sampled_from(["see_protected"] * 20 + ALL_RIGHTS))
        return Grant(inner(number(users)), right, on, inner(number(size)), inner(PERIOD))

    drawn_pupils = [
        Pupil(draw(often(n % SCHOOLS, None, *range(SCHOOLS))),
              draw(often("none", "client", "confidential", "strict")), draw(often(11, 14, 15, 17, 18)))
        for n in range(pupils)
    ]  # fmt: skip
    for own in draw(st.lists(number(users), max_size=3, unique=True)):
        drawn_pupils[own] = drawn_pupils[own]._replace(user=own)
    return Town(
        users=[User(*draw(st.tuples(often(True, True, False), often(False, False, True)))) for _n in range(users)],
        roles=roles,
        groups=[
            Group(n % SCHOOLS, draw(often("home_class", "subject_group", "sfo_group", "contact_group")))
            for n in range(groups)
        ],
        pupils=drawn_pupils,
        members=unique(
            some(st.builds(Member, number(pupils), number(groups), PERIOD), 60, 30), lambda m: (m.pupil, m.group)
        ),
        staffing=some(
            st.builds(Staffing, number(users), number(groups),
                      st.sampled_from(["contact_teacher", "subject_teacher", "assistant"]), PERIOD), 24, 12
        ),
        assignments=some(assignment(), 30, 14),
        grants=unique(some(grant(), 12), lambda g: (g.user, g.right, g.on, g.number)),
        relations=unique(
            some(st.builds(Relation, number(users), number(pupils), often("verified", "proposed", "ended"),
                           often(True, False), often(False, True), PERIOD), 14, 4), lambda r: (r.guardian, r.pupil)
        ),
        blocks=unique(
            some(st.builds(Block, number(pupils), st.one_of(number(users), st.none()),
                           st.sampled_from([-1, 0, 1]), often(False, True)), 4), lambda b: (b.pupil, b.guardian)
        ),
        documents=some(st.builds(Document, number(pupils), often(True, False), often(True, False)), 12, 4),
    )  # fmt: skip


def unique(rows: list, key) -> list:
    return list({key(row): row for row in rows}.values())
