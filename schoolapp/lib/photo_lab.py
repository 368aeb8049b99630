"""The program that draws many photos anew in one short-lived process, with limits on and doors shut.

Only the pixels of a small JPEG come back: no EXIF, no place, no thumbnail of what was cut away. Nothing a photographer
sent is parsed in a web process. `developed` starts the process.
"""

import io
import logging
import struct
import subprocess
import sys
import threading
import zlib
from collections.abc import Sequence
from typing import BinaryIO

from PIL import Image, ImageOps, JpegImagePlugin, PngImagePlugin, UnidentifiedImageError

from schoolapp.lib.pdf.limits import Limits
from schoolapp.lib.pdf.press import PROJECT, clean_environment
from schoolapp.lib.pdf.sheet import shut_doors

log = logging.getLogger(__name__)
LIMITS = Limits(cpu_seconds=60, wall_seconds=75.0, memory_bytes=768 * 1024 * 1024)
WAIT_SECONDS = 5.0
MAX_PIXELS = 60_000_000
LARGEST = (480, 600)
FORMATS = (JpegImagePlugin.JpegImageFile.format, PngImagePlugin.PngImageFile.format)
HEAD = struct.Struct(">I")

one_at_a_time = threading.BoundedSemaphore(1)


class LabFailed(Exception):
    """The photos as a whole asked for more than their share, or another batch is being drawn."""


def developed(photos: Sequence[bytes], limits: Limits = LIMITS) -> list[bytes | None]:
    """Each photo as a small clean JPEG, or None for what is no JPEG or PNG, is broken or has too many pixels.

    Raises LabFailed.
    """
    if not one_at_a_time.acquire(timeout=WAIT_SECONDS):
        raise LabFailed
    try:
        return in_process(photos, limits)
    finally:
        one_at_a_time.release()


def in_process(photos: Sequence[bytes], limits: Limits) -> list[bytes | None]:
    process = subprocess.Popen(
        [sys.executable, "-m", __name__, str(limits.cpu_seconds), str(limits.memory_bytes)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        cwd=PROJECT,
        env=clean_environment(),
        start_new_session=True,
    )
    with process:
        try:
            sent = b"".join(HEAD.pack(len(photo)) + photo for photo in photos)
            answer, _errors = process.communicate(sent, timeout=limits.wall_seconds)
        except subprocess.TimeoutExpired:
            process.kill()
            answer = b""
    made = list(frames(io.BytesIO(answer)))
    if process.returncode or len(made) != len(photos):
        log.warning("a batch of %d photos used more than its share: status %s", len(photos), process.returncode)
        raise LabFailed
    return [photo or None for photo in made]


def frames(stream: BinaryIO) -> list[bytes]:
    found = []
    while head := stream.read(HEAD.size):
        found.append(stream.read(HEAD.unpack(head)[0]))
    return found


def clean(content: bytes) -> bytes:
    """The picture drawn anew; empty for what is none."""
    try:
        with Image.open(io.BytesIO(content), formats=FORMATS) as image:
            if image.width * image.height > MAX_PIXELS:
                return b""
            image.draft("RGB", (LARGEST[0] * 2, LARGEST[1] * 2))
            turned = ImageOps.exif_transpose(image).convert("RGB")
            turned.thumbnail(LARGEST)
            fresh = Image.new("RGB", turned.size)
            fresh.paste(turned)
            output = io.BytesIO()
            fresh.save(output, "JPEG", quality=88, exif=b"")
    except (Image.DecompressionBombError, UnidentifiedImageError):
        return b""
    except (OSError, SyntaxError, ValueError, zlib.error, struct.error):
        return b""
    return output.getvalue()


def main(cpu_seconds: str, memory_bytes: str) -> None:
    logging.disable()
    photos = frames(sys.stdin.buffer)
    shut_doors(Limits(cpu_seconds=int(cpu_seconds), memory_bytes=int(memory_bytes)))
    for photo in photos:
        made = clean(photo)
        sys.stdout.buffer.write(HEAD.pack(len(made)) + made)


if __name__ == "__main__":
    main(*sys.argv[1:])
