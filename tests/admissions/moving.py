"""What the tests of moves share: days near today, cases in every state, and clients that are logged in."""

from datetime import date, timedelta

from django.test import Client

from accessctl.actions import give_grant
from accessctl.permissions import OFFICER_GRANTS
from admissions.models import Move
from admissions.moves import actions
from admissions.moves.actions import Decision
from documents import tasks
from documents.models import Document
from schoolapp.lib import clock
from tests.login import log_in
from tests.world import World


def day(offset: int) -> date:
    return clock.today() + timedelta(days=offset)


def to_b(world: World, offset: int = 5, **more) -> Decision:
    return Decision(first_day=day(offset), to_school=world.school_b, grade_level=8, reason="Familien flytter.", **more)


def begun(world: World, kind: str, about: str = "other_class", by: str = "school_admin") -> Move:
    return actions.start(world.pupils[about], kind=kind, by=world.user(by))


def decided(
    world: World, kind: str = "within", offset: int = 5, about: str = "other_class", by: str = "school_admin", **more
) -> Move:
    move = begun(world, kind, about, by)
    decision = to_b(world, offset, **more) if kind == "within" else Decision(first_day=day(offset), **more)
    return actions.decide(move, decision=decision, by=world.user(by))


def add_officer(world: World) -> str:
    """One who answers for address protection in the whole municipality."""
    world.add_employee("officer", role="kommuneadmin")
    for permission in OFFICER_GRANTS:
        give_grant(world.user("officer"), permission, on=world.municipality, by=None, reason="Ansvarlig")
    return "officer"


def browser(world: World, name: str) -> Client:
    client = Client()
    log_in(client, world.user(name))
    return client


def printed(document: Document) -> Document:
    tasks.render(document.pk)
    return Document.objects.get(pk=document.pk)
