"""The program that looks into an uploaded file: one file, its own short-lived process, limits on and doors shut.

Nothing a sender made is parsed in a web process. `judged` starts the process and gives back its verdict.
"""

import io
import json
import logging
import subprocess
import sys
import threading
import zlib
from dataclasses import dataclass
from enum import StrEnum

from PIL import Image, ImageOps, JpegImagePlugin, PngImagePlugin, UnidentifiedImageError
from pypdf.errors import PyPdfError

from schoolapp.lib.pdf.identify import approved_pdf
from schoolapp.lib.pdf.limits import Limits
from schoolapp.lib.pdf.passive import TooMuch, is_active
from schoolapp.lib.pdf.press import PROJECT, clean_environment
from schoolapp.lib.pdf.sheet import shut_doors

log = logging.getLogger(__name__)
LIMITS = Limits(cpu_seconds=10, wall_seconds=20.0, memory_bytes=512 * 1024 * 1024)
WAIT_SECONDS = 5.0
MAX_PIXELS = 40_000_000
FULL_PIXELS = 16_000_000  # a larger JPEG is read at half its width and height, still 300 dots per inch on A4
FORMATS = {
    "png": (PngImagePlugin.PngImageFile.format, "fmt/11"),
    "jpg": (JpegImagePlugin.JpegImageFile.format, "fmt/43"),
}


class Finding(StrEnum):
    """Why a file is not kept."""

    DISAGREES = "disagrees"
    NOT_ARCHIVAL = "not archival"
    ACTIVE = "active"
    PIXELS = "pixels"
    BROKEN = "broken"
    BROKEN_PDF = "broken pdf"
    SIZE = "size"
    HEAVY = "heavy"
    BUSY = "busy"


class NotKept(Exception):
    def __init__(self, finding: Finding) -> None:
        super().__init__(finding.value)
        self.finding = finding


@dataclass(frozen=True, slots=True)
class Kept:
    """The bytes to keep, and their PRONOM id."""

    content: bytes
    puid: str


one_at_a_time = threading.BoundedSemaphore(1)


def judged(content: bytes, kind: str, limits: Limits = LIMITS) -> Kept:
    """What to keep of a file of `kind` pdf, png or jpg. Raises NotKept.

    A web process has one file looked into at a time, so that its other threads stay free for pages.
    """
    if not one_at_a_time.acquire(timeout=WAIT_SECONDS):
        raise NotKept(Finding.BUSY)
    try:
        return in_process(content, kind, limits)
    finally:
        one_at_a_time.release()


def in_process(content: bytes, kind: str, limits: Limits) -> Kept:
    process = subprocess.Popen(
        [sys.executable, "-m", __name__, kind, str(limits.cpu_seconds), str(limits.memory_bytes)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        cwd=PROJECT,
        env=clean_environment(),
        start_new_session=True,
    )
    with process:
        try:
            answer, _errors = process.communicate(content, timeout=limits.wall_seconds)
        except subprocess.TimeoutExpired:
            process.kill()
            answer = b""
    head, _newline, kept = answer.partition(b"\n")
    if process.returncode or not head:
        log.warning("an uploaded %s used more than its share: status %s", kind, process.returncode)
        raise NotKept(Finding.HEAVY)
    verdict = json.loads(head)
    if verdict["finding"]:
        raise NotKept(Finding(verdict["finding"]))
    return Kept(kept or content, verdict["puid"])


def judge_pdf(content: bytes) -> Kept:
    """A PDF is kept as it is, so it must be archival and passive. Raises NotKept."""
    if not content.startswith(b"%PDF-"):
        raise NotKept(Finding.DISAGREES)
    puid = approved_pdf(content)
    if not puid:
        raise NotKept(Finding.NOT_ARCHIVAL)
    try:
        active = is_active(content)
    except TooMuch:
        raise NotKept(Finding.HEAVY) from None
    except (PyPdfError, ValueError, KeyError, TypeError, AttributeError, IndexError, RecursionError, OSError):
        raise NotKept(Finding.BROKEN_PDF) from None
    if active:
        raise NotKept(Finding.ACTIVE)
    return Kept(b"", puid)


def judge_picture(content: bytes, kind: str) -> Kept:
    """A picture is drawn anew: pixels survive, metadata and anything hidden behind them do not. Raises NotKept."""
    wanted, puid = FORMATS[kind]
    try:
        with Image.open(io.BytesIO(content), formats=["PNG", "JPEG"]) as image:
            if image.format != wanted:
                raise NotKept(Finding.DISAGREES)
            pixels = image.width * image.height
            if pixels > MAX_PIXELS:
                raise NotKept(Finding.PIXELS)
            if pixels > FULL_PIXELS:
                image.draft(None, (image.width // 2, image.height // 2))
            ImageOps.exif_transpose(image, in_place=True)
            mode = "RGB" if kind == "jpg" or not has_alpha(image) else "RGBA"
            clean = image if image.mode == mode else image.convert(mode)
            clean.load()
            clean.info.clear()
            output = io.BytesIO()
            options = {"quality": 90} if kind == "jpg" else {}
            clean.save(output, wanted, exif=b"", **options)
    except Image.DecompressionBombError:
        raise NotKept(Finding.PIXELS) from None
    except UnidentifiedImageError:
        raise NotKept(Finding.DISAGREES) from None
    except (OSError, SyntaxError, ValueError, zlib.error):
        raise NotKept(Finding.BROKEN) from None
    if output.tell() > LIMITS.pdf_bytes:
        raise NotKept(Finding.SIZE)
    return Kept(output.getvalue(), puid)


def has_alpha(image: Image.Image) -> bool:
    return "A" in image.getbands() or "transparency" in image.info


def main(kind: str, cpu_seconds: str, memory_bytes: str) -> None:
    logging.disable()
    content = sys.stdin.buffer.read()
    shut_doors(Limits(cpu_seconds=int(cpu_seconds), memory_bytes=int(memory_bytes)))
    finding, kept = "", Kept(b"", "")
    try:
        kept = judge_pdf(content) if kind == "pdf" else judge_picture(content, kind)
    except NotKept as refused:
        finding = refused.finding
    except MemoryError:
        finding = Finding.HEAVY
    sys.stdout.buffer.write(json.dumps({"finding": finding, "puid": kept.puid}).encode() + b"\n" + kept.content)


if __name__ == "__main__":
    main(*sys.argv[1:])
