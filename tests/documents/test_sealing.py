"""The municipality's seal: it holds, it keeps the archive format, and a seal that fails leaves nothing half done."""

import asyncio
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path

import pytest
from asn1crypto.parser import peek
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding, pkcs12
from cryptography.x509.oid import NameOID
from django.core.files.storage import default_storage
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import EmbeddedPdfSignature, validate_pdf_signature
from pyhanko.sign.validation.status import PdfSignatureStatus
from pyhanko_certvalidator import ValidationContext
from pypdf import PdfReader

from documents import sealing, tasks
from documents.models import Document
from schoolapp.checks import unsafe_values
from schoolapp.lib.pdf.identify import approved_pdf, first_packet
from schoolapp.lib.pdf.seal import seal
from tests.documents.conftest import finalise, make_draft
from tests.pronom import puids
from tests.world import World

DAY = timedelta(days=1)
PASSPHRASE = "æ-hemmelig"


def certificate(folder: Path, *, until: timedelta = 365 * DAY, key=None) -> Path:
    """A key with a certificate of its own in a PKCS#12 file, and the certificate beside it as PEM."""
    key = key or rsa.generate_private_key(public_exponent=65537, key_size=2048)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Prøve kommune segl")])
    now = datetime.now(UTC)
    usage = x509.KeyUsage(True, True, *[False] * 7)
    built = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(17)
        .not_valid_before(now - 800 * DAY)
        .not_valid_after(now + until)
        .add_extension(usage, critical=True)
        .sign(key, hashes.SHA256())
    )
    path = folder / "segl.p12"
    locked = BestAvailableEncryption(PASSPHRASE.encode())
    path.write_bytes(pkcs12.serialize_key_and_certificates(b"segl", key, built, None, locked))
    (folder / "segl.pem").write_bytes(built.public_bytes(Encoding.PEM))
    (folder / "segl.pass").write_text(f"{PASSPHRASE}\n", encoding="utf-8")
    return path


@pytest.fixture
def configured(settings, tmp_path):
    def configure(**given) -> Path:
        path = certificate(tmp_path, **given)
        settings.SEAL = {"pkcs12": str(path), "passphrase_file": str(tmp_path / "segl.pass")}
        return path

    return configure


def printed(world: World) -> Document:
    document = finalise(make_draft(world), by=world.user("contact_teacher"))
    tasks.render(document.pk)
    return Document.objects.get(pk=document.pk)


def bytes_of(document: Document) -> bytes:
    with document.pdf.open("rb") as file:
        return file.read()


def judged(found: EmbeddedPdfSignature) -> PdfSignatureStatus:
    """By pyHanko, in a thread of its own: the validator begins an event loop, and a browser's may be running here."""
    trusted = ValidationContext(trust_roots=[found.signer_cert], allow_fetching=False)
    with ThreadPoolExecutor(max_workers=1) as apart:
        return apart.submit(validate_pdf_signature, found, trusted).result()


@pytest.fixture
def sealed(school: World, configured) -> bytes:
    configured()
    document = printed(school)
    assert document.state == Document.State.FINALISED
    assert 'class="sealed"' in document.frozen_html
    return bytes_of(document)


def test_the_seal_holds_by_an_independent_validator(sealed: bytes, tmp_path: Path) -> None:
    [found] = PdfFileReader(BytesIO(sealed)).embedded_signatures
    status = judged(found)
    assert status.intact
    assert status.valid
    assert status.coverage.name == "ENTIRE_FILE"
    assert found.sig_object["/SubFilter"] == "/ETSI.CAdES.detached"


def test_openssl_agrees_and_one_changed_byte_breaks_it(sealed: bytes, tmp_path: Path) -> None:
    [found] = PdfFileReader(BytesIO(sealed)).embedded_signatures
    a, b, c, d = (int(number) for number in found.byte_range)
    der = bytes(found.pkcs7_content)
    (tmp_path / "sig.der").write_bytes(der[: peek(der)])

    def check(content: bytes) -> int:
        (tmp_path / "content").write_bytes(content)
        return subprocess.run(
            [
                *("openssl", "cms", "-verify", "-binary", "-inform", "DER", "-in", "sig.der", "-content", "content"),
                *("-CAfile", "segl.pem", "-purpose", "any", "-out", "/dev/null"),
            ],
            cwd=tmp_path,
            capture_output=True,
            check=False,
        ).returncode

    signed = sealed[a : a + b] + sealed[c : c + d]
    assert check(signed) == 0
    changed = bytearray(signed)
    changed[len(changed) // 2] ^= 1
    assert check(bytes(changed)) != 0


def test_the_archive_format_is_untouched(sealed: bytes) -> None:
    end = sealed.index(b"%%EOF") + len(b"%%EOF\n")
    before = sealed[:end]
    assert puids(sealed) == puids(before) == ["fmt/354"]
    assert approved_pdf(sealed) == "fmt/354"
    assert sealed.count(b"<?xpacket begin=") == 1
    assert first_packet(sealed) == first_packet(before)
    reader = PdfReader(BytesIO(sealed))
    root = reader.trailer["/Root"]
    assert "/Version" not in root
    assert "/Extensions" not in root
    assert reader.metadata == PdfReader(BytesIO(before)).metadata
    [field] = root["/AcroForm"]["/Fields"]
    widget = field.get_object()
    assert widget["/F"] & 4, "an annotation in PDF/A is printed"
    assert not widget["/F"] & (1 | 2 | 32), "and neither hidden nor unseen"
    assert widget["/AP"]["/N"] is not None
    assert b"/ObjStm" not in sealed
    assert b"/XRef" not in sealed


def test_it_seals_where_an_event_loop_runs_already(school: World, tmp_path: Path) -> None:
    plain, key = bytes_of(printed(school)), certificate(tmp_path)

    async def inside() -> bytes:
        return seal(plain, pkcs12=str(key), passphrase=PASSPHRASE, name="Prøve kommune", at=datetime.now(UTC))

    with ThreadPoolExecutor(max_workers=1) as apart:
        made = apart.submit(asyncio.run, inside()).result()
    assert len(PdfFileReader(BytesIO(made)).embedded_signatures) == 1


def test_a_key_on_a_curve_seals_as_well(school: World, configured) -> None:
    configured(key=ec.generate_private_key(ec.SECP256R1()))
    [found] = PdfFileReader(BytesIO(bytes_of(printed(school)))).embedded_signatures
    assert judged(found).valid


@pytest.mark.parametrize("fault", ["expired", "passphrase", "gone", "nonsense", "taken away"])
def test_a_seal_that_fails_leaves_a_draft_with_the_reason(school, configured, settings, fault, tmp_path) -> None:
    path = configured(until=-DAY if fault == "expired" else DAY)
    document = finalise(make_draft(school), by=school.user("contact_teacher"))
    match fault:
        case "passphrase":
            (tmp_path / "segl.pass").write_text("feil")
        case "gone":
            path.unlink()
        case "nonsense":
            path.write_bytes(b"ingen nokkel")
        case "taken away":
            settings.SEAL = {"pkcs12": "", "passphrase_file": ""}
    files = set(default_storage.listdir("dokumenter")[1]) if default_storage.exists("dokumenter") else set()
    tasks.render(document.pk)
    document.refresh_from_db()
    assert (document.state, document.render_error, document.pdf.name) == (Document.State.DRAFT, "seal", "")
    assert document.delivery is None
    assert not document.dispatches.exists()
    now = set(default_storage.listdir("dokumenter")[1]) if default_storage.exists("dokumenter") else set()
    assert now == files


def test_a_renewed_certificate_is_used_without_a_restart(school: World, configured) -> None:
    configured(until=-DAY)
    document = finalise(make_draft(school), by=school.user("contact_teacher"))
    tasks.render(document.pk)
    configured()
    assert printed(school).state == Document.State.FINALISED


def test_without_a_certificate_nothing_changes(school: World) -> None:
    document = printed(school)
    assert "sealed" not in document.frozen_html
    assert b"/AcroForm" not in bytes_of(document)
    assert sealing.seal(b"x", frozen_html="") == b"x"


def test_without_a_certificate_pyhanko_is_not_even_imported() -> None:
    code = "import django, sys; django.setup(); import documents.tasks, schoolapp.urls; print('pyhanko' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


@pytest.mark.parametrize(
    ("fault", "words"),
    [("", []), ("expired", ["not valid now"]), ("passphrase", ["cannot be read"]), ("gone", ["cannot be read"])],
)
def test_production_refuses_a_seal_that_cannot_be_set(settings, configured, tmp_path, fault, words) -> None:
    path = configured(until=-DAY if fault == "expired" else DAY)
    if fault == "passphrase":
        (tmp_path / "segl.pass").write_text("feil")
    if fault == "gone":
        path.unlink()
    told = [line for line in unsafe_values(settings) if "SEAL_PKCS12" in line]
    assert [any(word in line for line in told) for word in words] == [True] * len(words)
    assert len(told) == len(words)
    assert PASSPHRASE not in " ".join(told)
