"""From the bytes of a file to one plain shape: which format it is, and whether it is whole."""

from hashlib import sha256
from pathlib import Path

from django.utils.translation import gettext as _

from staff.hr import neutral_csv, visma
from staff.hr.shape import Feed, refused

MAX_BYTES = 128 * 1024 * 1024
BOM = b"\xef\xbb\xbf"


def read_file(path: Path) -> bytes:
    """The bytes of the file. Raises FeedRefused when it cannot be opened or is too large."""
    try:
        with path.open("rb") as file:
            content = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise refused(_("filen kan ikke åpnes ({error})").format(error=error.strerror)) from None
    return content


def read(content: bytes) -> Feed:
    """The file as plain values. Raises FeedRefused for one that is empty, cut off, in another charset, or wrong."""
    if len(content) > MAX_BYTES:
        raise refused(_("filen er større enn grensen på {limit} MB").format(limit=MAX_BYTES // 2**20))
    if not content.strip().removeprefix(BOM).strip():
        raise refused(_("filen er tom"))
    digest = sha256(content).hexdigest()
    text = as_text(content)
    is_xml = text.lstrip().startswith("<")
    employees = visma.parse(content.removeprefix(BOM)) if is_xml else neutral_csv.parse(text)
    if not employees:
        raise refused(_("filen har ingen ansatte"))
    return Feed("Visma Enterprise HRM" if is_xml else "CSV", digest, tuple(employees))


def as_text(content: bytes) -> str:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        row = content.count(b"\n", 0, error.start) + 1
        raise refused(_("filen er ikke i tegnsettet UTF-8. Be om en ny fil"), row) from None
    if "\x00" in text:
        raise refused(_("filen har tegn som ikke kan leses"), text.count("\n", 0, text.index("\x00")) + 1)
    return text
