"""bin/start on a machine where another program has the port: one sentence, and nothing is started."""

import socket
import subprocess
import sys

import pytest
from django.conf import settings

from local_runtime import environment, stack, start
from local_runtime.environment import STAND_IN_PORTS, Ports
from local_runtime.servers import free_port, is_free


@pytest.fixture
def taken(monkeypatch):
    """A port another program has. What else runs on this machine is no part of the test."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        monkeypatch.setattr(stack, "is_free", lambda asked: asked != port or is_free(asked))
        yield port


@pytest.fixture
def bare(monkeypatch, tmp_path):
    """bin/start on an empty folder, which must not get as far as to its servers."""

    def servers(*_arguments, **_options):
        raise AssertionError("something was started")

    monkeypatch.setattr(start, "ROOT", tmp_path)
    monkeypatch.setattr(start, "servers", servers)
    monkeypatch.setattr(start, "read_env_file", lambda: None)
    monkeypatch.setattr(environment, "has_rabbitmq", lambda: True)
    monkeypatch.setattr("sys.argv", ["bin/start"])
    for name in (
        "PORT",
        "OIDC_PORT",
        "ELEMENTS_PORT",
        "HRM_PORT",
        "KSFIKS_PORT",
        "SVARUT_PORT",
        "FIKS_PORT",
        "FIKS_AMQP_PORT",
        "IDPORTEN_ISSUER",
        "NCORE_OBJECT_MODEL_URL",
        "STAFF_FEED_URL",
        "KSFIKS_URL",
        "SVARUT_URL",
        "FIKS_IO_URL",
        "FIKS_IO_AMQP_URL",
    ):
        monkeypatch.delenv(name, raising=False)
    return monkeypatch


@pytest.mark.parametrize("beyond", [0, *range(10, 17)])
def test_a_taken_port_is_named_with_the_way_on(bare, taken, capfd, beyond):
    bare.setenv("PORT", str(taken - beyond))
    assert start.main() == 1
    message = capfd.readouterr().err.strip()
    assert message.startswith(f"Port {taken} er opptatt av et annet program. Start på en annen: PORT=")
    suggested = int(message.rpartition("PORT=")[2].removesuffix(" bin/start"))
    assert taken not in vars(Ports.beside(suggested)).values()


@pytest.mark.parametrize("variable", STAND_IN_PORTS.values())
def test_a_given_port_of_a_stand_in(bare, taken, capfd, variable):
    bare.setenv("PORT", str(free_port()))
    bare.setenv(variable, str(taken))
    assert start.main() == 1
    message = capfd.readouterr().err.strip()
    assert message.startswith(f"Port {taken} er opptatt av et annet program. Start på en annen: {variable}=")


def test_a_given_port_is_named_before_one_that_is_counted(bare, taken, capfd):
    """No number for the web moves a port that is given, so none would be found."""
    bare.setenv("PORT", str(taken - 10))
    bare.setenv("HRM_PORT", str(taken))
    assert start.main() == 1
    assert capfd.readouterr().err.rstrip().rpartition(": ")[2].startswith("HRM_PORT=")


def test_the_port_of_a_stand_in_that_does_not_run_may_be_taken(bare, taken):
    bare.setenv("ELEMENTS_PORT", str(taken))
    bare.setenv("PORT", str(free_port()))
    bare.setenv("NCORE_OBJECT_MODEL_URL", "https://elements.example/ObjectModelService.svc")
    with pytest.raises(AssertionError, match="something was started"):
        start.main()


def test_the_command_itself_ends_with_one_line(bare, taken, tmp_path):
    code = f"""
import sys
from pathlib import Path
from local_runtime import start
start.ROOT, start.read_env_file, sys.argv = Path({str(tmp_path)!r}), lambda: None, ["bin/start"]
sys.exit(start.main())
"""
    bare.setenv("PORT", str(taken))
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=settings.BASE_DIR, capture_output=True, text=True, check=False, timeout=60
    )
    assert done.returncode == 1
    assert len((done.stdout + done.stderr).strip().splitlines()) == 1
