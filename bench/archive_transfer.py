"""Documents through the outbox to the archive against the same messages posted one after the other.

Ours is timed against one stand-in archive while every message is recorded; the recording is then posted as it is to
another one, which starts equal and so gives equal ids. Both run as processes of their own.
"""

import contextlib
import hashlib
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from typing import Any
from unittest import mock
from uuid import uuid4

import requests
from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction
from django.test import override_settings

from accessctl.models import School
from archive import actions, worker
from archive.models import ArchiveRun, Delivery
from archive.record import Correspondent, FileRef, FolderRef, Record
from bench.measure import Comparison
from local_runtime.servers import free_port
from schoolapp.lib import clock

DOCUMENTS = 25
Message = tuple[str, bytes, dict[str, str]]


def run() -> Iterator[Comparison]:
    with archive() as ours, archive() as other:
        queue(DOCUMENTS)
        messages: list[Message] = []
        with override_settings(NCORE=settings.NCORE | addresses(ours)), recording(messages):
            taken = transfer()
        started = time.perf_counter()
        post(messages, ours, other)
        floor = time.perf_counter() - started
        floor_name = f"de samme {len(messages) / DOCUMENTS:.1f} SOAP-kallene"
        yield Comparison("dokument til arkivet", floor_name, taken / DOCUMENTS, floor / DOCUMENTS, DOCUMENTS)


@contextlib.contextmanager
def archive() -> Iterator[str]:
    port = free_port()
    environment = os.environ | {"ELEMENTS_PORT": str(port), "ELEMENTS_DB": ":memory:"}
    command = [sys.executable, "-m", "sandbox.elements"]
    process = subprocess.Popen(command, env=environment, cwd=settings.BASE_DIR, stdout=subprocess.DEVNULL)
    address = f"http://127.0.0.1:{port}"
    try:
        await_answer(address)
        yield address
    finally:
        process.terminate()
        process.wait()


def await_answer(address: str) -> None:
    for _ in range(200):
        with contextlib.suppress(requests.ConnectionError):
            requests.get(address, timeout=5)
            return
        time.sleep(0.05)
    raise TimeoutError(address)


def addresses(base: str) -> dict[str, str]:
    """The configured addresses with `base` in place of their host."""
    names = ("object_model_url", "document_url")
    return {name: base + "/" + str(settings.NCORE[name]).split("/", 3)[3] for name in names}


def queue(count: int) -> None:
    """One document for each of `count` pupils, each in a folder that does not exist in the archive yet."""
    school = School.objects.filter(kind=School.Kind.SCHOOL).order_by("pk").first() or School.objects.earliest("pk")
    pdf = b"%PDF-1.4\n" + b"x" * 60_000
    path = default_storage.save("bench/brev.pdf", ContentFile(pdf))
    file = FileRef(path, "brev.pdf", "Brev", hashlib.sha256(pdf).hexdigest(), len(pdf), "fmt/354", "RA-PDF")
    for number in range(count):
        key = uuid4().hex
        record = Record(
            key=f"bench-{key}",
            folder=FolderRef(f"bench-{key}", "pupil", f"Elevmappe {number}", f"Elevmappe #{number}#"),
            title="Innkalling til møte",
            public_title="Innkalling til møte",
            registry_type="U",
            status="J",
            document_date=clock.today().isoformat(),
            access_code="UO",
            legal_basis="offl. § 13, jf. fvl. § 13 første ledd nr. 1",
            correspondents=(Correspondent("Foresatt", True),),
            files=(file,),
        )
        with transaction.atomic():
            actions.queue(record, school=school, about=None, is_protected=False)


def transfer() -> float:
    actions.start_run(trigger=ArchiveRun.Trigger.MANUAL)
    started = time.perf_counter()
    worker.work(seconds=300)
    taken = time.perf_counter() - started
    left = Delivery.objects.filter(external_key__startswith="bench-").exclude(state=Delivery.State.ARCHIVED)
    if left.exists():
        raise RuntimeError(f"{left.count()} documents did not arrive: {left.first().failure_text}")
    return taken


@contextlib.contextmanager
def recording(messages: list[Message]) -> Iterator[None]:
    original = requests.Session.post

    def post_and_keep(session: requests.Session, url: str, data: Any = None, **rest: Any) -> requests.Response:
        messages.append((url, data, dict(rest.get("headers") or {})))
        return original(session, url, data=data, **rest)

    with mock.patch.object(requests.Session, "post", post_and_keep):
        yield


def post(messages: list[Message], recorded_at: str, address: str) -> None:
    """Post the recording to `address`. Raises when the archive does not take it as it took ours."""
    with requests.Session() as session:
        for url, body, headers in messages:
            answer = session.post(url.replace(recorded_at, address), data=body, headers=headers, timeout=30)
            answer.raise_for_status()
