"""The embedded servers come up on their own data, and are gone when the one who started them is."""

import signal
import subprocess
import sys

import psycopg
import pytest
import redis as redis_client
from django.conf import settings

from local_runtime import servers
from local_runtime.bootstrap import SetupError
from local_runtime.environment import Ports, local_environment
from local_runtime.stack import only_one, thrown_away

HOLD = """
import sys, time
from pathlib import Path
from local_runtime.servers import postgres, redis
folder = Path(sys.argv[1])
with postgres(folder / "postgres", throw_away=True), redis(folder / "redis"):
    print("up", flush=True)
    time.sleep(120)
"""

RUN = """
import os, sys
from honcho.printer import Printer
from local_runtime.stack import run
commands = {"one": "echo $$; exec sleep 120", "two": "echo $$; exec sleep 120"}
sys.exit(run(commands, dict(os.environ), Printer(sys.stdout, prefix=False), once_up=lambda: None))
"""


@pytest.fixture
def folder():
    with thrown_away("servers") as path:
        yield path


def test_data_outlives_the_server_and_the_server_does_not_outlive_its_use(folder):
    with servers.postgres(folder / "postgres", throw_away=True) as url, psycopg.connect(url) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 'Ærlig' AS word")
        assert connection.info.server_version // 10000 == 18
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(url)
    with servers.postgres(folder / "postgres", throw_away=True) as url, psycopg.connect(url) as connection:
        assert connection.execute("SELECT upper(word) FROM kept").fetchone() == ("ÆRLIG",)


def test_a_path_too_long_for_a_socket_is_no_hindrance(folder):
    deep = folder / ("d" * 60) / ("e" * 60)
    with servers.postgres(deep / "postgres", throw_away=True) as url, psycopg.connect(url) as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)


def test_redis_asks_for_its_password(folder):
    with servers.redis(folder / "redis") as url:
        assert redis_client.Redis.from_url(url).ping()
        without = "redis://" + url.rpartition("@")[2]
        with pytest.raises(redis_client.AuthenticationError):
            redis_client.Redis.from_url(without).ping()


@pytest.mark.parametrize("end", [signal.SIGKILL, signal.SIGTERM])
def test_killing_the_owner_stops_the_servers(folder, end):
    command = [sys.executable, "-c", HOLD, str(folder)]
    owner = subprocess.Popen(command, cwd=settings.BASE_DIR, stdout=subprocess.PIPE, text=True)
    with owner:
        assert owner.stdout.readline() == "up\n"
        children = children_of(owner.pid)
        assert len(children) == 2
        owner.send_signal(end)
        owner.wait()
        for pid in children:
            await_end(pid)


@pytest.mark.parametrize(("end", "code"), [(signal.SIGKILL, -9), (signal.SIGTERM, 143), (signal.SIGINT, 130)])
def test_ending_the_manager_ends_its_processes(end, code):
    manager = subprocess.Popen([sys.executable, "-c", RUN], cwd=settings.BASE_DIR, stdout=subprocess.PIPE, text=True)
    with manager:
        running = [int(line) for line in (manager.stdout.readline() for _ in range(4)) if line.strip().isdigit()]
        assert len(running) == 2
        manager.send_signal(end)
        manager.stdout.read()
        assert manager.wait() == code
    for pid in running:
        await_end(pid)


def children_of(pid):
    with open(f"/proc/{pid}/task/{pid}/children") as listed:
        return [int(child) for child in listed.read().split()]


def await_end(pid):
    """Wait for a process that is not ours to be gone."""
    ended = subprocess.run(["timeout", "20", "tail", "--pid", str(pid), "-f", "/dev/null"], check=False)
    assert ended.returncode == 0


def test_two_stacks_do_not_share_data(folder):
    with only_one(folder), pytest.raises(SetupError, match="kjører allerede"), only_one(folder):
        pass


def test_what_the_environment_gives_wins_unless_all_is_thrown_away(folder, monkeypatch):
    monkeypatch.setenv("NCORE_DATABASE", "EKTE")
    ports = Ports(*range(1, 9))
    assert local_environment(folder, ports, throw_away=False)["NCORE_DATABASE"] == "EKTE"
    assert local_environment(folder, ports, throw_away=True)["NCORE_DATABASE"] == "SANDKASSE"


def test_secrets_are_made_once_and_kept_private(folder):
    first = local_environment(folder, Ports(*range(1, 9)), throw_away=True)["SECRET_KEY"]
    assert local_environment(folder, Ports(*range(1, 9)), throw_away=True)["SECRET_KEY"] == first
    assert (folder / "secret-key").stat().st_mode & 0o077 == 0
