"""The environment the processes of a local stack run in. Names and meaning: .env.example."""

import os
import secrets
from dataclasses import dataclass
from pathlib import Path

import environ

from local_runtime.bootstrap import ROOT, chromium
from local_runtime.servers import free_port


@dataclass(frozen=True)
class Ports:
    web: int
    oidc: int
    elements: int

    @classmethod
    def usual(cls) -> "Ports":
        return cls.beside(int(os.environ.get("PORT", "8000")))

    @classmethod
    def beside(cls, web: int) -> "Ports":
        """`web` with the stand-ins' ports: given, or counted from it."""
        return cls(web, int(os.environ.get("OIDC_PORT", web + 10)), int(os.environ.get("ELEMENTS_PORT", web + 11)))

    @classmethod
    def free(cls) -> "Ports":
        return cls(free_port(), free_port(), free_port())


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
        "PYTHONPATH": str(ROOT),
        "PYTHONUNBUFFERED": "1",
    }
    browser = chromium()
    if browser:
        values["CHROMIUM"] = browser
    return {**os.environ, **values} if throw_away else {**values, **os.environ}


def secret(file: Path) -> str:
    """A random value made once and kept where only this user reads it."""
    if not file.exists():
        file.parent.mkdir(parents=True, exist_ok=True)
        with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as output:
            output.write(secrets.token_urlsafe(48))
    return file.read_text().strip()
