"""The multipart body of a sending, by hand: SvarUt reads the parts in order, which generated clients get wrong."""

import json
from collections.abc import Iterable
from secrets import token_hex
from typing import Any

LINE = b"\r\n"


def multipart(forsendelse: dict[str, Any], files: Iterable[tuple[str, str, bytes]]) -> tuple[str, bytes]:
    """(content type, body): first the part `forsendelse`, then each file (name, mime type, content) in the same order
    as the metadata, its `filename` equal to the metadata's `filnavn`.
    """
    boundary = f"schoolapp-{token_hex(16)}".encode()
    metadata = json.dumps(forsendelse, ensure_ascii=False).encode()
    parts = [_part(boundary, b'name="forsendelse"', b"application/json", metadata)]
    parts += [
        _part(boundary, b'name="dokumenter"; filename="' + quoted(name) + b'"', mime.encode(), content)
        for name, mime, content in files
    ]
    body = b"".join([*parts, b"--", boundary, b"--", LINE])
    return f"multipart/form-data; boundary={boundary.decode()}", body


def _part(boundary: bytes, what: bytes, mime: bytes, content: bytes) -> bytes:
    head = [b"--" + boundary, b"Content-Disposition: form-data; " + what, b"Content-Type: " + mime, b"", b""]
    return LINE.join(head) + content + LINE


def quoted(name: str) -> bytes:
    """A file name as HTML forms send it, in UTF-8. Raises ValueError for signs that would end it."""
    if any(sign in name for sign in '"\r\n\x00'):
        raise ValueError("a file name that cannot be sent")
    return name.encode()
