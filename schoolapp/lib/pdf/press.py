"""The client of the warm PDF process: starts it when needed, and replaces it regularly or when it is lost."""

import atexit
import contextlib
import os
import subprocess
import sys
import threading
import time
from dataclasses import asdict
from pathlib import Path
from typing import IO, NamedTuple

from schoolapp.lib.pdf import frames
from schoolapp.lib.pdf.limits import Limits, Refusal, RenderFailed

PROJECT = Path(__file__).resolve().parents[3]
START_SECONDS = 30.0
GRACE_SECONDS = 5.0


class Printed(NamedTuple):
    """A PDF, and how many pages it has."""

    pdf: bytes
    pages: int


class Press:
    """One warm process, used by one document at a time. Safe to share between threads and to inherit over a fork."""

    def __init__(self, *, assets: dict[str, Path], stylesheets: list[str], documents_per_process: int = 500) -> None:
        self._config = {"assets": {name: str(path) for name, path in assets.items()}, "stylesheets": stylesheets}
        self._documents_per_process = documents_per_process
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._owner = 0
        self._served = 0
        atexit.register(self.close)

    def print(self, html: str, limits: Limits | None = None, *, wait_seconds: float = 120.0) -> bytes:
        """The PDF of `html`. Raises RenderFailed; a lost process is replaced by the next call."""
        return self.print_counted(html, limits, wait_seconds=wait_seconds).pdf

    def print_counted(self, html: str, limits: Limits | None = None, *, wait_seconds: float = 120.0) -> Printed:
        """The same with the number of pages."""
        limits = limits or Limits()
        if self._owner != os.getpid():  # after a fork the parent's process is not ours
            self._process, self._owner, self._lock = None, os.getpid(), threading.Lock()
        if not self._lock.acquire(timeout=wait_seconds):
            raise RenderFailed(Refusal.BUSY)
        try:
            return self._print(html, limits)
        finally:
            self._lock.release()

    def _print(self, html: str, limits: Limits) -> Printed:
        process = self._running()
        try:
            frames.write(fd_of(process.stdin), {"limits": asdict(limits)}, html.encode())
            deadline = time.monotonic() + limits.wall_seconds + GRACE_SECONDS
            head, pdf = frames.read(fd_of(process.stdout), deadline=deadline)
        except frames.TooLate:
            self._end()
            raise RenderFailed(Refusal.TIME) from None
        except frames.Closed:
            self._end()
            raise RenderFailed(Refusal.CRASH) from None
        self._served += 1
        if head["refusal"]:
            raise RenderFailed(Refusal(head["refusal"]))
        return Printed(pdf, head["pages"])

    def _running(self) -> subprocess.Popen[bytes]:
        if self._process is not None and (
            self._process.poll() is not None or self._served >= self._documents_per_process
        ):
            self._end()
        if self._process is None:
            self._process = self._start()
            self._served = 0
        return self._process

    def _start(self) -> subprocess.Popen[bytes]:
        process = subprocess.Popen(
            [sys.executable, "-m", "schoolapp.lib.pdf.zygote"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            cwd=PROJECT,
            env=clean_environment(),
            start_new_session=True,
        )
        try:
            frames.write(fd_of(process.stdin), self._config)
            frames.read(fd_of(process.stdout), deadline=time.monotonic() + START_SECONDS)
        except (frames.Closed, frames.TooLate):
            process.kill()
            process.wait()
            raise RenderFailed(Refusal.CRASH) from None
        return process

    def _end(self) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        for pipe in (process.stdin, process.stdout):
            if pipe:
                with contextlib.suppress(OSError):
                    pipe.close()
        try:
            process.wait(1)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()

    def close(self) -> None:
        """End the process. The next document starts a new one."""
        if self._owner == os.getpid():
            self._end()


def clean_environment() -> dict[str, str]:
    """No secrets, and a fixed date, since fonts are otherwise stamped with the present and bytes would differ."""
    kept = {name: os.environ[name] for name in ("PATH", "TMPDIR", "LD_LIBRARY_PATH") if name in os.environ}
    return kept | {"LANG": "C.UTF-8", "SOURCE_DATE_EPOCH": "0", "PYTHONDONTWRITEBYTECODE": "1"}


def fd_of(pipe: IO[bytes] | None) -> int:
    return pipe.fileno() if pipe is not None else -1
