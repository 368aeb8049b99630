"""Values that must not reach production. Each problem is said in words the one who sets the environment can act on."""

import base64
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from cryptography.hazmat.primitives.serialization import pkcs12
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
        *_population_register(settings),
        *_letters(settings),
        *_archive_by_fiks(settings),
        *_log_seal(settings),
        *_document_seal(settings),
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


def _population_register(settings: Any) -> Iterator[str]:
    """Half a configuration would ask for nothing, night after night, and nobody would know."""
    ks, maskinporten = settings.KSFIKS, settings.MASKINPORTEN
    needed = {
        "KSFIKS_ROLE_ID": ks["role_id"],
        "KSFIKS_INTEGRATION_ID": ks["integration_id"],
        "KSFIKS_INTEGRATION_PASSWORD": ks["integration_password"],
        "KSFIKS_MUNICIPALITY": ks["municipality"],
        "MASKINPORTEN_CLIENT_ID": maskinporten["client_id"],
        "MASKINPORTEN_PRIVATE_JWK": maskinporten["private_jwk"],
    }
    missing = sorted(name for name, value in needed.items() if not value)
    # Maskinporten alone serves other interfaces of KS.
    if missing and any(value for name, value in needed.items() if name.startswith("KSFIKS")):
        yield f"The population register is half set up: {', '.join(missing)} must be set too."
    if not missing:
        if not (len(ks["municipality"]) == 4 and ks["municipality"].isdigit()):
            yield "KSFIKS_MUNICIPALITY must be four digits."
        for name, url in (("KSFIKS_URL", ks["url"]), ("MASKINPORTEN_TOKEN_URL", maskinporten["token_url"])):
            if not is_https(url):
                yield f"{name} must begin with https://: our key and children's data travel there."


def _letters(settings: Any) -> Iterator[str]:
    """Half a configuration would leave every letter waiting."""
    own = settings.SVARUT
    if not own["account_id"]:
        return
    needed = {
        "SVARUT_INTEGRATION_ID": own["integration_id"],
        "SVARUT_INTEGRATION_PASSWORD": own["integration_password"],
        "MASKINPORTEN_CLIENT_ID": settings.MASKINPORTEN["client_id"],
        "MASKINPORTEN_PRIVATE_JWK": settings.MASKINPORTEN["private_jwk"],
    }
    if missing := sorted(name for name, value in needed.items() if not value):
        yield f"SvarUt is half set up: {', '.join(missing)} must be set too."
    if not is_https(own["url"]):
        yield "SVARUT_URL must begin with https://: letters travel there."
    if settings.SVARUT_QUIET_SECONDS <= settings.SVARUT_CLIENT_TIMEOUT:
        yield "SVARUT_QUIET_SECONDS must be longer than SVARUT_CLIENT_TIMEOUT, or a letter could be sent twice."


def _archive_by_fiks(settings: Any) -> Iterator[str]:
    """Half a configuration would leave every document waiting."""
    own = settings.FIKS_IO
    if not own["url"]:
        return
    needed = {
        "FIKS_IO_INTEGRATION_ID": own["integration_id"],
        "FIKS_IO_INTEGRATION_PASSWORD": own["integration_password"],
        "FIKS_IO_AMQP_URL": own["amqp_url"],
        "FIKS_IO_PRIVATE_KEYS": own["private_keys"],
        "FIKS_IO_SIGNING_KEY": own["signing_key"],
        "FIKS_IO_SIGNING_CERTIFICATE": own["signing_certificate"],
        "MASKINPORTEN_CLIENT_ID": settings.MASKINPORTEN["client_id"],
        "MASKINPORTEN_PRIVATE_JWK": settings.MASKINPORTEN["private_jwk"],
    }
    if missing := sorted(name for name, value in needed.items() if not value):
        yield f"Fiks Arkiv is half set up: {', '.join(missing)} must be set too."
    if not is_https(own["url"]):
        yield "FIKS_IO_URL must begin with https://: documents travel there."
    if own["amqp_url"] and not own["amqp_url"].startswith("amqps://"):
        yield "FIKS_IO_AMQP_URL must begin with amqps://: our password and the receipts travel there."


def _log_seal(settings: Any) -> Iterator[str]:
    try:
        length = len(base64.b64decode(settings.LOG_SEAL_KEY, validate=True))
    except ValueError:
        length = 0
    if length != SEAL_KEY_BYTES:
        yield f"LOG_SEAL_KEY must be {SEAL_KEY_BYTES} random bytes in base64; the logs are sealed with it."


def _document_seal(settings: Any) -> Iterator[str]:
    """A seal that fails stops every document; better to hear of it when starting."""
    seal = settings.SEAL
    if not seal["pkcs12"]:
        return
    try:
        passphrase = Path(seal["passphrase_file"]).read_bytes().strip(b"\r\n") if seal["passphrase_file"] else None
        key, certificate, _others = pkcs12.load_key_and_certificates(Path(seal["pkcs12"]).read_bytes(), passphrase)
    except (OSError, ValueError):
        yield "SEAL_PKCS12 cannot be read with the passphrase in SEAL_PASSPHRASE_FILE."
        return
    if key is None or certificate is None:
        yield "SEAL_PKCS12 must hold both the key and its certificate."
    elif not certificate.not_valid_before_utc <= datetime.now(UTC) <= certificate.not_valid_after_utc:
        yield "The certificate in SEAL_PKCS12 is not valid now: renew it, or empty SEAL_PKCS12 to send without a seal."


def is_https(url: str) -> bool:
    return urlsplit(url).scheme == "https" and bool(urlsplit(url).hostname)
