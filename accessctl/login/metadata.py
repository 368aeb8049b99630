"""A provider's addresses and keys, read from its discovery document and kept in the process.

They are not kept in the shared cache: whoever could write there could decide who is logged in.
"""

import threading
import time
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from accessctl.login.exchange import PAUSE_SECONDS, Refused, Unreachable, get_json
from accessctl.login.providers import Provider

DISCOVERY_SECONDS = 24 * 3600
KEYS_FLOOR_SECONDS = 60
REQUIRED = ("authorization_endpoint", "token_endpoint", "jwks_uri")


@dataclass
class _Known:
    document: dict[str, Any] = field(default_factory=dict)
    read_at: float = 0
    keys: list[dict[str, Any]] = field(default_factory=list)
    keys_read_at: float | None = None


_known: dict[str, _Known] = {}
_lock = threading.Lock()


def metadata(provider: Provider) -> dict[str, Any]:
    """The discovery document, at most a day old; an older one is used while the provider cannot be reached.

    Raises Unreachable when there is none to use.
    """
    known = _of(provider)
    if known.document and time.monotonic() - known.read_at < DISCOVERY_SECONDS:
        return known.document
    try:
        document = get_json(f"{provider.issuer.rstrip('/')}/.well-known/openid-configuration")
        _check(document, provider)
    except (Unreachable, Refused):
        if known.document:
            return known.document
        raise Unreachable("no discovery document") from None
    known.document, known.read_at = document, time.monotonic()
    return document


def signing_key(provider: Provider, kid: str) -> dict[str, Any] | None:
    """The provider's key called `kid`. An unknown name makes us read the keys again, at most once a minute.

    None when the provider has no such key. Raises Unreachable when its keys cannot be read.
    """
    known = _of(provider)
    found = _named(known.keys, kid)
    if found is None and _may_read_keys(known):
        known.keys = _read_keys(provider, known)
        found = _named(known.keys, kid)
    if found is None and not known.keys:
        raise Unreachable("no keys")
    return found


def _read_keys(provider: Provider, known: _Known) -> list[dict[str, Any]]:
    try:
        answer = get_json(metadata(provider)["jwks_uri"])
    except (Unreachable, Refused):
        # The floor is there for unknown names; after a failure a new attempt may come sooner.
        known.keys_read_at = time.monotonic() - KEYS_FLOOR_SECONDS + PAUSE_SECONDS
        raise Unreachable("keys could not be read") from None
    return [key for key in answer.get("keys", []) if isinstance(key, dict)]


def end_session_endpoint(provider: Provider) -> str:
    """Where the provider logs people out; empty when it cannot be found out."""
    try:
        return str(metadata(provider).get("end_session_endpoint", ""))
    except Unreachable:
        return ""


def forget() -> None:
    """Read everything again at next use."""
    _known.clear()


def _of(provider: Provider) -> _Known:
    return _known.setdefault(provider.issuer, _Known())


def _may_read_keys(known: _Known) -> bool:
    with _lock:
        now = time.monotonic()
        if known.keys_read_at is not None and now - known.keys_read_at < KEYS_FLOOR_SECONDS:
            return False
        known.keys_read_at = now
        return True


def _named(keys: list[dict[str, Any]], kid: str) -> dict[str, Any] | None:
    return next(
        (
            key
            for key in keys
            if key.get("kid") == kid
            and key.get("kty") == "RSA"
            and key.get("use", "sig") == "sig"
            and key.get("alg", "RS256") == "RS256"
        ),
        None,
    )


def _check(document: dict[str, Any], provider: Provider) -> None:
    """The document must be the configured issuer's own, and keep to https when the issuer does."""
    scheme = urlsplit(provider.issuer).scheme
    addresses = [str(document.get(name, "")) for name in REQUIRED]
    if document.get("issuer") != provider.issuer or any(urlsplit(a).scheme != scheme for a in addresses):
        raise Unreachable("not this issuer's discovery document")
