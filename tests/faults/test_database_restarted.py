"""PostgreSQL is stopped while a message is with the archive or SvarUt, and started again: a server for this test."""

import os
import subprocess
import tempfile
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from django.db import connection

from archive import actions, log
from archive.models import ArchiveRun, Delivery
from local_runtime import servers
from messaging.models import Dispatch
from tests.archive import fiks_server
from tests.archive.parts import (
    addresses,
    keys_archived,
    let_time_pass,
    make_record,
    make_school,
    queue,
    reopen_breaker,
    running_elements,
)
from tests.faults import dying
from tests.faults.parts import ARCHIVE, LETTERS, LastingWorker, lasting_worker
from tests.messaging.parts import after_the_quiet_period, give_address, running_svarut
from tests.messaging.parts import queue as queue_letter

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
AWAY = "the database is away"
# The cast is laid in with keys of its own.
AFTER_THE_CAST = (
    "SELECT setval(quote_ident(sequencename)::regclass, 100000) FROM pg_sequences WHERE schemaname = 'public'"
)


class Cluster:
    """A PostgreSQL with a copy of the test's database, which can be stopped and started."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.running = folder, ExitStack()

    def start(self) -> None:
        self.running.enter_context(servers.postgres(self.folder, throw_away=True))

    def stop(self) -> None:
        self.running.close()

    def copy(self) -> None:
        """The database as it is migrated, with its roles."""
        connection.ensure_connection()
        ours = connection.connection.info
        told = {"PGHOST": ours.host, "PGPORT": str(ours.port), "PGUSER": ours.user, "PGPASSWORD": ours.password}
        environment = os.environ | {name: value for name, value in told.items() if value}
        run = {"capture_output": True, "check": True, "cwd": "/"}
        dumps = (["pg_dumpall", "--roles-only"], ["pg_dump", "--no-owner", ours.dbname])
        for name, *options in dumps:
            dumped = subprocess.run([servers._binaries() / name, *options], env=environment, **run).stdout
            self.tell(dumped)

    def tell(self, sql: bytes) -> None:
        into = [servers._binaries() / "psql", "-qX", "-h", str(self.folder), "-U", servers.OWNER, "schoolapp"]
        subprocess.run(into, input=sql, capture_output=True, check=True, cwd="/")


@pytest.fixture(scope="module")
def cluster(django_db_setup, django_db_blocker) -> Iterator[Cluster]:
    with tempfile.TemporaryDirectory(prefix="schoolapp-", ignore_cleanup_errors=True) as folder:
        own = Cluster(Path(folder) / "pg")
        own.start()
        with django_db_blocker.unblock():
            own.copy()
        yield own
        own.stop()


@pytest.fixture
def own_database(cluster, transactional_db) -> Iterator[Cluster]:
    """The test works in a database of that server."""
    cluster.tell(b"DROP DATABASE IF EXISTS own;\nCREATE DATABASE own TEMPLATE schoolapp;")
    before = dict(connection.settings_dict)
    connection.close()
    connection.settings_dict.update(HOST=str(cluster.folder), PORT="", USER=servers.OWNER, PASSWORD="", NAME="own")
    with connection.cursor() as cursor:
        cursor.execute(AFTER_THE_CAST)
    yield cluster
    connection.close()
    connection.settings_dict.update(before)


class Gate:
    """Holds one message at the peer, when it has been done and before it is answered."""

    def __init__(self) -> None:
        self.there, self.opened = threading.Event(), threading.Event()

    def hold(self) -> None:
        if not self.there.is_set():
            self.there.set()
            assert self.opened.wait(240)


def restart_while_held(cluster: Cluster, worker: LastingWorker, gate: Gate) -> None:
    """The answer comes when the database is gone; the worker says so in one line, and lives on."""
    worker.begin()
    assert gate.there.wait(240)
    connection.close()
    cluster.stop()
    gate.opened.set()
    _attempts, lines = worker.end()
    assert len(lines) == 1 and AWAY in lines[0], lines
    cluster.start()


def assert_told_of_the_interrupted(lines: list[str]) -> None:
    assert len(lines) == 1 and "was interrupted" in lines[0], lines


def finished(worker: LastingWorker) -> list[str]:
    worker.begin()
    return worker.end()[1]


def test_with_elements(own_database, settings):
    school, gate = make_school(), Gate()
    with running_elements() as server:
        settings.NCORE, settings.ARCHIVE_CLIENT_TIMEOUT = addresses(server), 240
        for number in range(3):
            queue(make_record(f"dok:{number}:v1", folder=f"elevmappe:{number + 1}"), school)
        actions.start_run(trigger=ArchiveRun.Trigger.SCHEDULE)
        seen = Counter()

        def watch(phase: str, operation: str) -> None:
            seen[phase, operation] += 1
            if (phase, operation) == ("done", "Insert") and seen[phase, operation] == 5:
                gate.hold()

        server.watchers.append(watch)
        with lasting_worker(dying.archive, ARCHIVE) as worker:
            restart_while_held(own_database, worker, gate)
            assert Counter(Delivery.objects.values_list("state", flat=True)) == {"claimed": 1, "ready": 2}
            let_time_pass()
            assert_told_of_the_interrupted(finished(worker))
        assert keys_archived(server) == [f"dok:{number}:v1" for number in range(3)]
        assert len(server.store.all("Case")) == 3
    assert_archived(3)


def test_with_fiks_arkiv(own_database, settings, tmp_path):
    school, gate = make_school(), Gate()
    with fiks_server.fiks_served(settings, tmp_path) as server:
        settings.ARCHIVE_CLIENT_TIMEOUT = 240
        for number in range(3):
            queue(make_record(f"dok:{number}:v1", folder=f"elevmappe:{number + 1}"), school)
        actions.start_run(trigger=ArchiveRun.Trigger.SCHEDULE)
        hold_answers(server.fiks, gate, about="arkivmelding.opprett")
        with lasting_worker(dying.archive, ARCHIVE) as worker:
            assert finished(worker) == []
            fiks_server.pump(server)  # the archive has none of them: now they are sent
            restart_while_held(own_database, worker, gate)
            assert "claimed" in fiks_server.states()
            fiks_server.pump(server)
            let_time_pass()
            assert_told_of_the_interrupted(finished(worker))
        fiks_server.settle(server)
        assert sorted(entry.key for entry in server.fiks.archive.entries) == [f"dok:{n}:v1" for n in range(3)]
        assert len(server.fiks.archive.folders) == 3
    assert_archived(3)


def hold_answers(fiks, gate: Gate, *, about: str) -> None:
    take = fiks.take

    def taken_and_held(metadata, message):
        answer = take(metadata, message)
        if metadata["meldingType"].endswith(about):
            gate.hold()
        return answer

    fiks.take = taken_and_held


def assert_archived(number: int) -> None:
    reopen_breaker()
    assert Counter(Delivery.objects.values_list("state", flat=True)) == {"archived": number}
    assert ArchiveRun.objects.get().archived == number
    assert log.headline(Delivery.objects.all())[-1].endswith(f": {number} dokumenter, 0 feilet.")


def test_with_letters(own_database, settings, world):
    gate = Gate()
    settings.SVARUT_REGRET_MINUTES, settings.SVARUT_CLIENT_TIMEOUT = 0, 240
    give_address(world.people["guardian"])
    with running_svarut(settings) as server:
        for number in range(3):
            queue_letter(world, f"dok:{number}:v1:a")
        server.watchers.append(lambda phase, _operation: phase == "done" and gate.hold())
        with lasting_worker(dying.letters, LETTERS) as worker:
            restart_while_held(own_database, worker, gate)
            after_the_quiet_period()
            assert_told_of_the_interrupted(finished(worker))
        taken = Counter(each.data["eksternReferanse"] for each in server.store.sendings.values())
    assert taken == {str(uuid): 1 for uuid in Dispatch.objects.values_list("uuid", flat=True)}
    assert set(Dispatch.objects.values_list("state", flat=True)) == {"sent"}
