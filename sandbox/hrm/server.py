"""GET /hrm_ws/secure/persons/company/{c}/start-id/{a}/end-id/{b}, over a real socket."""

import base64
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

PERSONS = re.compile(r"/hrm_ws/secure/persons/company/\d+/start-id/\d+/end-id/\d+")


@dataclass
class Hrm:
    """What the service answers: `content`, or what stands in `file` just then.

    `cut_off` sends less than the header says; `status` is what a broken one says.
    """

    content: bytes = b""
    file: Path | None = None
    username: str = "schoolapp"
    password: str = "hemmelig-i-sandkassa"
    status: int = 200
    cut_off: bool = False
    port: int = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/hrm_ws/secure/persons/company/1/start-id/0/end-id/999999"

    def told(self) -> bytes:
        return self.file.read_bytes() if self.file else self.content

    def lets_in(self, header: str | None) -> bool:
        told = base64.b64encode(f"{self.username}:{self.password}".encode()).decode()
        return header == f"Basic {told}"


def handler(hrm: Hrm) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            if not hrm.lets_in(self.headers.get("Authorization")):
                self.answer(401, b"")
            elif not PERSONS.fullmatch(self.path):
                self.answer(404, b"")
            else:
                self.answer(hrm.status, hrm.told())

        def answer(self, status: int, body: bytes) -> None:
            self.send_response(status)
            self.send_header("Content-Type", "application/xml; charset=utf-8")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body[: len(body) // 2] if hrm.cut_off else body)
            self.close_connection = True

        def log_message(self, format: str, *args: object) -> None:
            """Quiet: a log of requests would be of no use."""

    return Handler


@contextmanager
def running(hrm: Hrm) -> Iterator[Hrm]:
    server = ThreadingHTTPServer(("127.0.0.1", hrm.port), handler(hrm))
    hrm.port = server.server_port
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield hrm
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
