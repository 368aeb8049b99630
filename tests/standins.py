"""The stand-ins of sandbox/ as real processes on free ports, for tests."""

import json
import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
CLIENT_SECRET = "only-for-the-stand-in"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@dataclass
class OidcStandin:
    """ID-porten and Feide on this machine. `personas` is read by the stand-in at every use."""

    port: int
    personas_file: Path
    settings: dict[str, dict[str, Any]] = field(default_factory=dict)

    @property
    def origin(self) -> str:
        return f"http://localhost:{self.port}"

    def issuer(self, provider: str) -> str:
        return f"{self.origin}/{provider}"

    def login_providers(self) -> dict[str, dict[str, Any]]:
        """A value for settings.LOGIN_PROVIDERS."""
        return {
            slug: {"issuer": self.issuer(slug), "client_id": f"schoolapp-{slug}", "client_secret": CLIENT_SECRET}
            for slug in ("idporten", "feide")
        }

    def show(self, personas: list[dict[str, Any]]) -> None:
        self.personas_file.write_text(json.dumps(personas))


@contextmanager
def oidc_standin(folder: Path, *, base_url: str) -> Iterator[OidcStandin]:
    """Run sandbox/oidc for a service at `base_url`. Fails when Node is missing; nothing is skipped."""
    node = os.environ.get("NODE") or shutil.which("node")
    assert node, "node is missing; bin/test provides it"
    standin = OidcStandin(port=free_port(), personas_file=folder / "personas.json")
    standin.show([])
    env = os.environ | {
        "OIDC_PORT": str(standin.port),
        "BASE_URL": base_url,
        "PERSONAS_FILE": str(standin.personas_file),
    }
    for name in ("CLIENT_ID", "CLIENT_SECRET", "CLIENT_AUTH"):
        for slug in ("IDPORTEN", "FEIDE"):
            env.pop(f"{slug}_{name}", None)
    log = folder / "oidc.log"
    with log.open("w") as out:
        process = subprocess.Popen([node, "sandbox/oidc/main.mjs"], cwd=ROOT, env=env, stdout=out, stderr=out)
    try:
        _wait_until_open(standin.port, process, log)
        yield standin
    finally:
        process.terminate()
        process.wait(timeout=60)


def _wait_until_open(port: int, process: subprocess.Popen, log: Path, seconds: float = 120) -> None:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline and process.poll() is None:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise AssertionError(f"the login stand-in did not start: {log.read_text()}")
