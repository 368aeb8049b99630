"""The warm process. It loads fonts and styles once, then forks limited processes that print a few documents each.

Started by `press.Press` with an empty environment: it knows no password and no database. It ends when its input closes.
"""

import contextlib
import gc
import json
import os
import re
import resource
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
DOCUMENTS_PER_CHILD = 10
MOST_GROWTH = 32 * 1024 * 1024  # a letter leaves a quarter of one
DEPENDS_ON_THE_PAST = {Refusal.MEMORY, Refusal.CRASH}
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
    # A child lives for few documents: looking for garbage in it, or in what it shares with us, only takes time.
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


class Child:
    """A limited process that prints documents one after the other, forked from the warm one.

    `is_used` once it has answered: what it holds from earlier documents counts against its memory.
    """

    def __init__(self, workshop: sheet.Workshop, limits: Limits) -> None:
        self.limits, self.served = limits, 0
        self.output = os.memfd_create("pdf")
        source, self.orders = os.pipe()
        self.answers, sink = os.pipe()
        self.pid = os.fork()
        if self.pid == 0:
            with contextlib.suppress(BaseException):
                os.close(self.orders)  # so that the end of the warm process is seen
                sheet.work(workshop, limits, source, sink, self.output)
            os._exit(1)
        os.close(source)
        os.close(sink)
        self.handle = os.pidfd_open(self.pid)
        self.size = self.memory()

    @property
    def is_used(self) -> bool:
        return self.served > 0

    @property
    def is_spent(self) -> bool:
        """Whether the next document is to have a new one, with all the memory there is."""
        return self.served >= DOCUMENTS_PER_CHILD or self.memory() - self.size > MOST_GROWTH

    def memory(self) -> int:
        """Bytes of its own. Address space would not do: a C library reserves much of that and uses none of it."""
        with open(f"/proc/{self.pid}/statm") as file:
            _size, resident, shared, *_rest = map(int, file.read().split())
        return (resident - shared) * resource.getpagesize()

    def print(self, html: str, until: float) -> tuple[dict[str, Any], bytes]:
        """(refusal or "" and number of pages, PDF). One that is refused is its last."""
        with contextlib.suppress(frames.Closed):
            frames.write(self.orders, {}, html.encode())
        poll = select.poll()
        for fd in (self.answers, self.handle):
            poll.register(fd, select.POLLIN)
        ready = {fd for fd, _event in poll.poll(max(0.0, until - time.monotonic()) * 1000)}
        if not ready:
            return {"refusal": Refusal.TIME}, b""
        if self.answers not in ready or not os.read(self.answers, 1):
            return {"refusal": refusal_of(self.status()) or Refusal.CRASH}, b""
        self.served += 1
        os.lseek(self.output, 0, os.SEEK_SET)
        with open(self.output, "rb", closefd=False) as file:
            head: dict[str, Any] = json.loads(file.readline())
            return head, file.read()

    def status(self) -> int:
        _pid, status = os.waitpid(self.pid, 0)
        self.pid = 0
        return status

    def end(self) -> None:
        """Kill it if it lives, and leave nothing behind."""
        if self.pid:
            os.kill(self.pid, signal.SIGKILL)
            self.status()
        for fd in (self.handle, self.orders, self.answers, self.output):
            os.close(fd)


class Room:
    """Where documents are printed: one child at a time, for a few documents, and a new one after a refusal."""

    def __init__(self, workshop: sheet.Workshop) -> None:
        self.workshop = workshop
        self.child: Child | None = None

    def print(self, html: str, limits: Limits) -> tuple[dict[str, Any], bytes]:
        """Refused is only what a fresh process refuses, so that no document fails for what came before it."""
        if len(html.encode()) > limits.html_bytes:
            return {"refusal": Refusal.SIZE}, b""
        until = time.monotonic() + limits.wall_seconds
        while True:
            child = self.child_for(limits)
            was_used = child.is_used
            answer, pdf = child.print(html, until)
            if answer["refusal"] or child.is_spent:
                self.close()
            if not (was_used and answer["refusal"] in DEPENDS_ON_THE_PAST):
                return answer, pdf

    def child_for(self, limits: Limits) -> Child:
        if self.child is not None and self.child.limits != limits:
            self.close()
        if self.child is None:
            self.child = Child(self.workshop, limits)
        return self.child

    def close(self) -> None:
        if self.child is not None:
            self.child.end()
            self.child = None


def refusal_of(status: int) -> str:
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
    room = Room(open_workshop(config))
    frames.write(sink, {"ready": True})
    while True:
        head, body = frames.read(source)
        started = time.monotonic()
        answer, pdf = room.print(body.decode(), Limits(**head["limits"]))
        frames.write(sink, {**answer, "seconds": round(time.monotonic() - started, 4)}, pdf)


if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the parent, which closes our input
    with contextlib.suppress(frames.Closed):
        serve()
    sys.exit(0)
