"""What of pupils leaves a change history, and what the logs need to know about them."""

from collections.abc import Collection
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import F, Q, Value
from django.db.models.functions import Concat
from django.utils.translation import gettext_lazy as _

from accessctl import wall
from accessctl.journal.pupils import Ground, Pupil, Source, register_grounds, register_source
from accessctl.journal.tracking import track
from accessctl.models import AccessEvent
from accessctl.permissions import Permission
from accessctl.roles import Reach
from accessctl.scope import Container, Scope, scope_of, valid_today
from people.models import Person, Protection
from students.models import Enrolment, Group, GroupGrant, GroupStaffing, Membership, Student, StudentGrant

EMERGENCY = "Nødtilgang: "
Basis = AccessEvent.Basis

track(Student, pupil="id", person="person_id", ignored=("sort_name",), needs=Permission.VIEW_PUPIL)
track(StudentGrant, pupil="content_object_id")
track(Enrolment, pupil="student_id", needs=Permission.VIEW_PUPIL)
track(Group)
track(GroupGrant)
track(Membership, pupil="student_id", needs=Permission.VIEW_PUPIL)
track(GroupStaffing)


class Pupils(Source):
    """Answers the logs' questions about pupils."""

    def known(self, uuids: Collection[UUID]) -> dict[UUID, Pupil]:
        rows = Student.objects.filter(uuid__in=uuids).values_list(
            "uuid", "pk", "person_id", "school_id", "person__protection"
        )
        return {row[0]: Pupil(*row[:4], is_protected=row[4] != Protection.NONE) for row in rows}

    def named(self, user: Any, uuids: Collection[UUID]) -> dict[UUID, Pupil]:
        with wall.lifted("a line about a protected pupil stands in the log without the name"):
            rows = Student.objects.filter(uuid__in=uuids)
            open_to_user = set(rows.hide_protected_from(user).values_list("pk", flat=True))
            return {row.uuid: told(row, row.pk in open_to_user) for row in rows.select_related("person")}

    def found(self, user: Any, name: str, born: date) -> list[Pupil]:
        rows = exactly(name, born).hide_protected_from(user).select_related("person")
        return [told(row, True) for row in rows]

    def unnamed_users(self, user: Any, user_ids: Collection[int]) -> set[int]:
        if scope_of(user).reach(Permission.SEE_PROTECTED).everything:
            return set()
        rows = Person.objects.filter(user__in=user_ids).exclude(protection=Protection.NONE)
        return {pk for pk in rows.values_list("user", flat=True) if pk is not None}

    def reaches(self, user: Any, permission: Permission, uuid: UUID) -> bool:
        return bool(Student.objects.visible_to(user, permission).filter(uuid=uuid).exists())


def exactly(name: str, born: date) -> Any:
    """Pupils with this very name and birth date, whoever may see them. Parts of names find nobody."""
    full = Concat("person__given_name", Value(" "), "person__family_name")
    rows = Student.objects.annotate(full_name_written=full)
    return rows.filter(full_name_written__iexact=" ".join(name.split()), person__birth_date=born)


def told(student: Student, may_know: bool) -> Pupil:
    person = student.person
    name = person.full_name if may_know else ""
    return Pupil(
        student.uuid,
        student.pk,
        student.person_id,
        student.school_id,
        person.is_protected,
        name=name,
        label=name or _("Skjermet elev"),
    )


def as_pupil(user: Any, uuids: Collection[UUID]) -> dict[UUID, Ground]:
    if not scope_of(user).reach(Permission.VIEW_OWN_RECORD).self_only:
        return {}
    own = Student.objects.filter(person__user=user, uuid__in=uuids)
    return dict.fromkeys(own.values_list("uuid", flat=True), Ground("Elev", "Eleven selv", Basis.SELF))


def through_own_groups(user: Any, uuids: Collection[UUID]) -> dict[UUID, Ground]:
    """Pupils who today are in a group the user today is responsible for."""
    own_reaches = (Reach.OWN_GROUPS, Reach.OWN_SFO_GROUPS)
    role = next((source.name for source in scope_of(user).sources if source.reach in own_reaches), "")
    if not role:
        return {}
    rows = valid_today(Membership.objects.filter(student__uuid__in=uuids)).filter(
        group__in=valid_today(GroupStaffing.objects.filter(employee__person__user=user)).values("group")
    )
    staffing = valid_today(GroupStaffing.objects.filter(employee__person__user=user))
    functions = dict(staffing.order_by("-function").values_list("group", "function"))
    return {
        uuid: Ground(role, f"{GroupStaffing.Function(functions[group]).label.capitalize()} i {name}", Basis.OWN_GROUP)
        for uuid, group, name in rows.values_list("student__uuid", "group", "group__name")
        if group in functions
    }


def through_roles(user: Any, uuids: Collection[UUID]) -> dict[UUID, Ground]:
    """Pupils at schools, or in the municipality, where a role of the user opens pupils' records."""
    return _by_school(user, uuids, only=Permission.VIEW_PUPIL)


def through_other_roles(user: Any, uuids: Collection[UUID]) -> dict[UUID, Ground]:
    """The last resort: any role of the user that reaches the school."""
    return _by_school(user, uuids, only=None)


def _by_school(user: Any, uuids: Collection[UUID], *, only: Permission | None) -> dict[UUID, Ground]:
    scope: Scope = scope_of(user)
    sources = [s for s in scope.sources if s.role and s.permissions and (only is None or only in s.permissions)]
    at_schools = {s.object_id: s.name for s in reversed(sources) if s.reach == Reach.SCHOOLS}
    everywhere = next((s.name for s in sources if s.reach == Reach.MUNICIPALITY), "")
    if not at_schools and not everywhere:
        return {}
    found = {}
    for uuid, school, name in Student.objects.filter(uuid__in=uuids).values_list("uuid", "school", "school__name"):
        if school in at_schools:
            found[uuid] = Ground(at_schools[school], f"{at_schools[school]} ved {name}", Basis.SCHOOL)
        elif everywhere:
            found[uuid] = Ground(everywhere, f"{everywhere} i kommunen", Basis.MUNICIPALITY)
    return found


def through_grants(user: Any, uuids: Collection[UUID]) -> dict[UUID, Ground]:
    """Rights given to the user on the pupil, on a group the pupil is in, or on the school."""
    grants = [source for source in scope_of(user).sources if not source.role]
    if not grants:
        return {}
    found = {}
    schools = {source.object_id for source in grants if source.reach == Container.SCHOOL}
    everywhere = any(source.reach == Container.MUNICIPALITY for source in grants)
    groups = [source.object_id for source in grants if source.reach == Container.GROUP]
    in_groups = valid_today(Membership.objects.filter(group__in=groups)).values("student")
    rows = Student.objects.filter(uuid__in=uuids).filter(
        Q() if everywhere else Q(school__in=schools) | Q(pk__in=in_groups)
    )
    for uuid in rows.values_list("uuid", flat=True):
        found[uuid] = Ground("Særskilt tilgang", "Særskilt tilgang", Basis.GRANT)
    on_pupils = valid_today(StudentGrant.objects.filter(user=user, content_object__uuid__in=uuids))
    for uuid, reason, giver in on_pupils.values_list(F("content_object__uuid"), "reason", "given_by"):
        if giver is None and reason.startswith(EMERGENCY):
            found[uuid] = Ground("Nødtilgang", "Nødtilgang", Basis.EMERGENCY)
        else:
            found.setdefault(uuid, Ground("Særskilt tilgang", "Særskilt tilgang til eleven", Basis.GRANT))
    return found


register_source(Pupils())
register_grounds(as_pupil, order=10)
register_grounds(through_own_groups, order=20)
register_grounds(through_roles, order=30)
register_grounds(through_grants, order=40)
register_grounds(through_other_roles, order=50)
