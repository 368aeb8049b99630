"""Fetching one large file over HTTP: bounded in time and size, and whole or not at all."""

import time

import requests

CONNECT_SECONDS, READ_SECONDS, TOTAL_SECONDS = 5.0, 30.0, 300.0
CHUNK = 64 * 1024


class NotFetched(Exception):
    """No whole answer; the text says what happened without repeating anything of it."""


def download(url: str, *, login: tuple[str, str] | None = None, most_bytes: int) -> bytes:
    """The body of a 200 answer. Redirects are not followed, since they would take the password elsewhere.

    Raises NotFetched for any other answer, and for one that is too large, too slow or shorter than it said.
    """
    deadline = time.monotonic() + TOTAL_SECONDS
    chunks: list[bytes] = []
    size = 0
    try:
        with requests.get(
            url, auth=login, stream=True, allow_redirects=False, timeout=(CONNECT_SECONDS, READ_SECONDS)
        ) as answer:
            if answer.status_code != 200:
                raise NotFetched(f"HTTP {answer.status_code}")
            for chunk in answer.iter_content(CHUNK):
                size += len(chunk)
                if size > most_bytes or time.monotonic() > deadline:
                    raise NotFetched("too large" if size > most_bytes else "too slow")
                chunks.append(chunk)
            told = answer.headers.get("Content-Length")
            if told and "Content-Encoding" not in answer.headers and int(told) != size:
                raise NotFetched("cut off")
    except (requests.RequestException, ValueError) as error:
        raise NotFetched(type(error).__name__) from None
    return b"".join(chunks)
