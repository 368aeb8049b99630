"""The HTTP side: SvarUt's addresses, and a page where faults are ordered."""

import html
import json
import re
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

from sandbox.svarut.rules import refusal
from sandbox.svarut.store import DIGITAL, ENDS, FAULTS, Store

ACCOUNT = "0b5e4a7e-7a53-4c0b-9b0e-5f3a2d0c9a11"
INTEGRATION, PASSWORD = "00000000-0000-4000-8000-00000000sv01", "sandkasse"
SEND = f"/api/v3/kontoer/{ACCOUNT}/forsendelser/person"
STATUS = f"/api/v3/kontoer/{ACCOUNT}/forsendelser/status/sok"
FIND = f"/api/v2/kontoer/{ACCOUNT}/forsendelser"
EVENTS = re.compile(r"/api/v2/forsendelser/([0-9a-f-]{36})/hendelser")
BOUNDARY = re.compile(r"multipart/form-data; boundary=([A-Za-z0-9_.-]{1,70})")
SLOW_SECONDS = 3.0
Watcher = Callable[[str, str], None]


class Handler(BaseHTTPRequestHandler):
    server: "Server"
    protocol_version = "HTTP/1.1"

    @property
    def store(self) -> Store:
        return self.server.store

    def log_message(self, *_args: Any) -> None:
        """Nothing: numbers stand in what is sent."""

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        if parts.path == "/":
            self.page()
        elif parts.path == "/forsendelse/publickey/hent":
            self.answer(200, self.store.certificate, "application/x-pem-file")
        elif self.is_let_in():
            self.question(parts.path, parse_qs(parts.query))

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        if self.path == "/kontroll":
            self.order(body)
        elif self.is_let_in():
            if self.path == SEND:
                self.send(body)
            elif self.path == STATUS:
                self.statuses(body)
            else:
                self.refuse(404, "Fant ikke ressursen")

    def is_let_in(self) -> bool:
        """A token nobody has revoked, and the integration's own name and password."""
        token = self.headers.get("Authorization", "").removeprefix("Bearer ").strip()
        integration = (self.headers.get("IntegrasjonId"), self.headers.get("IntegrasjonPassord"))
        if token and token not in self.server.revoked and integration == (INTEGRATION, PASSWORD):
            return True
        self.refuse(401, "Ugyldig token eller integrasjon")
        return False

    def question(self, path: str, asked: dict[str, list[str]]) -> None:
        self.server.asked.append(path)
        if path == FIND and asked.get("eksternRef"):
            found = self.store.by_reference(asked["eksternRef"][0])
            self.json(200, {"forsendelseIds": [each.id for each in found]})
        elif (wanted := EVENTS.fullmatch(path)) and (known := self.store.standing([wanted.group(1)])):
            self.json(200, {"hendelser": known[0].events})
        else:
            self.refuse(404, "Fant ikke ressursen")

    def statuses(self, body: bytes) -> None:
        ids = json.loads(body).get("id")
        self.server.asked.append(STATUS)
        if not isinstance(ids, list):
            self.refuse(400, "id mangler")
            return
        if self.store.moves:
            self.store.move_on(ids)
        known = self.store.standing(ids)
        rows = [{"id": each.id, "sisteStatusEndring": each.moved[-1], "status": each.status} for each in known]
        self.json(200, {"statuser": rows})

    def send(self, body: bytes) -> None:
        self.server.tell("received")
        fault = self.store.next_fault()
        if fault in ("500", "401", "403", "400", "taus"):
            self.fail(fault)
            return
        if fault == "treg":
            time.sleep(SLOW_SECONDS)
        sending, files, words = self.unpacked(body)
        if words:
            self.store.refused.append(words)
            self.refuse(400, words)
            return
        taken = self.store.take(sending, files, ENDS.get(fault, DIGITAL))
        self.server.tell("done")
        if fault == "500_etter_lagring":
            self.fail("500")
        elif fault == "taus_etter_lagring":
            self.fail("taus")
        else:
            self.json(200, {} if fault == "uten_id" else {"id": taken.id})
            self.server.tell("answered")

    def fail(self, fault: str) -> None:
        if fault == "taus":
            self.close_connection = True
            self.connection.close()
        elif fault == "401":
            self.server.revoked.add(self.headers.get("Authorization", "").removeprefix("Bearer ").strip())
            self.refuse(401, "Token er utløpt")
        else:
            self.refuse(int(fault), "Ventet feil")

    def unpacked(self, body: bytes) -> tuple[dict[str, Any], list[bytes], str]:
        """The metadata and the files in order, or why the message cannot be read."""
        boundary = BOUNDARY.fullmatch(self.headers.get("Content-Type", ""))
        if not boundary:
            return {}, [], "ikke multipart/form-data"
        parts = split(body, boundary.group(1).encode())
        if not parts or parts[0].name != "forsendelse" or parts[0].kind != "application/json":
            return {}, [], "første del må hete forsendelse og være application/json"
        try:
            sending = json.loads(parts[0].content)
        except ValueError:
            return {}, [], "forsendelse er ikke gyldig JSON"
        words = refusal(sending, [part.filename for part in parts[1:]])
        files = [part.content for part in parts[1:]]
        if not words and sending.get("kryptert"):
            try:
                files = [self.store.opened(file) for file in files]
            except ValueError:
                words = "filene er ikke kryptert med SvarUts nøkkel"
        return sending, files, words

    def order(self, body: bytes) -> None:
        """«fault» for as many of the next sendings as «times» says; or «move» a sending on by one step."""
        asked = {name: values[0] for name, values in parse_qs(body.decode()).items()}
        with self.store.lock:
            if asked.get("fault") in FAULTS:
                self.store.faults += [asked["fault"]] * int(asked.get("times", "1"))
            if "move" in asked:
                self.store.move_on([asked["move"]])
        self.send_response(303)
        self.send_header("Location", "/")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def page(self) -> None:
        """What has been taken, without the recipients' numbers, and a form for faults."""
        rows = "".join(
            f"<tr><td>{html.escape(each.data.get('tittel', ''))}<td>{html.escape(each.status)}<td>{each.id}"
            f"<td><form method=post action=/kontroll><button name=move value={each.id}>Neste status</button></form>"
            for each in reversed(list(self.store.sendings.values())[-200:])
        )
        options = "".join(f"<option>{fault}" for fault in FAULTS)
        waiting = ", ".join(self.store.faults) or "ingen"
        text = (
            "<!doctype html><html lang=nb><meta charset=utf-8><title>SvarUt (sandkasse)</title>"
            "<h1>SvarUt (sandkasse)</h1><form method=post action=/kontroll>"
            f"<label>Feil for neste forsendelse <select name=fault>{options}</select></label> "
            "<label>ganger <input name=times value=1 size=3></label> <button>Bestill</button></form>"
            f"<p>Bestilt: {html.escape(waiting)}</p><table><tr><th>Tittel<th>Status<th>Id<th>{rows}</table>"
        )
        self.answer(200, text.encode(), "text/html; charset=utf-8")

    def refuse(self, status: int, message: str) -> None:
        words = {400: "Bad Request", 401: "Unauthorized", 403: "Forbidden", 404: "Not Found"}
        error = {
            "timestamp": int(time.time() * 1000),
            "status": status,
            "error": words.get(status, "Internal Server Error"),
            "errorId": str(uuid4()),
            "path": self.path,
            "message": message,
        }
        self.json(status, error)

    def json(self, status: int, content: Any) -> None:
        self.answer(status, json.dumps(content).encode(), "application/json")

    def answer(self, status: int, body: bytes, kind: str) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


@dataclass(frozen=True)
class Part:
    name: str
    filename: str
    kind: str
    content: bytes


def split(body: bytes, boundary: bytes) -> list[Part]:
    """The parts of a multipart body, in order; none when it is not whole."""
    pieces = body.split(b"--" + boundary)
    if len(pieces) < 3 or pieces[0] or pieces[-1].strip() != b"--":
        return []
    parts = []
    for piece in pieces[1:-1]:
        head, _, content = piece.removeprefix(b"\r\n").partition(b"\r\n\r\n")
        told = head.decode()
        name, filename, kind = (
            found.group(1) if (found := re.search(pattern, told, re.IGNORECASE)) else ""
            for pattern in (r'\bname="([^"]*)"', r'filename="([^"]*)"', r"content-type: *([^\r\n]+)")
        )
        parts.append(Part(name, filename, kind, content.removesuffix(b"\r\n")))
    return parts


class Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, address: tuple[str, int], store: Store) -> None:
        super().__init__(address, Handler)
        self.store = store
        self.revoked: set[str] = set()
        self.asked: list[str] = []
        self.watchers: list[Watcher] = []

    def tell(self, phase: str) -> None:
        for watcher in self.watchers:
            watcher(phase, "send")

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that is gone before it has its answer is what this stand-in is for."""

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    def serve_until_stopped(self) -> None:
        threading.Event().wait()


@contextmanager
def serve(store: Store, *, port: int = 0) -> Iterator[Server]:
    """The stand-in on loopback, on a free port unless one is given."""
    server = Server(("127.0.0.1", port), store)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
