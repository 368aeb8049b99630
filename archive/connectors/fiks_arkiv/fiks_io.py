"""Fiks IO over HTTP: sending a message, and the public key of an account. Replies come by AMQP (archive/consumer.py).

Fiks IO is never asked again by itself: what may have arrived is looked up in the archive first.
"""

import json
import time
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import requests
from cryptography import x509

from archive.connectors.base import Gate, NotDone, Refused, Unknown
from schoolapp.lib import maskinporten
from schoolapp.lib.json_api import Unavailable

LARGEST_ANSWER = 1024 * 1024
LARGEST_STORED = 64 * 1024 * 1024
GONE = (400, 403, 404, 410)
CONNECT_TIMEOUT = 5
KEY_IS_KEPT = 3600.0


@dataclass(frozen=True, slots=True)
class Letterhead:
    """What Fiks IO is told about a message besides its content. No word of it may name a pupil."""

    sender: UUID
    recipient: UUID
    message_type: str
    client_id: UUID
    correlation: UUID
    ttl_seconds: int

    def metadata(self) -> dict[str, Any]:
        return {
            "avsenderKontoId": str(self.sender),
            "mottakerKontoId": str(self.recipient),
            "meldingType": self.message_type,
            "ttl": self.ttl_seconds * 1000,
            "headere": {
                "klientMeldingId": str(self.client_id),
                "klientKorrelasjonsId": str(self.correlation),
                "klientKorrelasjonId": str(self.correlation),
            },
        }


class TooLarge(ValueError):
    """The answer is larger than we take."""


class FiksIO:
    """One connection to Fiks IO."""

    def __init__(self, config: dict[str, Any], timeout: int, gate: Gate) -> None:
        self.config, self.timeout, self.gate = config, timeout, gate
        self.session = requests.Session()
        self._certificates: dict[UUID, tuple[float, x509.Certificate]] = {}

    def send(self, head: Letterhead, message: bytes, *, changing: bool) -> UUID:
        """Hand a sealed message over; Fiks IO's id of it. Raises Refused, NotDone, Unknown or Superseded.

        Unknown only for what can change the archive: a question that may have been lost does no harm.
        """
        headers = self._headers()
        parts = {
            "metadata": (None, json.dumps(head.metadata()), "application/json"),
            "data": ("melding", message, "application/octet-stream"),
        }
        if changing:
            self.gate.permit()
        lost = Unknown if changing else NotDone
        try:
            status, body = self._call("POST", "/fiks-io/api/v1/send", headers, files=parts)
        except requests.ConnectTimeout:
            raise NotDone("Fiks IO er ikke å få tak i.") from None
        except requests.ConnectionError as error:
            raise (NotDone if _never_connected(error) else lost)("Fiks IO er ikke å få tak i.") from None
        except (requests.RequestException, ValueError):
            raise lost("Fiks IO svarte ikke i tide.") from None
        if status in (401, 403):
            maskinporten.forget_token()
            raise NotDone(f"Fiks IO slipper oss ikke inn (HTTP {status}). Den som drifter systemet, må se på det.")
        if 400 <= status < 500 and status not in (408, 425, 429):
            raise Refused(f"Fiks IO avviste meldingen (HTTP {status}): {_told(body)}", body)
        try:
            if status >= 300:
                raise ValueError(status)
            return UUID(json.loads(body)["meldingId"])
        except (ValueError, KeyError, TypeError, AttributeError):
            raise lost(f"Fiks IO ga ikke et brukbart svar (HTTP {status}).", body) from None

    def certificate_of(self, account: UUID) -> x509.Certificate:
        """What is encrypted to the account's owner. Raises NotDone."""
        kept, certificate = self._certificates.get(account, (0.0, None))
        if certificate is not None and time.monotonic() - kept < KEY_IS_KEPT:
            return certificate
        path = f"/fiks-io/katalog/api/v1/kontoer/{account}/offentligNokkel"
        try:
            status, body = self._call("GET", path, self._headers())
            if status != 200:
                raise ValueError(status)
            # KS's own clients write the name both ways, and read it without regard to case.
            told = {name.lower(): value for name, value in json.loads(body).items()}
            certificate = x509.load_pem_x509_certificate(str(told["nokkel"]).encode())
        except (requests.RequestException, ValueError, KeyError, AttributeError):
            raise NotDone("Vi fikk ikke arkivets nøkkel fra Fiks IO. Kontroller kontoen i arkivoppsettet.") from None
        self._certificates[account] = (time.monotonic(), certificate)
        return certificate

    def stored(self, store_id: str) -> bytes:
        """What Fiks keeps in Dokumentlager because it is too large for the queue; nothing when it is not there any
        more, or is larger than we take. Raises NotDone.
        """
        try:
            path = f"/dokumentlager/nedlasting/{UUID(store_id)}"
        except ValueError:
            return b""
        try:
            status, body = self._call("GET", path, self._headers(), most=LARGEST_STORED)
        except TooLarge:
            return b""
        except (requests.RequestException, ValueError):
            raise NotDone("Svaret fra arkivet ligger i Fiks Dokumentlager, som ikke er å få tak i.") from None
        if status == 200 or status in GONE:
            return body if status == 200 else b""
        if status == 401:
            maskinporten.forget_token()
        raise NotDone(f"Svaret fra arkivet ligger i Fiks Dokumentlager, som svarer HTTP {status}.")

    def _headers(self) -> dict[str, str]:
        try:
            return maskinporten.fiks_headers(
                integration_id=self.config["integration_id"], integration_password=self.config["integration_password"]
            )
        except (maskinporten.NotAllowed, Unavailable):
            raise NotDone("Maskinporten gir oss ikke adgang til Fiks nå.") from None

    def _call(
        self, method: str, path: str, headers: dict[str, str], *, most: int = LARGEST_ANSWER, **what: Any
    ) -> tuple[int, bytes]:
        """Status and body. Raises requests' own errors, ValueError when too slow, and TooLarge, which is one too."""
        until = time.monotonic() + self.timeout
        with self.session.request(
            method,
            self.config["url"].rstrip("/") + path,
            headers=headers,
            timeout=(CONNECT_TIMEOUT, self.timeout),
            allow_redirects=False,
            stream=True,
            **what,
        ) as answer:
            body = bytearray()
            for piece in answer.iter_content(64 * 1024):
                body += piece
                if len(body) > most:
                    raise TooLarge
                if time.monotonic() > until:
                    raise ValueError("too slow")
            return answer.status_code, bytes(body)


def _never_connected(error: requests.ConnectionError) -> bool:
    """Whether no connection came about at all, so that nothing can have been sent."""
    return "NewConnectionError" in repr(error) or "NameResolutionError" in repr(error)


def _told(body: bytes) -> str:
    """Fiks' own message, cut short."""
    try:
        return str(json.loads(body).get("message", ""))[:300]
    except (ValueError, AttributeError):
        return ""
