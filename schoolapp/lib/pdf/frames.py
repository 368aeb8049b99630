"""Messages between the client and the process: a JSON head and bytes, each with its length."""

import json
import os
import select
import struct
import time
from typing import Any

HEAD = struct.Struct(">II")
LARGEST = 64 * 1024 * 1024


class Closed(Exception):
    """The other end is gone, or sent something that is no frame."""


class TooLate(Exception):
    """Nothing complete arrived before the deadline."""


def pack(head: dict[str, Any], body: bytes = b"") -> bytes:
    text = json.dumps(head).encode()
    return HEAD.pack(len(text), len(body)) + text + body


def write(fd: int, head: dict[str, Any], body: bytes = b"") -> None:
    data = memoryview(pack(head, body))
    while data:
        try:
            data = data[os.write(fd, data) :]
        except BrokenPipeError:
            raise Closed from None


def read(fd: int, *, deadline: float | None = None) -> tuple[dict[str, Any], bytes]:
    """Read one frame. Raises Closed or, past `deadline` (monotonic), TooLate."""
    head_size, body_size = HEAD.unpack(read_exactly(fd, HEAD.size, deadline))
    if head_size + body_size > LARGEST:
        raise Closed
    head = json.loads(read_exactly(fd, head_size, deadline))
    return head, read_exactly(fd, body_size, deadline)


def read_exactly(fd: int, size: int, deadline: float | None) -> bytes:
    chunks: list[bytes] = []
    poll = select.poll()
    poll.register(fd, select.POLLIN | select.POLLHUP)
    while size:
        if deadline is not None:
            left = deadline - time.monotonic()
            if left <= 0 or not poll.poll(left * 1000):
                raise TooLate
        chunk = os.read(fd, min(size, 1 << 20))
        if not chunk:
            raise Closed
        chunks.append(chunk)
        size -= len(chunk)
    return b"".join(chunks)
