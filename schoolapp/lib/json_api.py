"""Asking another system's HTTP interface for JSON: bounded in time and size, with the three ways it can end."""

import json
import time
from typing import Any

import requests

CONNECT_SECONDS, READ_SECONDS, TOTAL_SECONDS = 5.0, 60.0, 120.0
CHUNK = 64 * 1024
MOST_BYTES = 64 * 1024 * 1024
LONGEST_PAUSE = 3600.0


class Refused(Exception):
    """The other system said no (4xx), and will say so again. `content` is its answer, or nothing when not JSON."""

    def __init__(self, status: int, content: dict[str, Any]) -> None:
        super().__init__(f"HTTP {status}")
        self.status, self.content = status, content


class Unavailable(Exception):
    """No usable answer now: no connection, too slow, too large, 429 or a server error. `seconds` is how long to wait,
    where the other system has told."""

    def __init__(self, reason: str, seconds: float | None = None) -> None:
        super().__init__(reason)
        self.seconds = seconds


def post(
    url: str, *, json_body: Any = None, form: dict[str, str] | None = None, headers: dict[str, str] | None = None
) -> bytes:
    """The body of a 200 answer. Redirects are not followed, since they would take the headers elsewhere.

    Raises Refused or Unavailable. Neither repeats anything of the address, the body or the headers.
    """
    deadline = time.monotonic() + TOTAL_SECONDS
    body = b""
    try:
        with requests.post(
            url,
            json=json_body,
            data=form,
            headers={"Accept": "application/json"} | (headers or {}),
            timeout=(CONNECT_SECONDS, READ_SECONDS),
            allow_redirects=False,
            stream=True,
        ) as answer:
            pieces = []
            size = 0
            for piece in answer.iter_content(CHUNK):
                size += len(piece)
                if size > MOST_BYTES or time.monotonic() > deadline:
                    raise Unavailable("too large" if size > MOST_BYTES else "too slow")
                pieces.append(piece)
            body = b"".join(pieces)
            status, told = answer.status_code, answer.headers.get("Retry-After", "")
    except (requests.RequestException, ValueError) as error:
        raise Unavailable(type(error).__name__) from None
    if status == 200:
        return body
    if 400 <= status < 500 and status != 429:
        raise Refused(status, parsed(body))
    raise Unavailable(f"HTTP {status}", pause(told))


def parsed(body: bytes) -> dict[str, Any]:
    """The object an answer holds, or nothing: proxies answer in HTML."""
    try:
        content = json.loads(body)
    except ValueError:
        return {}
    return content if isinstance(content, dict) else {}


def pause(told: str) -> float | None:
    """Seconds to wait by a Retry-After header. Skatteetaten counts in milliseconds, others in seconds."""
    if not (told.isascii() and told.isdigit()):
        return None
    number = float(told)
    return min(number / 1000 if number >= 1000 else number, LONGEST_PAUSE)
