"""Documents in a short-lived process of their own: limits on, doors shut, HTML in, PDF out."""

import ctypes
import errno
import json
import math
import os
import resource
import sys
import tempfile
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from schoolapp.lib.pdf import frames
from schoolapp.lib.pdf.limits import Limits, Refusal

if TYPE_CHECKING:
    from weasyprint import CSS
    from weasyprint.text.fonts import FontConfiguration

# Label 1b with tags: the one form that every Norwegian archive check accepts and that carries its XMP in plain text
# (docs/documents.md has the measurements).
PDF_VARIANT = "pdf/a-1b"
CLONE_NEWUSER, CLONE_NEWNET = 0x10000000, 0x40000000
PR_SET_PDEATHSIG, SIGKILL = 1, 9
ROOM_TO_ANSWER = 32 * 1024 * 1024
MOST_DOCUMENTS = 20  # of one process; it is ended before


class TooManyPages(Exception):
    pass


class AssetFetcher(Protocol):
    """WeasyPrint's fetcher as `zygote` makes it; it remembers whether it had to refuse."""

    refused: bool


@dataclass(frozen=True)
class Workshop:
    """What is shared by all documents of a process: parsed styles, loaded fonts, and the only assets there are."""

    fetcher: "AssetFetcher"
    fonts: "FontConfiguration"
    styles: "list[CSS]"


def print_document(workshop: Workshop, html: str, limits: Limits) -> tuple[bytes, int]:
    """The PDF of `html`, and how many pages it has.

    Raises TooManyPages, and FatalURLFetchingError or Forbidden for what is not bundled.
    """
    import weasyprint

    page = weasyprint.HTML(string=html, url_fetcher=workshop.fetcher, base_url="asset:/")
    document = page.render(stylesheets=workshop.styles, font_config=workshop.fonts, presentational_hints=False)
    if len(document.pages) > limits.pages:
        raise TooManyPages
    pdf = bytes(document.write_pdf(pdf_variant=PDF_VARIANT, pdf_tags=True) or b"")
    if workshop.fetcher.refused:
        raise Forbidden("asset")
    return pdf, len(document.pages)


def work(workshop: Workshop, limits: Limits, source: int, sink: int, output: int) -> None:
    """Body of the forked process: for each document from `source`, answer in `output`, and a byte in `sink`."""
    shut_doors(limits)
    while True:
        _head, body = frames.read(source)
        allow_time(limits)
        answer(workshop, body.decode(), limits, output)
        os.write(sink, b".")


def answer(workshop: Workshop, html: str, limits: Limits, output: int) -> None:
    """Write a JSON line and the PDF to `output`. What is wrong with the document is said there."""
    from weasyprint.urls import FatalURLFetchingError

    pdf, pages, refusal = b"", 0, ""
    try:
        pdf, pages = print_document(workshop, html, limits)
        if len(pdf) > limits.pdf_bytes:
            pdf, refusal = b"", Refusal.SIZE
    except TooManyPages:
        refusal = Refusal.PAGES
    except (FatalURLFetchingError, Forbidden):
        refusal = Refusal.ASSET
    except (MemoryError, RecursionError):
        refusal = Refusal.MEMORY
    except OSError as error:
        refusal = Refusal.MEMORY if error.errno == errno.ENOMEM else Refusal.SIZE
    if refusal:
        make_room_to_answer()
    os.ftruncate(output, 0)
    os.lseek(output, 0, os.SEEK_SET)
    with open(output, "wb", closefd=False) as file:
        file.write(json.dumps({"refusal": refusal, "pages": pages}).encode() + b"\n")
        file.write(pdf)


def allow_time(limits: Limits) -> None:
    """The processor time of one document more. The hard limit, which holds for all of them, stays."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    _soft, hard = resource.getrlimit(resource.RLIMIT_CPU)
    soft = math.ceil(used.ru_utime + used.ru_stime) + limits.cpu_seconds
    resource.setrlimit(resource.RLIMIT_CPU, (min(soft, hard), hard))


def shut_doors(limits: Limits) -> None:
    """Memory, CPU and file size limits; no network; no other processes; no reading outside the installation."""
    libc = ctypes.CDLL(None, use_errno=True)
    libc.prctl(PR_SET_PDEATHSIG, SIGKILL)
    libc.unshare(CLONE_NEWUSER | CLONE_NEWNET)  # where the kernel allows it; the audit hook holds everywhere
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    longest = MOST_DOCUMENTS * limits.cpu_seconds
    resource.setrlimit(resource.RLIMIT_CPU, (longest, longest))
    resource.setrlimit(resource.RLIMIT_AS, (limits.memory_bytes, limits.memory_bytes + ROOM_TO_ANSWER))
    resource.setrlimit(resource.RLIMIT_FSIZE, (limits.pdf_bytes + 65536, limits.pdf_bytes + 65536))
    allowed = tuple(os.path.realpath(p) + os.sep for p in {sys.prefix, sys.base_prefix, *font_folders()})
    sys.addaudithook(lambda event, args: refuse(event, args, allowed))


def make_room_to_answer() -> None:
    """A process that has used up its memory needs a little more to say so."""
    _soft, hard = resource.getrlimit(resource.RLIMIT_AS)
    resource.setrlimit(resource.RLIMIT_AS, (hard, hard))


def font_folders() -> list[str]:
    return [entry.path for entry in os.scandir(tempfile.gettempdir()) if entry.name.startswith("weasyprint-")]


class Forbidden(BaseException):
    """Something in the document made the renderer reach out. BaseException, so that nothing swallows it."""


SILENT = (
    "socket.",
    "subprocess.",
    "os.exec",
    "os.system",
    "os.posix_spawn",
    "os.fork",
    "ftplib.",
    "urllib.",
    "shutil.",
)


def refuse(event: str, args: tuple[Any, ...], allowed: tuple[str, ...]) -> None:
    if event.startswith(SILENT):
        raise Forbidden(event)
    if event == "open" and args and isinstance(args[0], str | bytes):
        path = os.path.realpath(os.fsdecode(args[0]))
        if not path.startswith(allowed):
            raise Forbidden(event)
