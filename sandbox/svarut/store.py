"""What the stand-in has taken, counted independently of whoever sent it, and how each sending stands."""

import json
import subprocess
import tempfile
import threading
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID

DIGITAL = ("MOTTATT", "AKSEPTERT", "SENDT_DIGITALT", "LEST")
ON_PAPER = ("MOTTATT", "AKSEPTERT", "SENDT_PRINT", "PRINTET")
# What the control page can order for the sendings to come.
FAULTS = (
    "500", "500_etter_lagring", "taus_etter_lagring", "taus", "401", "403", "400", "uten_id", "treg", "avvist",
    "feilet_under_mottak", "ukjent_status", "ikke_levert", "print",
)  # fmt: skip
ENDS = {
    "avvist": ("MOTTATT", "AVVIST"),
    "feilet_under_mottak": ("FEILET_UNDER_MOTTAK",),
    "ukjent_status": ("MOTTATT", "SENDT_MED_BREVDUE"),
    "ikke_levert": ("MOTTATT", "AKSEPTERT", "IKKE_LEVERT"),
    "print": ON_PAPER,
}
EVENTS = {
    "MOTTATT": "Forsendelsen er mottatt",
    "AKSEPTERT": "Akseptert for ekspedering",
    "SENDT_DIGITALT": "Sendt til digital postkasse",
    "LEST": "Lest av mottaker",
    "SENDT_PRINT": "Sendt til utskrift",
    "PRINTET": "Skrevet ut og postlagt",
    "AVVIST": "Avvist: mottaker.digitalId finnes ikke i Folkeregisteret",
    "FEILET_UNDER_MOTTAK": "Forsendelsen feilet under mottak",
    "IKKE_LEVERT": "Kunne ikke leveres: adressen er ukjent",
}


@dataclass
class Sending:
    """One sending. `walk` is how it will go; `at` is how far it has come."""

    id: str
    data: dict[str, Any]
    walk: tuple[str, ...]
    at: int = 0
    moved: list[str] = field(default_factory=list)
    files: list[bytes] = field(default_factory=list)

    @property
    def status(self) -> str:
        return self.walk[self.at]

    def advance(self) -> None:
        if self.at + 1 < len(self.walk):
            self.at += 1
            self.moved.append(now())

    @property
    def events(self) -> list[dict[str, str]]:
        told = zip(self.walk, self.moved, strict=False)
        return [{"tidspunkt": at, "hendelse": EVENTS.get(status, status)} for status, at in told]


@dataclass
class Store:
    """All sendings. With `moves`, each question about status moves what is asked about one step on."""

    file: Path | None = None
    moves: bool = False
    sendings: dict[str, Sending] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    lock: threading.RLock = field(default_factory=threading.RLock)

    def __post_init__(self) -> None:
        self.key, self.certificate = key_pair()
        if self.file and self.file.exists():
            for row in json.loads(self.file.read_text(encoding="utf-8")):
                self.sendings[row["id"]] = Sending(row["id"], row["data"], tuple(row["walk"]), row["at"], row["moved"])

    def take(self, data: dict[str, Any], files: list[bytes], walk: tuple[str, ...] = DIGITAL) -> Sending:
        with self.lock:
            sending = Sending(str(uuid4()), data, walk, moved=[now()], files=files)
            self.sendings[sending.id] = sending
            self._write()
            return sending

    def standing(self, ids: list[str]) -> list[Sending]:
        """The known among them, as they stand; then they move on, if the stand-in lets them."""
        with self.lock:
            return [self.sendings[each] for each in ids if each in self.sendings]

    def move_on(self, ids: list[str]) -> None:
        with self.lock:
            for each in ids:
                if each in self.sendings:
                    self.sendings[each].advance()
            self._write()

    def by_reference(self, reference: str) -> list[Sending]:
        with self.lock:
            return [each for each in self.sendings.values() if each.data.get("eksternReferanse") == reference]

    def next_fault(self) -> str:
        with self.lock:
            return self.faults.pop(0) if self.faults else ""

    def opened(self, sealed: bytes) -> bytes:
        """What an encrypted file holds. Raises ValueError when it was not made for this key."""
        with tempfile.TemporaryDirectory() as folder:
            key = Path(folder) / "key.pem"
            key.write_bytes(self.key)
            command = ["openssl", "cms", "-decrypt", "-inform", "DER", "-binary", "-inkey", str(key)]
            done = subprocess.run(command, input=sealed, capture_output=True, check=False)
        if done.returncode:
            raise ValueError("not encrypted for this key")
        return done.stdout

    def _write(self) -> None:
        if self.file:
            rows = [
                {"id": s.id, "data": s.data, "walk": s.walk, "at": s.at, "moved": s.moved}
                for s in self.sendings.values()
            ]
            self.file.write_text(json.dumps(rows), encoding="utf-8")


def now() -> str:
    return datetime.now(UTC).isoformat()


def key_pair() -> tuple[bytes, bytes]:
    """A new private key and its certificate, PEM."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "SvarUt stand-in")])
    start = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(start - timedelta(days=1))
        .not_valid_after(start + timedelta(days=3650))
        .sign(key, hashes.SHA256())
    )
    plain = serialization.NoEncryption()
    pem = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain)
    return pem, certificate.public_bytes(serialization.Encoding.PEM)
