"""Reading and writing the messages."""

from base64 import b64decode
from collections.abc import Iterable
from email import message_from_bytes
from email.message import Message
from typing import Any, cast
from xml.sax.saxutils import escape, quoteattr

from lxml import etree

from sandbox.elements.contract import DOCUMENTS, MODEL, OBJECTS, SERIALIZATION, fields_of, may_be_nil
from sandbox.elements.store import Row

SOAP12 = "http://www.w3.org/2003/05/soap-envelope"
SOAP11 = "http://schemas.xmlsoap.org/soap/envelope/"
WSA = "http://www.w3.org/2005/08/addressing"
XSI = "http://www.w3.org/2001/XMLSchema-instance"
XOP = "http://www.w3.org/2004/08/xop/include"
PARSER = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=True)


class Rejected(Exception):
    """The message is refused, with the words for the sender."""


def parse(body: bytes, content_type: str) -> tuple[etree._Element, dict[str, bytes]]:
    """The envelope and the attached parts by content id."""
    if not content_type.startswith("multipart/related"):
        return etree.fromstring(body, PARSER), {}
    whole = message_from_bytes(b"Content-Type: " + content_type.encode() + b"\r\n\r\n" + body)
    parts = cast(list[Message], whole.get_payload())
    contents = {part["Content-ID"].strip("<>"): cast(bytes, part.get_payload(decode=True)) for part in parts}
    root, *_ = contents.values()
    return etree.fromstring(root, PARSER), contents


def read_objects(parent: etree._Element) -> list[tuple[str, Row]]:
    """Kind and fields of each object in a message. Raises Rejected for anything the contract does not have."""
    objects = []
    for element in parent:
        prefix, _, kind = element.get(f"{{{XSI}}}type", "").rpartition(":")
        if element.nsmap.get(prefix or None) != OBJECTS:
            raise Rejected("Dataobjektets type er ikke oppgitt.")
        known = fields_of(kind)
        names = [etree.QName(child).localname for child in element]
        unknown = [name for name in names if name not in known and name != "SourceDatabase"]
        if unknown or sorted(names, key=["SourceDatabase", *known].index) != names:
            raise Rejected(f"Feltene i {kind} er ukjente eller i feil rekkefølge: {', '.join(unknown or names)}.")
        objects.append((kind, {etree.QName(c).localname: _value(known, c) for c in element if not _is_nil(c)}))
    return objects


def _is_nil(element: etree._Element) -> bool:
    return element.get(f"{{{XSI}}}nil") == "true"


def _value(known: dict[str, str], element: etree._Element) -> Any:
    text = element.text or ""
    match known.get(etree.QName(element).localname):
        case "int":
            return int(text)
        case "boolean":
            return text in ("true", "1")
        case _:
            return text


def write_objects(objects: Iterable[tuple[str, Row]]) -> str:
    return "".join(_write(kind, row, number) for number, (kind, row) in enumerate(objects, 1))


def _write(kind: str, row: Row, number: int) -> str:
    parts = []
    for name, simple in fields_of(kind).items():
        space = "o"
        if row.get(name) is not None:
            value = row[name]
            text = str(value).lower() if simple == "boolean" else escape(str(value))
            parts.append(f"<{space}:{name}>{text}</{space}:{name}>")
        elif may_be_nil(kind, name):
            parts.append(f'<{space}:{name} i:nil="true"/>')
    return f'<m:DataObject z:Id="i{number}" i:type="o:{kind}">{"".join(parts)}</m:DataObject>'


def envelope12(action: str, relates_to: str, body: str) -> bytes:
    relates = f"<w:RelatesTo>{escape(relates_to)}</w:RelatesTo>" if relates_to else ""
    return (
        f'<s:Envelope xmlns:s="{SOAP12}" xmlns:w="{WSA}"><s:Header><w:Action s:mustUnderstand="1">{action}</w:Action>'
        f'{relates}</s:Header><s:Body xmlns:m="{MODEL}" xmlns:o="{OBJECTS}" xmlns:i="{XSI}" xmlns:z="{SERIALIZATION}">'
        f"{body}</s:Body></s:Envelope>"
    ).encode()


def fault12(code: str, words: str) -> bytes:
    return envelope12(
        "http://www.w3.org/2005/08/addressing/soap/fault",
        "",
        f"<s:Fault><s:Code><s:Value>s:{code}</s:Value></s:Code>"
        f'<s:Reason><s:Text xml:lang="nb-NO">{escape(words)}</s:Text></s:Reason></s:Fault>',
    )


def fault11(code: str, words: str) -> bytes:
    return (
        f'<s:Envelope xmlns:s="{SOAP11}"><s:Body><s:Fault><faultcode>s:{code}</faultcode>'
        f'<faultstring xml:lang="nb-NO">{escape(words)}</faultstring></s:Fault></s:Body></s:Envelope>'
    ).encode()


def uploaded(envelope: etree._Element, attached: dict[str, bytes]) -> bytes:
    """The file in an upload message, inline or attached."""
    element = next(envelope.iter(f"{{{DOCUMENTS}}}Content"))
    include = element.find(f"{{{XOP}}}Include")
    if include is None:
        return b64decode(element.text or "")
    return attached[include.get("href").removeprefix("cid:")]


def upload_answer(name: str) -> tuple[bytes, str]:
    """The answer to an upload, as MTOM, with its content type."""
    xml = (
        f'<s:Envelope xmlns:s="{SOAP11}"><s:Header><h:FileName xmlns:h="{DOCUMENTS}">{name}</h:FileName>'
        f'<h:Identifier xmlns:h="{DOCUMENTS}">{name}</h:Identifier></s:Header>'
        f'<s:Body><UploadReturnMessage xmlns="{DOCUMENTS}"/></s:Body></s:Envelope>'
    )
    root, boundary = "http://tempuri.org/0", "uuid:sandbox+id=1"
    kind = (
        f'multipart/related; type="application/xop+xml";start="<{root}>";boundary={quoteattr(boundary)};'
        'start-info="text/xml"'
    )
    body = (
        f"\r\n--{boundary}\r\nContent-ID: <{root}>\r\nContent-Transfer-Encoding: 8bit\r\n"
        f'Content-Type: application/xop+xml;charset=utf-8;type="text/xml"\r\n\r\n{xml}\r\n--{boundary}--\r\n'
    )
    return body.encode(), kind
