"""Nothing of a protected family comes out anywhere: every address of the project, every persona, logs, cache and files.

The family, its school, class and teacher carry words found nowhere else; whoever has no right must never meet one.
Which addresses a persona is stopped at before any object is looked at, the matrix asks one by one; what is said there
is the same for each right that is lacking, and is read here once for each.
"""

import logging
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.db import transaction
from django.test import Client

from accessctl.actions import give_grant
from accessctl.models import School, User
from accessctl.permissions import OFFICER_GRANTS
from archive.models import SchoolArchiveSettings
from people.models import Address, Person, Protection
from students.names import sort_name
from tests.login import give_reason, log_in
from tests.policy.gate import one_of_each_refusal
from tests.policy.routes import cases, objects_of

ANONYMOUS = "anonymous"
# Of the pupil and the guardian: nobody without the right meets these.
NAMES = ("Qvaxelborn", "Zyrmintvik", "Wuxatrell", "Cazzohelm")
# Never shown to anybody, right or no right.
CONTACT = ("92715364", "97361428", "qvax.zyrm@hemmelig.example", "wux.cazz@hemmelig.example", "Xylofaretveien")
# The telephone numbers of all schools, for whoever has trouble logging in. It tells of no pupil.
REGISTER_OF_SCHOOLS = ("GET /logg-inn/hjelp/",)
# Where the pupil is every weekday: for those at other schools.
PLACES = ("Quorzeknausen", "5Qzwexolth", "Jaxwintell")
ELSEWHERE = {
    ANONYMOUS,
    "no_role",
    "nurse",
    "other_school",
    "guardian",
    "guardian_b",
    "guardian_proposed",
    "guardian_former",
    "contact_teacher",
    "subject_teacher",
    "former_teacher",
    "teacher_b",
    "adviser",
    "principal",
    "school_admin",
    "school_admin_b",
    "guardian_of_protected",
}

PERSONAS = (*sorted(ELSEWHERE), "team", "municipal_admin")


def call(person: Person, given: str, family: str, phone: str, email: str) -> None:
    person.given_name, person.family_name, person.protection = given, family, Protection.STRICT
    person.save()
    person.contact.phone, person.contact.email = phone, email
    person.contact.save()
    Address.objects.update_or_create(
        person=person, kind=Address.Kind.HOME, defaults={"street": "Xylofaretveien 9", "city": "Gjemmestad"}
    )


@pytest.fixture
def hidden(world):
    """A strictly protected pupil at a school of their own, with a protected guardian whose portal is closed."""
    school = School.objects.create(name=f"{PLACES[0]} skole", org_number="999999980", kind="primary")
    SchoolArchiveSettings.objects.create(school=school, case_owner_initials="X", administrative_unit="X")
    group = world.add_group(PLACES[1], school, 5)
    pupil = world.add_pupil("protected", group, protection=Protection.STRICT)
    teacher = world.add_employee("hidden_teacher", role="laerer", schools=(school,))
    world.add_staffing(teacher, group, "contact_teacher")
    teacher.person.family_name = PLACES[2]
    teacher.person.save()
    teacher.person.user.display_name = f"Ansatt {PLACES[2]}"
    teacher.person.user.save()
    guardian = world.add_guardian("guardian_of_protected", "protected", portal_enabled=False)
    call(pupil.person, NAMES[0], NAMES[1], CONTACT[0], CONTACT[2])
    call(guardian, NAMES[2], NAMES[3], CONTACT[1], CONTACT[3])
    guardian.user.display_name = "Skjermet person"
    guardian.user.save()
    pupil.sort_name = sort_name(pupil.person)
    pupil.save()
    return world


def answers(client: Client, world, user: User | None, searches: tuple[str, ...] = ()) -> dict[str, str]:
    """Everything said back, headers and all, by method and address, without spaces."""
    objects = objects_of(world)
    found = {}
    cookies = client.cookies.output(header="", sep=";")
    about_nobody_or_them = [case for case in cases() if case.about in ("-", "protected")]
    asked = [(case.method, case.path(objects)) for case in one_of_each_refusal(about_nobody_or_them, user)]
    asked += [("GET", f"/elever/?sok={word[:5]}") for word in searches]
    for method, path in asked:
        client.cookies.clear()
        client.cookies.load(cookies)
        with transaction.atomic():
            response = client.generic(method, path)
            body = response.getvalue()
            transaction.set_rollback(True)
        headers = " ".join(f"{name}: {value}" for name, value in response.items())
        found[f"{method} {path}"] = "".join((headers + body.decode(errors="replace")).split())
    return found


def met(found: dict[str, str], words: tuple[str, ...]) -> list[tuple[str, str]]:
    return [(where, word) for where, text in found.items() for word in words if word.casefold() in text.casefold()]


def kept(folder: Path) -> str:
    """What is left behind: the cache, the sessions, and the names of files."""
    client = cache._cache.get_client()
    keys = list(client.scan_iter(count=1000))
    values = [client.get(key) or b"" for key in keys if client.type(key) == b"string"]
    texts = [part.decode(errors="replace") for part in (*keys, *values)]
    texts += [str(session.get_decoded()) for session in Session.objects.all()]
    return " ".join([*texts, *(str(path) for path in folder.rglob("*"))])


@pytest.mark.slow
@pytest.mark.parametrize("persona", PERSONAS)
def test_no_trace_without_the_right(hidden, persona, caplog):
    caplog.set_level(logging.INFO)
    client = Client(raise_request_exception=False)
    user = None if persona == ANONYMOUS else hidden.user(persona)
    if user:
        log_in(client, user)
    found = answers(client, hidden, user, NAMES)
    words = NAMES + CONTACT + (PLACES if persona in ELSEWHERE else ())
    assert len(found) > 100
    told = [(where, word) for where, word in met(found, words) if not (where in REGISTER_OF_SCHOOLS and word in PLACES)]
    assert told == []
    left = {"the log": caplog.text.replace(" ", ""), "what is kept": kept(Path(settings.MEDIA_ROOT)).replace(" ", "")}
    assert met(left, NAMES + CONTACT + PLACES) == []


def test_the_words_are_there_for_those_with_the_right_but_never_the_contact_details(hidden):
    hidden.add_employee("officer", role="kommuneadmin")
    for permission in OFFICER_GRANTS:
        give_grant(hidden.user("officer"), permission, on=hidden.municipality, by=None, reason="Ansvarlig")
    client = Client(raise_request_exception=False)
    officer = hidden.user("officer")
    log_in(client, officer)
    give_reason(client, hidden.pupils["protected"])
    found = answers(client, hidden, officer, NAMES)
    assert {word for _where, word in met(found, NAMES + PLACES)} >= {*NAMES, *PLACES[:2]}
    assert met(found, CONTACT) == []
