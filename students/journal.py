"""What of pupils leaves a change history, and what the logs need to know about them."""

from collections.abc import Collection, Mapping
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, Value
from django.db.models.functions import Concat
from django.utils.translation import gettext_lazy as _

from accessctl import wall
from accessctl.journal.pupils import Ground, Pupil, Source, register_grounds, register_source, register_subject
from accessctl.journal.tracking import track, untracked
from accessctl.models import AccessEvent
from accessctl.permissions import Permission
from accessctl.roles import Reach
from accessctl.scope import Container, Scope, scope_of, valid_today
from people.models import Person, Protection
from schoolapp.lib import clock
from students.models import (
    CountCorrection,
    Elsewhere,
    Enrolment,
    GrantProposal,
    Group,
    GroupChange,
    GroupGrant,
    GroupStaffing,
    InsightExport,
    Membership,
    Photo,
    PhotoNumber,
    SavedView,
    Snapshot,
    SnapshotCount,
    Student,
    StudentGrant,
)

EMERGENCY = "Nødtilgang: "
Basis = AccessEvent.Basis

IN_OTHER_ROWS = ("sort_name", "sex", "written_form", "is_protected")
track(Student, pupil="id", person="person_id", ignored=IN_OTHER_ROWS, needs=Permission.VIEW_PUPIL)
track(StudentGrant, pupil="content_object_id")
track(GrantProposal, pupil="student_id")
track(Enrolment, pupil="student_id", needs=Permission.VIEW_PUPIL)
track(Elsewhere, pupil="student_id", needs=Permission.VIEW_PUPIL)
track(Group)
untracked(GroupChange, "is itself the note of a change")
track(GroupGrant)
track(Membership, pupil="student_id", needs=Permission.VIEW_PUPIL)
track(GroupStaffing)
track(Photo, pupil="student_id", hidden=("file",), needs=Permission.VIEW_PUPIL)
track(PhotoNumber, pupil="student_id", needs=Permission.VIEW_PUPIL)
untracked(InsightExport, "A log of its own: who asked for whose record, why, and when; the access log has it too.")
for frozen in (Snapshot, SnapshotCount, CountCorrection):
    untracked(frozen, "Never changed after it is written; the database refuses it.")
untracked(SavedView, "How somebody likes to look at a list; it names no pupil and opens nothing.")


class Pupils(Source):
    """Answers the logs' questions about pupils."""

    def known(self, uuids: Collection[UUID]) -> dict[UUID, Pupil]:
        rows = Student.objects.filter(uuid__in=uuids).values_list(
            "uuid", "pk", "person_id", "school_id", "person__protection"
        )
        return {row[0]: Pupil(*row[:4], is_protected=row[4] != Protection.NONE) for row in rows}

    def met(self, record: Any) -> Pupil | None:
        student = record if isinstance(record, Student) else read_with(record, "student")
        person = read_with(student, "person") if student else None
        if student is None or person is None:
            return None
        return Pupil(student.uuid, student.pk, person.pk, student.school_id, person.is_protected)

    def named(self, user: Any, uuids: Collection[UUID]) -> dict[UUID, Pupil]:
        with wall.lifted("a line about a protected pupil stands in the log without the name"):
            same = Student.objects.filter(pk=OuterRef("pk")).hide_protected_from(user)
            rows = Student.objects.filter(uuid__in=uuids).annotate(may_be_named=Exists(same)).select_related("person")
            return {row.uuid: told(row, row.may_be_named) for row in rows}

    def found(self, user: Any, name: str, born: date) -> list[Pupil]:
        rows = exactly(name, born).hide_protected_from(user).select_related("person")
        return [told(row, True) for row in rows]

    def unnamed_users(self, user: Any, user_ids: Collection[int]) -> set[int]:
        if scope_of(user).reach(Permission.SEE_PROTECTED).everything:
            return set()
        rows = Person.objects.filter(user__in=user_ids).exclude(protection=Protection.NONE)
        return {pk for pk in rows.values_list("user", flat=True) if pk is not None}

    def with_accounts(self, user_ids: Collection[int]) -> set[UUID]:
        with wall.lifted("an account is a pupil's, also when who reads the list of accounts does not see the pupil"):
            return set(Student.objects.filter(person__user__in=user_ids).values_list("uuid", flat=True))

    def reaches(self, user: Any, permission: Permission, uuid: UUID) -> bool:
        return bool(Student.objects.visible_to(user, permission).filter(uuid=uuid).exists())


def read_with(record: Any, name: str) -> Any:
    """The row a foreign key points at, if it was read together with `record`."""
    return record._state.fields_cache.get(name)


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


def as_pupil(user: Any, known: Mapping[UUID, Pupil]) -> dict[UUID, Ground]:
    if not scope_of(user).reach(Permission.VIEW_OWN_RECORD).self_only:
        return {}
    own = Student.objects.filter(person__user=user, uuid__in=known)
    return dict.fromkeys(own.values_list("uuid", flat=True), Ground("Elev", "Eleven selv", Basis.SELF))


def through_own_groups(user: Any, known: Mapping[UUID, Pupil]) -> dict[UUID, Ground]:
    """Pupils who today are in a group the user today is responsible for."""
    own_reaches = (Reach.OWN_GROUPS, Reach.OWN_SFO_GROUPS)
    role = next((source.name for source in scope_of(user).sources if source.reach in own_reaches), "")
    if not role:
        return {}
    today, by_pk = clock.today(), {pupil.pk: uuid for uuid, pupil in known.items()}
    responsible = Q(group__staffing__employee__person__user=user, group__staffing__valid_from__lte=today)
    lasting = Q(group__staffing__valid_to__isnull=True) | Q(group__staffing__valid_to__gte=today)
    rows = valid_today(Membership.objects.filter(responsible & lasting, student__in=by_pk))
    rows = rows.order_by("-group__staffing__function").values_list(
        "student", "group__name", "group__staffing__function"
    )
    return {
        by_pk[pk]: Ground(role, f"{GroupStaffing.Function(function).label.capitalize()} i {name}", Basis.OWN_GROUP)
        for pk, name, function in rows
    }


def through_roles(user: Any, known: Mapping[UUID, Pupil]) -> dict[UUID, Ground]:
    """Pupils at schools, or in the municipality, where a role of the user opens pupils' records."""
    return _by_school(user, known, only=Permission.VIEW_PUPIL)


def through_other_roles(user: Any, known: Mapping[UUID, Pupil]) -> dict[UUID, Ground]:
    """The last resort: any role of the user that reaches the school."""
    return _by_school(user, known, only=None)


def _by_school(user: Any, known: Mapping[UUID, Pupil], *, only: Permission | None) -> dict[UUID, Ground]:
    scope: Scope = scope_of(user)
    sources = [s for s in scope.sources if s.role and s.permissions and (only is None or only in s.permissions)]
    at_schools = {s.object_id: s for s in reversed(sources) if s.reach == Reach.SCHOOLS}
    everywhere = next((s.name for s in sources if s.reach == Reach.MUNICIPALITY), "")
    found = {}
    for uuid, pupil in known.items():
        if at_school := at_schools.get(pupil.school_id):
            found[uuid] = Ground(at_school.name, f"{at_school.name} ved {at_school.school}", Basis.SCHOOL)
        elif everywhere:
            found[uuid] = Ground(everywhere, f"{everywhere} i kommunen", Basis.MUNICIPALITY)
    return found


def through_grants(user: Any, known: Mapping[UUID, Pupil]) -> dict[UUID, Ground]:
    """Rights given to the user on the pupil, on a group the pupil is in, or on the school."""
    grants = [source for source in scope_of(user).sources if not source.role]
    given: dict[str, set[int | None]] = {
        kind: {source.object_id for source in grants if source.reach == kind} for kind in Container
    }
    everywhere, by_pk = bool(given[Container.MUNICIPALITY]), {pupil.pk: uuid for uuid, pupil in known.items()}
    in_groups = set()
    if groups := given[Container.GROUP]:
        rows = valid_today(Membership.objects.filter(group__in=groups, student__in=by_pk))
        in_groups = set(rows.values_list("student", flat=True))
    found = {
        uuid: Ground("Særskilt tilgang", "Særskilt tilgang", Basis.GRANT)
        for uuid, pupil in known.items()
        if everywhere or pupil.pk in in_groups or (pupil.school_id and pupil.school_id in given[Container.SCHOOL])
    }
    if single := by_pk.keys() & given[Container.PUPIL]:
        on_pupils = valid_today(StudentGrant.objects.filter(user=user, content_object__in=single))
        for pk, reason, giver in on_pupils.values_list("content_object", "reason", "given_by"):
            if giver is None and reason.startswith(EMERGENCY):
                found[by_pk[pk]] = Ground("Nødtilgang", "Nødtilgang", Basis.EMERGENCY)
            else:
                found.setdefault(by_pk[pk], Ground("Særskilt tilgang", "Særskilt tilgang til eleven", Basis.GRANT))
    return found


register_source(Pupils())
register_subject(Student, "uuid")
register_subject(StudentGrant, "content_object__uuid")
register_subject(Elsewhere, "student__uuid")
register_subject(Photo, "student__uuid")
register_subject(Person, "student__uuid")
register_grounds(as_pupil, order=10)
register_grounds(through_own_groups, order=20)
register_grounds(through_roles, order=30)
register_grounds(through_grants, order=40)
register_grounds(through_other_roles, order=50)
