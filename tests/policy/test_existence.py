"""What is out of reach answers as what does not exist, with the same work done, so that time does not tell either."""

import re
from itertools import zip_longest
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests.login import log_in
from tests.world import World

VALUES = re.compile(r"'[^']*'(::\w+)?|\b\d+\b|\b[0-9a-f]{32}\b|_x\d+|s\d+|\bNULL\b")
LISTS = re.compile(r"\((\?, )+\?\)")
OPENED = {
    "contact_teacher": ("students:pupil", "documents:page", "documents:pdf", "groups:group"),
    "school_admin_b": ("students:pupil", "documents:page", "documents:pdf", "students:watchers", "archive:receipt"),
    "municipal_admin": ("students:pupil", "guardians:tab", "documents:page", "archive:receipt"),
    "guardian": ("guardians:access", "documents:guardian_page", "documents:guardian_pdf"),
}
HIDDEN = {"municipal_admin": ("protected",)}


def work_for(client: Client, url: str) -> tuple[int, int, list[str]]:
    """The answer, its length and the statements behind it.

    What differs from request to request (reference, token, nonce) is as long every time. It is not cut out: something
    that looks like a reference turns up by chance inside a token.
    """
    with CaptureQueriesContext(connection) as queries:
        response = client.get(url)
    return (
        response.status_code,
        len(response.content),
        [LISTS.sub("(?)", VALUES.sub("?", query["sql"])) for query in queries],
    )


def objects_about(world: World, pupil: str) -> dict[str, object]:
    """What the routes name, about this pupil."""
    document, delivery = world.add_document(pupil)
    return {
        "students:pupil": document.student,
        "students:watchers": document.student,
        "guardians:tab": document.student,
        "guardians:access": document.student,
        "groups:group": world.groups["5B"],
        "archive:receipt": delivery,
    } | dict.fromkeys(
        ("documents:page", "documents:pdf", "documents:guardian_page", "documents:guardian_pdf"), document
    )


@pytest.mark.parametrize("name", list(OPENED))
def test_a_foreign_object_takes_the_same_work_as_none_at_all(world, name):
    client = Client()
    log_in(client, world.user(name))
    client.get(reverse("students:pupil", args=[uuid4()]))
    for pupil in HIDDEN.get(name, ("other_class", "protected")):
        objects = objects_about(world, pupil)
        for route in OPENED[name]:
            foreign = work_for(client, reverse(route, args=[objects[route].uuid]))
            nothing = work_for(client, reverse(route, args=[uuid4()]))
            assert foreign[0] == 404, (route, pupil)
            assert foreign[:2] == nothing[:2], (route, pupil)
            differing = [pair for pair in zip_longest(foreign[2], nothing[2]) if pair[0] != pair[1]]
            assert differing == [], (route, pupil)


@pytest.mark.parametrize("name", ["contact_teacher", "school_admin", "municipal_admin"])
def test_a_protected_name_is_searched_for_as_one_nobody_has(world, name):
    client = Client()
    log_in(client, world.user(name))
    url = reverse("students:list")
    client.get(url)
    protected = work_for(client, f"{url}?sok=elev+protected")
    nobody = work_for(client, f"{url}?sok=elev+qrotected")
    assert protected[0] == 200
    assert protected == nobody
