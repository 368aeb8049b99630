"""What may be attached to a letter: a PDF that archives approve, or a picture, which we draw anew without its metadata.

Everything is judged by content. The sender's file name is used for nothing but to see that it agrees.
"""

import hashlib
from dataclasses import dataclass

from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import UploadedFile
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from schoolapp.lib.upload_judge import Finding, NotKept, judged

EXTENSIONS = {"pdf": "pdf", "png": "png", "jpg": "jpg", "jpeg": "jpg"}
MIME = {"pdf": "application/pdf", "png": "image/png", "jpg": "image/jpeg"}

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
BROKEN_PDF = _("PDF-en kan ikke leses. Lagre den på nytt, og prøv igjen.")
TOO_HEAVY = _(
    "Filen er for krevende å kontrollere. Lagre den på nytt med færre sider eller mindre bilder, og prøv igjen."
)
BUSY = _("Mange filer kontrolleres nå. Vent litt, og prøv igjen.")
EMPTY = _("Filen er tom. Velg en annen fil.")

SENTENCES = {
    Finding.DISAGREES: DISAGREES,
    Finding.NOT_ARCHIVAL: NOT_ARCHIVAL,
    Finding.ACTIVE: IS_ACTIVE,
    Finding.PIXELS: TOO_MANY_PIXELS,
    Finding.BROKEN: BROKEN,
    Finding.BROKEN_PDF: BROKEN_PDF,
    Finding.SIZE: TOO_BIG,
    Finding.HEAVY: TOO_HEAVY,
    Finding.BUSY: BUSY,
}


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
    try:
        kept = judged(upload.read(), extension)
    except NotKept as found:
        raise Refused(SENTENCES[found.finding]) from None
    return Accepted(kept.content, extension, kept.puid)
