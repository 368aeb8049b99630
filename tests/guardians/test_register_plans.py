"""What is asked once of a whole run stays one question, however many persons the run is about."""

import io
import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection

from guardians.register import run as runs
from tests.people.register_file import family

pytestmark = pytest.mark.django_db
LAID = re.compile(r"\s*CREATE TEMP TABLE (\w+) ON COMMIT DROP AS\s+(SELECT.*)", re.DOTALL)
COUNTED = re.compile(r"\s*SELECT count\(\*\), count\(person_id\).*\sFROM known\b", re.DOTALL)


class Plans:
    """The plans of the statements that lay a table for a whole run, and of what is counted, as they were then."""

    def __init__(self) -> None:
        self.of: dict[str, str] = {}

    def __call__(self, execute: Callable[..., Any], sql: str, params: Any, many: bool, context: dict[str, Any]) -> Any:
        if not params and COUNTED.match(sql):
            self.note("counts", sql)
        if params or not LAID.search(sql):
            return execute(sql, params, many, context)
        for statement in filter(str.strip, sql.split(";")):
            if laid := LAID.match(statement):
                self.note(laid[1], laid[2].removesuffix(" WITH NO DATA"))
            execute(statement, None, many, context)

    def note(self, name: str, question: str) -> None:
        plan = connection.connection.execute(f"EXPLAIN {question}").fetchall()
        self.of[name] = "\n".join(line for (line,) in plan)


def test_no_question_is_asked_anew_for_every_row(settings):
    """A sub-query beside an OR is quick while its answer fits in memory, and is asked for every row beyond that."""
    settings.SYNTHETIC_IDS_ALLOWED = True
    plans = Plans()
    with connection.execute_wrapper(plans):
        run = runs.start(source="file", by=None, verifies=False)
        runs.read_file(run, io.BytesIO(json.dumps(family()).encode()))
        runs.finish(run)
    assert run.state == "done"
    assert {"known", "moved", "ties", "related", "pupils", "counts", "names"} <= set(plans.of)
    assert {name: plan for name, plan in plans.of.items() if "SubPlan" in plan} == {}
