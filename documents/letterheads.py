"""What stands at the top of a school's letters, and who may change it."""

import io
from dataclasses import dataclass

from django.core.exceptions import ObjectDoesNotExist
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from PIL import Image

from accessctl.audit import record_event
from accessctl.models import School, User
from accessctl.permissions import Permission
from accessctl.scope import scope_of
from documents.models import Letterhead
from documents.uploads import Accepted, Refused, accept

LARGEST = (480, 160)  # pixels; 12 mm high on paper at 340 dots per inch
MOST_BYTES = 60_000
NOT_A_PICTURE = _("Logoen må være et bilde i formatet PNG eller JPEG. Lagre den i et av disse formatene.")
TOO_DETAILED = _("Logoen er for detaljert. Bruk et enklere bilde, eller gjør det mindre.")


@dataclass(frozen=True, slots=True)
class Head:
    """What letters say of the school: its letterhead, and where that is empty the register of schools."""

    name: str
    address: str
    postal_code: str
    city: str
    phone: str
    email: str
    language: str
    logo: str
    return_name: str
    return_address: str
    return_postal_code: str
    return_city: str
    has_own_return: bool

    @property
    def address_line(self) -> str:
        place = f"{self.postal_code} {self.city}".strip()
        return ", ".join(part for part in (self.address, place) if part)

    @property
    def envelope(self) -> str:
        """Who it is from, as it stands on the envelope."""
        place = f"{self.return_postal_code} {self.return_city}".strip()
        return ", ".join(part for part in (self.return_name, self.return_address, place) if part)


def letterhead_of(school: School) -> Letterhead:
    """The stored one, or an empty one that is not stored."""
    try:
        found: Letterhead = school.letterhead
    except ObjectDoesNotExist:
        return Letterhead(school=school)
    return found


def head_of(school: School) -> Head:
    """What letters of the school say. An address is taken whole from one place, never half from each."""
    own = letterhead_of(school)
    address = own if own.address or own.postal_code or own.city else school
    returns = bool(own.return_address or own.return_postal_code or own.return_city)
    return Head(
        name=own.name or school.name,
        address=address.address,
        postal_code=address.postal_code,
        city=address.city,
        phone=own.phone or school.phone,
        email=own.email or school.email,
        language=own.language or school.language,
        logo=own.logo_in_page,
        return_name=own.return_name or own.name or school.name,
        return_address=own.return_address if returns else address.address,
        return_postal_code=own.return_postal_code if returns else address.postal_code,
        return_city=own.return_city if returns else address.city,
        has_own_return=returns or bool(own.return_name),
    )


def schools_for(user: User) -> QuerySet[School]:
    """The schools whose letterhead `user` may change: all with the right to templates, else those one writes for.

    Writing for own groups alone, as a teacher does, gives none.
    """
    rows = School.objects.select_related("letterhead")
    if user.holds(Permission.EDIT_TEMPLATES):
        return rows
    return rows.filter(pk__in=scope_of(user).reach(Permission.WRITE_DOCUMENT).school_ids)


def accepted_logo(upload: "UploadedFile[bytes]") -> Accepted:
    """The picture as it is kept: small, on white, since PDF/A-1 has no transparency. Raises Refused."""
    file = accept(upload)
    if file.extension not in ("png", "jpg"):
        raise Refused(NOT_A_PICTURE)
    with Image.open(io.BytesIO(file.content)) as picture:  # drawn anew by `accept`, so nothing of the sender's is read
        seen = picture.convert("RGBA")
        seen.thumbnail(LARGEST)
        flat = Image.new("RGB", seen.size, "white")
        flat.paste(seen, mask=seen.getchannel("A"))
    kept = io.BytesIO()
    if file.extension == "png":
        flat.save(kept, "PNG", optimize=True)
    else:
        flat.save(kept, "JPEG", quality=90)
    if kept.tell() > MOST_BYTES:
        raise Refused(TOO_DETAILED)
    return Accepted(kept.getvalue(), file.extension, file.puid)


@transaction.atomic
def save_letterhead(
    letterhead: Letterhead, *, by: User, logo: Accepted | None = None, without_logo: bool = False
) -> None:
    """It holds from the next letter that is finalised; letters that are finalised keep their own."""
    if logo is not None:
        letterhead.logo, letterhead.logo_extension = logo.content, logo.extension
    elif without_logo:
        letterhead.logo, letterhead.logo_extension = b"", ""
    letterhead.save()
    record_event(by, "save_letterhead", letterhead.school)
