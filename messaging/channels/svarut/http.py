"""HTTP to SvarUt: bounded in time and size, with what each way of ending says about whether something was sent."""

import json
import time
from dataclasses import dataclass
from typing import Any

import requests
from django.conf import settings
from urllib3.exceptions import NewConnectionError

from messaging.channels.base import NotDone, Unknown
from schoolapp.lib import maskinporten
from schoolapp.lib.json_api import Unavailable, pause

CONNECT_SECONDS, QUESTION_SECONDS = 5.0, 60.0
CHUNK = 64 * 1024
MOST_BYTES = 8 * 1024 * 1024


@dataclass(frozen=True)
class Answer:
    status: int
    body: bytes
    retry_after: str = ""

    @property
    def content(self) -> dict[str, Any]:
        """The object it holds, or nothing: proxies answer in HTML."""
        try:
            content = json.loads(self.body)
        except ValueError:
            return {}
        return content if isinstance(content, dict) else {}

    @property
    def pause(self) -> float | None:
        return pause(self.retry_after)


def headers() -> dict[str, str]:
    """What lets us in. Raises NotDone: without it nothing is sent."""
    own = settings.SVARUT
    try:
        return maskinporten.fiks_headers(
            integration_id=own["integration_id"], integration_password=own["integration_password"]
        )
    except maskinporten.NotAllowed as refused:
        raise NotDone(f"Maskinporten gir oss ikke tilgang til SvarUt ({refused}).") from None
    except Unavailable as silent:
        raise NotDone(f"Maskinporten svarer ikke ({silent}).", pause=silent.seconds) from None


def address(path: str) -> str:
    return f"{settings.SVARUT['url'].rstrip('/')}{path}"


def exchange(
    method: str,
    path: str,
    *,
    headers: dict[str, str],
    body: bytes | None = None,
    params: dict[str, str] | None = None,
    seconds: float = QUESTION_SECONDS,
) -> Answer:
    """One request, never repeated and never redirected.

    Raises NotDone when no connection came about, and Unknown when it broke, or took too long, after that.
    """
    deadline = time.monotonic() + seconds
    try:
        with requests.request(
            method,
            address(path),
            data=body,
            params=params,
            headers={"Accept": "application/json"} | headers,
            timeout=(CONNECT_SECONDS, seconds),
            allow_redirects=False,
            stream=True,
        ) as answer:
            content = bytearray()
            for piece in answer.iter_content(CHUNK):
                content += piece
                if len(content) > MOST_BYTES or time.monotonic() > deadline:
                    raise Unknown("SvarUt svarte med for mye eller for sakte.")
            return Answer(answer.status_code, bytes(content), answer.headers.get("Retry-After", ""))
    except requests.ConnectTimeout:
        raise NotDone("SvarUt svarer ikke.") from None
    except requests.RequestException as error:
        if never_connected(error):
            raise NotDone("SvarUt svarer ikke.") from None
        raise Unknown(f"Forbindelsen til SvarUt ble brutt ({type(error).__name__}).") from None


def never_connected(error: requests.RequestException) -> bool:
    reason = getattr(error.args[0] if error.args else None, "reason", None)
    return isinstance(error, requests.exceptions.SSLError) or isinstance(reason, NewConnectionError)
