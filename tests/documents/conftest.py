"""What document tests share: the installed types, a draft that is complete, and a worker that is this process."""

from uuid import uuid4

import pytest
from django.test import Client

from accessctl.models import User
from documents import actions
from documents.installing import install_types
from documents.models import Document, DocumentType
from tests.login import log_in
from tests.world import World

FILLED = {
    "moetedato": "2026-09-14",
    "klokkeslett": "08:30",
    "sted": "Møterom 2",
    "tema": "Hvordan det går på skolen",
    "saker": "Trivsel\nFag",
}


@pytest.fixture
def school(world: World) -> World:
    """The cast, with the shipped document types."""
    install_types()
    return world


def type_called(slug: str = "innkalling-moete") -> DocumentType:
    return DocumentType.objects.get(slug=slug)


def make_draft(world: World, about: str = "own", *, by: str = "contact_teacher", fields=FILLED, **more) -> Document:
    user = world.user(by)
    document = actions.start_draft(
        world.pupils[about],
        document_type=more.pop("document_type", None) or type_called(),
        language=more.pop("language", "nb"),
        by=user,
        series=uuid4(),
    )
    if fields:
        document = actions.save_draft(document, fields=fields, revision=document.revision, by=user, **more)
    return document


def finalise(document: Document, *, by: User) -> Document:
    return actions.finalise(
        document, revision=document.revision, role="kontaktlærer", method="ID-porten (høyt nivå)", by=by
    )


@pytest.fixture
def draft(school: World) -> Document:
    return make_draft(school)


@pytest.fixture
def browser(school: World):
    """A client logged in as one of the cast."""

    def as_user(name: str) -> Client:
        client = Client()
        log_in(client, school.user(name))
        return client

    return as_user
