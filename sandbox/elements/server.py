"""The HTTP side: SOAP, orders to misbehave, the ledger, and the page for people."""

import json
import os
import socket
import struct
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from lxml import etree

from sandbox.elements import page, soap, wsdl
from sandbox.elements.archive import Archive
from sandbox.elements.contract import DOCUMENTS, MODEL, action
from sandbox.elements.faults import Fault, Faults
from sandbox.elements.store import Store

MODEL_PATH = "/nCore/Services/ObjectModel/V3/En/ObjectModelService.svc"
DOCUMENT_PATH = "/nCore/Services/Documents/V3/DocumentService.svc"
XML12, XML11 = "application/soap+xml; charset=utf-8", "text/xml; charset=utf-8"

Watcher = Callable[[str, str], None]


class Elements(ThreadingHTTPServer):
    """One running archive. Watchers are told of each message when it is received, done and about to be answered."""

    daemon_threads = True
    request_queue_size = 64

    def __init__(self, port: int = 0, database: str = ":memory:", unknown_initials: str = "") -> None:
        super().__init__(("127.0.0.1", port), Handler)
        self.store = Store(database)
        self.faults = Faults()
        self.faults.unknown_initials.update(unknown_initials.split())
        self.archive = Archive(self.store, self.faults)
        self.watchers: list[Watcher] = []
        self.descriptions: dict[str, bytes] = {}
        self.idle = threading.Condition()
        self.busy = 0
        self.messages: list[tuple[bytes, bytes]] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    def described(self, name: str, path: str) -> bytes:
        """The description of a service: ours, unless another one has been put in its place."""
        return self.descriptions.get(name) or getattr(wsdl, name)(self.url + path).encode()

    def tell(self, phase: str, operation: str) -> None:
        for watcher in list(self.watchers):
            watcher(phase, operation)

    def wait_until_idle(self) -> None:
        """Until every message received so far has been dealt with."""
        with self.idle:
            self.idle.wait_for(lambda: self.busy == 0)

    @contextmanager
    def at_work(self) -> Iterator[None]:
        with self.idle:
            self.busy += 1
        try:
            yield
        finally:
            with self.idle:
                self.busy -= 1
                self.idle.notify_all()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Callers that go away are part of the game."""

    def server_close(self) -> None:
        super().server_close()
        self.store.close()


class Reset(Exception):
    """Break the connection."""


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: Elements

    def log_message(self, *args: Any) -> None:
        """Messages hold personal data and are not logged."""

    def do_GET(self) -> None:
        path, _, query = self.path.partition("?")
        wanted = query.lower() in ("wsdl", "singlewsdl")
        if path == MODEL_PATH and wanted:
            self.answer(200, self.server.described("object_model", MODEL_PATH), XML11)
        elif path == DOCUMENT_PATH and wanted:
            self.answer(200, self.server.described("documents", DOCUMENT_PATH), XML11)
        elif path == "/_ledger":
            self.answer(200, json.dumps(self.server.store.ledger()).encode(), "application/json")
        elif path == "/":
            self.answer(200, page.archived(self.server.store).encode(), "text/html; charset=utf-8")
        else:
            self.answer(404, b"", "text/plain")

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        if self.path == "/_faults":
            self.orders(json.loads(body))
        elif self.path in (MODEL_PATH, DOCUMENT_PATH):
            with suppress(Reset, BrokenPipeError, ConnectionResetError), self.server.at_work():
                self.message(body)
                return
            self.reset()
        else:
            self.answer(404, b"", "text/plain")

    def orders(self, order: dict[str, Any]) -> None:
        """A fault to add, or `{"clear": true}`, `{"search_lag": s}`, `{"unknown_initials": [..]}`."""
        faults = self.server.faults
        try:
            if order.pop("clear", False):
                faults.clear()
            faults.search_lag = float(order.pop("search_lag", faults.search_lag))
            faults.unknown_initials = set(order.pop("unknown_initials", faults.unknown_initials))
            if order:
                faults.add(**order)
        except (TypeError, ValueError) as error:
            self.answer(400, str(error).encode(), "text/plain")
        else:
            self.answer(204, b"", "text/plain")

    def message(self, body: bytes) -> None:
        envelope, attached = soap.parse(body, self.headers.get("Content-Type", ""))
        content = next(element for element in envelope if etree.QName(element).localname == "Body")[0]
        name = etree.QName(content).localname
        operation = "UploadFile" if name == "UploadMessage" else name
        fault = self.server.faults.take(operation, self.kind_of(content))
        self.server.tell("received", operation)
        if fault and self.misbehave_before(fault):
            return
        times = 2 if fault and fault.mode == "duplicate_record" else 1
        try:
            for _ in range(times):
                status, answer, kind = self.perform(operation, envelope, content, attached, fault)
        except soap.Rejected as refusal:
            status, answer, kind = 500, *self.refusal(operation, "Sender", str(refusal))
        self.server.tell("done", operation)
        if fault:
            status, answer, kind = self.misbehave_after(fault, operation, status, answer, kind)
        if self.server.messages is not None:
            self.server.messages.append((etree.tostring(content), answer))
        self.answer(status, answer, kind)
        self.server.tell("answered", operation)

    @staticmethod
    def kind_of(content: etree._Element) -> str:
        for element in content.iter(f"{{{MODEL}}}DataObject"):
            return element.get(f"{{{soap.XSI}}}type", "").rpartition(":")[2]
        return "".join(element.text or "" for element in content.iter(f"{{{MODEL}}}DataObjectName"))

    def perform(
        self, operation: str, envelope: etree._Element, content: etree._Element, attached: dict[str, bytes],
        fault: Fault | None,
    ) -> tuple[int, bytes, str]:  # fmt: skip
        self.identify(envelope)
        archive = self.server.archive
        if operation == "UploadFile":
            return 200, *soap.upload_answer(self.server.store.keep_upload(soap.uploaded(envelope, attached)))
        if operation == "FilteredQuery":
            found = soap.write_objects(archive.query(content))
            result = f"<m:FilteredQueryResult><m:DataObjects>{found}</m:DataObjects></m:FilteredQueryResult>"
        elif operation == "Insert":
            borrowed = bool(fault and fault.mode == "duplicate_number")
            stored = archive.insert(content, borrowed_number=borrowed)
            result = f"<m:InsertResult>{soap.write_objects(stored)}</m:InsertResult>"
        elif operation == "Update":
            result = f"<m:UpdateResult>{soap.write_objects(archive.update(content))}</m:UpdateResult>"
        else:
            raise soap.Rejected(f"Operasjonen {operation} finnes ikke her.")
        relates_to = next((element.text or "" for element in envelope.iter(f"{{{soap.WSA}}}MessageID")), "")
        body = f"<m:{operation}Response>{result}</m:{operation}Response>"
        return 200, soap.envelope12(f"{action(operation)}Response", relates_to, body), XML12

    def identify(self, envelope: etree._Element) -> None:
        for space in (MODEL, DOCUMENTS):
            for element in envelope.iter(f"{{{space}}}UserName"):
                if element.text:
                    return
        raise soap.Rejected("Brukeren er ikke oppgitt.")

    def refusal(self, operation: str, code: str, words: str) -> tuple[bytes, str]:
        if operation == "UploadFile":
            return soap.fault11("Client" if code == "Sender" else "Server", words), XML11
        return soap.fault12(code, words), XML12

    def misbehave_before(self, fault: Fault) -> bool:
        """Whether the message has been dealt with."""
        match fault.mode:
            case "slow" | "hang_before":
                time.sleep(fault.seconds)
            case "error_before":
                self.answer(503, b"<html>Service Unavailable</html>", "text/html")
                return True
            case "refuse":
                self.answer(500, *self.refusal("", "Sender", fault.text or "Avvist."))
                return True
            case "reset_before":
                raise Reset
        return False

    def misbehave_after(
        self, fault: Fault, operation: str, status: int, answer: bytes, kind: str
    ) -> tuple[int, bytes, str]:
        match fault.mode:
            case "hang_after":
                time.sleep(fault.seconds)
            case "error_after":
                return 500, *self.refusal(operation, "Receiver", "Det oppstod en intern feil.")
            case "reset_after":
                raise Reset
            case "malformed":
                return nonsense(fault.text, answer, kind)
        return status, answer, kind

    def answer(self, status: int, body: bytes, kind: str) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def reset(self) -> None:
        self.close_connection = True
        with suppress(OSError):
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.connection.close()


def nonsense(which: str, answer: bytes, kind: str) -> tuple[int, bytes, str]:
    """Answers no sensible archive gives, each made from the right one."""
    match which:
        case "html":
            return 200, b"<!doctype html><html><body><h1>Velkommen</h1><br></body></html>", "text/html"
        case "truncated":
            return 200, answer[: len(answer) // 2], kind
        case "empty":
            return 200, b"", kind
        case "huge":
            return 200, answer + b" " * (9 * 1024 * 1024), kind
        case "wrong_key":
            return 200, answer.replace(b":CustomAttribute10>", b":CustomAttribute10>x", 1), kind
        case "wrong_checksum":
            return 200, answer.replace(b"<o:Checksum>", b"<o:Checksum>0", 1), kind
        case "wrong_kind":
            return 200, answer.replace(b'i:type="o:', b'i:type="o:UserName" i:was="', 1), kind
        case "no_id":
            return 200, answer.replace(b"<o:Id>", b"<o:Id>0</o:Id><o:Id>", 1), kind
        case _:
            return 200, b"not xml at all", kind


def run() -> None:
    """Serve until interrupted. Configured by ELEMENTS_PORT, ELEMENTS_DB and ELEMENTS_UNKNOWN_INITIALS."""
    port, database = int(os.environ.get("ELEMENTS_PORT", "8899")), os.environ.get("ELEMENTS_DB", ":memory:")
    server = Elements(port, database, os.environ.get("ELEMENTS_UNKNOWN_INITIALS", ""))
    print(f"Lokalt Elements: {server.url}/  (feil på bestilling: POST /_faults)", flush=True)
    with suppress(KeyboardInterrupt):
        server.serve_forever()
    server.server_close()
