"""Documents through the outbox to the archive against the same messages posted one after the other.

Ours is timed against one stand-in archive while every message is recorded; the recording is then posted as it is to
another one, which starts equal and so gives equal ids. Both run as processes of their own.
"""

import contextlib
import hashlib
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
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
# The archive names each uploaded file anew, and the messages after that use the name.
UPLOADED = re.compile(rb"[0-9a-f]{32}\.bin")


@dataclass(frozen=True)
class Message:
    url: str
    body: bytes
    headers: dict[str, str]
    answer: bytes


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
    school = School.objects.earliest("pk")
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
            actions.queue(record, school=school, about=None)


def transfer() -> float:
    actions.start_run(trigger=ArchiveRun.Trigger.MANUAL)
    started = time.perf_counter()
    worker.work(seconds=300)
    taken = time.perf_counter() - started
    left = list(Delivery.objects.filter(external_key__startswith="bench-").exclude(state=Delivery.State.ARCHIVED))
    if left:
        raise RuntimeError(f"{len(left)} documents did not arrive: {left[0].state} {left[0].failure_text}")
    return taken


@contextlib.contextmanager
def recording(messages: list[Message]) -> Iterator[None]:
    original = requests.Session.post

    def post_and_keep(session: requests.Session, url: str, data: Any = None, **rest: Any) -> requests.Response:
        answer = original(session, url, data=data, **rest)
        messages.append(Message(url, bytes(data), dict(rest.get("headers") or {}), answer.content))
        return answer

    with mock.patch.object(requests.Session, "post", post_and_keep):
        yield


def post(messages: list[Message], recorded_at: str, address: str) -> None:
    """Post the recording to `address`. Raises when the archive does not take it as it took ours."""
    names: dict[bytes, bytes] = {}
    with requests.Session() as session:
        for message in messages:
            body = UPLOADED.sub(lambda found: names.get(found.group(), found.group()), message.body)
            url = message.url.replace(recorded_at, address)
            answer = session.post(url, data=body, headers=message.headers, timeout=30)
            if answer.status_code != 200:
                raise RuntimeError(f"the recording was not taken: {answer.status_code} {answer.text[:500]}")
            names.update(zip(UPLOADED.findall(message.answer), UPLOADED.findall(answer.content), strict=True))
