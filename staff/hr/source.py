"""Where the nightly file comes from: a folder HR drops it in, or Visma's own service."""

from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.utils.translation import gettext as _

from schoolapp.lib.download import NotFetched, download
from staff.hr.reader import MAX_BYTES, read_file
from staff.hr.shape import refused

SUFFIXES = {".csv", ".xml"}


@dataclass(frozen=True)
class Delivered:
    """A file as it came, and where from in words."""

    name: str
    content: bytes


def is_configured() -> bool:
    return bool(settings.STAFF_FEED_FOLDER or settings.STAFF_FEED_URL)


def fetch() -> Delivered:
    """The newest file. Raises FeedRefused when there is none, or it cannot be fetched."""
    if settings.STAFF_FEED_URL:
        return from_service()
    if settings.STAFF_FEED_FOLDER:
        return from_folder(Path(settings.STAFF_FEED_FOLDER))
    raise refused(_("det er ikke satt opp hvor filen hentes fra (STAFF_FEED_FOLDER eller STAFF_FEED_URL)"))


def from_folder(folder: Path) -> Delivered:
    """The file of the folder that was written last. A file still being written has another ending."""
    try:
        files = [path for path in folder.iterdir() if path.suffix.lower() in SUFFIXES and path.is_file()]
        newest = max(files, key=lambda path: (path.stat().st_mtime, path.name), default=None)
    except OSError as error:
        raise refused(_("mappen for ansattfiler kan ikke leses ({error})").format(error=error.strerror)) from None
    if newest is None:
        raise refused(_("det ligger ingen fil (.csv eller .xml) i mappen for ansattfiler"))
    return Delivered(newest.name[:200], read_file(newest))


def from_service() -> Delivered:
    login = (settings.STAFF_FEED_USERNAME, settings.STAFF_FEED_PASSWORD)
    try:
        content = download(settings.STAFF_FEED_URL, login=login, most_bytes=MAX_BYTES)
    except NotFetched as error:
        raise refused(_("HR-systemet svarte ikke som ventet ({reason})").format(reason=error)) from None
    return Delivered(_("Visma Enterprise HRM"), content)
