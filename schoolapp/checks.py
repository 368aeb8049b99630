"""Values that must not reach production. Each problem is said in words the one who sets the environment can act on."""

import base64
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

from django.conf import LazySettings

ENVIRONMENTS = {"production", "staging", "development"}
SHORTEST_KEY = 50
SEAL_KEY_BYTES = 32
FEWEST_DIFFERENT_CHARACTERS = 12


def unsafe_values(settings: LazySettings | Any) -> list[str]:
    """What is unsafe in `settings` for an installation that real people reach. Empty when it may start."""
    return [
        *_environment(settings),
        *_secret_key(settings),
        *_hosts(settings),
        *_providers(settings),
        *_archive(settings),
        *_log_seal(settings),
    ]


def _environment(settings: Any) -> Iterator[str]:
    if settings.ENVIRONMENT not in ENVIRONMENTS:
        yield f"ENVIRONMENT is «{settings.ENVIRONMENT}»; it must be one of {', '.join(sorted(ENVIRONMENTS))}."
    if settings.SYNTHETIC_IDS_ALLOWED and settings.ENVIRONMENT == "production":
        yield "SYNTHETIC_IDS_ALLOWED is on: test persons could log in. Turn it off, or set ENVIRONMENT=staging."
    if settings.DEBUG:
        yield "DEBUG is on: error pages would show children's data."


def _secret_key(settings: Any) -> Iterator[str]:
    key = settings.SECRET_KEY
    if len(key) < SHORTEST_KEY or len(set(key)) < FEWEST_DIFFERENT_CHARACTERS or key.startswith("development-only"):
        yield f"SECRET_KEY must be at least {SHORTEST_KEY} random characters."


def _hosts(settings: Any) -> Iterator[str]:
    if not settings.ALLOWED_HOSTS:
        yield "ALLOWED_HOSTS is empty: name the hosts this installation answers for."
    for host in settings.ALLOWED_HOSTS:
        if "*" in host or host.startswith("."):
            yield f"ALLOWED_HOSTS has the pattern «{host}»: name each host in full."
    if not is_https(settings.BASE_URL):
        yield "BASE_URL must begin with https://."
    elif urlsplit(settings.BASE_URL).hostname not in settings.ALLOWED_HOSTS and settings.ALLOWED_HOSTS:
        yield "The host of BASE_URL is not in ALLOWED_HOSTS."


def _providers(settings: Any) -> Iterator[str]:
    in_use = {name: provider for name, provider in settings.LOGIN_PROVIDERS.items() if provider["client_id"]}
    if not in_use:
        yield "No login provider has a client id: set IDPORTEN_CLIENT_ID or FEIDE_CLIENT_ID."
    for name, provider in in_use.items():
        if not is_https(provider["issuer"]):
            yield f"{name.upper()}_ISSUER must begin with https://."


def _archive(settings: Any) -> Iterator[str]:
    for name in ("object_model_url", "document_url"):
        if settings.NCORE[name] and not is_https(settings.NCORE[name]):
            yield f"NCORE_{name.upper()} must begin with https://: the archive's password and the letters travel there."


def _log_seal(settings: Any) -> Iterator[str]:
    try:
        length = len(base64.b64decode(settings.LOG_SEAL_KEY, validate=True))
    except ValueError:
        length = 0
    if length != SEAL_KEY_BYTES:
        yield f"LOG_SEAL_KEY must be {SEAL_KEY_BYTES} random bytes in base64; the logs are sealed with it."


def is_https(url: str) -> bool:
    return urlsplit(url).scheme == "https" and bool(urlsplit(url).hostname)
