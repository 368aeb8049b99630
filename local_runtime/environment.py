"""The environment the processes of a local stack run in. Names and meaning: .env.example."""

import json
import os
import secrets
from dataclasses import dataclass, fields
from pathlib import Path

import environ
import jwt
from cryptography.hazmat.primitives.asymmetric import rsa

from local_runtime.bootstrap import ROOT, chromium, has_rabbitmq
from local_runtime.servers import free_port

STAND_IN_PORTS = {
    "oidc": "OIDC_PORT",
    "elements": "ELEMENTS_PORT",
    "hrm": "HRM_PORT",
    "ksfiks": "KSFIKS_PORT",
    "svarut": "SVARUT_PORT",
    "fiks": "FIKS_PORT",
    "amqp": "FIKS_AMQP_PORT",
}


@dataclass(frozen=True)
class Ports:
    web: int
    oidc: int
    elements: int
    hrm: int
    ksfiks: int
    svarut: int
    fiks: int
    amqp: int

    @classmethod
    def usual(cls) -> "Ports":
        return cls.beside(int(os.environ.get("PORT", "8000")))

    @classmethod
    def beside(cls, web: int) -> "Ports":
        """`web` with the stand-ins' ports: given, or counted from it."""
        return cls(web, *(int(os.environ.get(name, web + n)) for n, name in enumerate(STAND_IN_PORTS.values(), 10)))

    @classmethod
    def free(cls) -> "Ports":
        return cls(*(free_port() for _ in fields(cls)))


def read_env_file() -> None:
    """What `.env` says counts as given by the environment, as it does in settings."""
    if (ROOT / ".env").exists():
        environ.Env.read_env(ROOT / ".env")


def local_environment(folder: Path, ports: Ports, *, throw_away: bool) -> dict[str, str]:
    """Everything but the servers' addresses. What the caller's environment gives wins, unless thrown away after."""
    stand_in, elements = f"http://localhost:{ports.oidc}", f"http://127.0.0.1:{ports.elements}"
    values = {
        "ENVIRONMENT": "development",
        "DJANGO_SETTINGS_MODULE": "schoolapp.settings",
        "SECRET_KEY": secret(folder / "secret-key"),
        "BASE_URL": f"http://localhost:{ports.web}",
        "ALLOWED_HOSTS": "localhost,127.0.0.1,[::1]",
        "DATA_DIR": str(folder),
        "SYNTHETIC_IDS_ALLOWED": "1",
        "IDPORTEN_ISSUER": f"{stand_in}/idporten",
        "IDPORTEN_CLIENT_ID": "schoolapp",
        "IDPORTEN_CLIENT_SECRET": secret(folder / "idporten-secret"),
        "FEIDE_ISSUER": f"{stand_in}/feide",
        "FEIDE_CLIENT_ID": "schoolapp",
        "FEIDE_CLIENT_SECRET": secret(folder / "feide-secret"),
        "NCORE_OBJECT_MODEL_URL": f"{elements}/nCore/Services/ObjectModel/V3/En/ObjectModelService.svc",
        "NCORE_DOCUMENT_URL": f"{elements}/nCore/Services/Documents/V3/DocumentService.svc",
        "NCORE_DATABASE": "SANDKASSE",
        "NCORE_USERNAME": "schoolapp",
        "NCORE_PASSWORD": secret(folder / "elements-secret"),
        "ARCHIVE_CLIENT_TIMEOUT": "5",
        "ARCHIVE_QUIET_SECONDS": "20",
        "OIDC_PORT": str(ports.oidc),
        "PERSONAS_FILE": str(folder / "personas.json"),
        "ELEMENTS_PORT": str(ports.elements),
        "ELEMENTS_DB": str(folder / "elements.sqlite3"),
        "STAFF_FEED_URL": f"http://127.0.0.1:{ports.hrm}/hrm_ws/secure/persons/company/1/start-id/0/end-id/999999",
        "STAFF_FEED_USERNAME": "schoolapp",
        "STAFF_FEED_PASSWORD": secret(folder / "hrm-secret"),
        "HRM_PORT": str(ports.hrm),
        "HRM_FILE": str(folder / "hrm.xml"),
        **_ksfiks(folder, f"http://127.0.0.1:{ports.ksfiks}"),
        "KSFIKS_PORT": str(ports.ksfiks),
        **_svarut(folder, f"http://127.0.0.1:{ports.svarut}"),
        "SVARUT_PORT": str(ports.svarut),
        **_fiks(folder / "fiks", ports, has_replies=has_rabbitmq() and not throw_away),
        "PYTHONPATH": str(ROOT),
        "PYTHONUNBUFFERED": "1",
    }
    browser = chromium()
    if browser:
        values["CHROMIUM"] = browser
    return {**os.environ, **values} if throw_away else {**values, **os.environ}


def _ksfiks(folder: Path, url: str) -> dict[str, str]:
    """The population register through the stand-in for KS Fiks and Maskinporten, with a key made here."""
    file = folder / "ksfiks-key.json"
    if not file.exists():
        file.parent.mkdir(parents=True, exist_ok=True)
        private = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        jwk = jwt.algorithms.RSAAlgorithm.to_jwk(private, as_dict=True) | {"kid": "lokal", "alg": "RS256"}
        _write_private(file, json.dumps(jwk))
    return {
        "KSFIKS_URL": f"{url}/",
        "KSFIKS_ROLE_ID": "dfcaeab6-8263-4870-9e53-422600015c71",
        "KSFIKS_INTEGRATION_ID": "00000000-0000-4000-8000-00000000ks01",
        "KSFIKS_INTEGRATION_PASSWORD": "sandkasse",
        "KSFIKS_MUNICIPALITY": "9901",
        "KSFIKS_FILE": str(folder / "ksfiks.json"),
        "MASKINPORTEN_TOKEN_URL": f"{url}/token",
        "MASKINPORTEN_CLIENT_ID": "schoolapp",
        "MASKINPORTEN_PRIVATE_JWK": file.read_text(),
    }


def _svarut(folder: Path, url: str) -> dict[str, str]:
    """Letters through the stand-in for SvarUt, soon and often enough to watch."""
    return {
        "SVARUT_URL": url,
        "SVARUT_ACCOUNT_ID": "0b5e4a7e-7a53-4c0b-9b0e-5f3a2d0c9a11",
        "SVARUT_INTEGRATION_ID": "00000000-0000-4000-8000-00000000sv01",
        "SVARUT_INTEGRATION_PASSWORD": "sandkasse",
        "SVARUT_FILE": str(folder / "svarut.json"),
        "SVARUT_CLIENT_TIMEOUT": "30",
        "SVARUT_QUIET_SECONDS": "60",
        "SVARUT_REGRET_MINUTES": "1",
    }


def _fiks(folder: Path, ports: Ports, *, has_replies: bool) -> dict[str, str]:
    """Fiks IO through its stand-in, which makes the keys. Without an address for replies nobody can choose Fiks Arkiv;
    what is thrown away after does not start RabbitMQ."""
    own_key = str(folder / "own.pem")
    return {
        "FIKS_IO_URL": f"http://127.0.0.1:{ports.fiks}",
        "FIKS_IO_AMQP_URL": f"amqp://127.0.0.1:{ports.amqp}/%2F" if has_replies else "",
        "FIKS_IO_INTEGRATION_ID": "00000000-0000-4000-8000-0000000f1c01",
        "FIKS_IO_INTEGRATION_PASSWORD": "sandkasse",
        "FIKS_IO_PRIVATE_KEYS": own_key,
        "FIKS_IO_SIGNING_KEY": own_key,
        "FIKS_IO_SIGNING_CERTIFICATE": str(folder / "own.crt"),
        "FIKS_PORT": str(ports.fiks),
        "FIKS_AMQP_PORT": str(ports.amqp),
        "FIKS_DIR": str(folder),
    }


def secret(file: Path) -> str:
    """A random value made once and kept where only this user reads it."""
    if not file.exists():
        file.parent.mkdir(parents=True, exist_ok=True)
        _write_private(file, secrets.token_urlsafe(48))
    return file.read_text().strip()


def _write_private(file: Path, text: str) -> None:
    with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as output:
        output.write(text)
