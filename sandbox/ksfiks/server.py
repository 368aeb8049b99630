"""The HTTP side: Maskinporten's token address, Oppvekst and the lists of events, with faults on order."""

import json
import re
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from uuid import uuid4

import jwt

ROLE, INTEGRATION, PASSWORD = (
    "dfcaeab6-8263-4870-9e53-422600015c71",
    "00000000-0000-4000-8000-00000000ks01",
    "sandkasse",
)
EVENTS = ("FLYTTET_TIL_KOMMUNE", "FLYTTET_FRA_KOMMUNE", "DOED", "FOEDT")
NUMBER = re.compile(r"[0-9]{11}")
OPPVEKST = re.compile(r"/register/api/v1/ks/([0-9a-f-]{36})/oppvekst")
LONGEST_GRANT = 120


@dataclass
class Fault:
    """What to answer instead, `times` times: a status, with Retry-After as it is spelled."""

    status: int
    times: int = 1
    retry_after: str = ""
    html: bool = False


@dataclass
class Register:
    """What the stand-in knows and has been asked. `events` holds numbers by type."""

    children: list[dict[str, Any]] = field(default_factory=list)
    # Where the children stand, when they are not given: read anew with each token.
    file: Path | None = None
    events: dict[str, list[str]] = field(default_factory=dict)
    faults: dict[str, list[Fault]] = field(default_factory=dict)
    asked: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    grants: list[dict[str, Any]] = field(default_factory=list)
    tokens: dict[str, float] = field(default_factory=dict)
    issuer: str = "https://maskinporten.no/"
    public_jwk: dict[str, Any] | None = None
    lock: threading.Lock = field(default_factory=threading.Lock)

    def read_file(self) -> None:
        """Take up what the file says now; those it names whom we are not asked about have moved in."""
        if self.file and self.file.exists():
            self.children = json.loads(self.file.read_text(encoding="utf-8"))
            numbers = [child["identifikasjonsnummer"]["foedselsEllerDNummer"] for child in self.children]
            self.events = {"FLYTTET_TIL_KOMMUNE": numbers[-2:]}

    def about(self, numbers: list[str]) -> list[dict[str, Any]]:
        known = {child["identifikasjonsnummer"]["foedselsEllerDNummer"]: child for child in self.children}
        former = {
            child["tidligereIdentifikasjonsnummer"]["foedselsEllerDNummer"]: child
            for child in self.children
            if child.get("tidligereIdentifikasjonsnummer")
        }
        return [child for number in numbers if (child := known.get(number) or former.get(number))]

    def fault_at(self, place: str) -> Fault | None:
        with self.lock:
            waiting = self.faults.get(place, [])
            if not waiting:
                return None
            waiting[0].times -= 1
            return waiting.pop(0) if waiting[0].times <= 0 else waiting[0]


class Handler(BaseHTTPRequestHandler):
    register: Register
    protocol_version = "HTTP/1.1"

    def log_message(self, *_args: Any) -> None:
        """Nothing: numbers stand in what is asked."""

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        place = "token" if self.path == "/token" else "oppvekst" if OPPVEKST.fullmatch(self.path) else "hendelser"
        if fault := self.register.fault_at(place):
            self.answer_fault(fault)
        elif place == "token":
            self.give_token(body)
        elif not self.is_let_in():
            self.refuse(401, "UGYLDIG_TOKEN")
        elif found := OPPVEKST.fullmatch(self.path):
            self.oppvekst(found.group(1), body)
        elif self.path == "/folkeregister/api/v1/hendelser/liste":
            self.events(body)
        else:
            self.refuse(404, "IKKE_FUNNET")

    def give_token(self, body: bytes) -> None:
        """As Maskinporten: a signed grant, used once, that lives no longer than 120 s, and names its audience."""
        fields = dict(part.split("=", 1) for part in body.decode().split("&"))
        assertion = fields.get("assertion", "")
        try:
            if self.register.public_jwk:
                key = jwt.PyJWK(self.register.public_jwk).key
                claims = jwt.decode(assertion, key, algorithms=["RS256"], audience=self.register.issuer)
            else:
                claims = jwt.decode(assertion, options={"verify_signature": False})
        except jwt.PyJWTError:
            self.answer(400, {"error": "invalid_grant"})
            return
        used = claims.get("jti") in {grant.get("jti") for grant in self.register.grants}
        if used or claims["exp"] - claims["iat"] > LONGEST_GRANT or claims.get("scope") != "ks:fiks":
            self.answer(400, {"error": "invalid_grant"})
            return
        self.register.grants.append(claims)
        self.register.read_file()
        token = uuid4().hex
        self.register.tokens[token] = time.time() + LONGEST_GRANT
        self.answer(
            200, {"access_token": token, "token_type": "Bearer", "expires_in": LONGEST_GRANT, "scope": "ks:fiks"}
        )

    def is_let_in(self) -> bool:
        token = self.headers.get("Authorization", "").removeprefix("Bearer ")
        integration = (self.headers.get("IntegrasjonId"), self.headers.get("IntegrasjonPassord"))
        return self.register.tokens.get(token, 0) > time.time() and integration == (INTEGRATION, PASSWORD)

    def oppvekst(self, role: str, body: bytes) -> None:
        asked = json.loads(body)
        numbers = asked.get("foedselsnumre")
        self.register.asked.append(("oppvekst", asked))
        if role != ROLE:
            self.refuse(403, "INGEN_TILGANG")
        elif not isinstance(numbers, list) or not 1 <= len(numbers) <= 1000 or not all(map(NUMBER.fullmatch, numbers)):
            self.refuse(400, "UGYLDIG_FORESPOERSEL")
        else:
            self.answer(200, self.register.about(numbers))

    def events(self, body: bytes) -> None:
        asked = json.loads(body)
        self.register.asked.append(("hendelser", asked))
        kind = asked.get("hendelsestype")
        if asked.get("rolleId") != ROLE:
            self.refuse(403, "INGEN_TILGANG")
        elif kind not in EVENTS or not asked.get("fraDato") or not asked.get("kommuner"):
            self.refuse(400, "UGYLDIG_FORESPOERSEL")
        else:
            self.answer(200, {"fnr": self.register.events.get(kind, [])})

    def answer_fault(self, fault: Fault) -> None:
        content = (
            b"<html>Request rejected</html>" if fault.html else json.dumps(self.error(fault.status, "FEIL")).encode()
        )
        self.send_response(fault.status)
        if fault.retry_after:
            self.send_header("Retry-After", fault.retry_after)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def refuse(self, status: int, code: str) -> None:
        self.answer(status, self.error(status, code))

    def error(self, status: int, code: str) -> dict[str, Any]:
        """An ErrorMessage of KS Fiks."""
        return {
            "timestamp": int(time.time() * 1000),
            "status": status,
            "error": {400: "Bad Request", 401: "Unauthorized", 403: "Forbidden"}.get(status, "Error"),
            "errorId": str(uuid4()),
            "path": self.path,
            "originalPath": self.path,
            "message": "Ikke tilgang",
            "errorCode": code,
        }

    def answer(self, status: int, content: Any) -> None:
        body = json.dumps(content).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


class Server(ThreadingHTTPServer):
    daemon_threads = True
    register: Register

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    def serve_until_stopped(self) -> None:
        threading.Event().wait()


@contextmanager
def serve(register: Register, *, port: int = 0) -> Iterator[Server]:
    """The stand-in on loopback, on a free port unless one is given."""
    handler = type("Bound", (Handler,), {"register": register})
    server = Server(("127.0.0.1", port), handler)
    server.register = register
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
