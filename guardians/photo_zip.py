"""A photographer's zip: what its directory says is in it, and the pictures, never more than it says (UP-02)."""

import lzma
import re
import zipfile
import zlib
from collections.abc import Iterable, Sequence
from typing import IO
from zipfile import ZipInfo

from django.utils.translation import gettext as _

from schoolapp.lib.packing import is_bounded

MOST_FILES, MOST_UNPACKED, MOST_RATIO, MOST_PER_PHOTO = 1_000, 100 * 1024 * 1024, 100, 20 * 1024 * 1024
NUMBER = re.compile(r"(\d{8})\.(?:jpe?g|png)", re.IGNORECASE)
PICTURE_STARTS = (b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n")
# What the packing formats raise on bytes that are not theirs.
UNREADABLE = (zipfile.BadZipFile, zlib.error, lzma.LZMAError, RuntimeError, EOFError, OSError, ValueError)


class ZipRefused(Exception):
    """Nothing of the file is taken in; the text says why and what to do."""


def unreadable() -> ZipRefused:
    return ZipRefused(_("Filen er ikke en zip-fil vi kan lese. Be fotografen sende den på nytt."))


def directory(file: IO[bytes]) -> list[ZipInfo]:
    """The files in the zip, in its own order; nothing is unpacked. Raises ZipRefused for no zip, or too much of one."""
    try:
        packed = file.seek(0, 2)
        with zipfile.ZipFile(file) as archive:
            if not is_bounded(archive):
                raise unreadable()
            members = [member for member in archive.infolist() if is_file(member)]
    except UNREADABLE:
        raise unreadable() from None
    check_size(members, packed)
    return members


def is_file(member: ZipInfo) -> bool:
    """Folders and what computers add by themselves are no files of the photographer's."""
    name = member.filename.rpartition("/")[2]
    return not member.is_dir() and not member.filename.startswith("__MACOSX/") and not name.startswith(".")


def check_size(members: Sequence[ZipInfo], packed: int) -> None:
    total = sum(member.file_size for member in members)
    if len(members) > MOST_FILES:
        raise ZipRefused(_("Zip-filen har flere enn %(n)d filer. Del den opp.") % {"n": MOST_FILES})
    if total > MOST_UNPACKED or total > MOST_RATIO * max(packed, 1):
        raise ZipRefused(_("Zip-filen er for stor når den pakkes ut. Del den opp, for eksempel en fil per trinn."))
    if any(member.file_size > MOST_PER_PHOTO for member in members):
        raise ZipRefused(_("Et av bildene er større enn 20 MB. Be fotografen sende mindre bilder."))


def by_number(members: Iterable[ZipInfo]) -> tuple[dict[str, ZipInfo], list[ZipInfo]]:
    """The files that are named by a number, each number once, and the others. Folders in a name are of no matter."""
    named: dict[str, ZipInfo] = {}
    others = []
    for member in members:
        number = NUMBER.fullmatch(member.filename.rpartition("/")[2])
        if number is None or number[1] in named:
            others.append(member)
        else:
            named[number[1]] = member
    return named, others


def contents(file: IO[bytes], members: Sequence[ZipInfo]) -> list[bytes]:
    """Each picture; empty for what is no JPEG or PNG by its first bytes. Raises ZipRefused for a broken file."""
    try:
        with zipfile.ZipFile(file) as archive:
            return [read(archive, member) for member in members]
    except UNREADABLE:
        raise unreadable() from None


def check_whole(file: IO[bytes], members: Sequence[ZipInfo]) -> None:
    """Unpack everything once, one file at a time, and keep nothing. Raises ZipRefused for a broken file."""
    for member in members:
        contents(file, [member])


def read(archive: zipfile.ZipFile, member: ZipInfo) -> bytes:
    """At most what the directory says, whatever is packed."""
    with archive.open(member) as file:
        content = file.read(member.file_size + 1)
    if len(content) > member.file_size:
        raise zipfile.BadZipFile
    return content if content.startswith(PICTURE_STARTS) else b""
