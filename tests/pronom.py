"""FIDO as an independent oracle: it runs the PRONOM signatures that archives identify files with."""

from functools import cache

from fido import CONFIG_DIR
from fido.fido import Fido
from fido.versions import get_local_versions

WINDOW = 128 * 1024


@cache
def engine() -> Fido:
    files = [get_local_versions(CONFIG_DIR).pronom_signature, "format_extensions.xml"]
    return Fido(quiet=True, nocontainer=True, format_files=files)


def puids(content: bytes) -> list[str]:
    """The PRONOM ids of `content`, judged by its bytes alone."""
    matches = engine().match_formats(content[:WINDOW], content[-WINDOW:])
    return [engine().get_puid(form) for form, _signature in matches]
