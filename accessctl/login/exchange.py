"""Talking to a login provider: short, bounded, and quick to give up on one that does not answer."""

import json
import time
from typing import Any
from urllib.parse import urlsplit

import requests
import urllib3

CONNECT_SECONDS, READ_SECONDS, TOTAL_SECONDS = 2.0, 4.0, 5.0
MOST_BYTES = 512 * 1024
# After a failure to reach a host the next attempts fail at once, so that slow logins do not occupy every worker.
PAUSE_SECONDS = 10.0

_closed_until: dict[str, float] = {}


class Unreachable(Exception):
    """No usable answer: no connection, too slow, too large, a server error, or not JSON."""


class Refused(Exception):
    """The provider answered no (4xx). `code` is its OAuth error code."""

    def __init__(self, status: int, code: str) -> None:
        super().__init__(f"{status} {code}")
        self.status, self.code = status, code


def get_json(url: str, *, token: str = "") -> dict[str, Any]:
    return _call("GET", url, headers={"Authorization": f"Bearer {token}"} if token else {})


def post_form(url: str, fields: dict[str, str], *, headers: dict[str, str]) -> dict[str, Any]:
    return _call("POST", url, data=fields, headers=headers)


def forget_failures() -> None:
    """Try every host again at once."""
    _closed_until.clear()


def _call(method: str, url: str, **options: Any) -> dict[str, Any]:
    host = urlsplit(url).netloc
    if time.monotonic() < _closed_until.get(host, 0):
        raise Unreachable("host failed a moment ago")
    options["headers"] = {"Accept": "application/json"} | options["headers"]
    try:
        return _answer(method, url, options)
    except (requests.RequestException, urllib3.exceptions.HTTPError) as error:
        _closed_until[host] = time.monotonic() + PAUSE_SECONDS
        # The exception's own text may hold the address with its parameters.
        raise Unreachable(type(error).__name__) from None


def _answer(method: str, url: str, options: dict[str, Any]) -> dict[str, Any]:
    deadline = time.monotonic() + TOTAL_SECONDS
    timeout = (CONNECT_SECONDS, READ_SECONDS)
    with requests.request(method, url, timeout=timeout, allow_redirects=False, stream=True, **options) as response:
        body = b""
        # One read at a time: a peer that trickles must not hold us past the deadline.
        while piece := response.raw.read1(16 * 1024, decode_content=True):
            body += piece
            if len(body) > MOST_BYTES or time.monotonic() > deadline:
                raise requests.Timeout
        content = _parsed(body)
        if 400 <= response.status_code < 500:
            raise Refused(response.status_code, str(content.get("error", ""))[:40])
        if response.status_code != 200 or not content:
            raise Unreachable(f"status {response.status_code}")
        return content


def _parsed(body: bytes) -> dict[str, Any]:
    try:
        content = json.loads(body)
    except ValueError:
        return {}
    return content if isinstance(content, dict) else {}
