"""What may be attached to a letter: a PDF that archives approve, or a picture, which we draw anew without its metadata.

Everything is judged by content. The sender's file name is used for nothing but to see that it agrees.
"""

import hashlib
import io
import re
import zlib
from dataclasses import dataclass

from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import UploadedFile
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from PIL import Image, ImageOps, UnidentifiedImageError

from schoolapp.lib.pdf.identify import approved_pdf

MAX_PIXELS = 40_000_000
MAX_UNPACKED = 100 * 1024 * 1024
EXTENSIONS = {"pdf": "pdf", "png": "png", "jpg": "jpg", "jpeg": "jpg"}
MIME = {"pdf": "application/pdf", "png": "image/png", "jpg": "image/jpeg"}
PUID = {"PNG": "fmt/11", "JPEG": "fmt/43"}
ACTIVE = re.compile(rb"/(?:JavaScript|JS|Launch|EmbeddedFiles?|RichMedia|XFA|SubmitForm|ImportData|GoToR)\b")
OBJECT_STREAM = re.compile(rb"/Type\s*/ObjStm.{0,400}?stream\r?\n", re.DOTALL)

WRONG_TYPE = _("Filen må være en PDF, PNG eller JPEG. Lagre den i et av disse formatene, og prøv igjen.")
DISAGREES = _("Filen er noe annet enn navnet sier. Lagre den på nytt fra programmet den er laget i, og prøv igjen.")
NOT_ARCHIVAL = _(
    "PDF-en er ikke et arkivformat. Lagre den som PDF/A (PDF/A-1 eller PDF/A-2), og prøv igjen. "
    "I Word velger du «Lagre som», «PDF», «Alternativer» og «PDF/A-kompatibel»."
)
IS_ACTIVE = _("PDF-en inneholder skript, skjema eller vedlagte filer. Lagre den på nytt uten dette, og prøv igjen.")
TOO_BIG = _("Filen er for stor. Den kan være høyst 25 MB.")
TOO_MANY_PIXELS = _("Bildet er for stort. Det kan ha høyst 40 millioner bildepunkter. Gjør det mindre, og prøv igjen.")
BROKEN = _("Bildet kan ikke leses. Lagre det på nytt, og prøv igjen.")
EMPTY = _("Filen er tom. Velg en annen fil.")


class Refused(Exception):
    """The file is not accepted; `message` tells the person why and what to do."""

    def __init__(self, message: Promise) -> None:
        super().__init__()
        self.message = message


@dataclass(frozen=True, slots=True)
class Accepted:
    """A file as it will be stored."""

    content: bytes
    extension: str
    puid: str

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.content).hexdigest()

    @property
    def size(self) -> int:
        return len(self.content)

    def as_file(self) -> "ContentFile[bytes]":
        return ContentFile(self.content)


def accept(upload: "UploadedFile[bytes]") -> Accepted:
    """Judge an upload and make it safe to keep. Raises Refused."""
    if not upload.size:
        raise Refused(EMPTY)
    if upload.size > settings.MAX_UPLOAD_BYTES:
        raise Refused(TOO_BIG)
    extension = EXTENSIONS.get((upload.name or "").rpartition(".")[2].lower())
    if extension is None:
        raise Refused(WRONG_TYPE)
    if upload.content_type not in (MIME[extension], "application/octet-stream"):
        raise Refused(DISAGREES)
    content = upload.read()
    return accept_pdf(content) if extension == "pdf" else accept_image(content, extension)


def accept_pdf(content: bytes) -> Accepted:
    """A PDF is kept as it is, so it must be archival and passive. Raises Refused."""
    if not content.startswith(b"%PDF-"):
        raise Refused(DISAGREES)
    puid = approved_pdf(content)
    if not puid:
        raise Refused(NOT_ARCHIVAL)
    if ACTIVE.search(content) or any(ACTIVE.search(part) for part in object_streams(content)):
        raise Refused(IS_ACTIVE)
    return Accepted(content, "pdf", puid)


def object_streams(content: bytes) -> list[bytes]:
    """The compressed parts of a PDF that can hold objects, unpacked. Raises Refused for a bomb."""
    parts, total = [], 0
    for found in OBJECT_STREAM.finditer(content):
        unpacker = zlib.decompressobj()
        try:
            part = unpacker.decompress(content[found.end() :], MAX_UNPACKED - total + 1)
        except zlib.error:
            raise Refused(IS_ACTIVE) from None
        total += len(part)
        if total > MAX_UNPACKED:
            raise Refused(IS_ACTIVE)
        parts.append(part)
    return parts


def accept_image(content: bytes, extension: str) -> Accepted:
    """A picture is drawn anew: pixels survive, metadata and anything hidden behind them do not. Raises Refused."""
    wanted = "PNG" if extension == "png" else "JPEG"
    try:
        with Image.open(io.BytesIO(content), formats=["PNG", "JPEG"]) as image:
            if image.format != wanted:
                raise Refused(DISAGREES)
            if image.width * image.height > MAX_PIXELS:
                raise Refused(TOO_MANY_PIXELS)
            upright = ImageOps.exif_transpose(image)
            clean = upright.convert("RGB" if wanted == "JPEG" or not has_alpha(upright) else "RGBA")
    except Image.DecompressionBombError:
        raise Refused(TOO_MANY_PIXELS) from None
    except UnidentifiedImageError:
        raise Refused(DISAGREES) from None
    except (OSError, SyntaxError, ValueError, zlib.error):
        raise Refused(BROKEN) from None
    clean.info.clear()
    output = io.BytesIO()
    clean.save(output, wanted, **({"quality": 90} if wanted == "JPEG" else {}))
    return Accepted(output.getvalue(), extension, PUID[wanted])


def has_alpha(image: Image.Image) -> bool:
    return "A" in image.getbands() or "transparency" in image.info
