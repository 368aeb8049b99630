"""The keys that sign the seals. The private one comes from the environment and is in no database."""

import base64
from binascii import Error
from hashlib import sha256

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

KEY_BYTES = 32


def signing_key() -> Ed25519PrivateKey:
    """The key of LOG_SEAL_KEY. On a development machine without one it is made from SECRET_KEY.

    Raises ImproperlyConfigured when it is missing or not 32 bytes in base64.
    """
    if not settings.LOG_SEAL_KEY and settings.DEVELOPMENT:
        return Ed25519PrivateKey.from_private_bytes(sha256(b"log seal " + settings.SECRET_KEY.encode()).digest())
    return Ed25519PrivateKey.from_private_bytes(_bytes("LOG_SEAL_KEY", settings.LOG_SEAL_KEY))


def public_keys() -> dict[str, Ed25519PublicKey]:
    """The keys a seal may be signed with, by key id: ours, and those it replaced."""
    old = [
        Ed25519PublicKey.from_public_bytes(_bytes("LOG_SEAL_OLD_PUBLIC_KEYS", text))
        for text in settings.LOG_SEAL_OLD_PUBLIC_KEYS
    ]
    return {key_id(key): key for key in [*old, signing_key().public_key()]}


def key_id(key: Ed25519PublicKey) -> str:
    return sha256(key.public_bytes_raw()).hexdigest()[:16]


def public_text(key: Ed25519PublicKey) -> str:
    """The public key as it is written in LOG_SEAL_OLD_PUBLIC_KEYS."""
    return base64.b64encode(key.public_bytes_raw()).decode()


def is_signed(key: Ed25519PublicKey | None, signature: bytes, content: bytes) -> bool:
    if key is None:
        return False
    try:
        key.verify(signature, content)
    except InvalidSignature:
        return False
    return True


def _bytes(name: str, text: str) -> bytes:
    try:
        content = base64.b64decode(text, validate=True)
    except (Error, ValueError):
        content = b""
    if len(content) != KEY_BYTES:
        raise ImproperlyConfigured(f"{name} must be {KEY_BYTES} bytes in base64; see docs/innsynslogg.md")
    return content
