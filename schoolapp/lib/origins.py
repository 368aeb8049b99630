"""Web origins of a login provider."""

from urllib.parse import urlsplit


def page_origins(issuer: str) -> list[str]:
    """The origins that show a provider's pages: the issuer's own, and `login.` in front of it when on https.

    ID-porten's issuer is https://idporten.no while people meet https://login.idporten.no; the test environment follows
    the same rule. Content security policy must name both.
    """
    parts = urlsplit(issuer)
    origins = [f"{parts.scheme}://{parts.netloc}"]
    if parts.scheme == "https":
        origins.append(f"https://login.{parts.netloc}")
    return origins
