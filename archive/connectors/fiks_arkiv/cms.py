"""CMS as Fiks IO uses it (RFC 5652): a detached CAdES signature, and AES-256-CBC under RSAES-OAEP with SHA-256.

`cryptography` does the arithmetic; its own CMS does not know OAEP, so the structures are built with asn1crypto.
"""

import hashlib
import hmac
import os
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from asn1crypto import algos, cms, tsp
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives import padding as block_padding
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES256
from cryptography.hazmat.primitives.ciphers.modes import CBC
from cryptography.hazmat.primitives.serialization import Encoding

DIGESTS = {"sha256": hashes.SHA256(), "sha384": hashes.SHA384(), "sha512": hashes.SHA512()}
OAEP = padding.OAEP(padding.MGF1(hashes.SHA256()), hashes.SHA256(), None)
BLOCK = 128


class BadMessage(Exception):
    """The message cannot be opened, or its proof does not hold. The text is safe to show."""


def _asn1(certificate: x509.Certificate) -> asn1_x509.Certificate:
    return asn1_x509.Certificate.load(certificate.public_bytes(Encoding.DER))


def _issued(certificate: asn1_x509.Certificate) -> cms.IssuerAndSerialNumber:
    return cms.IssuerAndSerialNumber({"issuer": certificate.issuer, "serial_number": certificate.serial_number})


def sign(content: bytes, key: RSAPrivateKey, certificate: x509.Certificate) -> bytes:
    """A detached signature over `content`, with the signer's certificate in it (CAdES-BES), as DER."""
    mine = _asn1(certificate)
    used = tsp.ESSCertIDv2(
        {"hash_algorithm": {"algorithm": "sha256"}, "cert_hash": hashlib.sha256(mine.dump()).digest()}
    )
    attributes = cms.CMSAttributes(
        [
            {"type": "content_type", "values": ["data"]},
            {"type": "signing_time", "values": [cms.Time({"utc_time": datetime.now(UTC).replace(microsecond=0)})]},
            {"type": "message_digest", "values": [hashlib.sha256(content).digest()]},
            {"type": "signing_certificate_v2", "values": [tsp.SigningCertificateV2({"certs": [used]})]},
        ]
    )
    signer = {
        "version": "v1",
        "sid": cms.SignerIdentifier({"issuer_and_serial_number": _issued(mine)}),
        "digest_algorithm": {"algorithm": "sha256"},
        "signed_attrs": attributes,
        "signature_algorithm": {"algorithm": "sha256_rsa"},
        "signature": key.sign(attributes.dump(), padding.PKCS1v15(), hashes.SHA256()),
    }
    signed = {
        "version": "v1",
        "digest_algorithms": [{"algorithm": "sha256"}],
        "encap_content_info": {"content_type": "data"},
        "certificates": [mine],
        "signer_infos": [signer],
    }
    return bytes(cms.ContentInfo({"content_type": "signed_data", "content": cms.SignedData(signed)}).dump())


def verify(signature: bytes, content: bytes) -> x509.Certificate:
    """The certificate of who signed `content`. Raises BadMessage. Who may sign is for the caller to say."""
    try:
        return _verified(signature, content)
    except BadMessage:
        raise
    except (InvalidSignature, ValueError, TypeError, KeyError, LookupError, NotImplementedError):
        raise BadMessage("Signaturen på meldingen holder ikke.") from None


def _verified(signature: bytes, content: bytes) -> x509.Certificate:
    signed = _content(signature, "signed_data")
    (signer,) = signed["signer_infos"]
    name = signer["digest_algorithm"]["algorithm"].native
    proven = content
    if signer["signed_attrs"]:
        attributes = {each["type"].native: each["values"] for each in signer["signed_attrs"]}
        stated = attributes["message_digest"][0].native
        if not hmac.compare_digest(stated, hashlib.new(name, content).digest()):
            raise BadMessage("Innholdet i meldingen er endret etter at den ble signert.")
        proven = signer["signed_attrs"].untag().dump()
    certificate = _signed_by(signed, signer)
    public = certificate.public_key()
    if not isinstance(public, RSAPublicKey):
        raise BadMessage("Meldingen er signert med en nøkkel av et slag vi ikke tar imot.")
    public.verify(signer["signature"].native, proven, padding.PKCS1v15(), DIGESTS[name])
    return certificate


def _signed_by(signed: Any, signer: Any) -> x509.Certificate:
    wanted = signer["sid"].chosen
    for each in signed["certificates"]:
        found = each.chosen
        if isinstance(wanted, cms.IssuerAndSerialNumber):
            same = (found.issuer, found.serial_number) == (wanted["issuer"], wanted["serial_number"].native)
        else:
            same = found.key_identifier == wanted.native
        if same:
            return x509.load_der_x509_certificate(found.dump())
    raise BadMessage("Sertifikatet til den som signerte, mangler.")


def _content(der: bytes, kind: str) -> Any:
    info = cms.ContentInfo.load(der)
    if info["content_type"].native != kind:
        raise BadMessage("Meldingen er pakket på en annen måte enn avtalt.")
    return info["content"]


def encrypt(content: bytes, recipient: x509.Certificate) -> bytes:
    """`content` that only the holder of the certificate's key can read, as DER."""
    public = recipient.public_key()
    if not isinstance(public, RSAPublicKey):
        raise BadMessage("Mottakerens nøkkel er av et slag vi ikke kan bruke.")
    key, start = os.urandom(32), os.urandom(16)
    padder = block_padding.PKCS7(BLOCK).padder()
    sealer = Cipher(AES256(key), CBC(start)).encryptor()
    sealed = sealer.update(padder.update(content) + padder.finalize()) + sealer.finalize()
    sha256 = {"algorithm": "sha256"}
    oaep = algos.RSAESOAEPParams(
        {"hash_algorithm": sha256, "mask_gen_algorithm": {"algorithm": "mgf1", "parameters": sha256}}
    )
    transport = {
        "version": "v0",
        "rid": cms.RecipientIdentifier({"issuer_and_serial_number": _issued(_asn1(recipient))}),
        "key_encryption_algorithm": {"algorithm": "rsaes_oaep", "parameters": oaep},
        "encrypted_key": public.encrypt(key, OAEP),
    }
    enveloped = {
        "version": "v0",
        "recipient_infos": [cms.RecipientInfo("ktri", cms.KeyTransRecipientInfo(transport))],
        "encrypted_content_info": {
            "content_type": "data",
            "content_encryption_algorithm": {"algorithm": "aes256_cbc", "parameters": start},
            "encrypted_content": sealed,
        },
    }
    return bytes(cms.ContentInfo({"content_type": "enveloped_data", "content": cms.EnvelopedData(enveloped)}).dump())


def decrypt(der: bytes, keys: Iterable[RSAPrivateKey]) -> bytes:
    """What was encrypted to one of `keys`; several are tried while keys are being changed. Raises BadMessage."""
    try:
        enveloped = _content(der, "enveloped_data")
        inner = enveloped["encrypted_content_info"]
        if inner["content_encryption_algorithm"]["algorithm"].native != "aes256_cbc":
            raise BadMessage("Meldingen er kryptert på en annen måte enn avtalt.")
        start, sealed = inner["content_encryption_algorithm"]["parameters"].native, inner["encrypted_content"].native
        key = _content_key(enveloped, list(keys))
        opener = Cipher(AES256(key), CBC(start)).decryptor()
        unpadder = block_padding.PKCS7(BLOCK).unpadder()
        return unpadder.update(opener.update(sealed) + opener.finalize()) + unpadder.finalize()
    except (ValueError, TypeError, KeyError, AttributeError):
        raise BadMessage("Meldingen kan ikke åpnes med våre nøkler.") from None


def _content_key(enveloped: Any, keys: list[RSAPrivateKey]) -> bytes:
    for recipient in enveloped["recipient_infos"]:
        if recipient.name != "ktri" or not _is_agreed_oaep(recipient.chosen["key_encryption_algorithm"]):
            continue
        for key in keys:
            try:
                found = key.decrypt(recipient.chosen["encrypted_key"].native, OAEP)
            except ValueError:
                continue
            if len(found) == 32:
                return found
    raise BadMessage("Meldingen kan ikke åpnes med våre nøkler.")


def _is_agreed_oaep(algorithm: Any) -> bool:
    if algorithm["algorithm"].native != "rsaes_oaep":
        return False
    parameters = algorithm["parameters"]
    mask = parameters["mask_gen_algorithm"]
    return bool(
        parameters["hash_algorithm"]["algorithm"].native == "sha256"
        and mask["algorithm"].native == "mgf1"
        and mask["parameters"]["algorithm"].native == "sha256"
    )
