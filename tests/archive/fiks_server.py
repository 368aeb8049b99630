"""A practice archive behind a Fiks IO of this machine, and settings that lead to it."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from functools import cache
from pathlib import Path

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa
from django.db.models import F

from archive import connectors, inbox, worker
from archive.connectors import fiks_arkiv
from archive.models import ArchiveClass, ArchiveSystem, Delivery, FiksReply, FiksRequest
from sandbox.fiks.archive import PracticeArchive
from sandbox.fiks.server import Fiks, FiksServer
from schoolapp.lib import maskinporten
from tests.archive import fiks_parts
from tests.archive.fiks_keys import certificate_pem, keys_of, private_pem
from tests.archive.parts import let_time_pass, reopen_breaker

OURS, THEIRS = "11111111-1111-4111-8111-000000000001", "22222222-2222-4222-8222-000000000002"


@cache
def maskinporten_key() -> str:
    key = jwt.algorithms.RSAAlgorithm.to_jwk(rsa.generate_private_key(public_exponent=65537, key_size=2048))
    return json.dumps(json.loads(key) | {"kid": "test", "alg": "RS256"})


@contextmanager
def running_fiks(archive: PracticeArchive | None = None, **options) -> Iterator[FiksServer]:
    schemas = fiks_parts.SCHEMAS if fiks_parts.SCHEMAS.is_dir() else None
    fiks = Fiks(OURS, THEIRS, keys_of("us"), keys_of("archive"), archive or PracticeArchive(schemas), **options)
    server = FiksServer(fiks)
    thread = threading.Thread(target=lambda: server.serve_forever(poll_interval=0.05), daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def lead_to(server: FiksServer, settings, monkeypatch) -> None:
    """Settings and keys; the municipality's own choice is a row (`choose`)."""
    lead_workers_to(server, settings)
    monkeypatch.setattr(fiks_arkiv, "keys_from_environment", lambda: keys_of("us"))


@contextmanager
def fiks_served(settings, folder: Path, **options) -> Iterator[FiksServer]:
    """All that a worker in a process of its own needs: its keys are files, as in operation.

    What this archive is sent twice it keeps as two; whether messages are valid is looked at elsewhere.
    """
    with running_fiks(PracticeArchive(deduplicates=False), **options) as server:
        lead_workers_to(server, settings)
        key, certificate = folder / "fiks.key", folder / "fiks.crt"
        key.write_bytes(private_pem(keys_of("us")))
        certificate.write_bytes(certificate_pem(keys_of("us")))
        own = {"private_keys": [str(key)], "signing_key": str(key), "signing_certificate": str(certificate)}
        settings.FIKS_IO = settings.FIKS_IO | own
        choose()
        yield server


def lead_workers_to(server: FiksServer, settings) -> None:
    settings.ARCHIVE_CLIENT_TIMEOUT = 5
    settings.FIKS_IO = settings.FIKS_IO | {
        "url": server.url,
        "integration_id": "99999999-9999-4999-8999-000000000009",
        "integration_password": "hemmelig-passord",
        "private_keys": ["-"],
    }
    settings.MASKINPORTEN = {
        "token_url": f"{server.url}/token",
        "issuer": "https://maskinporten.no/",
        "client_id": "test",
        "consumer_org": "",
        "private_jwk": maskinporten_key(),
    }
    maskinporten.forget_token()


def choose() -> ArchiveSystem:
    system = ArchiveSystem.objects.create(
        adapter=ArchiveSystem.Adapter.FIKS_ARKIV, own_account=OURS, recipient_account=THEIRS,
        pupil_folder_type="Elevmappe", access_codes={"UO": "13"},
    )  # fmt: skip
    ArchiveClass.objects.create(archive=system, class_system="FNR", order=1, folders="pupil")
    ArchiveClass.objects.create(archive=system, class_system="K-KODE", class_id="B00", order=2)
    return system


def pump(server: FiksServer) -> int:
    """Put what Fiks has for us into the inbox, as the consumer would. Returns how many messages there were."""
    with server.fiks.lock:
        messages, server.fiks.waiting = server.fiks.waiting, []
    for message in messages:
        inbox.receive(message.headers, message.body)
    inbox.apply_new()
    return len(messages)


def settle(server: FiksServer, rounds: int = 30) -> None:
    """Work and deliver post until nothing more happens without time passing."""
    connector = connectors.connect()
    for _ in range(rounds):
        if not worker.work(seconds=240, connector=connector) and not pump(server):
            return
        pump(server)
    raise AssertionError("it never came to rest")


def time_goes_by(**span: float) -> None:
    gap = timedelta(**span)
    FiksRequest.objects.update(sent_at=F("sent_at") - gap, look_at=F("look_at") - gap, expires_at=F("expires_at") - gap)
    FiksReply.objects.update(received_at=F("received_at") - gap)
    let_time_pass(**span)
    reopen_breaker()


def pass_time(server: FiksServer, **span: float) -> None:
    """Time goes by, and then all that can happen does."""
    time_goes_by(**span)
    settle(server)


def states() -> list[str]:
    return sorted(Delivery.objects.values_list("state", flat=True))
