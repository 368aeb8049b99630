"""The rest of the matrix: other methods than GET and POST, fragments, and objects that are no more."""

from collections.abc import Iterator
from uuid import UUID

import pytest
from django.db import transaction
from django.test import Client

from accessctl.checks import all_views
from tests.login import log_in
from tests.policy.routes import Case, cases, objects_of
from tests.policy.test_matrix import ANONYMOUS, answer, only_the_answers

NOT_SERVED = ("PUT", "PATCH", "DELETE", "OPTIONS", "TRACE")
GONE = UUID("00000000-0000-4000-8000-000000000000")
WHO = ("contact_teacher", "guardian")


@pytest.fixture(autouse=True)
def quickly() -> Iterator[None]:
    with only_the_answers():
        yield


def client_of(world, persona: str) -> Client:
    client = Client(raise_request_exception=False)
    if persona != ANONYMOUS:
        log_in(client, world.user(persona))
    return client


def answered(client: Client, method: str, path: str, **headers: str) -> int:
    with transaction.atomic():
        response = client.generic(method, path, headers=headers)
        if response.streaming:
            response.getvalue()
        transaction.set_rollback(True)
    return response.status_code


def pages(world, *abouts: str) -> list[str]:
    objects = objects_of(world)
    found = [case.path(objects) for case in cases() if case.method == "GET" and case.about in ("-", *abouts)]
    assert len(found) > 40
    return found


@pytest.mark.parametrize("persona", [ANONYMOUS, "municipal_admin"])
def test_other_methods_are_served_to_nobody(world, persona):
    client = client_of(world, persona)
    found = {(method, path): answered(client, method, path) for path in pages(world, "own") for method in NOT_SERVED}
    assert {key: status for key, status in found.items() if status != 405} == {}


# A step of a login or a logout changes the session, so it answers GET alone and not what only looks.
STEPS_OF_LOGIN = ("logg-inn/", "logg-ut/")


@pytest.mark.parametrize("persona", WHO)
def test_head_is_answered_as_get_and_fragments_as_pages(world, persona):
    """A right that holds for the page must hold for its head and for the fragment htmx asks for, and no other."""
    objects = objects_of(world)
    client = client_of(world, persona)
    cookies = client.cookies.output(header="", sep=";")
    wrong = []
    for case in cases():
        if case.method != "GET" or case.about not in ("-", "own"):
            continue
        said = []
        for method, headers in (("GET", {}), ("HEAD", {}), ("GET", {"HX-Request": "true"})):
            client.cookies.clear()
            client.cookies.load(cookies)
            said.append(answered(client, method, case.path(objects), **headers))
        if case.route.startswith(STEPS_OF_LOGIN) and said[1] == 405:
            said[1] = said[0]
        if len({status // 100 if status < 400 else status for status in said}) != 1:
            wrong.append((case.path(objects), said))
    assert wrong == []


# A saved view shared with a school is nobody's there more than another's: none of it is foreign to a teacher.
THE_WHOLE_SCHOOLS = "elever/visninger/"


@pytest.mark.parametrize("persona", ["contact_teacher", "guardian", "school_admin_b"])
def test_what_is_gone_is_answered_as_what_was_never_ours(world, persona):
    """A deleted object, a foreign one and one that never was cannot be told apart."""
    there = objects_of(world)
    gone = dict.fromkeys(there, GONE)
    client = client_of(world, persona)
    foreign = "other class"
    checked = 0
    for route, _entry in all_views():
        if "<uuid:uuid>" not in route or route.startswith(THE_WHOLE_SCHOOLS):
            continue
        for method in ("GET", "POST"):
            case = Case(route, method, foreign)
            assert answer(client, case, gone) == answer(client, case, there), case
            checked += 1
    assert checked > 40
