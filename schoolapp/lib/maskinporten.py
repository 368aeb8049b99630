"""Tokens from Maskinporten by a signed grant (RFC 7523, private_key_jwt), for the interfaces of KS Fiks."""

import json
import time
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import jwt
from django.conf import settings

from schoolapp.lib.json_api import Refused, Unavailable, parsed, post

FIKS = "ks:fiks"
# Maskinporten takes no grant that lives longer (INTEGRATIONS 3.1); a token is changed this long before it ends.
GRANT_SECONDS, EARLY_SECONDS = 100, 30


class NotAllowed(Exception):
    """KS Fiks or Maskinporten refuses us. The text is their code, safe to show; it holds nothing about persons."""


@dataclass
class Token:
    value: str = ""
    ends: float = 0.0


_tokens: dict[str, Token] = {}


def forget_token(scope: str = FIKS) -> None:
    """The next question for a token of this scope goes to Maskinporten."""
    _tokens.pop(scope, None)


def token(scope: str = FIKS) -> str:
    """A token, kept until shortly before it ends. Raises NotAllowed and Unavailable."""
    kept = _tokens.get(scope, Token())
    if kept.value and time.time() < kept.ends - EARLY_SECONDS:
        return kept.value
    found = parsed(refused_as_words(settings.MASKINPORTEN["token_url"], form=grant(scope)))
    if not isinstance(found.get("access_token"), str):
        raise Unavailable("no token")
    _tokens[scope] = Token(found["access_token"], time.time() + int(found.get("expires_in", 0)))
    return _tokens[scope].value


def grant(scope: str) -> dict[str, str]:
    """The signed claim that we are who we say, for one token of `scope`."""
    config, now = settings.MASKINPORTEN, int(time.time())
    claims = {
        "aud": config["issuer"],
        "iss": config["client_id"],
        "scope": scope,
        "iat": now,
        "exp": now + GRANT_SECONDS,
        "jti": str(uuid4()),
    }
    if config["consumer_org"]:
        claims["consumer_org"] = config["consumer_org"]
    key = json.loads(config["private_jwk"])
    signed = jwt.encode(claims, jwt.PyJWK(key).key, algorithm=key.get("alg", "RS256"), headers={"kid": key["kid"]})
    return {"grant_type": "urn:ietf:params:oauth:grant-type:jwt-bearer", "assertion": signed}


def fiks_headers(*, integration_id: str, integration_password: str) -> dict[str, str]:
    """What every call to KS Fiks carries. Raises NotAllowed and Unavailable, as a token may be needed."""
    return {
        "Authorization": f"Bearer {token()}",
        "IntegrasjonId": integration_id,
        "IntegrasjonPassord": integration_password,
    }


def refused_as_words(url: str, **what: Any) -> bytes:
    """`json_api.post`, with a refusal as NotAllowed and only the other system's code of it kept."""
    try:
        return post(url, **what)
    except Refused as refused:
        told = refused.content.get("errorCode") or refused.content.get("error") or ""
        code = told if isinstance(told, str) and told.replace("_", "").isalnum() else ""
        raise NotAllowed(f"{refused.status} {code}".strip()[:60]) from None
