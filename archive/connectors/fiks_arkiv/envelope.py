"""The package a message travels in: an ASiC-E zip with a signed manifest, encrypted to the recipient."""

import base64
import binascii
import hashlib
import io
import zipfile
import zlib
from dataclasses import dataclass

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from lxml import etree

from archive.connectors.fiks_arkiv import cms
from archive.connectors.fiks_arkiv.cms import BadMessage
from archive.connectors.fiks_arkiv.replies import Unreadable, parse
from schoolapp.lib.packing import is_bounded

ASIC = "http://uri.etsi.org/02918/v1.2.1#"
DSIG = "http://www.w3.org/2000/09/xmldsig#"
SHA256 = "http://www.w3.org/2001/04/xmlenc#sha256"
MIME_TYPE = b"application/vnd.etsi.asic-e+zip"
MANIFEST, SIGNATURE = "META-INF/asicmanifest.xml", "META-INF/signature.p7s"
MOST_FILES, MOST_BYTES = 200, 64 * 1024 * 1024
LONG_AGO = (1980, 1, 1, 0, 0, 0)


@dataclass(frozen=True, slots=True)
class Keys:
    """Ours: what we open messages with, the newest first, and what we sign with."""

    private: tuple[RSAPrivateKey, ...]
    signing: RSAPrivateKey
    certificate: x509.Certificate


def sealed(files: dict[str, bytes], keys: Keys, recipient: x509.Certificate) -> bytes:
    return cms.encrypt(pack(files, keys), recipient)


def opened(message: bytes, keys: Keys) -> dict[str, bytes]:
    """The files of a message to us, each proven by its sender's signature. Raises BadMessage."""
    return unpack(cms.decrypt(message, keys.private))


def pack(files: dict[str, bytes], keys: Keys) -> bytes:
    manifest = _manifest(files)
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as package:
        _add(package, "mimetype", MIME_TYPE, packed=False)
        for name, content in files.items():
            _add(package, name, content)
        _add(package, MANIFEST, manifest)
        _add(package, SIGNATURE, cms.sign(manifest, keys.signing, keys.certificate))
    return buffer.getvalue()


def _add(package: zipfile.ZipFile, name: str, content: bytes, *, packed: bool = True) -> None:
    kind = zipfile.ZIP_DEFLATED if packed else zipfile.ZIP_STORED
    package.writestr(zipfile.ZipInfo(name, LONG_AGO), content, kind)


def _manifest(files: dict[str, bytes]) -> bytes:
    root = etree.Element(f"{{{ASIC}}}ASiCManifest", nsmap={None: ASIC, "ds": DSIG})
    etree.SubElement(root, f"{{{ASIC}}}SigReference", URI=SIGNATURE, MimeType="application/x-pkcs7-signature")
    for name, content in files.items():
        kind = "application/xml" if name.endswith(".xml") else "application/octet-stream"
        reference = etree.SubElement(root, f"{{{ASIC}}}DataObjectReference", URI=name, MimeType=kind)
        etree.SubElement(reference, f"{{{DSIG}}}DigestMethod", Algorithm=SHA256)
        digest = base64.b64encode(hashlib.sha256(content).digest()).decode()
        etree.SubElement(reference, f"{{{DSIG}}}DigestValue").text = digest
    return bytes(etree.tostring(root, xml_declaration=True, encoding="UTF-8"))


def unpack(package: bytes) -> dict[str, bytes]:
    """The files of a package whose signature and manifest hold. Raises BadMessage for anything else."""
    try:
        with zipfile.ZipFile(io.BytesIO(package)) as archive:
            contents = _contents(archive)
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, EOFError, OSError, RuntimeError, ValueError):
        raise BadMessage("Meldingen er ikke en lesbar pakke.") from None
    files = {name: content for name, content in contents.items() if not _is_about_the_package(name)}
    if contents.get("mimetype") != MIME_TYPE or MANIFEST not in contents or SIGNATURE not in contents:
        raise BadMessage("Pakken mangler signatur eller innholdsliste.")
    cms.verify(contents[SIGNATURE], contents[MANIFEST])
    _check_manifest(contents[MANIFEST], files)
    return files


def _is_about_the_package(name: str) -> bool:
    return name == "mimetype" or name.startswith("META-INF/")


def _contents(archive: zipfile.ZipFile) -> dict[str, bytes]:
    entries = archive.infolist()
    names = [entry.filename for entry in entries]
    if not names or names[0] != "mimetype" or len(names) > MOST_FILES or len(set(names)) < len(names):
        raise BadMessage("Pakken er satt sammen på en annen måte enn avtalt.")
    if not is_bounded(archive):
        raise BadMessage("Pakken er pakket på en måte vi ikke tar imot.")
    left, contents = MOST_BYTES, {}
    for entry in entries:
        if not _is_plain(entry.filename):
            raise BadMessage("Pakken har en fil med et navn vi ikke tar imot.")
        with archive.open(entry) as file:
            contents[entry.filename] = file.read(left + 1)
        left -= len(contents[entry.filename])
        if left < 0:
            raise BadMessage("Pakken er større enn vi tar imot.")
    return contents


def _is_plain(name: str) -> bool:
    parts = name.split("/")
    return name.isprintable() and not set(name) & set("\\:") and all(part not in ("", ".", "..") for part in parts)


def _check_manifest(manifest: bytes, files: dict[str, bytes]) -> None:
    """Every file is in the signed list with the digest it has, and the list names nothing else."""
    try:
        references = list(parse(manifest).iter(f"{{{ASIC}}}DataObjectReference"))
        stated = {
            reference.get("URI"): base64.b64decode(reference.findtext(f"{{{DSIG}}}DigestValue") or "", validate=True)
            for reference in references
            if reference.find(f"{{{DSIG}}}DigestMethod").get("Algorithm") == SHA256
        }
    except (Unreadable, AttributeError, binascii.Error):
        raise BadMessage("Innholdslisten i pakken er ikke lesbar.") from None
    if stated != {name: hashlib.sha256(content).digest() for name, content in files.items()}:
        raise BadMessage("Filene i pakken er ikke de som ble signert.")
