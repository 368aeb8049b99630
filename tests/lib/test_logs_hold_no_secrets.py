"""No national id, token or text of a document reaches a log, Redis or the arguments of a task."""

import io
import logging

import pytest
import redis
from celery import current_app
from django.conf import settings
from django.test import Client
from django.urls import reverse

from people.models import NationalId
from schoolapp.lib.logs import NameTheRequest, RedactNationalIds, redacted
from tests.login import log_in

CANARY = "kanarifugl-i-brevet"


@pytest.fixture
def console():
    """Everything the application writes, through the handler as it is configured."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(logging.Formatter(settings.LOGGING["formatters"]["line"]["format"]))
    handler.addFilter(RedactNationalIds())
    handler.addFilter(NameTheRequest())
    root = logging.getLogger()
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    logging.getLogger("django.db.backends").setLevel(logging.INFO)
    yield stream
    root.removeHandler(handler)
    root.setLevel(level)


@pytest.fixture
def published(monkeypatch):
    """The arguments of every task that is sent."""
    sent = []
    monkeypatch.setattr(current_app, "send_task", lambda name, *args, **kwargs: sent.append((name, args, kwargs)))
    monkeypatch.setattr(
        "celery.app.task.Task.apply_async", lambda task, *args, **kwargs: sent.append((task.name, args, kwargs))
    )
    return sent


def redis_content() -> str:
    """Every key and value in Redis; nothing when none runs here."""
    store = redis.Redis.from_url(settings.REDIS_URL)
    try:
        keys = store.keys("*")
    except redis.ConnectionError:
        return ""
    return repr([(key, store.dump(key)) for key in keys])


def test_a_days_work_leaves_no_secret_in_any_log(world, console, published):
    client = Client(raise_request_exception=False)
    log_in(client, world.user("contact_teacher"))
    number = NationalId.objects.get(person=world.people["own"]).number
    draft = world.add_draft("own")
    draft.fields = {"tekst": CANARY}
    draft.save()
    session = client.session.session_key
    client.get(reverse("students:pupil", args=[world.pupils["own"].uuid]))
    client.get("/elever/", {"sok": number})
    client.get(f"/elever/{number}/")
    client.post(reverse("students:emergency"), {"navn": number, "begrunnelse": CANARY})
    logging.getLogger("schoolapp").error("broken for %s", number, exc_info=ValueError(number))
    cache_content = redis_content()
    for sink in (console.getvalue(), repr(published), cache_content):
        assert number not in sink
        assert CANARY not in sink
        assert session not in sink
        assert redacted(sink) == sink or sink is cache_content
    assert "broken for [fjernet]" in console.getvalue()


def test_a_log_line_has_the_number_of_its_request(world, console):
    client = Client()
    log_in(client, world.user("contact_teacher"))
    response = client.get(reverse("archive:log"))
    [line] = [line for line in console.getvalue().splitlines() if "refused view_archive_log" in line]
    assert response["X-Request-ID"] in line


def test_a_key_is_never_taken_for_a_national_id():
    """An operator finds a document by its key, whatever figures are in it."""
    key, number = "4e4a8e0b-51ee-4b5e-92dd-a12345678901", "12345678901"
    assert redacted(f"delivery {key}: {number} og 123456 78901") == f"delivery {key}: [fjernet] og [fjernet]"
    assert redacted(f"dok:{number}:v1 x{number}-") == "dok:[fjernet]:v1 x[fjernet]-"
