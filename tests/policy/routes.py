"""Every URL of the project as concrete requests, for each kind of object the cast offers."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID

from accessctl.checks import all_views
from accessctl.models import Alert
from schoolapp.lib import clock
from tests.world import World

# Which pupil the object in the URL is about.
OBJECTS = {"own": "own", "other school": "other_school", "protected": "protected"}
METHODS = ("GET", "POST")

# What the uuid in a route names. A new route with an object must be added here, or the sweep fails.
OBJECT_KINDS: list[tuple[str, str]] = [
    (r"^elever/<uuid:uuid>/", "student"),
    (r"^innsynslogg/elev/<uuid:uuid>/", "student"),
    (r"^varsler/<uuid:uuid>/", "alert"),
    (r"^rapporter/arkiv/<uuid:uuid>/", "delivery"),
    (r"^rapporter/arkiv/oppsett/<uuid:uuid>/", "school"),
    (r"^dokumenter/<uuid:uuid>/(rediger|slett|forhandsvisning|vedlegg/$|vedlegg/<uuid:attachment>/fjern)", "draft"),
    (r"^(foresatt/)?dokumenter/<uuid:uuid>/", "document"),
]
PLAIN_VALUES = {
    "<path:object_id>": "1",
    "(?P<url>.*)$": "finnes-ikke",
    "<str:provider>": "idporten",
    "<slug:provider>": "idporten",
    "<int:number>": "1",
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
        found["document", about] = document.uuid
        found["delivery", about] = delivery.uuid
        found["draft", about] = draft.uuid
        found["document's attachment", about] = document.attachments.get().uuid
        found["draft's attachment", about] = draft.attachments.get().uuid
    return found
