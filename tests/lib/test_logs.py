"""What the log says of requests that go wrong."""

import logging

import pytest
from django.test import Client

from tests.login import log_in


@pytest.fixture
def teacher(world) -> Client:
    client = Client(raise_request_exception=False)
    log_in(client, world.user("contact_teacher"))
    return client


@pytest.mark.parametrize(("path", "status"), [("/rapporter/arkiv/", 403), ("/finnes/ikke/", 404)])
def test_a_refused_request_is_one_line(teacher, caplog, path, status):
    with caplog.at_level(logging.WARNING, "django.request"):
        assert teacher.get(path).status_code == status
    [record] = [record for record in caplog.records if record.name == "django.request"]
    assert path in record.getMessage()
    assert (record.exc_info, record.exc_text) == (None, None)


def test_an_error_keeps_its_traceback(teacher, caplog, monkeypatch):
    def fail(request):
        raise RuntimeError("broken here")

    monkeypatch.setattr("students.views.staff.kept_query", fail)
    with caplog.at_level(logging.WARNING, "django.request"):
        assert teacher.get("/elever/").status_code == 500
    assert "broken here" in caplog.text
    assert "Traceback" in caplog.text
