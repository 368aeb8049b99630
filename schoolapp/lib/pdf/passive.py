"""Whether a PDF only shows something, or can also act: scripts, forms that send, programs, files inside the file.

Three looks, since each sees what another can be led past: the plain bytes, whatever a viewer may find there; every
stream that unpacks to something like objects; and the objects as pypdf reads them. A name may be written with
`#` and two hexadecimal digits for any character (ISO 32000-1, 7.3.5), and is the same name.

Meant for a process with limits: a hostile file can make pypdf slow.
"""

import io
import re
import zlib
from collections.abc import Iterator
from typing import Any

from pypdf import PdfReader
from pypdf.generic import ArrayObject, DictionaryObject, IndirectObject, NameObject

MAX_STREAMS = 50_000
MAX_UNPACKED = 100 * 1024 * 1024
MAX_DEPTH = 100
CHUNK = 16 * 1024
PEEK = 256

NAMES = (
    *("JavaScript", "Launch", "EmbeddedFile", "EmbeddedFiles", "RichMedia", "XFA", "SubmitForm", "ImportData"),
    *("GoToR", "GoToE", "Rendition", "Movie", "Sound", "Encrypt"),
)
SHORT_NAMES = ("JS", "AA")  # among compressed bytes they occur by chance, so they count in plain text only
OPEN_ACTION = "OpenAction"
END_OF_NAME = rb"(?=[\x00\t\n\f\r ()<>\[\]{}/%]|\Z)"
STREAM = re.compile(rb"stream\r?\n?")
LIKE_OBJECTS = re.compile(rb"[\x00\t\n\f\r ]*(?:%|[+-]?\d+[\x00\t\n\f\r ]|\Z)")
NOT_PLAIN = re.compile(rb"[^\t\n\f\r -~]")


class TooMuch(Exception):
    """There is more in the file than is looked through."""


def written(name: str) -> bytes:
    """A pattern for every way of writing `name`."""
    return b"".join(
        b"(?:%c|#%s)" % (char, b"".join(b"[%c%c]" % pair for pair in hex_pairs(char))) for char in name.encode()
    )


def hex_pairs(char: int) -> Iterator[tuple[int, int]]:
    yield from zip(f"{char:02x}".encode(), f"{char:02X}".encode(), strict=True)


def pattern(*names: str) -> re.Pattern[bytes]:
    return re.compile(b"/(?:" + b"|".join(written(name) for name in names) + b")" + END_OF_NAME)


LONG = pattern(*NAMES)
SHORT = pattern(*SHORT_NAMES)
OPENS = pattern(OPEN_ACTION)
A_PLACE = re.compile(rb"[\x00\t\n\f\r ]*\[")
FORBIDDEN = {f"/{name}" for name in (*NAMES, *SHORT_NAMES)}


def is_active(content: bytes) -> bool:
    """Whether the PDF holds anything but pages to read. Raises TooMuch, and whatever pypdf raises for a broken file."""
    return acts(content) or any(acts(part) for part in parts_like_objects(content)) or has_active_object(content)


def acts(text: bytes) -> bool:
    """Whether a forbidden name is written here. To open at a page, as LibreOffice's PDF/A does, is no act."""
    if LONG.search(text):
        return True
    if any(not A_PLACE.match(text, found.end()) for found in OPENS.finditer(text)):
        return True
    return any(
        not NOT_PLAIN.search(text, max(0, found.start() - 16), found.end() + 16) for found in SHORT.finditer(text)
    )


def parts_like_objects(content: bytes) -> Iterator[bytes]:
    """Every compressed stream that begins as an object stream does, with numbers. Raises TooMuch."""
    view, total = memoryview(content), 0
    for count, found in enumerate(STREAM.finditer(content)):
        if count >= MAX_STREAMS:
            raise TooMuch
        if LIKE_OBJECTS.match(unpacked(view[found.end() : found.end() + CHUNK], PEEK)):
            part = unpacked(view[found.end() :], MAX_UNPACKED - total + 1)
            total += len(part)
            if total > MAX_UNPACKED:
                raise TooMuch
            yield part


def unpacked(view: memoryview, most: int) -> bytes:
    """At most `most` bytes of what is compressed here; as far as it goes when it is broken."""
    unpacker, left = zlib.decompressobj(), most
    pieces: list[bytes] = []
    for start in range(0, len(view), CHUNK):
        chunk: bytes | memoryview = view[start : start + CHUNK]
        while chunk and left > 0:
            try:
                piece = unpacker.decompress(chunk, left)
            except zlib.error:
                return b"".join(pieces)
            pieces.append(piece)
            left -= len(piece)
            chunk = unpacker.unconsumed_tail
        if unpacker.eof or left <= 0:
            break
    return b"".join(pieces)


def has_active_object(content: bytes) -> bool:
    reader = PdfReader(io.BytesIO(content), strict=False)
    if reader.is_encrypted or is_active_object(reader.trailer):
        return True
    plain = ((number, generation) for generation, table in reader.xref.items() for number in table)
    packed = ((number, 0) for number in reader.xref_objStm)
    return any(is_active_object(reader.get_object(IndirectObject(*key, reader))) for key in (*plain, *packed))


def is_active_object(value: Any, depth: int = 0) -> bool:
    """Whether a forbidden name is among the keys and values; what is only referred to has its own turn."""
    if depth > MAX_DEPTH:
        raise TooMuch
    match value:
        case NameObject():
            return value in FORBIDDEN
        case DictionaryObject():
            opens = value.raw_get(f"/{OPEN_ACTION}") if f"/{OPEN_ACTION}" in value else None
            if opens is not None and not isinstance(opens, ArrayObject):
                return True
            return any(key in FORBIDDEN or is_active_object(value.raw_get(key), depth + 1) for key in value)
        case ArrayObject():
            return any(is_active_object(item, depth + 1) for item in list.__iter__(value))
    return False
