"""Which zip files can be unpacked without giving out more than is asked for."""

import zipfile

# The other ways of packing unpack whole blocks in memory, however little is read.
BOUNDED = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)


def is_bounded(archive: zipfile.ZipFile) -> bool:
    """Whether every part is stored, or packed so that reading a few bytes unpacks no more than those."""
    return all(part.compress_type in BOUNDED for part in archive.infolist())
