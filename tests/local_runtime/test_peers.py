"""The tests start every outside system they meet themselves; none of those that run beside the demo is theirs."""

import re

import pytest

from local_runtime import environment as places
from local_runtime import start
from local_runtime.environment import Ports, local_environment
from local_runtime.stack import processes
from local_runtime.testing import without_peers

A_PEER = re.compile(r"https?://(127\.0\.0\.1|localhost)")


def test_no_peer_is_left_in_the_environment_of_the_tests(tmp_path):
    environment = local_environment(tmp_path, Ports.free(), throw_away=True)
    peers = {name for name, value in environment.items() if A_PEER.match(value)} - {"BASE_URL"}
    assert len(peers) > 4
    assert peers & without_peers(environment).keys() == set()


STAND_INS = {
    "oidc": "IDPORTEN_ISSUER",
    "elements": "NCORE_OBJECT_MODEL_URL",
    "hrm": "STAFF_FEED_URL",
    "ksfiks": "KSFIKS_URL",
    "svarut": "SVARUT_URL",
    "fiks": "FIKS_IO_URL",
}


def test_every_stand_in_runs_with_the_demo_and_none_in_place_of_a_real_system(tmp_path):
    ports = Ports.free()
    environment = local_environment(tmp_path, ports, throw_away=True)
    assert STAND_INS.keys() <= processes(environment, ports).keys()
    for name, setting in STAND_INS.items():
        elsewhere = f"https://system.example.no:{getattr(ports, name)}/"
        assert name not in processes(environment | {setting: elsewhere}, ports)
        assert name not in processes(environment | {setting: ""}, ports)


@pytest.mark.parametrize(
    ("is_installed", "throw_away", "comes"), [(True, False, True), (False, False, False), (True, True, False)]
)
def test_receipts_of_fiks_come_where_rabbitmq_is_installed_and_something_is_kept(
    tmp_path, monkeypatch, is_installed, throw_away, comes
):
    monkeypatch.setattr(places, "has_rabbitmq", lambda: is_installed)
    ports = Ports.free()
    environment = local_environment(tmp_path, ports, throw_away=throw_away)
    running = processes(environment, ports)
    assert ("receipts" in running, bool(environment["FIKS_IO_AMQP_URL"])) == (comes, comes)
    assert "fiks" in running
    told = start.places_to_look(running, environment, ports)
    assert any(f":{ports.fiks}/" in line for line in told)
    assert any("RabbitMQ" in line and "apt-get install" in line for line in told) is not comes
