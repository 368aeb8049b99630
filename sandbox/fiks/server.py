"""Fiks IO on a real socket: tokens, the catalogue of accounts, and sending. Replies go to RabbitMQ, or wait here.

Faults, each `times` times, for messages of a type that ends in `about` (all of them when empty):
`serverfeil`, `ugyldig`, `ikkefunnet`, `ikkefunnet_alltid`, `delvis`, `mappe_feilet`, `alt_feilet`, `uten_mottatt` – the
archive answers so; `mottatt_bare` – it keeps the document and says only «mottatt»; `tapt` – it answers, and the answers
are lost; `forsvant` – the message is lost; `to_ganger` – each answer comes twice; `ulevert`, `tidsavbrudd` – Fiks IO
gives up; `treg` – answers wait for `release()`; `ukjent` – a message of an unknown type first; `usignert`, `tull` – the
answers cannot be believed or read; `stor` – answers are left in Dokumentlager; `stor_borte` – and are gone from there;
`http_500`, `http_500_etter`, `brutt_etter`, `http_401`, `http_400` – sending fails.
"""

import json
import socket
import struct
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from email import message_from_bytes
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs
from uuid import uuid4

from cryptography.hazmat.primitives.serialization import Encoding
from pika.exceptions import AMQPError

from archive.connectors.fiks_arkiv import cms, envelope, names
from archive.connectors.fiks_arkiv.envelope import Keys
from sandbox.fiks import page
from sandbox.fiks.archive import PracticeArchive, Reply

TOKEN = "token-from-the-stand-in"
IN_ARCHIVE = {"serverfeil", "ugyldig", "ikkefunnet", "ikkefunnet_alltid", "delvis", "mappe_feilet", "alt_feilet",
              "uten_mottatt"}  # fmt: skip
REFUSED = {"http_500": 500, "http_401": 401, "http_400": 400}
MODES = IN_ARCHIVE | REFUSED.keys() | {
    "mottatt_bare", "tapt", "forsvant", "to_ganger", "ulevert", "tidsavbrudd", "treg", "ukjent", "usignert", "tull",
    "stor", "stor_borte", "http_500_etter", "brutt_etter",
}  # fmt: skip


@dataclass
class Fault:
    mode: str
    times: int = 1
    about: str = ""

    def __post_init__(self) -> None:
        if self.mode not in MODES:
            raise ValueError(f"unknown mode {self.mode!r}; known are {', '.join(sorted(MODES))}")


@dataclass(frozen=True)
class Message:
    """A reply as AMQP carries it."""

    account: str
    headers: dict[str, str]
    body: bytes


@dataclass
class Fiks:
    """Two accounts, ours and the archive's, and what has passed between them.

    Only bearers of `token` are let in, and only by the integration's name and password; empty, any will do.
    """

    own_account: str
    archive_account: str
    own: Keys
    keys: Keys
    archive: PracticeArchive = field(default_factory=PracticeArchive)
    faults: list[Fault] = field(default_factory=list)
    sent: list[dict[str, Any]] = field(default_factory=list)
    waiting: list[Message] = field(default_factory=list)
    held: list[Message] = field(default_factory=list)
    publish: Callable[[Message], None] | None = None
    token: str = TOKEN
    integration: tuple[str, str] = ("", "")
    stored: dict[str, bytes] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def fault(self, mode: str, *, times: int = 1, about: str = "") -> None:
        self.faults.append(Fault(mode, times, about))

    def release(self) -> None:
        """Let go of the answers of a slow archive."""
        with self.lock:
            held, self.held = self.held, []
        self._post(held)

    def lets_in(self, token: str, integration: tuple[str, str]) -> bool:
        is_known = integration == self.integration if any(self.integration) else all(integration)
        return bool(token) and token == (self.token or token) and is_known

    def lets_broker(self, what: str, asked: dict[str, str]) -> bool:
        """RabbitMQ's question about who has called it: they may read the queue of our account, and nothing else."""
        if what == "user":
            password, _space, token = asked.get("password", "").rpartition(" ")
            return self.lets_in(token, (asked.get("username", ""), password))
        if what == "resource":
            queue = f"fiksio.konto.{self.own_account}"
            return (asked.get("resource"), asked.get("name"), asked.get("permission")) == ("queue", queue, "read")
        return what == "vhost"

    def met(self, message_type: str) -> str:
        with self.lock:
            for fault in self.faults:
                if message_type.endswith(fault.about):
                    fault.times -= 1
                    if fault.times <= 0:
                        self.faults.remove(fault)
                    return fault.mode
        return ""

    def take(self, metadata: dict[str, Any], message: bytes) -> tuple[int, dict[str, Any], bool]:
        """A message from us: the HTTP status, the answer to it, and whether the line breaks instead."""
        kind = metadata["meldingType"]
        mode = self.met(kind)
        if mode in REFUSED:
            return REFUSED[mode], {"message": "Feil på bestilling", "status": REFUSED[mode]}, False
        given = str(uuid4())
        with self.lock:
            self.sent.append(metadata | {"meldingId": given})
        self._post(self._answers(metadata, given, message, mode), slow=mode == "treg")
        answer = {"meldingId": given, "meldingType": kind, "ttl": metadata.get("ttl"), "headere": metadata["headere"],
                  "avsenderKontoId": metadata["avsenderKontoId"],
                  "mottakerKontoId": metadata["mottakerKontoId"]}  # fmt: skip
        return (500 if mode == "http_500_etter" else 202), answer, mode == "brutt_etter"

    def _answers(self, metadata: dict[str, Any], given: str, message: bytes, mode: str) -> list[Message]:
        kind = metadata["meldingType"]
        if mode == "forsvant":
            return []
        if mode in ("ulevert", "tidsavbrudd"):
            told = names.UNDELIVERED[0] if mode == "ulevert" else names.EXPIRED[0]
            return [self._message((told, {}), metadata, given)]
        with self.lock:
            files = envelope.opened(message, self.keys)
            replies = self.archive.answer(kind, files, mode if mode in IN_ARCHIVE else "")
        if mode == "mottatt_bare":
            replies = replies[:1]
        if mode == "ukjent":
            replies = [("no.ks.fiks.arkiv.v9.noe.nytt", {"nytt.xml": b"<nytt/>"}), *replies]
        if mode == "tapt":
            return []
        answers = [self._message(reply, metadata, given, mode) for reply in replies]
        return [each for answer in answers for each in (answer, answer)] if mode == "to_ganger" else answers

    def _message(self, reply: Reply, metadata: dict[str, Any], given: str, mode: str = "") -> Message:
        kind, files = reply
        own = metadata["headere"]
        headers = {
            "melding-id": str(uuid4()),
            "avsender-id": metadata["mottakerKontoId"],
            "type": kind,
            "svar-til": given,
            "svar-til-type": metadata["meldingType"],
            "egendefinert-header.klientKorrelasjonsId": own["klientKorrelasjonsId"],
        }
        body = self._sealed(files, mode) if files else b""
        if body and mode in ("stor", "stor_borte"):
            headers["dokumentlager-id"] = str(uuid4())
            if mode == "stor":
                self.stored[headers["dokumentlager-id"]] = body
            body = b""
        return Message(metadata["avsenderKontoId"], headers, body)

    def _sealed(self, files: dict[str, bytes], mode: str) -> bytes:
        if mode == "tull":
            return b"dette er ikke en melding"
        if mode == "usignert":
            package = envelope.pack(files, self.keys).replace(b"META-INF/signature.p7s", b"META-INF/signatura.p7s")
            return cms.encrypt(package, self.own.certificate)
        return envelope.sealed(files, self.keys, self.own.certificate)

    def _post(self, messages: list[Message], *, slow: bool = False) -> None:
        with self.lock:
            if slow:
                self.held += messages
                return
            self.waiting += messages
        self.hand_over()

    def hand_over(self) -> None:
        """Give RabbitMQ what waits, in order. What it does not take goes on waiting."""
        with self.lock:
            while self.publish and self.waiting:
                try:
                    self.publish(self.waiting[0])
                except (AMQPError, OSError):
                    return
                self.waiting.pop(0)


class Handler(BaseHTTPRequestHandler):
    fiks: Fiks
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
        if self.path == "/token":
            self._tell(200, {"access_token": TOKEN, "expires_in": 120, "token_type": "Bearer"})
        elif self.path == "/_faults":
            self._order(body)
        elif self.path.startswith("/rabbitmq/"):
            asked = {name: values[0] for name, values in parse_qs(body.decode()).items()}
            self._write(200, b"allow" if self.fiks.lets_broker(self.path.rpartition("/")[2], asked) else b"deny")
        elif self.path != "/fiks-io/api/v1/send" or not self._is_let_in():
            self._tell(404 if self._is_let_in() else 401, {"message": "Ikke tilgang"})
        else:
            parts = _parts(self.headers["Content-Type"], body)
            status, answer, broken = self.fiks.take(json.loads(parts["metadata"]), parts["data"])
            if broken:
                linger = struct.pack("ii", 1, 0)
                self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
                self.connection.close()
                self.close_connection = True
            else:
                self._tell(status, answer)

    def do_GET(self) -> None:
        if self.path == "/":
            shown = page.archived(self.fiks.archive, len(self.fiks.waiting))
            self._write(200, shown.encode(), "text/html; charset=utf-8")
        elif self.path == "/_ledger":
            self._tell(200, page.ledger(self.fiks.archive))
        elif self.path.startswith("/dokumentlager/nedlasting/"):
            self._stored(self.path.rpartition("/")[2])
        elif self.path.startswith("/fiks-io/katalog/api/v1/kontoer/"):
            self._account(*self.path.rpartition("/kontoer/")[2].partition("/")[::2])
        else:
            self._tell(404, {"message": "Fant ikke siden"})

    def _account(self, account: str, what: str) -> None:
        keys = {self.fiks.own_account: self.fiks.own, self.fiks.archive_account: self.fiks.keys}.get(account)
        standing = {"gyldigAvsender": True, "gyldigMottaker": True, "melding": "", "antallKonsumenter": 1}
        if keys is None:
            self._tell(404, {"message": "Fant ikke kontoen"})
        elif what == "offentligNokkel":
            certificate = keys.certificate
            told = {
                "nokkel": certificate.public_bytes(Encoding.PEM).decode(),
                "validFrom": certificate.not_valid_before_utc.isoformat(),
                "validTo": certificate.not_valid_after_utc.isoformat(),
                "serial": str(certificate.serial_number),
                "subjectDN": certificate.subject.rfc4514_string(),
                "issuerDN": certificate.issuer.rfc4514_string(),
            }
            self._tell(200, told)
        else:
            self._tell(200, standing if what == "status" else {"kontoId": account, "status": standing})

    def _stored(self, name: str) -> None:
        if not self._is_let_in():
            self._tell(401, {"message": "Ikke tilgang"})
        elif name in self.fiks.stored:
            self._write(200, self.fiks.stored[name], "application/octet-stream")
        else:
            self._tell(404, {"message": "Fant ikke dokumentet"})

    def _order(self, body: bytes) -> None:
        """A fault to add, `{"clear": true}`, or `{"release": true}` for a slow archive to answer."""
        try:
            order = json.loads(body)
            if order.pop("clear", False):
                self.fiks.faults.clear()
            if order.pop("release", False):
                self.fiks.release()
            if order:
                self.fiks.fault(**order)
        except (TypeError, ValueError, AttributeError) as error:
            self._write(400, str(error).encode())
        else:
            self._write(204, b"")

    def _is_let_in(self) -> bool:
        token = self.headers.get("Authorization", "").removeprefix("Bearer ").strip()
        return self.fiks.lets_in(
            token, (self.headers.get("IntegrasjonId", ""), self.headers.get("IntegrasjonPassord", ""))
        )

    def _tell(self, status: int, content: dict[str, Any]) -> None:
        self._write(status, json.dumps(content).encode(), "application/json")

    def _write(self, status: int, body: bytes, kind: str = "text/plain; charset=utf-8") -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        pass


def _parts(kind: str, body: bytes) -> dict[str, bytes]:
    message = message_from_bytes(b"Content-Type: " + kind.encode() + b"\r\n\r\n" + body)
    parts: dict[str, bytes] = {}
    for part in message.walk():
        if not part.is_multipart():
            parts[str(part.get_param("name", header="content-disposition"))] = bytes(part.get_payload(decode=True))
    return parts


class FiksServer(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, fiks: Fiks, port: int = 0) -> None:
        super().__init__(("127.0.0.1", port), type("BoundHandler", (Handler,), {"fiks": fiks}))
        self.fiks = fiks

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"
