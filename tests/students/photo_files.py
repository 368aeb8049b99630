"""Pictures and zip files as a photographer, or somebody worse, would send them."""

import io
import zipfile
from collections.abc import Mapping

from PIL import Image

PLACE = "59.9139 N, 10.7522 E"


def a_jpeg(size: tuple[int, int] = (900, 1200), *, place: str = "") -> bytes:
    """A portrait; with `place`, one whose EXIF tells where it was taken."""
    output = io.BytesIO()
    exif = Image.Exif()
    if place:
        exif[0x010E] = place
    Image.effect_noise((64, 64), 40).convert("RGB").resize(size).save(output, "JPEG", exif=exif.tobytes())
    return output.getvalue()


def a_zip(files: Mapping[str, bytes], packing: int = zipfile.ZIP_DEFLATED) -> bytes:
    output = io.BytesIO()
    with zipfile.ZipFile(output, "w", packing) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return output.getvalue()
