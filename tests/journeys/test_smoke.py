"""`bin/start --smoke`: the main job on the whole stack, by real logins over HTTP, and nothing left behind."""

import os
import re
import subprocess
import sys
from pathlib import Path
from uuid import uuid4

import pytest
from django.conf import settings

STEPS = [
    "lest inn",
    "logget inn med Feide",
    "egen klasse",
    "er skrevet",
    "PDF-en",
    "arkivert",
    "ID-porten",
    "logget ut",
]


@pytest.mark.slow
def test_the_main_job_from_register_to_archive_and_home():
    mark = f"SCHOOLAPP_TEST_RUN={uuid4().hex}"
    environment = os.environ | dict([mark.split("=")])
    command = [sys.executable, "-m", "local_runtime.start", "--smoke"]
    done = subprocess.run(
        command, cwd=settings.BASE_DIR, env=environment, capture_output=True, text=True, timeout=1200, check=False
    )
    lines = done.stdout.strip().splitlines()
    assert done.returncode == 0, done.stdout + done.stderr
    assert re.fullmatch(r"ARKIVERT \d{4}/\d+", lines[-1])
    timed = [line for line in lines if re.search(r"\(\d+\.\d\d s\)$", line)]
    assert [step for step in STEPS if not any(step in line for line in timed)] == []
    assert running_with(mark) == []


def running_with(mark: str) -> list[str]:
    """Command lines of the processes that still carry `mark` in their environment."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if mark in (process / "environ").read_text(errors="replace"):
                found.append((process / "cmdline").read_text(errors="replace"))
        except (FileNotFoundError, PermissionError, ProcessLookupError):
            continue
    return found
