"""The practice archive as a person meets it beside the demo: its keys, its page, its memory and its faults."""

import stat
import subprocess
import sys
from pathlib import Path
from uuid import UUID

import pika
import pytest
import requests
from django.conf import settings

from archive.connectors import fiks_arkiv
from archive.connectors.base import NotDone
from archive.connectors.fiks_arkiv import messages, names
from local_runtime.environment import Ports, local_environment
from sandbox.fiks import alone, keys
from sandbox.fiks.archive import PracticeArchive
from sandbox.fiks.broker import program
from sandbox.fiks.server import TOKEN
from schoolapp.demo.archive_system import OUR_ACCOUNT
from tests.archive import fiks_server
from tests.archive.fiks_parts import CODES, NATIONAL_ID, parcel
from tests.archive.fiks_server import OURS, THEIRS

FILES = {"dokument-1.pdf": b"%PDF-1.4 brev", "dokument-2.pdf": b"%PDF-1.4 brev"}
INTEGRATION = ("99999999-9999-4999-8999-000000000009", "hemmelig-passord")


def create(archive: PracticeArchive) -> None:
    content = messages.arkivmelding(parcel(public_title="<b>Vedtak</b> – #Kari Prøve#"), CODES, with_folder=True)
    archive.answer(names.OPPRETT, {names.PAYLOAD[names.OPPRETT]: content} | FILES)


@pytest.fixture
def server():
    with fiks_server.running_fiks() as running:
        yield running


def test_keys_are_made_once_and_are_for_this_user_only(tmp_path):
    first, again, other = (keys.made_once(tmp_path / "fiks", name) for name in ("own", "own", "archive"))
    assert first.certificate == again.certificate != other.certificate
    assert first.signing.public_key() == first.certificate.public_key()
    assert {stat.S_IMODE(file.stat().st_mode) for file in (tmp_path / "fiks").iterdir()} == {0o600}


def test_environment_of_the_stack_names_the_keys_that_are_made(tmp_path, settings):
    made = keys.made_once(tmp_path / "fiks", "own")
    environment = local_environment(tmp_path, Ports.free(), throw_away=True)
    settings.FIKS_IO = settings.FIKS_IO | {
        "private_keys": environment["FIKS_IO_PRIVATE_KEYS"].split(","),
        "signing_key": environment["FIKS_IO_SIGNING_KEY"],
        "signing_certificate": environment["FIKS_IO_SIGNING_CERTIFICATE"],
    }
    assert fiks_arkiv.keys_from_environment().certificate == made.certificate


def test_what_was_archived_is_there_after_a_restart(tmp_path):
    file = tmp_path / "archive.json"
    first = PracticeArchive(file=file, now=lambda: "2027-01-04T09:00:00+01:00")
    create(first)
    again = PracticeArchive(file=file)
    asked = {names.PAYLOAD[names.REGISTRERING_HENT]: messages.registrering_hent("dok:8841:v1", CODES)}
    ((_kind, answer),) = again.answer(names.REGISTRERING_HENT, asked)
    found = fiks_arkiv.replies.read(names.REGISTRERING_RESULTAT, next(iter(answer.values())))
    assert (found.entry.id, found.entry.year, found.entry.number) == (first.entries[0].id, 2027, 1001)
    assert found.folder.id == first.folders[0].id
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_page_and_ledger_show_folder_and_entry_and_name_nobody(server):
    create(server.fiks.archive)
    page, ledger = requests.get(server.url, timeout=5).text, requests.get(f"{server.url}/_ledger", timeout=5)
    assert "2026/1" in page and "2026/1001" in page and "&lt;b&gt;Vedtak" in page
    (entry,) = ledger.json()["entries"]
    assert (entry["number"], entry["folder"], entry["access"]) == ("2026/1001", "2026/1", "13")
    assert len(entry["files"]) == len(entry["checksums"]) == 2
    for told in (page, ledger.text):
        assert NATIONAL_ID not in told and "Kari" not in told


def test_faults_are_ordered_over_http(server):
    def order(what: dict) -> int:
        return requests.post(f"{server.url}/_faults", json=what, timeout=5).status_code

    assert order({"mode": "tapt", "times": 2, "about": "opprett"}) == 204
    assert [server.fiks.met(kind) for kind in ("x.hent", "x.opprett", "x.opprett", "x.opprett")] == [
        "", "tapt", "tapt", "",
    ]  # fmt: skip
    assert order({"mode": "treg", "times": 9}) == 204
    assert order({"clear": True, "release": True}) == 204
    assert server.fiks.met("x.opprett") == ""
    assert {order(wrong) for wrong in ({"mode": "noe annet"}, {"hva": 1}, [])} == {400}


@pytest.mark.parametrize(
    ("what", "asked", "answer"),
    [
        ("user", {"username": INTEGRATION[0], "password": f"{INTEGRATION[1]} {TOKEN}"}, "allow"),
        ("user", {"username": INTEGRATION[0], "password": f"{INTEGRATION[1]} "}, "deny"),
        ("user", {"username": INTEGRATION[0], "password": f"feil {TOKEN}"}, "deny"),
        ("user", {"username": "en annen", "password": f"{INTEGRATION[1]} {TOKEN}"}, "deny"),
        ("vhost", {"username": INTEGRATION[0]}, "allow"),
        ("resource", {"resource": "queue", "name": f"fiksio.konto.{OURS}", "permission": "read"}, "allow"),
        ("resource", {"resource": "queue", "name": f"fiksio.konto.{THEIRS}", "permission": "read"}, "deny"),
        ("resource", {"resource": "queue", "name": f"fiksio.konto.{OURS}", "permission": "configure"}, "deny"),
        ("topic", {}, "deny"),
    ],
)
def test_broker_is_told_who_may_read_what(server, what, asked, answer):
    server.fiks.integration = INTEGRATION
    assert requests.post(f"{server.url}/rabbitmq/{what}", data=asked, timeout=5).text == answer


class TestCatalogue:
    @pytest.fixture
    def fiks(self, server, settings, monkeypatch):
        fiks_server.lead_to(server, settings, monkeypatch)
        return fiks_arkiv.FiksIO(settings.FIKS_IO, 5, fiks_arkiv.Gate())

    def test_key_is_read_as_the_catalogue_tells_it(self, server, fiks):
        assert fiks.certificate_of(UUID(THEIRS)) == server.fiks.keys.certificate

    @pytest.mark.parametrize(
        ("body", "is_read"),
        [(b'{"Nokkel": %s}', True), (b'{"noekkel": %s}', False), (b"[]", False), (b"<html>", False), (b"", False)],
    )
    def test_names_as_ks_writes_them_and_nothing_else(self, server, fiks, monkeypatch, body, is_read):
        pem = keys.certificate_pem(server.fiks.keys).decode().replace("\n", "\\n")
        monkeypatch.setattr(fiks, "_call", lambda *_what: (200, body.replace(b"%s", f'"{pem}"'.encode())))
        if is_read:
            assert fiks.certificate_of(UUID(THEIRS)) == server.fiks.keys.certificate
        else:
            with pytest.raises(NotDone):
                fiks.certificate_of(UUID(THEIRS))


def called(port: int, password: str) -> bool:
    """Whether the broker lets the integration read its queue. Raises AMQPError when not."""
    who = pika.PlainCredentials("00000000-0000-4000-8000-0000000f1c01", password)
    with pika.BlockingConnection(pika.ConnectionParameters("127.0.0.1", port, credentials=who)) as line:
        return line.channel().basic_get(f"fiksio.konto.{OUR_ACCOUNT}") == (None, None, None)


@pytest.mark.skipif(program() is None, reason="rabbitmq-server is not installed (Debian: rabbitmq-server)")
def test_process_of_its_own_has_a_broker_and_leaves_nothing_behind(tmp_path):
    ports = Ports.free()
    environment = local_environment(tmp_path, ports, throw_away=False)
    command = [sys.executable, "-m", "sandbox.fiks"]
    with subprocess.Popen(
        command, cwd=settings.BASE_DIR, env=environment, stdout=subprocess.PIPE, text=True
    ) as process:
        try:
            assert any("leverer" in line for line in iter(process.stdout.readline, ""))
            assert called(ports.amqp, "sandkasse token")
            with pytest.raises(pika.exceptions.AMQPError):
                called(ports.amqp, "feil token")
            assert requests.get(f"http://127.0.0.1:{ports.fiks}/_ledger", timeout=5).json()["folders"] == []
        finally:
            process.terminate()
    assert process.returncode == 0
    with pytest.raises(pika.exceptions.AMQPError):
        called(ports.amqp, "sandkasse token")


def test_broker_that_does_not_come_up_is_told_of_and_stops_nothing(server, tmp_path, monkeypatch, capsys):
    for place in ("sandbox.fiks.alone.program", "sandbox.fiks.broker.program"):
        monkeypatch.setattr(place, lambda: Path("/bin/false"))
    monkeypatch.setenv("FIKS_IO_AMQP_URL", "amqp://127.0.0.1:9/")
    with alone._broker(tmp_path, server) as found:
        assert found is None
    assert "RabbitMQ kom ikke opp" in capsys.readouterr().out
