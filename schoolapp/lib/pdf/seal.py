"""A PAdES seal on a finished PDF/A-1b. Importing this module imports pyHanko, so it is imported only when one seals.

The seal is an incremental update: every byte that was there stays, the XMP packet among them. pyHanko would also write
a later PDF version and an extension into the catalogue, and stamp the metadata with its own name. PDF/A-1 allows none
of it, so the writer leaves it out. The seal's field has no size, and the appearance that PDF/A asks of every field.
"""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from functools import lru_cache
from io import BytesIO
from pathlib import Path
from typing import Any

from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import fields, signers

FIELD = "Segl"
# Room for the certificates and the signature. Too small a room is an error, not a cut.
RESERVED = 16 * 1024


class NotSealed(Exception):
    """The certificate cannot be read, is not valid at the time, or the PDF took no seal."""


class Writer(IncrementalPdfFileWriter):
    """Adds the seal and nothing else."""

    def ensure_output_version(self, version: Any) -> None:
        """The file stays the PDF 1.4 that PDF/A-1 is."""

    def register_extension(self, ext: Any) -> None:
        """PDF/A-1 knows no extensions; readers know the kind of signature by its subfilter."""

    def _update_meta(self) -> None:
        """Title, dates and XMP stay as they were printed, in plain text and equal in both places."""


@lru_cache(maxsize=2)
def signer(pkcs12: str, passphrase: str, changed: float) -> signers.SimpleSigner:
    """The key and its certificates. `changed` is when the file was, so that a renewed one is read anew."""
    found: signers.SimpleSigner | None = signers.SimpleSigner.load_pkcs12(
        pkcs12, passphrase=passphrase.encode() or None
    )
    if found is None:
        raise NotSealed("the key file cannot be read with the passphrase")
    return found


def seal(pdf: bytes, *, pkcs12: str, passphrase: str, name: str, at: datetime) -> bytes:
    """`pdf` with a seal in the name of `name`. Raises NotSealed; then nothing has been made."""
    try:
        key = signer(pkcs12, passphrase, Path(pkcs12).stat().st_mtime)
        certificate = key.signing_cert
        if certificate is None or not certificate.not_valid_before <= at <= certificate.not_valid_after:
            raise NotSealed("the certificate is not valid now")
        return sealed(pdf, key, name=name)
    except NotSealed:
        raise
    except Exception as error:  # whatever pyHanko stumbles over, there is no seal
        raise NotSealed(type(error).__name__) from error


def sealed(pdf: bytes, key: signers.SimpleSigner, *, name: str) -> bytes:
    writer = Writer(BytesIO(pdf))
    unseen = fields.InvisSigSettings(set_print_flag=True, set_hidden_flag=False, box_out_of_bounds=False)
    fields.append_signature_field(writer, fields.SigFieldSpec(FIELD, invis_sig_settings=unseen))
    give_appearance(writer)
    wanted = signers.PdfSignatureMetadata(
        field_name=FIELD, name=name, md_algorithm="sha256", subfilter=fields.SigSeedSubFilter.PADES
    )
    with ThreadPoolExecutor(max_workers=1) as apart:  # pyHanko begins an event loop, and a thread has one at most
        made = apart.submit(signers.PdfSigner(wanted, signer=key).sign_pdf, writer, bytes_reserved=RESERVED).result()
    return bytes(made.getvalue())


def give_appearance(writer: IncrementalPdfFileWriter) -> None:
    nothing = generic.StreamObject(
        {
            generic.NameObject("/Type"): generic.NameObject("/XObject"),
            generic.NameObject("/Subtype"): generic.NameObject("/Form"),
            generic.NameObject("/BBox"): generic.ArrayObject([generic.NumberObject(0)] * 4),
        },
        stream_data=b"",
    )
    field = writer.root["/AcroForm"]["/Fields"][0]
    field["/AP"] = generic.DictionaryObject({generic.NameObject("/N"): writer.add_object(nothing)})
