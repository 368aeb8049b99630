"""Keys and certificates of an account, made on the spot. Nobody vouches for them."""

import datetime
import os
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from archive.connectors.fiks_arkiv.envelope import Keys

VALID_DAYS = 3650


def make(name: str) -> Keys:
    """New ones."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    who = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    start = datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(who)
        .issuer_name(who)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(start)
        .not_valid_after(start + datetime.timedelta(days=VALID_DAYS))
        .sign(key, hashes.SHA256())
    )
    return Keys((key,), key, certificate)


def made_once(folder: Path, name: str) -> Keys:
    """Those in `<name>.pem` and `<name>.crt`, which are made the first time and are for this user only."""
    private, public = folder / f"{name}.pem", folder / f"{name}.crt"
    if not (private.exists() and public.exists()):
        made = make(name)
        _write(public, certificate_pem(made))
        _write(private, private_pem(made))
    key = serialization.load_pem_private_key(private.read_bytes(), None)
    assert isinstance(key, rsa.RSAPrivateKey)
    return Keys((key,), key, x509.load_pem_x509_certificate(public.read_bytes()))


def private_pem(keys: Keys) -> bytes:
    plain = serialization.NoEncryption()
    return keys.signing.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain)


def certificate_pem(keys: Keys) -> bytes:
    return keys.certificate.public_bytes(serialization.Encoding.PEM)


def _write(file: Path, content: bytes) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.unlink(missing_ok=True)
    with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as output:
        output.write(content)
