"""Who can see this pupil today, and why: the way back from a pupil to the people.

Worked out from the facts (roles, staffing, grants, relations), not by asking each user's scope, so that the two can be
held against each other. The number of queries is the same for a pupil whom three people reach and one whom 300 do.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db.models import CharField, F, Q, Value
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accessctl.models import Role, RoleAssignment, User
from accessctl.permissions import GUARDIAN_RIGHTS, ONLY_AS_CONTACT_TEACHER, PUPIL_RIGHTS, Permission
from accessctl.rights.in_use import rights_in_use
from accessctl.roles import ELEV, FORESATT, Reach, serves
from accessctl.scope import Container, grant_models, scope_of, valid_today
from people.models import Person, Protection
from schoolapp.lib import clock
from students.login import may_log_in
from students.models import Group, GroupStaffing, Membership, Student

# Rights that open nothing about a single pupil: registers, settings, staff, and searching as such.
NOT_ABOUT_PUPILS = frozenset(
    {
        Permission.EDIT_ARCHIVE_SETTINGS,
        Permission.EDIT_TEMPLATES,
        Permission.ADVANCED_SEARCH,
        Permission.SEE_ALL_YEARS,
        Permission.RECORD_VARIABLE_PAY,
        Permission.APPROVE_VARIABLE_PAY,
        Permission.ADMINISTER,
        Permission.IMPORT_REGISTER,
        Permission.EDIT_ROLES,
        Permission.GIVE_ROLES,
        Permission.VIEW_ACCESS_LOG,
    }
)
ABOUT_PUPILS = frozenset(Permission) - NOT_ABOUT_PUPILS
DATA: dict[Permission, Promise] = {
    Permission.VIEW_PUPIL: gettext_lazy("Navn, klasse og trinn"),
    Permission.VIEW_CONTACT: gettext_lazy("Kontaktopplysninger"),
    Permission.VIEW_GUARDIANS: gettext_lazy("Foresatte"),
    Permission.EDIT_RELATIONS: gettext_lazy("Foresatte"),
    Permission.BLOCK_GUARDIAN: gettext_lazy("Sperrer av foresatte"),
    Permission.SEE_PROTECTED: gettext_lazy("Skjermede opplysninger"),
    Permission.MANAGE_PROTECTION: gettext_lazy("Skjermede opplysninger"),
    Permission.VIEW_ABSENCE: gettext_lazy("Fravær"),
    Permission.VIEW_REMARKS: gettext_lazy("Anmerkninger"),
    Permission.VIEW_LEAVE: gettext_lazy("Permisjoner"),
    Permission.VIEW_TRANSPORT: gettext_lazy("Skyss"),
    Permission.VIEW_GRADES: gettext_lazy("Karakterer"),
    Permission.VIEW_ASSESSMENTS: gettext_lazy("Vurderinger og samtaler"),
    Permission.VIEW_EXAMS: gettext_lazy("Prøver og eksamener"),
    Permission.VIEW_SFO: gettext_lazy("SFO"),
    Permission.VIEW_SFO_ATTENDANCE: gettext_lazy("SFO"),
    Permission.READ_MESSAGES: gettext_lazy("Meldinger"),
    Permission.VIEW_DOCUMENT: gettext_lazy("Dokumenter"),
    Permission.WRITE_DOCUMENT: gettext_lazy("Dokumenter"),
    Permission.VIEW_ARCHIVE_LOG: gettext_lazy("Arkivlisten"),
    Permission.VIEW_ACCESS: gettext_lazy("Hvem som har tilgang"),
    Permission.VIEW_OWN_CHILDREN: gettext_lazy("Det foresatte ser i portalen"),
    Permission.VIEW_OWN_RECORD: gettext_lazy("Det eleven ser selv"),
}
OWN_DOOR = GUARDIAN_RIGHTS | PUPIL_RIGHTS
STAFF, GUARDIAN, SELF = "ansatt", "foresatt", "eleven"


@dataclass(frozen=True)
class Ground:
    """One reason why somebody reaches the pupil, with the rights it gives and its last day."""

    user_id: int
    kind: str
    text: str
    rights: frozenset[Permission]
    until: date | None = None
    given_by: int | None = None


@dataclass(frozen=True)
class Relative:
    """A guardian whose relation gives access today: the sentence that says on what ground, and until when.

    Without a user, or with one who has not yet been let in as a guardian, the access comes with the first login.
    """

    person: Person
    text: str
    until: date | None

    @property
    def user_id(self) -> int | None:
        return self.person.user_id


@dataclass
class Watcher:
    """One person who reaches the pupil. `name` is what the one who asks may know.

    `newcomer` is the person when the access waits for nothing but a login; `user_id` is then 0.
    """

    user_id: int
    kind: str
    name: str = ""
    grounds: list[Ground] = field(default_factory=list)
    newcomer: Person | None = None

    @property
    def rights(self) -> frozenset[Permission]:
        return frozenset().union(*(ground.rights for ground in self.grounds))

    @property
    def areas(self) -> list[str]:
        """The kinds of data that can be read. Rights to do something, as to shield a pupil, show none."""
        return list(dict.fromkeys(str(data) for right, data in DATA.items() if right in self.rights))

    @property
    def is_staff(self) -> bool:
        return self.kind == STAFF


Relatives = Callable[[Student], Iterable[Relative]]
_relatives: list[Relatives] = []


def register_relatives(source: Relatives) -> None:
    """Add a function that names the guardians with access to a pupil today."""
    if source not in _relatives:
        _relatives.append(source)


def watchers_of(student: Student, *, asker: User) -> list[Watcher]:
    """Everyone who can open anything about `student` today, with each ground, by name."""
    found = watching(student)
    name_them(found, student, asker)
    order = {STAFF: 1, GUARDIAN: 2, SELF: 3}
    return sorted(found, key=lambda watcher: (order[watcher.kind], watcher.name.casefold(), watcher.user_id))


def watching(student: Student) -> list[Watcher]:
    """Those who reach `student` with a right some screen asks for, and those who do once they log in; no names."""
    relatives = [row for source in _relatives for row in source(student)]
    reached = reached_by(student, relatives=relatives)
    found = [*reached, *newcomers(student, relatives, reached)]
    opening = rights_in_use() & ABOUT_PUPILS
    for watcher in found:
        watcher.grounds = [
            Ground(g.user_id, g.kind, g.text, g.rights & opening, g.until, g.given_by)
            for g in watcher.grounds
            if g.rights & opening
        ]
    return [watcher for watcher in found if watcher.grounds]


def newcomers(student: Student, relatives: list[Relative], reached: list[Watcher]) -> list[Watcher]:
    """Guardians, and the pupil, whom their next login lets in: the register says so, but they have no role yet."""
    inside = {(g.user_id, g.kind) for watcher in reached for g in watcher.grounds}
    waiting = [(row.person, GUARDIAN, FORESATT, row.text, row.until) for row in relatives]
    if may_log_in(student):
        waiting.append((student.person, SELF, ELEV, _("Eleven selv"), None))
    waiting = [entry for entry in waiting if (entry[0].user_id, entry[1]) not in inside]
    if not waiting:
        return []
    closed = set(User.objects.filter(person__in=[entry[0] for entry in waiting], is_active=False).values_list("pk"))
    rights = {
        slug: frozenset(Permission(right) for right in given if right in Permission.values) & OWN_DOOR
        for slug, given in Role.objects.filter(slug__in=(FORESATT, ELEV), is_active=True).values_list(
            "slug", "permissions"
        )
    }
    return [
        Watcher(0, kind, grounds=[Ground(0, kind, text, rights.get(role, frozenset()), until)], newcomer=person)
        for person, kind, role, text, until in waiting
        if (person.user_id,) not in closed and person.deceased_on is None
    ]


def reached_by(student: Student, only: User | None = None, relatives: list[Relative] | None = None) -> list[Watcher]:
    """Those who have any right over `student` today, for everyone or for one user."""
    by_user: dict[int, Watcher] = {}
    if relatives is None:
        relatives = [row for source in _relatives for row in source(student)]
    for ground in grounds_for(student, only, relatives):
        if ground.rights:
            watcher = by_user.setdefault(ground.user_id, Watcher(ground.user_id, ground.kind))
            watcher.grounds.append(ground)
    if student.person.protection != Protection.NONE:
        for watcher in by_user.values():
            watcher.grounds = despite_protection(watcher.grounds)
    for watcher in by_user.values():
        watcher.kind = next((kind for kind in (STAFF, GUARDIAN) if any(g.kind == kind for g in watcher.grounds)), SELF)
    return [watcher for watcher in by_user.values() if watcher.rights & ABOUT_PUPILS]


def despite_protection(grounds: list[Ground]) -> list[Ground]:
    """A protected pupil does not exist for staff without the right to see protected ones; the family has its door."""
    if any(Permission.SEE_PROTECTED in ground.rights for ground in grounds):
        return grounds
    return [ground for ground in grounds if ground.rights <= OWN_DOOR]


def ground_of(user: User, student: Student) -> list[str]:
    """The sentences that say why `user` reaches `student`; none when the user does not."""
    return [sentence(ground, {}) for watcher in reached_by(student, only=user) for ground in watcher.grounds]


@dataclass(frozen=True)
class InGroup:
    """Somebody responsible today for a group the pupil is in today."""

    user_id: int
    group: Group
    function: str
    since: date
    until: date | None


def grounds_for(student: Student, only: User | None, relatives: list[Relative]) -> list[Ground]:
    """Every ground in force today, whether or not protection closes it."""
    memberships = list(Membership.objects.on().filter(student=student).select_related("group"))
    responsible = responsible_for(memberships, only)
    relatives = [row for row in relatives if row.user_id and (only is None or row.user_id == only.pk)]
    found = [*through_roles(student, responsible, relatives, only), *through_grants(student, memberships, only)]
    return found


def responsible_for(memberships: list[Membership], only: User | None) -> dict[int, list[InGroup]]:
    """Staff of the pupil's groups, by user."""
    member = {row.group_id: row for row in memberships}
    staffing = GroupStaffing.objects.on().filter(group__in=member, employee__person__user__isnull=False)
    if only is not None:
        staffing = staffing.filter(employee__person__user=only)
    found: dict[int, list[InGroup]] = defaultdict(list)
    for row in staffing.annotate(user_id=F("employee__person__user")).order_by("valid_from", "pk"):
        membership = member[row.group_id]
        until = earliest(row.valid_to, membership.valid_to)
        found[row.user_id].append(InGroup(row.user_id, membership.group, row.function, row.valid_from, until))
    return found


def through_roles(
    student: Student, responsible: dict[int, list[InGroup]], relatives: list[Relative], only: User | None
) -> list[Ground]:
    """What roles give: everywhere, at the school, in own groups, for own children, for oneself."""
    reaches = (
        Q(reach=Reach.MUNICIPALITY)
        | Q(reach__in=(Reach.OWN_GROUPS, Reach.OWN_SFO_GROUPS), user__in=list(responsible))
        | Q(reach=Reach.OWN_CHILDREN, user__in=[row.user_id for row in relatives])
        | Q(reach=Reach.SELF, user=student.person.user_id)
    )
    if student.school_id is not None:
        reaches |= Q(reach=Reach.SCHOOLS, school=student.school_id)
    rows = RoleAssignment.objects.on().filter(reaches, role__is_active=True, user__is_active=True)
    if only is not None:
        rows = rows.filter(user=only)
    found: list[Ground] = []
    for row in rows.select_related("role", "school").order_by("pk"):
        known = frozenset(Permission(slug) for slug in row.role.permissions if slug in Permission.values)
        rights = frozenset(right for right in known if serves(row.reach, right))
        match row.reach:
            case Reach.OWN_GROUPS | Reach.OWN_SFO_GROUPS:
                found += in_own_groups(row, rights, responsible[row.user_id])
            case Reach.OWN_CHILDREN:
                own = [relative for relative in relatives if relative.user_id == row.user_id]
                found += [
                    Ground(row.user_id, GUARDIAN, relative.text, rights, earliest(relative.until, row.valid_to))
                    for relative in own
                ]
            case Reach.SELF:
                found.append(Ground(row.user_id, SELF, _("Eleven selv"), rights, row.valid_to))
            case _:
                where = _("ved %(school)s") % {"school": row.school} if row.school else ""
                text = " ".join(filter(None, (row.role.name, where)))
                found.append(Ground(row.user_id, STAFF, text, rights, row.valid_to, row.given_by_id))
    return found


def in_own_groups(row: RoleAssignment, rights: frozenset[Permission], groups: list[InGroup]) -> list[Ground]:
    """The groups at the assignment's school in which it counts, one ground for each."""
    wants_sfo = row.reach == Reach.OWN_SFO_GROUPS
    found = []
    for own in groups:
        if own.group.school_id != row.school_id or (own.group.kind == Group.Kind.SFO_GROUP) != wants_sfo:
            continue
        is_contact = own.function == GroupStaffing.Function.CONTACT_TEACHER
        given = rights if wants_sfo or is_contact else rights - ONLY_AS_CONTACT_TEACHER
        text = _("%(function)s i %(group)s siden %(date)s") % {
            "function": str(GroupStaffing.Function(own.function).label).capitalize(),
            "group": own.group.name,
            "date": day(own.since),
        }
        found.append(Ground(row.user_id, STAFF, text, given, earliest(own.until, row.valid_to)))
    return found


def through_grants(student: Student, memberships: list[Membership], only: User | None) -> list[Ground]:
    """What was given to one person, on the municipality, the school, a group or the pupil (one query)."""
    objects: dict[Container, list[int]] = {
        Container.SCHOOL: [student.school_id] if student.school_id else [],
        Container.GROUP: [row.group_id for row in memberships],
        Container.PUPIL: [student.pk],
    }
    asked = []
    for model in grant_models():
        container: Container = model.container  # type: ignore[attr-defined]
        rows: Any = valid_today(model._default_manager.filter(user__is_active=True))
        if container != Container.MUNICIPALITY:
            rows = rows.filter(content_object__in=objects[container])
        if only is not None:
            rows = rows.filter(user=only)
        kind = Value(str(container), output_field=CharField())
        asked.append(
            rows.values_list(kind, "pk", "user_id", "permission__codename", "reason", "valid_to", "given_by_id")
        )
    found = []
    for container, _pk, user_id, slug, reason, valid_to, given_by in sorted(asked[0].union(*asked[1:], all=True)):
        if slug not in Permission.values or not serves(container, Permission(slug)):
            continue
        text = _("Særskilt tilgang (%(right)s): %(reason)s") % {"right": Permission(slug).label, "reason": reason}
        found.append(Ground(user_id, STAFF, text, frozenset({Permission(slug)}), valid_to, given_by))
    return found


def name_them(watchers: list[Watcher], student: Student, asker: User) -> None:
    """Give each watcher the name `asker` may know, and each ground its whole sentence (two queries)."""
    wanted = {watcher.user_id for watcher in watchers if watcher.user_id}
    givers = {ground.given_by for watcher in watchers for ground in watcher.grounds if ground.given_by}
    users = User.objects.filter(pk__in=wanted | givers).select_related("person")
    reach = scope_of(asker).reach(Permission.SEE_PROTECTED)
    people: dict[int, tuple[str, Person | None]] = {
        user.pk: (user.display_name, getattr(user, "person", None)) for user in users
    }

    def name(user_id: int, kind: str, newcomer: Person | None = None) -> str:
        display_name, person = ("", newcomer) if newcomer else people[user_id]
        if person is None or not person.is_protected:
            return person.full_name if person else display_name
        is_family = kind != STAFF
        may_know = reach.everything or user_id == asker.pk or (is_family and reach.covers_school(student.school_id))
        return person.full_name if may_know or person.pk == student.person_id else _("Skjermet person")

    names = {user_id: name(user_id, STAFF) for user_id in givers}
    for watcher in watchers:
        watcher.name = name(watcher.user_id, watcher.kind, watcher.newcomer)
        watcher.grounds = [
            Ground(g.user_id, g.kind, sentence(g, names), g.rights, g.until, g.given_by) for g in watcher.grounds
        ]


def sentence(ground: Ground, names: dict[int, str]) -> str:
    giver = names.get(ground.given_by or 0)
    return _("%(ground)s, gitt av %(name)s") % {"ground": ground.text, "name": giver} if giver else ground.text


def earliest(*days: date | None) -> date | None:
    return min((day for day in days if day is not None), default=None)


def day(value: date) -> str:
    """«1. august» in this school year, with the year otherwise."""
    is_this_year = clock.school_year_start(value) == clock.school_year_start(clock.today())
    return date_format(value, "j. F" if is_this_year else "j. F Y")
