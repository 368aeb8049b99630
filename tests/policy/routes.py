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
from guardians.models import BlockedAttempt, GuardianRelation, RelationBlock
from people.models import ProtectionChange, Shielding
from schoolapp.lib import clock
from students.models import GrantProposal, Student
from tests.world import World

# Which pupil the object in the URL is about.
OBJECTS = {"own": "own", "other class": "other_class", "other school": "other_school", "protected": "protected"}
METHODS = ("GET", "POST")

# What the uuid in a route names. A new route with an object must be added here, or the sweep fails.
OBJECT_KINDS: list[tuple[str, str]] = [
    (r"^elever/<uuid:uuid>/", "student"),
    (r"^innsynslogg/elev/<uuid:uuid>/", "student"),
    (r"^mine-innlogginger/<uuid:uuid>/", "login"),
    (r"^administrasjon/.*importer/<uuid:uuid>/", "register file"),
    (r"^varsler/<uuid:uuid>/", "alert"),
    (r"^rapporter/arkiv/<uuid:uuid>/", "delivery"),
    (r"^rapporter/arkiv/oppsett/<uuid:uuid>/", "school"),
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
]
PLAIN_VALUES = {
    "<path:object_id>": "1",
    "(?P<url>.*)$": "finnes-ikke",
    "<str:provider>": "idporten",
    "<slug:provider>": "idporten",
    "<int:number>": "1",
    "<int:pk>": "1",
    "<slug:act>": "steng",
    "<slug:slug>": "prove",
    "<str:language>": "nb",
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
        found["group", about] = student.memberships.get(is_home_class=True).group.uuid
        found |= {(kind, about): uuid for kind, uuid in of_somebody_else(about).items()}
        found |= {(kind, about): uuid for kind, uuid in rights_near(world, about, student).items()}
        found["document", about] = document.uuid
        found["delivery", about] = delivery.uuid
        found["draft", about] = draft.uuid
        found |= {(kind, about): uuid for kind, uuid in decisions_about(world, student).items()}
        found["document's attachment", about] = document.attachments.get().uuid
        found["draft's attachment", about] = draft.attachments.get().uuid
    return found


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
