"""What is shown of a pupil is in the log, and what the log does not take is not shown: every page, every kind of user.

Each pupil of the cast carries a family name found nowhere else. An answer that holds it, or the pupil's uuid or
national id, must have left a line about that pupil in the same request, and gives way to an error when it cannot.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from uuid import UUID

import pytest
from django.apps import apps
from django.db import connection, transaction
from django.http import HttpResponse
from django.test import Client
from django.utils.html import escape

from accessctl import scope
from accessctl.actions import give_grant
from accessctl.audit import record_list
from accessctl.models import AccessEvent, User
from accessctl.permissions import OFFICER_GRANTS, Permission
from people.models import Person
from schoolapp.lib import clock
from students.models import Student
from students.names import sort_name
from tests.login import give_reason, log_in
from tests.policy.personas import add_personas
from tests.policy.routes import OBJECTS, Case, cases, objects_of
from tests.policy.test_matrix import table
from tests.world import World

NAMES = {
    "own": "Bvolkstrand",
    "classmate": "Djuphexnes",
    "protected": "Fjaqvikmo",
    "other_class": "Gwumlebakk",
    "other_school": "Hzontevold",
}
AT_SCHOOL_A, UNPROTECTED = {"own", "classmate", "other_class"}, set(NAMES) - {"protected"}
# Who is asked for, and the pupils they meet one way or another; emergency access is one.
MEETS = {
    "contact_teacher": AT_SCHOOL_A | {"protected"},
    "sfo_worker": {"own"},
    "principal": AT_SCHOOL_A,
    "school_admin": AT_SCHOOL_A,
    "municipal_admin": UNPROTECTED,
    "officer": set(NAMES),
    "ombud": UNPROTECTED,
    "own_role": {"other_school"},
    "guardian": {"own", "other_school"},
    "other_school": {"other_school"},
}
# Where a pupil is told of without a line, for the frame says to them who is logged in; and what else the page holds.
OWN_NAME_ALONE = {
    ("other_school", "/mine-tilganger/"): "the rights of the one who asks",
    ("other_school", "/elev/dokumenter/"): "no document; each that is listed leaves a line",
}
SEES_PROTECTED = {"contact_teacher", "officer"}
CONSOLE, OFFICERS = "administrasjon/", ("adressesperre/", "foresatte/")
ANY_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
LOG_THAT_CAN_BE_FULL = """
CREATE FUNCTION full_log() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  IF current_setting('tests.log_is_full', true) = 'yes' THEN RAISE EXCEPTION 'disk full'; END IF; RETURN NEW;
END $$;
CREATE TRIGGER full_log BEFORE INSERT ON accessctl_accessevent FOR EACH ROW EXECUTE FUNCTION full_log();
"""


@dataclass(frozen=True)
class Question:
    method: str
    path: str
    about: str = "-"
    data: tuple[tuple[str, str], ...] = ()

    def __str__(self) -> str:
        return f"{self.method} {self.path} {dict(self.data) or ''}".strip()


@dataclass(frozen=True)
class Answer:
    """What was said back, the pupils who stand in it, and those the request left lines about."""

    status: int
    shown: set[str]
    logged: set[str]


@pytest.fixture
def objects(world) -> dict[tuple[str, str], UUID]:
    add_personas(world)
    return objects_of(world)


@pytest.fixture
def cast(world, objects) -> World:
    """The cast with names of their own, an officer, grants that soon end, and a log that names everybody."""
    world.add_employee("officer", role="kommuneadmin")
    for permission in OFFICER_GRANTS:
        give_grant(world.users["officer"], permission, on=world.municipality, by=None, reason="Ansvarlig")
    soon = clock.today() + timedelta(days=9)
    for key, name in NAMES.items():
        pupil, person = world.pupils[key], world.pupils[key].person
        Person.objects.filter(pk=person.pk).update(family_name=name)
        User.objects.filter(person=person).update(display_name=f"Elev {name}")
        person.refresh_from_db()
        Student.objects.filter(person=person).update(sort_name=sort_name(person))
        give_grant(world.users["nurse"], Permission.VIEW_PUPIL, on=pupil, by=None, reason="Prøve", valid_to=soon)
    for name in ("contact_teacher", "nurse"):
        pupil = world.pupils["protected"]
        give_grant(world.users[name], Permission.SEE_PROTECTED, on=pupil, by=None, reason="Prøve", valid_to=soon)
    record_list(world.user("municipal_admin"), "open", list(world.pupils.values()))
    with connection.cursor() as cursor:
        cursor.execute(LOG_THAT_CAN_BE_FULL)
    return world


@pytest.fixture
def remembered_scopes(monkeypatch) -> None:
    """Work out each user's scope once: every request is rolled back, so nothing changes it."""
    known: dict[int, scope.Scope] = {}
    work_out = scope.compute_scope
    monkeypatch.setattr(
        scope, "compute_scope", lambda user: known.get(user.pk) or known.setdefault(user.pk, work_out(user))
    )


def column_of(persona: str) -> str:
    return "municipal_admin" if persona == "officer" else persona


def pages(persona: str) -> Iterator[Case]:
    """Every page open to this persona, for the first pupil it opens for, and for the protected one where seen."""
    rows, column, chosen = table(), column_of(persona), set()
    for case in cases():
        asked_by_others = case.route.startswith(CONSOLE) or case.about not in ("-", "protected")
        if case.method != "GET" or (persona == "officer" and asked_by_others):
            continue
        is_protected = case.about == "protected" and persona in SEES_PROTECTED
        cell = rows[replace(case, about="own") if is_protected else case][column]
        is_officers = persona == "officer" and case.route.startswith(OFFICERS) and cell == "403"
        if (cell == "ok" or is_officers) and (case.route, is_protected) not in chosen:
            chosen.add((case.route, is_protected))
            yield case


def path_of(case: Case, world: World, objects: dict[tuple[str, str], UUID]) -> str:
    """The address of a case; in the console that of the newest row of its register, or of a pupil's account."""
    if "<path:object_id>" in case.route:
        model = apps.get_model(*case.route.split("/")[1:3])
        row = world.users["other_school"] if model is User else model._default_manager.order_by("pk").last()
        case = replace(case, route=case.route.replace("<path:object_id>", str(row.pk if row else 1)))
    return case.path(objects)


def searches(persona: str, world: World) -> Iterator[Question]:
    """Searches whose words are in the address or in the body. They are typed in capitals, unlike any answer to them."""
    rows, column = {(case.route, case.method): row for case, row in table().items()}, column_of(persona)
    teacher = world.people["teacher_b"].employee.uuid
    for key, name in NAMES.items():
        pupil, full = world.pupils[key], f"Elev {name}".upper()
        born = pupil.person.birth_date.isoformat()
        grant = {"tilgang": "view_pupil", "omfang": "elev", "skole": str(pupil.school.uuid), "elev": full, "fodt": born}
        grant |= {"begrunnelse": "Vikar i en uke", "til": clock.today().isoformat()}
        emergency = {"navn": full, "fodselsdato": born, "begrunnelse": "Eleven har falt ned fra taket"}
        for method, route, data in (
            ("GET", "elever/", {"sok": name[:6].upper()}),
            ("GET", "sok/", {"q": name[:6].upper()}),
            ("GET", "innsynslogg/", {"elev": str(pupil.uuid)}),
            ("GET", "innsynslogg/endringer/", {"elev": str(pupil.uuid)}),
            ("POST", "innsyn/hvem-kan-se/", {"navn": name.upper()}),
            ("POST", "innsynslogg/finn/", {"hva": "elev", "navn": full, "fodselsdato": born}),
            ("POST", "nodtilgang/", emergency),
            ("POST", "tilganger/<uuid:uuid>/saerskilt/", grant),
        ):
            if rows[route, method][column] in ("ok", "400"):
                path = "/" + route.replace("<uuid:uuid>", str(teacher))
                yield Question(method, path, data=tuple(data.items()))


class Browser:
    """One persona's browser, and an eye for the pupils in what it is answered."""

    def __init__(self, world: World, persona: str) -> None:
        self.key_of = {str(pupil.uuid): key for key, pupil in world.pupils.items()}
        self.marks = {
            key: {name, *world.pupils[key].person.national_ids.values_list("number", flat=True)}
            for key, name in NAMES.items()
        }
        self.client = Client()
        log_in(self.client, world.user(persona))
        for pupil in world.pupils.values():
            give_reason(self.client, pupil)
        self.cookies = self.client.cookies.output(header="", sep=";")

    def ask(self, question: Question, *, log_is_full: bool = False) -> Answer:
        """What the request changed is rolled back, so that not even a logout lasts."""
        self.client.cookies.clear()
        self.client.cookies.load(self.cookies)
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"SET LOCAL tests.log_is_full = '{'yes' if log_is_full else 'no'}'")
            response = getattr(self.client, question.method.lower())(question.path, dict(question.data))
            # Looked up before a file is read: the line is there before the first byte is sent.
            lines = AccessEvent.objects.filter(request_id=response["X-Request-ID"]).values_list("about", flat=True)
            logged = {self.key_of[str(about)] for about in lines if str(about) in self.key_of}
            body = response.getvalue()
            transaction.set_rollback(True)
        return Answer(response.status_code, set(self.shown(question, response, body)), logged)

    def shown(self, question: Question, response: HttpResponse, body: bytes) -> Iterable[str]:
        text = " ".join(f"{name}: {value}" for name, value in response.items())
        if response.get("Content-Type", "text/").startswith(("text/", "application/json")):
            text += body.decode()
        elif response.status_code == 200 and question.about in OBJECTS:
            yield OBJECTS[question.about]
        # A refusal may say again what was asked for; that tells nothing.
        known = f"{question.path} {question.data}" if response.status_code >= 400 else ""
        yield from (self.key_of[uuid] for uuid in ANY_UUID.findall(text) if uuid in self.key_of and uuid not in known)
        yield from (key for key, marks in self.marks.items() if any(escape(mark) in text for mark in marks))


def test_every_page_that_opens_for_somebody_is_asked_for():
    opened = {case.route for case, row in table().items() if case.method == "GET" and "ok" in row.values()}
    assert opened - {case.route for persona in MEETS for case in pages(persona)} == set()


@pytest.mark.slow
@pytest.mark.usefixtures("remembered_scopes")
@pytest.mark.parametrize("persona", MEETS)
def test_a_pupil_is_shown_with_a_line_in_the_log_or_not_at_all(cast, objects, persona):
    browser = Browser(cast, persona)
    questions = [Question(case.method, path_of(case, cast, objects), case.about) for case in pages(persona)]
    unlogged, not_refused, met = [], [], set()
    for question in (*questions, *searches(persona, cast)):
        answer = browser.ask(question)
        met |= answer.shown
        told = answer.shown - ({persona} if (persona, question.path) in OWN_NAME_ALONE else set())
        unlogged += [(str(question), key) for key in told - answer.logged]
        if told:
            refusal = browser.ask(question, log_is_full=True)
            if refusal.status != 503 or refusal.shown:
                not_refused.append((str(question), refusal))
    assert unlogged == []
    assert not_refused == []
    assert met == MEETS[persona]
