"""Days and times as somebody types them in a draft, read in one way to be judged and to be printed."""

import re
from datetime import time

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from documents.fields import Kind
from schoolapp.lib.date_field import DateField

# As browsers send a day, and as people write it where the browser has no field for days.
DAY = DateField(input_formats=["%Y-%m-%d", "%d.%m.%Y"])
TIME = re.compile(r"([01]?[0-9]|2[0-3])[:.]([0-5][0-9])")
NO_SUCH_TIME = _("Dette klokkeslettet finnes ikke. Skriv et klokkeslett, for eksempel 08.30.")


def read(kind: Kind, text: str) -> str:
    """The day as 2026-09-14 and the time as 08:30; other kinds of text, and none at all, as they are.

    Raises ValidationError for what is neither, such as 31 April and 25:99.
    """
    if kind not in (Kind.DATE, Kind.TIME) or not text.strip():
        return text
    if kind == Kind.DATE:
        return str(DAY.clean(text).isoformat())
    found = TIME.fullmatch(text.strip())
    if not found:
        raise ValidationError(NO_SUCH_TIME)
    return time(int(found[1]), int(found[2])).isoformat("minutes")


def is_readable(kind: Kind, text: str) -> bool:
    try:
        read(kind, text)
    except ValidationError:
        return False
    return True


def shown(kind: Kind, text: str) -> str:
    """As a field of the page takes it; what cannot be read stays as it was typed."""
    return read(kind, text) if is_readable(kind, text) else text
