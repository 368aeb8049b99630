"""Ids that others have seen, tried in every place an id can stand: path, query and form. No foreign child is told of,
and nothing changes.
"""

import re

import pytest
from django.db import connection, reset_queries, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accessctl.permissions import GUARDIAN_RIGHTS, PUPIL_RIGHTS, Permission
from students.models import Student
from tests.login import log_in
from tests.policy.gate import watched_gate
from tests.policy.routes import OBJECTS, Case, cases, objects_of
from tests.policy.test_matrix import only_the_answers
from tests.world import World

WHO = ("contact_teacher", "school_admin_b", "guardian", "other_school")
# What forms and filters call the ids they take, and the kind of object each names.
PARAMETERS = {
    "skole": "school",
    "elev": "student",
    "elever": "student",
    "student": "student",
    "uuid": "student",
    "valgt": "document",
    "id": "document",
    "dokument": "document",
    "series": "document",
    "relasjon": "relation",
    "bruker": "employee",
    "ansatt": "employee",
    "rolle": "role",
}
# What every request may write: who asked for what, and the session.
OWN_WRITES = re.compile(r'"(accessctl_(accessevent|loginsession|alert\w*|changeevent)|django_session)"|pghistory', re.I)
WRITE = re.compile(r"^\s*(INSERT INTO|UPDATE|DELETE FROM)", re.I)


def client_of(world: World, persona: str) -> Client:
    client = Client(raise_request_exception=False)
    log_in(client, world.user(persona))
    return client


def far_and_near(world: World, persona: str) -> tuple[list[str], list[str]]:
    """The pupils of the cast whom this persona reaches by no right at all, and those reached by one."""
    user = world.user(persona)
    rights = (Permission.VIEW_PUPIL, *GUARDIAN_RIGHTS, *PUPIL_RIGHTS)
    reached = {pk for right in rights for pk in Student.objects.visible_to(user, right).values_list("pk", flat=True)}
    near = [key for key, student in world.pupils.items() if student.pk in reached]
    return [key for key in world.pupils if key not in near], near


def ask(client: Client, case: Case, objects: dict, data: dict[str, str]) -> tuple[str, list[str]]:
    """The text of the answer, and the statements that changed something other than logs and sessions."""
    path = case.path(objects)
    reset_queries()  # the log of statements holds a few thousand
    with transaction.atomic(), CaptureQueriesContext(connection) as queries:
        response = client.post(path, data) if case.method == "POST" else client.get(path, data)
        body = response.getvalue() if response.streaming else response.content
        transaction.set_rollback(True)
    written = [
        query["sql"][:60] for query in queries if WRITE.match(query["sql"]) and not OWN_WRITES.search(query["sql"])
    ]
    return body.decode(errors="replace") + str(dict(response.headers)), written


@pytest.mark.slow
@pytest.mark.parametrize("persona", WHO)
def test_foreign_ids_open_and_change_nothing(world, persona):
    objects = objects_of(world)
    far, near = far_and_near(world, persona)
    foreign, own = (next(about for about, key in OBJECTS.items() if key in keys) for keys in (far, near))
    names = [world.pupils[key].person.full_name for key in far]
    names += [", ".join(reversed(name.rsplit(" ", 1))) for name in names]
    theirs = {name: str(objects[kind, foreign]) for name, kind in PARAMETERS.items()}
    client = client_of(world, persona)
    cookies = client.cookies.output(header="", sep=";")
    tried, told, changed, at_the_gate = 0, [], [], set()
    with only_the_answers(), watched_gate() as gate:
        for case in cases():
            # The gate looks neither at the object in the address nor at what was sent.
            if case.about not in ("-", own, foreign) or (case.route, case.method) in at_the_gate:
                continue
            client.cookies.clear()
            client.cookies.load(cookies)
            gate.has_stopped = False
            text, written = ask(client, case, objects, theirs)
            tried += 1
            if gate.has_stopped:
                at_the_gate.add((case.route, case.method))
            told += [(case, name) for name in names if name in text]
            # What the same request writes with nothing foreign in it is the persona's own to write.
            if written and (case.about == foreign or written != ask(client, case, objects, {})[1]):
                changed.append((case, written))
    assert tried > 200
    assert told == []
    assert changed == []
