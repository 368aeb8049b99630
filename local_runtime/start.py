"""bin/start: the whole of Schoolapp on this machine. `--smoke` drives the main job once and stops."""

import argparse
import contextlib
import json
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Collection
from pathlib import Path
from typing import TextIO

from honcho.printer import Message, Printer

from local_runtime.bootstrap import ROOT, SetupError, say
from local_runtime.environment import STAND_IN_PORTS, Ports, local_environment, read_env_file
from local_runtime.stack import PYTHON, only_one, processes, refuse_taken_ports, run, servers, thrown_away

PLACES = {
    "elements": "Arkivet på denne maskinen (i stedet for Elements)",
    "fiks": "Arkivet på denne maskinen (i stedet for et arkiv med Fiks Arkiv)",
    "svarut": "Brev på denne maskinen (i stedet for SvarUt)",
}
WITHOUT_RABBITMQ = (
    "Kvitteringer fra Fiks Arkiv krever RabbitMQ. Vil du prøve det, kjør "
    "«sudo RUNLEVEL=1 apt-get install --no-install-recommends rabbitmq-server» og start på nytt."
)


def main() -> int:
    parser = argparse.ArgumentParser(prog="bin/start", description=__doc__)
    parser.add_argument("--smoke", action="store_true", help="kjør hovedoppgaven én gang i en mappe som kastes")
    parser.add_argument("--demo", default="liten", choices=["liten", "kommune", "storby"], help="størrelse på demoen")
    options = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    try:
        return smoke() if options.smoke else start(options.demo)
    except SetupError as problem:
        print(f"\n{problem}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


def start(demo_size: str) -> int:
    read_env_file()
    ports, folder = Ports.usual(), ROOT / ".local"
    with contextlib.ExitStack() as held:
        held.enter_context(only_one(folder))
        refuse_taken_ports(local_environment(folder, ports, throw_away=False), ports)
        environment = held.enter_context(servers(folder, ports, throw_away=False))
        say("Klargjør databasen")
        _manage_data(environment, demo_size)
        _write_environment(folder / "env", environment)
        printer = Printer(sys.stdout, colour=sys.stdout.isatty(), prefix=True)
        commands = processes(environment, ports)
        places = places_to_look(commands, environment, ports)
        return run(commands, environment, printer, once_up=lambda: _welcome(environment, folder, places))


def places_to_look(commands: Collection[str], environment: dict[str, str], ports: Ports) -> list[str]:
    """Where what was sent can be seen, and what one of the places lacks."""
    lines = [f"{words}: http://127.0.0.1:{getattr(ports, name)}/" for name, words in PLACES.items() if name in commands]
    if "fiks" in commands and not environment["FIKS_IO_AMQP_URL"]:
        lines.append(WITHOUT_RABBITMQ)
    return [f"  {line}" for line in lines]


def smoke() -> int:
    ports = Ports.free()
    with (
        thrown_away("smoke") as folder,
        (folder / "stack.log").open("w+") as log,
        servers(folder, ports, throw_away=True) as environment,
    ):
        _manage_data(environment, "liten")
        commands = processes(environment, ports) | {"smoke": f"exec {PYTHON} -m sandbox.smoke"}
        code = run(commands, environment, _OnlySmoke(log), once_up=lambda: None)
        if code:
            log.seek(0)
            print("\nSiste linjer fra prosessene:\n" + "".join(log.readlines()[-80:]), file=sys.stderr)
        return code


class _OnlySmoke(Printer):
    """Shows what the driver says and keeps the rest for when something goes wrong."""

    def __init__(self, log: TextIO) -> None:
        super().__init__(sys.stdout)
        self.log = log

    def write(self, message: Message) -> None:
        text = message.data if isinstance(message.data, str) else message.data.decode(errors="replace")
        if message.name == "smoke":
            print(text, end="", flush=True)
        else:
            self.log.write(f"{message.name}: {text.rstrip()}\n")


def _manage_data(environment: dict[str, str], demo_size: str) -> None:
    command = [sys.executable, "-m", "local_runtime.load", demo_size]
    if subprocess.run(command, env=environment, cwd=ROOT, check=False).returncode:
        raise SetupError("Databasen lot seg ikke klargjøre. Feilmeldingen står over.")


def _write_environment(file: Path, environment: dict[str, str]) -> None:
    """For bin/manage, which joins the running stack."""
    names = ("DATABASE_URL", "REDIS_URL", "CELERY_BROKER_URL", "BASE_URL", "PORT", *STAND_IN_PORTS.values())
    file.touch(mode=0o600)
    file.write_text(json.dumps({name: environment[name] for name in names if name in environment}))


def _welcome(environment: dict[str, str], folder: Path, places: list[str]) -> None:
    address = environment["BASE_URL"]
    for _ in range(600):
        if _answers(f"{address}/logg-inn/"):
            break
        time.sleep(0.1)
    else:
        return
    lines = ["", f"  Schoolapp er klar: {address}", ""]
    people = json.loads((folder / "personas.json").read_text(encoding="utf-8"))
    for person in people[:6]:
        where = ", ".join(filter(None, [person["role"], person["school"]]))
        lines.append(f"  Logg inn som {person['name']} ({where}). {person['note']}.")
    if places:
        lines += ["", *places]
    print("\n".join([*lines, "", "  Alle demopersonene står på innloggingssiden. Stopp med Ctrl-C.", ""]), flush=True)


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=5) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False


if __name__ == "__main__":
    sys.exit(main())
