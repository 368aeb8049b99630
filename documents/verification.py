"""Codes printed on finalised documents, and what a code tells whoever holds the paper. Never a name.

A code is 80 random bits in Crockford's letters and figures, with a letter that catches a slip of the finger. Unknown
codes and those of families with address protection get the same answer: none.
"""

import hashlib
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Protocol

from django.core.exceptions import ObjectDoesNotExist
from django.db.models import Q
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accessctl import wall
from accessctl.models import Municipality
from documents.models import Document, VerificationCode
from schoolapp.lib import clock

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
LENGTH, GROUP = 16, 4
MISREAD = str.maketrans({"O": "0", "I": "1", "L": "1", " ": None, "-": None, "–": None})
NOTE, INCOMING, OUTGOING = _("Notat i en elevsak"), _("Henvendelse til skolen"), _("Brev fra skolen")


def check_letter(text: str) -> str:
    """Luhn's sum over 32 letters: every single wrong letter, and nearly every swap of two neighbours, shows."""
    total = 0
    for place, letter in enumerate(reversed(text)):
        value = ALPHABET.index(letter) * (1 if place % 2 else 2)
        total += value // len(ALPHABET) + value % len(ALPHABET)
    return ALPHABET[-total % len(ALPHABET)]


def new_code() -> str:
    text = "".join(secrets.choice(ALPHABET) for _n in range(LENGTH))
    return text + check_letter(text)


def printed(code: str) -> str:
    """In groups of four, as it stands on paper."""
    return "-".join(code[start : start + GROUP] for start in range(0, len(code), GROUP))


def read(typed: str) -> str:
    """The code that was meant, or nothing when there is a slip in it."""
    code = typed.upper().translate(MISREAD)
    if len(code) != LENGTH + 1 or any(letter not in ALPHABET for letter in code):
        return ""
    return code if check_letter(code[:LENGTH]) == code[LENGTH] else ""


def code_of(document: Document) -> VerificationCode:
    """The document's code, with a new one the first time, which `keep_codes` stores when the text is frozen."""
    try:
        found: VerificationCode = document.verification
    except ObjectDoesNotExist:
        return VerificationCode(document=document, code=new_code())
    return found


def keep_codes(documents: Iterable[Document]) -> None:
    """Store the codes that are new. Call it in the transaction that freezes the documents, which are locked."""
    codes = [code_of(document) for document in documents]
    VerificationCode.objects.bulk_create([code for code in codes if code.pk is None])


@dataclass(frozen=True, slots=True)
class Answer:
    """What the paper's holder is told. `is_same_file` is None when no file was sent along."""

    kind: str | Promise
    day: date
    municipality: str
    school: str
    pages: int | None
    replaced_on: date | None
    is_same_file: bool | None


class Upload(Protocol):
    def chunks(self) -> Iterable[bytes]: ...


@wall.lifted("the code on the paper is the key; nothing of the pupil comes out")
def look_up(code: str, file: Upload | None = None) -> Answer | None:
    """What the code stands for, or None. Of `file` only the checksum is made; nothing is kept."""
    digest = checksum(file) if file is not None else ""
    protected = Q(document__student__uuid__in=wall.ids_of("guardians_protected_families"))
    rows = VerificationCode.objects.exclude(protected).filter(code=code, document__state=Document.State.FINALISED)
    row = rows.select_related("document__school", "document__document_type").first()
    if row is None:
        return None
    document = row.document
    assert document.finalised_at is not None  # the database holds it for what is finalised
    municipality = Municipality.objects.first()
    return Answer(
        kind=kind_of(document),
        day=document.finalised_at.astimezone(clock.OSLO).date(),
        municipality=municipality.name if municipality else "",
        school=document.school.name,
        pages=row.pages,
        replaced_on=replaced_on(document),
        is_same_file=digest == document.sha256 if digest else None,
    )


def kind_of(document: Document) -> str | Promise:
    """In neutral words: the name of a type may say what the letter is about."""
    return {"U": OUTGOING, "I": INCOMING}.get(document.document_type.registry_type, NOTE)


def replaced_on(document: Document) -> date | None:
    later = Document.objects.filter(
        series=document.series, version__gt=document.version, state=Document.State.FINALISED
    ).order_by("version")
    newer = later.only("finalised_at").first()
    at = newer.finalised_at if newer is not None else None
    return at.astimezone(clock.OSLO).date() if at is not None else None


def checksum(file: Upload) -> str:
    digest = hashlib.sha256()
    for chunk in file.chunks():
        digest.update(chunk)
    return digest.hexdigest()
