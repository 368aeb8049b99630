"""What asking costs: at most three queries for one object, and for a list the same however many rows there are."""

from collections.abc import Iterator

import pytest
from django.apps import apps
from django.db import connection, models
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accessctl.permissions import Permission
from accessctl.policy import held, may
from accessctl.scope import scope_of
from tests.login import log_in
from tests.policy.personas import add_personas
from tests.policy.routes import objects_of
from tests.world import World

ASKED = 3


def scoped_models() -> Iterator[type[models.Model]]:
    """Every model that can say what a user sees of it."""
    for model in apps.get_models():
        if hasattr(model._default_manager, "visible_to"):
            yield model


def test_may_costs_at_most_three_queries_whatever_is_asked_about(world):
    """Cold: the user's scope is not known yet."""
    add_personas(world)
    objects_of(world)
    asked, dear = 0, []
    for model in scoped_models():
        row = model._default_manager.first()
        if row is None:
            continue
        for name in ("contact_teacher", "school_admin", "municipal_admin", "guardian", "other_school", "sfo_worker"):
            for right in (Permission.VIEW_PUPIL, Permission.VIEW_OWN_CHILDREN, Permission.GIVE_ROLES):
                user = world.user(name)
                with CaptureQueriesContext(connection) as queries:
                    may(user, right, row)
                asked += 1
                if len(queries) > ASKED:
                    dear.append((model.__name__, name, right.value, len(queries)))
    assert dear == []
    assert asked >= 8 * 18, "models with a scope were not asked about"


def test_asking_for_many_rights_at_once_gives_the_same_answers_in_one_query(world):
    add_personas(world)
    objects_of(world)
    answers = []
    rows = [row for model in scoped_models() if (row := model._default_manager.last())]
    rows += [world.pupils[name] for name in ("own", "other_class", "other_school", "protected")]
    for name in ("contact_teacher", "subject_teacher", "school_admin", "municipal_admin", "guardian", "sfo_worker"):
        user = world.user(name)
        scope_of(user)
        for row in rows:
            with CaptureQueriesContext(connection) as queries:
                found = held(user, Permission, row)
            assert len(queries) <= 1
            assert found == {right for right in Permission if may(user, right, row)}, (name, row)
            answers.append(bool(found))
    assert set(answers) == {True, False}


def fill(world: World, rows: int) -> None:
    group = world.groups["5A"]
    for number in range(rows):
        world.add_pupil(f"mer{rows}x{number}", group)


@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("contact_teacher", "/elever/"),
        ("school_admin", "/elever/"),
        ("municipal_admin", "/elever/"),
        ("own_role", "/elever/"),
        ("sfo_worker", "/elever/"),
        ("school_admin", "/rapporter/arkiv/"),
        ("contact_teacher", "/i-dag/"),
    ],
)
def test_a_list_costs_the_same_with_ten_times_the_pupils(world, name, path):
    add_personas(world)
    fill(world, 3)
    few = cost(world, name, path)
    fill(world, 40)
    assert cost(world, name, path) == few
    assert few <= 25


def cost(world: World, name: str, path: str) -> int:
    client = Client()
    log_in(client, world.user(name))
    client.get(path)
    with CaptureQueriesContext(connection) as queries:
        assert client.get(path).status_code == 200
    return len(queries)
