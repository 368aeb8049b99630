"""Encryption of what must wait in the session table: a token, or text somebody typed."""

import base64
import json
from typing import Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.utils.crypto import salted_hmac


def seal(data: Any) -> str:
    """Encrypt something JSON can express."""
    return _box().encrypt(json.dumps(data).encode()).decode()


def unseal(sealed: str, *, max_age: int) -> Any:
    """What was sealed, or None when it is older than `max_age` seconds, tampered with or sealed by another key."""
    try:
        return json.loads(_box().decrypt(sealed.encode(), ttl=max_age))
    except InvalidToken:
        return None


def _box() -> MultiFernet:
    secrets = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    digests = [salted_hmac("accessctl.login.sealed", "", secret=s, algorithm="sha256").digest() for s in secrets]
    return MultiFernet([Fernet(base64.urlsafe_b64encode(digest)) for digest in digests])
