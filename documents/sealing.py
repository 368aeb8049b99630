"""The municipality's electronic seal on what is finalised, where a certificate is set up (docs/documents.md)."""

import importlib
from pathlib import Path

from django.conf import settings

from accessctl.models import Municipality
from schoolapp.lib import clock
from schoolapp.lib.pdf.limits import Refusal, RenderFailed

# In the frozen text of a letter that says it is sealed. Authors cannot write it: their text has no attributes.
MARK = 'class="sealed"'


def is_configured() -> bool:
    return bool(settings.SEAL["pkcs12"])


def passphrase() -> str:
    """What the file with the key is locked with; without a file for it, nothing. Raises OSError."""
    file = settings.SEAL["passphrase_file"]
    return Path(file).read_text(encoding="utf-8").strip("\r\n") if file else ""


def seal(pdf: bytes, *, frozen_html: str) -> bytes:
    """The PDF with the seal, or as it is where none is set up.

    Raises RenderFailed when the seal fails, and when the letter says that it is sealed and no certificate is set up.
    """
    if not is_configured():
        if MARK in frozen_html:
            raise RenderFailed(Refusal.SEAL)
        return pdf
    sealer = importlib.import_module("schoolapp.lib.pdf.seal")
    municipality = Municipality.objects.first()
    name = municipality.name if municipality else ""
    try:
        sealed: bytes = sealer.seal(
            pdf, pkcs12=settings.SEAL["pkcs12"], passphrase=passphrase(), name=name, at=clock.now()
        )
    except (sealer.NotSealed, OSError):
        raise RenderFailed(Refusal.SEAL) from None
    return sealed
