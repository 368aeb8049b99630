"""The warm process. It loads fonts and styles once, then forks one limited process per document.

Started by `press.Press` with an empty environment: it knows no password and no database. It ends when its input closes.
"""

import contextlib
import gc
import json
import os
import re
import select
import signal
import sys
import time
from base64 import b64decode
from typing import TYPE_CHECKING, Any

from schoolapp.lib.pdf import frames, sheet
from schoolapp.lib.pdf.limits import Limits, Refusal

if TYPE_CHECKING:
    from weasyprint.urls import URLFetcherResponse

MIME = {"woff2": "font/woff2", "ttf": "font/ttf", "css": "text/css", "png": "image/png", "svg": "image/svg+xml"}
# A picture in the page itself, such as a school's logo. Templates' own text has none: the sanitiser lets no image by.
PICTURE = re.compile(r"data:(image/png|image/jpeg);base64,([A-Za-z0-9+/]{1,200000}={0,2})")
WARM_UP = (
    "<html lang='nb'><head><title>Oppvarming</title></head><body><h1>Æ</h1><p><strong>đ</strong></p></body></html>"
)


def make_fetcher(assets: dict[str, bytes]) -> sheet.AssetFetcher:
    """Serves the named assets from memory and stops the document at anything else."""
    from weasyprint.urls import FatalURLFetchingError, URLFetcher, URLFetcherResponse

    class AssetFetcher(URLFetcher):
        refused = False

        def fetch(self, url: str, headers: Any = None) -> "URLFetcherResponse":
            if picture := PICTURE.fullmatch(url):
                return URLFetcherResponse(url, b64decode(picture[2]), {"Content-Type": picture[1]})
            content = assets.get(url.removeprefix("asset:").lstrip("/")) if url.startswith("asset:") else None
            if content is None:
                self.refused = True  # WeasyPrint swallows even the fatal error inside SVG
                raise FatalURLFetchingError("not a bundled asset")
            return URLFetcherResponse(url, content, {"Content-Type": MIME[url.rpartition(".")[2]]})

    return AssetFetcher(allowed_protocols=(), allow_redirects=False)


def open_workshop(config: dict[str, Any]) -> sheet.Workshop:
    """The workshop of this process, warm, whose children share all it has read."""
    workshop = read_workshop(config)
    sheet.print_document(workshop, WARM_UP, Limits())
    # A child lives for one document: looking for garbage in it, or in what it shares with us, only takes time.
    gc.collect()
    gc.freeze()
    gc.disable()
    return workshop


def read_workshop(config: dict[str, Any]) -> sheet.Workshop:
    import weasyprint
    from weasyprint.text.fonts import FontConfiguration

    assets = {}
    for name, path in config["assets"].items():
        with open(path, "rb") as file:
            assets[name] = file.read()
    fetcher, fonts = make_fetcher(assets), FontConfiguration()
    styles = [
        weasyprint.CSS(string=assets[name].decode(), font_config=fonts, url_fetcher=fetcher, base_url="asset:/")
        for name in config["stylesheets"]
    ]
    return sheet.Workshop(fetcher, fonts, styles)


def print_in_child(workshop: sheet.Workshop, html: str, limits: Limits) -> tuple[dict[str, Any], bytes]:
    """Fork, wait within the limits, and tell how it went: (refusal or "" and number of pages, PDF)."""
    if len(html.encode()) > limits.html_bytes:
        return {"refusal": Refusal.SIZE}, b""
    output = os.memfd_create("pdf")
    try:
        child = os.fork()
        if child == 0:
            status = 1
            with contextlib.suppress(BaseException):
                status = sheet.run(workshop, html, limits, output)
            os._exit(status)
        if refusal := refusal_of(wait_for(child, limits.wall_seconds)):
            return {"refusal": refusal}, b""
        os.lseek(output, 0, os.SEEK_SET)
        with open(output, "rb", closefd=False) as file:
            head: dict[str, Any] = json.loads(file.readline())
            return head, file.read()
    finally:
        os.close(output)


def wait_for(child: int, seconds: float) -> int | None:
    """The exit status as `waitpid` gives it, or None when the time ran out and the child was killed."""
    handle = os.pidfd_open(child)
    try:
        poll = select.poll()
        poll.register(handle, select.POLLIN)
        in_time = bool(poll.poll(seconds * 1000))
        if not in_time:
            os.kill(child, signal.SIGKILL)
        _pid, status = os.waitpid(child, 0)
        return status if in_time else None
    finally:
        os.close(handle)


def refusal_of(status: int | None) -> str:
    if status is None:
        return Refusal.TIME
    if os.WIFSIGNALED(status):
        match os.WTERMSIG(status):
            case signal.SIGXCPU | signal.SIGKILL:
                return Refusal.TIME
            case signal.SIGXFSZ:
                return Refusal.SIZE
            case signal.SIGABRT | signal.SIGSEGV | signal.SIGTRAP:  # how C libraries die when memory is refused
                return Refusal.MEMORY
        return Refusal.CRASH
    return "" if os.WEXITSTATUS(status) == 0 else Refusal.CRASH


def serve() -> None:
    source, sink = os.dup(0), os.dup(1)
    os.dup2(2, 1)  # a library that prints must not corrupt the frames
    config, _body = frames.read(source)
    workshop = open_workshop(config)
    frames.write(sink, {"ready": True})
    while True:
        head, body = frames.read(source)
        started = time.monotonic()
        answer, pdf = print_in_child(workshop, body.decode(), Limits(**head["limits"]))
        frames.write(sink, {**answer, "seconds": round(time.monotonic() - started, 4)}, pdf)


if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the parent, which closes our input
    with contextlib.suppress(frames.Closed):
        serve()
    sys.exit(0)
