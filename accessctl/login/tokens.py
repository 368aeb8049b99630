"""Validation of an id_token (OpenID Connect Core 3.1.3.7) and proof of who we are to the provider."""

import base64
import json
import time
from typing import Any
from urllib.parse import quote_plus
from uuid import uuid4

import jwt
from django.utils.crypto import constant_time_compare

from accessctl.login.metadata import signing_key
from accessctl.login.providers import Provider

ALGORITHM = "RS256"
# Clocks may differ this much; ID-porten's tokens live for two minutes.
CLOCK_ERROR_SECONDS = 90
REQUIRED = ["iss", "sub", "aud", "exp", "iat", "nonce"]


class InvalidToken(Exception):
    """The token must not be believed. The text says which rule it breaks and holds nothing from the token."""


def validated(token: Any, provider: Provider, *, nonce: str) -> dict[str, Any]:
    """The claims of a token that is signed by the provider, for us, now, and for this login.

    Keys come only from the provider's own jwks_uri; whatever the token's header says about keys is not looked at.
    Raises InvalidToken, or Unreachable when the provider's keys cannot be read.
    """
    claims = decoded(token, provider, required=REQUIRED)
    subject, audience = claims["sub"], claims["aud"]
    if not isinstance(subject, str) or not 0 < len(subject) <= 200:
        raise InvalidToken("subject")
    if isinstance(audience, list) and len(audience) > 1 and claims.get("azp") != provider.client_id:
        raise InvalidToken("authorised party")
    if not nonce or not constant_time_compare(str(claims["nonce"]), nonce):
        raise InvalidToken("nonce")
    return claims


def decoded(token: Any, provider: Provider, *, required: list[str]) -> dict[str, Any]:
    """The claims, when signature, issuer, audience and times are right and all of `required` are there."""
    kid = _key_name(token)
    key = signing_key(provider, kid)
    if key is None:
        raise InvalidToken("unknown key")
    try:
        claims: dict[str, Any] = jwt.decode(
            token,
            jwt.PyJWK(key, algorithm=ALGORITHM),
            algorithms=[ALGORITHM],
            audience=provider.client_id,
            issuer=provider.issuer,
            leeway=CLOCK_ERROR_SECONDS,
            options={"require": required},
        )
    except jwt.PyJWTError as error:
        raise InvalidToken(type(error).__name__) from None
    return claims


def _key_name(token: Any) -> str:
    try:
        header = jwt.get_unverified_header(token)
    except jwt.PyJWTError:
        raise InvalidToken("not a token") from None
    if header.get("alg") != ALGORITHM or "crit" in header:
        raise InvalidToken("algorithm")
    if not isinstance(header.get("kid"), str):
        raise InvalidToken("key name")
    return str(header["kid"])


def client_proof(provider: Provider) -> tuple[dict[str, str], dict[str, str]]:
    """Form fields and headers that prove to the token endpoint who we are, by the registered method."""
    fields = {"client_id": provider.client_id}
    if provider.private_jwk:
        kind = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
        return fields | {"client_assertion_type": kind, "client_assertion": assertion(provider)}, {}
    if provider.client_auth == "client_secret_post":
        return fields | {"client_secret": provider.client_secret}, {}
    pair = f"{quote_plus(provider.client_id)}:{quote_plus(provider.client_secret)}"
    return fields, {"Authorization": f"Basic {base64.b64encode(pair.encode()).decode()}"}


def assertion(provider: Provider) -> str:
    """A short-lived statement signed with our own key (private_key_jwt, RFC 7523)."""
    jwk = json.loads(provider.private_jwk)
    now = int(time.time())
    claims = {"iss": provider.client_id, "sub": provider.client_id, "aud": provider.issuer}
    return jwt.encode(
        claims | {"iat": now, "exp": now + 60, "jti": str(uuid4())},
        jwt.PyJWK(jwk, algorithm=ALGORITHM).key,
        algorithm=ALGORITHM,
        headers={"kid": jwk["kid"]},
    )
