"""The stand-in as a process of its own, with a RabbitMQ as its child where that program is installed."""

import contextlib
import logging
import os
import secrets
import signal
import sys
import threading
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from pika.exceptions import AMQPError

from sandbox.fiks.archive import PracticeArchive
from sandbox.fiks.broker import Broker, program
from sandbox.fiks.keys import made_once
from sandbox.fiks.server import Fiks, FiksServer
from schoolapp.demo.archive_system import ARCHIVES_ACCOUNT, OUR_ACCOUNT

PATIENCE = 600.0  # a busy machine is no reason to stop the demo


def run() -> None:
    """Serve until told to stop. What was archived, the keys and the messages under way are there the next time."""
    for sign in (signal.SIGTERM, signal.SIGINT):
        signal.signal(sign, lambda *_: sys.exit(0))
    logging.getLogger("pika").setLevel(logging.CRITICAL)
    folder = Path(os.environ["FIKS_DIR"])
    fiks = Fiks(
        OUR_ACCOUNT,
        ARCHIVES_ACCOUNT,
        made_once(folder, "own"),
        made_once(folder, "archive"),
        PracticeArchive(_schemas(), folder / "archive.json", _now),
        token="",  # of Maskinporten's stand-in, which is another process
        integration=(os.environ["FIKS_IO_INTEGRATION_ID"], os.environ["FIKS_IO_INTEGRATION_PASSWORD"]),
    )
    server = FiksServer(fiks, int(os.environ["FIKS_PORT"]))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    print(f"Lokalt Fiks Arkiv: {server.url}/  (feil på bestilling: POST /_faults)", flush=True)
    with _broker(folder / "rabbitmq", server) as broker:
        if broker:
            fiks.publish = broker.publish
            fiks.hand_over()
            print("Fiks IO tar imot og leverer.", flush=True)
        threading.Event().wait()


@contextlib.contextmanager
def _broker(folder: Path, server: FiksServer) -> Iterator[Broker | None]:
    """None where there is no address for it, the program is not installed, or it does not come up."""
    port = urlsplit(os.environ.get("FIKS_IO_AMQP_URL", "")).port
    if not port or program() is None:
        yield None
        return
    broker = Broker(folder, port, "stand-in", _password(folder), f"{server.url}/rabbitmq", PATIENCE)
    try:
        try:
            broker.start()
            broker.declare(OUR_ACCOUNT, empty=False)
        except (AssertionError, AMQPError, OSError):
            print(f"RabbitMQ kom ikke opp, og svarene venter. Se {folder}/server.log, og start på nytt.", flush=True)
            yield None
        else:
            yield broker
    finally:
        broker.stop()


def _password(folder: Path) -> str:
    """Made once, since the broker only reads it when its data are made."""
    file = folder / "password"
    if not file.exists():
        folder.mkdir(parents=True, exist_ok=True)
        file.touch(mode=0o600)
        file.write_text(secrets.token_urlsafe(24))
    return file.read_text()


def _schemas() -> Path | None:
    """KS's own, where SCHEMA_DIR says they lie."""
    found = Path(os.environ.get("SCHEMA_DIR", "")) / "fiks-arkiv" / "V1"
    return found if os.environ.get("SCHEMA_DIR") and found.is_dir() else None


def _now() -> str:
    return datetime.now(ZoneInfo("Europe/Oslo")).isoformat(timespec="seconds")
