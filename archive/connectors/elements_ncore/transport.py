"""HTTP to Elements: leave to send is asked last, answers are limited in size and time, files travel as MTOM."""

import base64
import time
from collections.abc import Mapping
from dataclasses import dataclass
from uuid import uuid4

import requests
from lxml import etree
from zeep.transports import Transport

from archive.connectors.base import Gate

LARGEST_ANSWER = 8 * 1024 * 1024
CONNECT_TIMEOUT = 5
XOP = "http://www.w3.org/2004/08/xop/include"
UPLOADED = "{http://www.gecko.no/ephorte/services/documents/v3}Content"


class BadAnswer(Exception):
    """The answer is too large, too slow or packed in a way that was not asked for."""


@dataclass(frozen=True)
class Answer:
    """The part of an HTTP response that zeep looks at."""

    status_code: int
    headers: Mapping[str, str]
    content: bytes
    encoding: str | None


class GatedTransport(Transport):
    """Posts one message at a time. `changing` says whether the message can change the archive."""

    def __init__(self, gate: Gate, timeout: int) -> None:
        session = requests.Session()
        session.headers["Accept-Encoding"] = "identity"
        super().__init__(session=session, timeout=timeout, operation_timeout=timeout)
        self.gate = gate
        self.changing = False
        self.sent = False
        self.status = 0
        self.raw = b""

    def post(self, address: str, message: bytes, headers: dict[str, str]) -> Answer:
        self.sent, self.status, self.raw = False, 0, b""
        if self.changing:
            self.gate.permit()
        self.sent = True
        until = time.monotonic() + self.operation_timeout
        with self.session.post(
            address,
            data=message,
            headers=headers,
            timeout=(CONNECT_TIMEOUT, self.operation_timeout),
            stream=True,
            allow_redirects=False,
        ) as response:
            self.status = response.status_code
            if response.headers.get("Content-Encoding", "identity") != "identity":
                raise BadAnswer("packed answer")
            self.raw = self._read(response, until)
            return Answer(response.status_code, response.headers, self.raw, response.encoding)

    @staticmethod
    def _read(response: requests.Response, until: float) -> bytes:
        content = bytearray()
        for chunk in response.iter_content(64 * 1024):
            content += chunk
            if len(content) > LARGEST_ANSWER:
                raise BadAnswer("oversized answer")
            if time.monotonic() > until:
                raise BadAnswer("answer slower than the time limit")
        return bytes(content)


class MtomTransport(GatedTransport):
    """The document service's binding is MTOM; zeep reads that but writes files inline, so the message is repacked."""

    def post_xml(self, address: str, envelope: etree._Element, headers: dict[str, str]) -> Answer:
        boundary, root_id, file_id = (f"{part}-{uuid4().hex}" for part in ("boundary", "root", "file"))
        element = next(envelope.iter(UPLOADED))
        file = base64.b64decode(element.text or "")
        element.text = None
        etree.SubElement(element, f"{{{XOP}}}Include", href=f"cid:{file_id}", nsmap={"xop": XOP})
        xml = etree.tostring(envelope, xml_declaration=True, encoding="utf-8")
        body = b"".join(
            [
                _part(boundary, root_id, 'application/xop+xml; charset=utf-8; type="text/xml"', xml),
                _part(boundary, file_id, "application/octet-stream", file),
                f"--{boundary}--\r\n".encode(),
            ]
        )
        kind = (
            f'multipart/related; type="application/xop+xml"; start="<{root_id}>"; start-info="text/xml"; '
            f'boundary="{boundary}"'
        )
        return self.post(address, body, headers | {"Content-Type": kind, "MIME-Version": "1.0"})


def _part(boundary: str, part_id: str, kind: str, content: bytes) -> bytes:
    head = (
        f"--{boundary}\r\nContent-ID: <{part_id}>\r\nContent-Transfer-Encoding: binary\r\nContent-Type: {kind}\r\n\r\n"
    )
    return head.encode() + content + b"\r\n"
