"""What asking costs: at most three queries for one object, and for a list the same however many rows there are."""

from collections.abc import Iterator

import pytest
from django.apps import apps
from django.contrib.contenttypes.models import ContentType
from django.db import connection, models
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accessctl.permissions import Permission
from accessctl.policy import held, may
from accessctl.scope import scope_of
from tests.login import give_reason, log_in
from tests.policy.personas import add_personas
from tests.policy.routes import objects_of
from tests.policy.test_matrix import table
from tests.world import World

ASKED, A_PAGE = 3, 25


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
        ("school_admin", "/i-dag/"),
        ("principal", "/i-dag/"),
        ("municipal_admin", "/i-dag/"),
    ],
)
def test_a_list_costs_the_same_with_ten_times_the_pupils(world, name, path):
    add_personas(world)
    fill(world, 3)
    few = cost(world, name, path)
    fill(world, 40)
    assert cost(world, name, path) == few
    assert few <= A_PAGE


def cost(world: World, name: str, path: str) -> int:
    client = Client()
    log_in(client, world.user(name))
    client.get(path)
    with CaptureQueriesContext(connection) as queries:
        assert client.get(path).status_code == 200
    return len(queries)


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore:Pagination may yield")
@pytest.mark.parametrize(
    ("name", "pages"),
    [
        ("municipal_admin", 100),
        ("school_admin", 50),
        ("principal", 30),
        ("contact_teacher", 14),
        ("ombud", 14),
        ("guardian", 9),
        ("other_school", 5),
    ],
)
def test_no_page_costs_more_than_the_limit(world, name, pages):
    """Everything counts: the session, the wall, the access log, and the frame. `pages` at least are looked at.

    That the table has every page is proved by test_matrix.
    """
    add_personas(world)
    objects = objects_of(world)
    ContentType.objects.get_for_models(*apps.get_models())
    client = Client()
    log_in(client, world.user(name))
    for pupil in world.pupils.values():
        give_reason(client, pupil)
    cookies, seen, dear = client.cookies.output(header="", sep=";"), 0, {}
    for case, answers in table().items():
        if case.method != "GET" or answers[name] != "ok":
            continue
        client.cookies.clear()
        client.cookies.load(cookies)
        with CaptureQueriesContext(connection) as queries:
            response = client.get(case.path(objects))
        if response.streaming:
            response.getvalue()
        if response.status_code == 200:
            seen += 1
            if len(queries) > A_PAGE:
                dear[case.route, case.about] = len(queries)
    assert dear == {}
    assert seen >= pages
