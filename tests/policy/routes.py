"""Every URL of the project as concrete requests, for each kind of object the cast offers."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from accessctl.actions import give_grant
from accessctl.checks import all_views
from accessctl.models import Alert, LoginSession, RegisterFile, Role, RoleChange, User
from accessctl.permissions import Permission
from admissions.models import LetterBatch, LetterBatchPupil, Move, MoveStep, TransferNotice, YearDraft
from admissions.year.draft import fill, start_draft
from documents.models import DocumentBatch, DocumentBatchItem, DocumentType
from guardians.models import BlockedAttempt, GuardianRelation, PhotoImport, RelationBlock, RosterExport
from people.models import ProtectionChange, Shielding
from schoolapp.lib import clock
from students.models import Elsewhere, GrantProposal, InsightExport, SavedView, Snapshot, SnapshotCount, Student
from tests.policy.letter_objects import LETTER_KINDS, letter_objects
from tests.policy.register_objects import REGISTER_KINDS, register_objects
from tests.policy.school_objects import SCHOOL_KINDS, school_objects
from tests.policy.staff_objects import STAFF_KINDS, staff_objects
from tests.world import World

# Which pupil the object in the URL is about.
OBJECTS = {"own": "own", "other class": "other_class", "other school": "other_school", "protected": "protected"}
METHODS = ("GET", "POST")

# What the uuid in a route names. A new route with an object must be added here, or the sweep fails.
OBJECT_KINDS: list[tuple[str, str]] = [
    (r"^elever/<uuid:uuid>/", "student"),
    (r"^elever/visninger/<uuid:uuid>/", "saved view"),
    (r"^elever/annet-sted/<uuid:uuid>/", "elsewhere"),
    (r"^innsynslogg/elev/<uuid:uuid>/", "student"),
    (r"^mine-innlogginger/<uuid:uuid>/", "login"),
    (r"^administrasjon/.*importer/<uuid:uuid>/", "register file"),
    (r"^varsler/<uuid:uuid>/", "alert"),
    (r"^rapporter/arkiv/<uuid:uuid>/", "delivery"),
    (r"^rapporter/arkiv/oppsett/<uuid:uuid>/", "school"),
    (r"^rapporter/arkiv/skolemapper/<uuid:uuid>/", "school folder"),
    (r"^rapporter/gruppeoversikter/<uuid:uuid>/", "school document"),
    (r"^rapporter/arkiv/saksansvarlig/<uuid:uuid>/angre/", "case owner"),
    (r"^rapporter/arkiv/saksansvarlig/<uuid:uuid>/", "school"),
    (r"^brevhoder/<uuid:uuid>/", "school"),
    (r"^dokumenter/mange/gruppe/<uuid:uuid>/", "group"),
    (r"^dokumenter/mange/<uuid:uuid>/", "document batch"),
    (r"^dokumenter/<uuid:uuid>/(rediger|slett|forhandsvisning|vedlegg/$|vedlegg/<uuid:attachment>/fjern)", "draft"),
    (r"^(foresatt/|elev/)?dokumenter/<uuid:uuid>/", "document"),
    (r"^foresatt/barn/<uuid:uuid>/", "student"),
    (r"^(foresatte/relasjon|adressesperre/portal)/<uuid:uuid>/", "relation"),
    (r"^foresatte/sperrer/<uuid:uuid>/", "block"),
    (r"^foresatte/forsok/<uuid:uuid>/", "attempt"),
    (r"^adressesperre/familie/<uuid:uuid>/", "student"),
    (r"^adressesperre/innsyn/<uuid:uuid>/", "grant"),
    (r"^adressesperre/person/<uuid:uuid>/", "person"),
    (r"^adressesperre/forslag/<uuid:uuid>/", "change"),
    (r"^adressesperre/skjerming/<uuid:uuid>/", "shielding"),
    (r"^oppsett/roller/endring/<uuid:uuid>/", "role change"),
    (r"^oppsett/roller/<uuid:uuid>/", "role"),
    (r"^tilganger/saerskilt/<uuid:uuid>/", "special grant"),
    (r"^tilganger/forslag/<uuid:uuid>/", "grant proposal"),
    (r"^tilganger/rolle/<uuid:uuid>/", "assignment"),
    (r"^tilganger/<uuid:uuid>/", "employee"),
    (r"^klasser/<uuid:uuid>/", "group"),
    (r"^nytt-skolear/skole/<uuid:uuid>/", "school"),
    (r"^ansatte/<uuid:uuid>/", "employee"),
    *LETTER_KINDS,
    *SCHOOL_KINDS,
    (r"^oppsett/eksport/<uuid:uuid>/", "roster export"),
    (r"^innsyn/<uuid:uuid>/", "insight export"),
    (r"^skolefoto/bilder/<uuid:uuid>/", "photo import"),
    (r"^rapporter/gsi/tall/<uuid:uuid>/", "gsi number"),
    (r"^rapporter/gsi/<uuid:uuid>/", "school"),
    *STAFF_KINDS,
    *REGISTER_KINDS,
    (r"^flytting/brev/<uuid:uuid>/", "letter batch"),
    (r"^flytting/<uuid:uuid>/", "move"),
]
PLAIN_VALUES = {
    "<path:object_id>": "1",
    "(?P<url>.*)$": "finnes-ikke",
    "<str:provider>": "idporten",
    "<slug:provider>": "idporten",
    "<int:number>": "1",
    "<int:pk>": "1",
    "<uuid:file>": "00000000-0000-4000-8000-000000000000",
    "<slug:act>": "steng",
    "<slug:slug>": "prove",
    "<slug:duty>": "parents-meeting",
    "<str:language>": "nb",
    "<str:token>": "finnes-ikke",
}


@dataclass(frozen=True)
class Case:
    route: str
    method: str
    about: str  # a key of OBJECTS, or "-" when the route names no object

    def path(self, objects: dict[tuple[str, str], UUID]) -> str:
        """The address to ask for. Raises LookupError for a route whose object nobody has described."""
        path = self.route
        if "<uuid:uuid>" in path:
            kind = kind_of(self.route)
            path = path.replace("<uuid:uuid>", str(objects[kind, self.about]))
            if "<uuid:attachment>" in path:
                path = path.replace("<uuid:attachment>", str(objects[f"{kind}'s attachment", self.about]))
        path = re.sub(r"\^\(\?P<app_label>(\w+)[^/]*/\$", r"\1/", path)
        for placeholder, value in PLAIN_VALUES.items():
            path = path.replace(placeholder, value)
        if re.search(r"[<>^$(?]", path):
            raise LookupError(f"say in tests/policy/routes.py what stands for the placeholder in {self.route}")
        return "/" + path


def kind_of(route: str) -> str:
    for pattern, kind in OBJECT_KINDS:
        if re.search(pattern, route):
            return kind
    raise LookupError(f"say in tests/policy/routes.py what the object of {route} is")


def cases() -> Iterator[Case]:
    """Every route × method × object."""
    for route, _entry in all_views():
        for method in METHODS:
            for about in OBJECTS if "<uuid:uuid>" in route else ("-",):
                yield Case(route, method, about)


def objects_of(world: World) -> dict[tuple[str, str], UUID]:
    """The uuid of one object of each kind about each pupil in OBJECTS."""
    found: dict[tuple[str, str], UUID] = {}
    for about, key in OBJECTS.items():
        student = world.pupils[key]
        document, delivery = world.add_document(key)
        draft = world.add_draft(key)
        found["student", about] = student.uuid
        found["alert", about] = Alert.objects.create(
            kind="many", user=world.users["principal"], day=clock.today(), about=student.uuid, school=student.school
        ).uuid
        found["school", about] = student.school.uuid
        found["move", about], found["letter batch", about] = moves_near(world, student)
        found["saved view", about] = SavedView.objects.create(
            owner=world.users["nurse"], school=student.school, name=f"Visning {about}"
        ).uuid
        found["elsewhere", about] = Elsewhere.objects.create(
            student=student, kind="camp", is_lasting=False, valid_from=clock.today(), valid_to=clock.today()
        ).uuid
        found["group", about] = student.memberships.get(is_home_class=True).group.uuid
        found |= {(kind, about): uuid for kind, uuid in of_somebody_else(about).items()}
        found |= {(kind, about): uuid for kind, uuid in rights_near(world, about, student).items()}
        found |= {(kind, about): uuid for kind, uuid in school_objects(world, about, student).items()}
        found |= {(kind, about): uuid for kind, uuid in staff_objects(world, about, student.school).items()}
        found |= {(kind, about): uuid for kind, uuid in register_objects(world, student).items()}
        found |= {(kind, about): uuid for kind, uuid in exports_near(student).items()}
        found["document batch", about] = batch_about(student)
        found |= {(kind, about): uuid for kind, uuid in letter_objects(world, about, student).items()}
        found["document", about] = document.uuid
        found["delivery", about] = delivery.uuid
        found["draft", about] = draft.uuid
        found |= {(kind, about): uuid for kind, uuid in decisions_about(world, student).items()}
        found["document's attachment", about] = document.attachments.get().uuid
        found["draft's attachment", about] = draft.attachments.get().uuid
    plan_next_year(world)
    return found


def plan_next_year(world: World) -> None:
    """Everybody of the cast in a plan for the next school year, which the schools may work at."""
    draft = start_draft(by=world.user("municipal_admin"))
    fill(draft)
    YearDraft.objects.filter(pk=draft.pk).update(opened_at=clock.now())


def moves_near(world: World, student: Student) -> tuple[UUID, UUID]:
    """A case about the pupil with a transfer notice to be made, and letters that the school has written to many."""
    move = Move.objects.create(
        student=student, kind="out", school_year=world.year, from_school=student.school, grade_level=5
    )
    MoveStep.objects.bulk_create(MoveStep(move=move, kind=kind) for kind in ("decision", "notice", "sfo"))
    TransferNotice.objects.create(move=move)
    kind, _created = DocumentType.objects.get_or_create(slug="prove")
    batch = LetterBatch.objects.create(document_type=kind, school=student.school, created_by=world.users["team"])
    LetterBatchPupil.objects.create(batch=batch, student=student, school=student.school)
    return move.uuid, batch.uuid


def batch_about(student: Student) -> UUID:
    """A letter to many that somebody who is none of the personas is writing."""
    kind, _created = DocumentType.objects.get_or_create(slug="prove")
    other = User.objects.create(display_name="En annen")
    batch = DocumentBatch.objects.create(document_type=kind, recipients="5A", created_by=other)
    DocumentBatchItem.objects.create(batch=batch, student=student, position=1)
    return batch.uuid


def exports_near(student: Student) -> dict[str, UUID]:
    """Files that somebody who is none of the personas has asked for, and a frozen number of the pupil's school."""
    other = User.objects.create(display_name="En annen")
    ready = {"asked_by": other, "state": "done", "file": "finnes-ikke"}
    snapshot, _created = Snapshot.objects.get_or_create(school=student.school, counted_on=date(2020, 10, 1))
    number, _created = SnapshotCount.objects.get_or_create(
        snapshot=snapshot, section="pupils", line="5", column="girls", defaults={"number": 2}
    )
    return {
        "roster export": RosterExport.objects.create(format="pifu", **ready).uuid,
        "insight export": InsightExport.objects.create(student=student, reason="Prøve", **ready).uuid,
        "gsi number": number.uuid,
        "photo import": PhotoImport.objects.create(asked_by=other).uuid,
    }


def of_somebody_else(about: str) -> dict[str, UUID]:
    """What belongs to one user alone, here one whom nobody of the personas is."""
    other = User.objects.create(display_name="En annen")
    login = LoginSession.objects.create(user=other, session_key=f"annens {about}", issuer="https://idporten.no", acr="")
    file = RegisterFile.objects.create(
        register="accessctl.School", uploaded_by=other, content=b"navn\nSkole", sha256="0"
    )
    return {"login": login.uuid, "register file": file.uuid}


def rights_near(world: World, about: str, student: Student) -> dict[str, UUID]:
    """A role with a change that waits, and an employee with a role and a grant on the pupil."""
    slug, name = {
        "own": ("team", "contact_teacher"),
        "other class": ("sfo_admin", "subject_teacher"),
        "other school": ("rektor", "teacher_b"),
        "protected": ("skoleadmin2", "principal"),
    }[about]
    role = Role.objects.get(slug=slug)
    proposed = RoleChange.objects.create(role=role, reason="Prøve", proposed_by=world.users["nurse"])
    user = world.users[name]
    asked = {"permission": "see_protected", "student": student, "valid_to": clock.today(), "reason": "Prøve"}
    return {
        "grant proposal": GrantProposal.objects.create(user=user, proposed_by=world.users["nurse"], **asked).uuid,
        "role": role.uuid,
        "role change": proposed.uuid,
        "special grant": give_grant(user, Permission.DECIDE_LEAVE, on=student, by=None, reason="Prøve").uuid,
        "assignment": user.assignments.get().uuid,
        "employee": world.people[name].employee.uuid,
    }


def decisions_about(world: World, student: Student) -> dict[str, UUID]:
    """What people have decided about a pupil: a relation, a block with an attempt, and steps in address protection."""
    principal, named = world.users["principal"], world.add_employee(f"named for {student.pk}")
    born = date(1980, 4, 4)
    proposed = world.add_person("Ny", "Foresatt", born=born)
    relation = GuardianRelation.objects.create(
        guardian=proposed, student=student, state="proposed", ground="register", valid_from=date(2020, 1, 1)
    )
    kept_out = world.add_person("Sperret", "Person", born=born)
    block = RelationBlock.objects.create(student=student, guardian=kept_out, kind="no_contact", reference="26/1")
    return {
        "relation": relation.uuid,
        "block": block.uuid,
        "attempt": BlockedAttempt.objects.create(block=block).uuid,
        "grant": give_grant(named.person.user, Permission.SEE_PROTECTED, on=student, by=None, reason="Prøve").uuid,
        "person": student.person.uuid,
        "change": ProtectionChange.objects.create(
            person=student.person, level="none", reason="Prøve", proposed_by=principal
        ).uuid,
        "shielding": Shielding.objects.create(person=student.person, level="strict", reason="Prøve").uuid,
    }
