"""Logout told by the provider's server to ours (OpenID Connect Back-Channel Logout 1.0).

The provider asks once and waits a few seconds, so nothing here asks the provider but for a key we do not have.
"""

import time
from typing import Any

import jwt

from accessctl.login.providers import Provider
from accessctl.login.tokens import CLOCK_ERROR_SECONDS, InvalidToken, decoded

EVENT = "http://schemas.openid.net/event/backchannel-logout"
REQUIRED = ["iss", "aud", "iat", "exp", "jti", "events"]
# A token is sent at once and only once; an older one has been lying somewhere.
OLDEST_SECONDS = 120
MOST_BYTES = 16 * 1024


def logout_claims(token: Any, provider: Provider) -> dict[str, Any]:
    """The claims of a logout token signed by the provider, for us, now. Raises InvalidToken, or Unreachable.

    An id_token is refused by its nonce and its lack of the event; a token of another kind by its declared type.
    """
    if not isinstance(token, str) or not 0 < len(token) <= MOST_BYTES:
        raise InvalidToken("size")
    claims = decoded(token, provider, required=REQUIRED)
    if str(jwt.get_unverified_header(token).get("typ", "")).lower() != "logout+jwt":
        raise InvalidToken("type")
    if "nonce" in claims:
        raise InvalidToken("nonce")
    events = claims["events"]
    if not isinstance(events, dict) or not isinstance(events.get(EVENT), dict):
        raise InvalidToken("event")
    if abs(time.time() - claims["iat"]) > OLDEST_SECONDS + CLOCK_ERROR_SECONDS:
        raise InvalidToken("age")
    if not any(isinstance(claims.get(name), str) and claims[name] for name in ("sid", "sub")):
        raise InvalidToken("whom")
    return claims
