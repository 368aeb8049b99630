"""The servers and the processes of one Schoolapp, started and stopped together."""

import contextlib
import fcntl
import os
import shlex
import shutil
import signal
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from honcho.manager import Manager
from honcho.process import Popen, Process

from local_runtime.bootstrap import ROOT, SetupError
from local_runtime.environment import STAND_IN_PORTS, Ports, local_environment
from local_runtime.servers import OWNER, die_with_parent, is_free, postgres, redis

PYTHON = shlex.quote(sys.executable)
# The same names as in accessctl.wall.roles, which needs settings to be imported.
WEB, WORKER = "schoolapp_web", "schoolapp_worker"


@contextlib.contextmanager
def servers(folder: Path, ports: Ports, *, throw_away: bool) -> Iterator[dict[str, str]]:
    """Yield the environment of a stack whose PostgreSQL and Redis answer: embedded, or those the environment names."""
    environment = local_environment(folder, ports, throw_away=throw_away)
    given = {} if throw_away else os.environ
    with contextlib.ExitStack() as running:
        if not given.get("DATABASE_URL"):
            environment["DATABASE_URL"] = running.enter_context(postgres(folder / "postgres", throw_away=throw_away))
        if not given.get("REDIS_URL"):
            environment["REDIS_URL"] = given.get("CELERY_BROKER_URL") or running.enter_context(redis(folder / "redis"))
        if not given.get("CELERY_BROKER_URL"):
            environment["CELERY_BROKER_URL"] = environment["REDIS_URL"]
        yield environment


@contextlib.contextmanager
def thrown_away(name: str) -> Iterator[Path]:
    """A folder for one run. It can be passed through by PostgreSQL's own account, and is gone afterwards."""
    folder = Path(tempfile.mkdtemp(prefix=f"schoolapp-{name}-"))
    folder.chmod(0o711)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextlib.contextmanager
def only_one(folder: Path) -> Iterator[None]:
    """Two stacks on the same data would fight. Raises SetupError when one is running already."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "running.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise SetupError(f"Schoolapp kjører allerede på dataene i {folder}. Stopp den med Ctrl-C der.") from None
        yield


def as_database_role(role: str, environment: dict[str, str]) -> str:
    """What makes a command connect as `role`, put before it; nothing where the database is not the embedded one."""
    owner, at, rest = environment.get("DATABASE_URL", "").partition("@")
    is_embedded = owner == f"postgres://{OWNER}" and bool(at)
    return f"env DATABASE_URL={shlex.quote(f'postgres://{role}@{rest}')} " if is_embedded else ""


def processes(environment: dict[str, str], ports: Ports) -> dict[str, str]:
    """Name and command of everything that runs beside PostgreSQL and Redis. Pages go before background work."""
    web, worker_role = (as_database_role(role, environment) for role in (WEB, WORKER))
    celery = f"{worker_role}nice -n 10 {PYTHON} -m celery -A schoolapp"
    worker = f"{celery} worker --loglevel=INFO --without-gossip --without-mingle"
    schedule = shlex.quote(str(Path(environment["DATA_DIR"]) / "beat-schedule"))
    gunicorn = f"{web}{PYTHON} -m gunicorn schoolapp.wsgi --no-control-socket --preload"
    commands = {
        "web": f"{gunicorn} --bind 127.0.0.1:{ports.web} --workers 2 --threads 4",
        "worker": f"{worker} --queues=default,pdf --concurrency=2 --hostname=worker@%h",
        "archive": f"{worker} --queues=archive --concurrency=1 --hostname=archive@%h",
        "letters": f"{worker} --queues=letters --concurrency=1 --hostname=letters@%h",
        "beat": f"{celery} beat --loglevel=WARNING --schedule={schedule} --pidfile=",
    }
    if environment.get("FIKS_IO_AMQP_URL"):
        commands["receipts"] = f"{worker_role}{PYTHON} manage.py fiks_io_consumer --wait"
    if _points_here(environment["IDPORTEN_ISSUER"], ports.oidc):
        commands["oidc"] = "node sandbox/oidc/main.mjs"
    if _points_here(environment["NCORE_OBJECT_MODEL_URL"], ports.elements):
        commands["elements"] = f"{PYTHON} -m sandbox.elements"
    if _points_here(environment["STAFF_FEED_URL"], ports.hrm):
        commands["hrm"] = f"{PYTHON} -m sandbox.hrm"
    if _points_here(environment["KSFIKS_URL"], ports.ksfiks):
        commands["ksfiks"] = f"{PYTHON} -m sandbox.ksfiks"
    if _points_here(environment["SVARUT_URL"], ports.svarut):
        commands["svarut"] = f"{PYTHON} -m sandbox.svarut"
    if _points_here(environment["FIKS_IO_URL"], ports.fiks):
        commands["fiks"] = f"{PYTHON} -m sandbox.fiks"
    return {name: f"exec {command}" for name, command in commands.items()}


def _points_here(url: str, port: int) -> bool:
    """A stand-in runs only while the configuration points at it and not at a real system."""
    return urlsplit(url).port == port and urlsplit(url).hostname in ("127.0.0.1", "localhost")


def refuse_taken_ports(environment: dict[str, str], ports: Ports) -> None:
    """Raises SetupError, which says what to do, when another program has a port that the stack is about to use."""
    running = processes(environment, ports)
    if "fiks" in running and _points_here(environment["FIKS_IO_AMQP_URL"], ports.amqp):
        running["amqp"] = ""  # a child of the stand-in
    given = {name: variable for name, variable in STAND_IN_PORTS.items() if variable in os.environ}
    # Those given come first: no number for PORT moves them.
    for name, variable in (given | {"web": "PORT"} | STAND_IN_PORTS).items():
        port = getattr(ports, name)
        if name not in running or is_free(port):
            continue
        if name in given:
            other = next(filter(is_free, range(port + 1, port + 1000)))
        else:
            variable, other = "PORT", next(filter(_leaves_room, range(ports.web + 1, ports.web + 1000)))
        raise SetupError(f"Port {port} er opptatt av et annet program. Start på en annen: {variable}={other} bin/start")


def _leaves_room(web: int) -> bool:
    return all(map(is_free, vars(Ports.beside(web)).values()))


def run(commands: dict[str, str], environment: dict[str, str], printer: object, *, once_up: Callable[[], None]) -> int:
    """Run `commands` until one of them ends or a signal comes; then stop the others and return the exit code."""
    manager = _Manager(printer)
    manager.once_up = once_up
    for name, command in commands.items():
        manager.add_process(name, command, env=environment, cwd=str(ROOT))
    manager.loop()
    return int(manager.returncode or 0)


class _Manager(Manager):
    """honcho's manager, which also stops cleanly when told to before every process has started."""

    once_up: Callable[[], None]

    def __init__(self, printer: object) -> None:
        super().__init__(printer)
        self._process_ctor = _Process

    def _start(self) -> None:
        signal.signal(signal.SIGHUP, lambda *_: os.kill(os.getpid(), signal.SIGTERM))
        super()._start()
        threading.Thread(target=self.once_up, daemon=True).start()

    def terminate(self) -> None:
        if self._all_started():
            super().terminate()
            return
        signal.signal(signal.SIGALRM, lambda *_: self.terminate())
        signal.setitimer(signal.ITIMER_REAL, 0.1)


class _Process(Process):
    """Between the manager and the command stands a process of honcho's; neither outlives the manager."""

    def run(self, events: Any = None, ignore_signals: bool = False) -> None:
        die_with_parent(signal.SIGKILL)
        self._child_ctor = _tied_child
        super().run(events, ignore_signals)


def _tied_child(command: str, **options: Any) -> Any:
    return Popen(command, preexec_fn=lambda: die_with_parent(signal.SIGTERM), **options)
