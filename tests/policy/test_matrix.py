"""Every URL × every persona × own, foreign and protected object, against a table that is read by people.

`access_matrix.csv` is the reviewed table. After a wanted change, write it anew with
`WRITE_ACCESS_MATRIX=1 pytest tests/policy -n0` and read the diff: each changed cell is a right given or taken.
"""

import csv
import logging
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from copy import deepcopy
from pathlib import Path

import pytest
from django.conf import settings
from django.db import transaction
from django.http import HttpResponse
from django.template.backends.django import Template
from django.test import Client

from accessctl import scope
from accessctl.journal import middleware
from accessctl.login.store import SessionStore
from accessctl.wall import context
from schoolapp import errors, language
from tests.login import log_in
from tests.policy.gate import watched_gate
from tests.policy.personas import EXTRA, add_personas
from tests.policy.routes import OBJECTS, Case, cases, objects_of

TABLE = Path(__file__).with_name("access_matrix.csv")
HEAD = ("route", "method", "about")
ANONYMOUS = "anonymous"
PERSONAS = (
    ANONYMOUS,
    "no_role",
    "nurse",
    "other_school",  # a pupil
    "guardian",
    "guardian_b",
    "guardian_proposed",
    "guardian_former",
    "guardian_of_protected",
    "contact_teacher",
    "subject_teacher",
    "former_teacher",
    "teacher_b",
    "adviser",
    "principal",
    "school_admin",
    "school_admin_b",
    "team",
    "municipal_admin",
    *EXTRA,
)
# What is behind these is a school, a role, an employee or a group; which pupils of it are shown has its own tests.
NOT_ABOUT_PUPILS = (
    *("rapporter/arkiv/oppsett/", "oppsett/roller/", "tilganger/rolle/", "tilganger/<uuid:uuid>/"),
    *("rapporter/arkiv/skolemapper/", "rapporter/arkiv/saksansvarlig/", "rapporter/gruppeoversikter/"),
    *("oppsett/skolerute/", "dokumenter/mange/gruppe/"),
    "nytt-skolear/skole/",
    *("klasser/", "varsler/", "elever/visninger/", "ansatte/", "ansattsynk/", "ikt-skjema/"),
    *("variabel-lonn/", "stillingsplan/", "rapporter/gsi/"),
    "folkeregisteret/innlesing/",
    "flytting/brev/",
    "brevhoder/",
)
# Who may get an answer about which pupil at all, whatever the URL.
REACH = {
    "own": {"guardian", "contact_teacher", "adviser", "principal", "school_admin", "team", "municipal_admin"}
    | {"sfo_worker", "ombud"},
    "other class": {"guardian_b", "subject_teacher", "adviser", "principal", "school_admin", "team", "municipal_admin"}
    | {"ombud"},
    "other school": {"other_school", "guardian", "teacher_b", "school_admin_b", "team", "municipal_admin"}
    | {"ombud", "own_role"},
    "protected": set(),
}


@contextmanager
def only_the_answers() -> Iterator[None]:
    """Leave out what decides no answer: the text of pages and their language, the log, the lines about refusals, and
    reading one session and working out one user's scope and wall again, which nothing has changed since every request
    is rolled back.
    """

    def nothing(*_arguments, **_named) -> tuple:
        return ()

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(SessionStore, "load", once_for_each_session(SessionStore.load))
        patch.setattr(scope, "compute_scope", once_for_each_user(scope.compute_scope))
        patch.setattr(context, "context_of", once_for_each_user(context.context_of))
        patch.setattr(language, "language_of", lambda _request: settings.LANGUAGE_CODE)
        patch.setattr(middleware, "record_refusal", nothing)
        patch.setattr(errors, "holders_of", nothing)
        patch.setattr(errors, "givers_of", nothing)
        patch.setattr(Template, "render", lambda _template, _context=None, _request=None: "")
        patch.setattr(errors, "page", lambda _request, _template, status, **_context: HttpResponse(status=status))
        logging.disable(logging.CRITICAL)
        try:
            yield
        finally:
            logging.disable(logging.NOTSET)


def once_for_each_user(work_out: Callable) -> Callable:
    known: dict[int, object] = {}
    return lambda user: known[user.pk] if user.pk in known else known.setdefault(user.pk, work_out(user))


def once_for_each_session(load: Callable) -> Callable:
    known: dict[str, tuple] = {}

    def read(store: SessionStore) -> dict[str, object]:
        if store.session_key not in known:
            content = load(store)
            known[store.session_key] = content, store.user, store.lasts_until
        content, store.user, store.lasts_until = deepcopy(known[store.session_key])
        return content

    return read


def answer(client: Client, case: Case, objects) -> str:
    """The outcome as one word; what the request changed is rolled back."""
    with transaction.atomic():
        response = client.generic(case.method, case.path(objects))
        if response.streaming:
            response.getvalue()
        transaction.set_rollback(True)
    if response.status_code in (301, 302) and response.headers["Location"].startswith("/logg-inn/?"):
        return "login"
    return "ok" if response.status_code < 400 else str(response.status_code)


def column(world, persona: str, objects=None) -> dict[Case, str]:
    objects = objects or objects_of(world)
    client = Client(raise_request_exception=False)
    if persona != ANONYMOUS:
        log_in(client, world.user(persona))
    cookies = client.cookies.output(header="", sep=";")
    cells: dict[Case, str] = {}
    at_the_gate: dict[tuple[str, str], str] = {}  # which knows no object, so that asking for one is enough
    with only_the_answers(), watched_gate() as gate:
        for case in cases():
            page = (case.route, case.method)
            if page not in at_the_gate:
                client.cookies.clear()
                client.cookies.load(cookies)
                gate.has_stopped = False
                cells[case] = answer(client, case, objects)
                if gate.has_stopped:
                    at_the_gate[page] = cells[case]
            cells[case] = at_the_gate.get(page) or cells[case]
    return cells


def table() -> dict[Case, dict[str, str]]:
    with TABLE.open(newline="") as file:
        return {Case(*(row[key] for key in HEAD)): row for row in csv.DictReader(file)}


@pytest.mark.skipif("WRITE_ACCESS_MATRIX" not in os.environ, reason="only on request")
def test_write_the_table(world):
    """`WRITE_ACCESS_MATRIX=1` writes every column; names of personas, with commas between, write those alone."""
    wanted = os.environ["WRITE_ACCESS_MATRIX"].split(",")
    add_personas(world)
    objects = objects_of(world)
    for persona in [persona for persona in PERSONAS if wanted == ["1"] or persona in wanted]:
        with transaction.atomic():
            found = column(world, persona, objects)
            transaction.set_rollback(True)
        rows = table()
        with TABLE.open("w", newline="") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow([*HEAD, *PERSONAS])
            for case in sorted(found, key=lambda c: (c.route, c.method, c.about)):
                row = rows.get(case, {}) | {persona: found[case]}
                writer.writerow([case.route, case.method, case.about, *(row.get(p) or "" for p in PERSONAS)])


def test_the_table_has_exactly_the_urls_of_the_project():
    assert set(table()) == set(cases())


@pytest.mark.parametrize("persona", PERSONAS)
def test_every_answer_is_as_the_table_says(world, persona):
    add_personas(world)
    expected = {case: row[persona] for case, row in table().items()}
    found = column(world, persona)
    assert {case: cell for case, cell in found.items() if cell != expected.get(case)} == {}


def test_the_table_gives_nobody_an_object_out_of_reach():
    """Holds whatever was written into the table."""
    rows = table()
    looked_at = 0
    for case, row in rows.items():
        if case.about not in OBJECTS or case.route.startswith(NOT_ABOUT_PUPILS):
            continue
        looked_at += 1
        reached = {persona for persona in PERSONAS if row[persona] == "ok"}
        assert reached <= REACH[case.about], case
    assert looked_at > 30


def test_the_table_holds_no_server_error():
    assert [case for case, row in table().items() if "500" in row.values()] == []


def test_only_a_short_list_is_public():
    public = {case.route for case, row in table().items() if row[ANONYMOUS] == "ok"}
    assert len(public) <= 15


def test_a_view_that_declares_nothing_is_refused_to_everyone(world, settings):
    settings.ROOT_URLCONF = "tests.policy.undeclared"
    for persona in (ANONYMOUS, "municipal_admin"):
        client = Client(raise_request_exception=False)
        if persona != ANONYMOUS:
            log_in(client, world.user(persona))
        assert client.get("/uten-regel/").status_code == 403
