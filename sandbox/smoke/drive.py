"""The steps, in order. Each prints one line with its duration; the last line is the journal number."""

import contextlib
import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx

from sandbox.smoke.personas import GUARDIAN_LOGIN, Personas
from sandbox.smoke.register import CHILD, MOTHER, response
from sandbox.smoke.visitor import Astray, Visitor, visiting

ROOT = Path(__file__).resolve().parents[2]
BASE_URL = os.environ.get("BASE_URL", "")
FOLDER = Path(os.environ.get("DATA_DIR", "."))
PATIENCE = 120.0
ARCHIVED = re.compile(r"Arkivert (20\d\d/\d+)")

INVITATION = {
    "tema": "hvordan skolestarten har gått",
    "moetedato": "2026-12-01",
    "klokkeslett": "14:30",
    "sted": "Møterom 2",
}


def main() -> int:
    try:
        number = drive()
    except (Astray, httpx.HTTPError, subprocess.CalledProcessError) as problem:
        print(f"STOPPET: {problem}", flush=True)
        return 1
    print(f"ARKIVERT {number}", flush=True)
    return 0


@contextlib.contextmanager
def step(what: str) -> Iterator[None]:
    started = time.monotonic()
    yield
    print(f"{what} ({time.monotonic() - started:.2f} s)", flush=True)


def wait_for(what: str, found: Callable[[], Any]) -> Any:
    """Ask until `found` gives something. Raises Astray when it never does."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        with contextlib.suppress(httpx.TransportError):
            if result := found():
                return result
        time.sleep(0.1)
    raise Astray(f"Ventet {PATIENCE:.0f} s uten å se {what}")


def drive() -> str:
    people = Personas(FOLDER / "personas.json")
    with visiting(BASE_URL) as teacher, visiting(BASE_URL) as archivist, visiting(BASE_URL) as guardian:
        with step("Systemet svarer"):
            wait_for("innloggingssiden", lambda: httpx.get(f"{BASE_URL}/logg-inn/").status_code == 200)
        with step(f"Barn og foresatte er lest inn og satt i klasse {people.class_name}"):
            import_register(people)
        with step(f"Kontaktlæreren {people.teacher['name']} er logget inn med Feide"):
            teacher.log_in("Feide", people.teacher["login_id"])
        with step("Eleven er funnet i egen klasse"):
            find_pupil(teacher)
        with step("«Innkalling til møte på skolen» er skrevet"):
            write_invitation(teacher)
        with step("Dokumentet er ferdigstilt og PDF-en ligger på elevens dokumentfane"):
            pdf = finalise(teacher)
        with step(f"Arkivansvarlig {people.archivist['name']} har kjørt arkiveringen, og dokumentet er arkivert"):
            number = run_archive(archivist, teacher, people)
        with step(f"Foresatt {MOTHER.name} er logget inn med ID-porten og har lest dokumentet"):
            people.add_guardian()
            read_as_guardian(guardian, pdf)
        with step("Alle er logget ut"):
            for visitor in (teacher, archivist, guardian):
                visitor.open("/")
                visitor.log_out()
    return number


def import_register(people: Personas) -> None:
    file = FOLDER / "oppvekst.json"
    file.write_text(json.dumps(response()), encoding="utf-8")
    command = [sys.executable, "manage.py", "import_oppvekst", str(file)]
    placed = ["--school", people.org_number, "--class", people.class_name, "--accept-guardians"]
    done = subprocess.run([*command, *placed], cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        raise Astray(f"import_oppvekst: {done.stderr.strip() or done.stdout.strip()}")


def find_pupil(teacher: Visitor) -> None:
    teacher.open("/elever/")
    teacher.send(teacher.form_with(field="sok"), {"sok": CHILD.given_name})
    teacher.follow(f"{CHILD.family_name}, {CHILD.given_name}")


def write_invitation(teacher: Visitor) -> None:
    """From the document tab through «Nytt dokument» to a draft whose preview shows what was typed."""
    teacher.open(teacher.address_ending("/dokumenter/"))
    teacher.open(teacher.address_ending("/dokumenter/nytt/"))
    form = teacher.form_with(field="document_type")
    teacher.send(form, {"document_type": "innkalling-moete", "language": "nb"})
    teacher.send(teacher.form_with(field="tema"), INVITATION)
    if not (teacher.has(INVITATION["tema"]) and teacher.has(CHILD.name)):
        raise Astray(f"Forhåndsvisningen mangler det som ble skrevet: {teacher.text()[:600]}")
    preview = Visitor.beside(teacher)
    preview.open(teacher.address_ending("/forhandsvisning.pdf"))
    preview.expect_pdf()


def finalise(teacher: Visitor) -> bytes:
    """The PDF as the teacher downloads it once a worker has made it."""
    teacher.send(teacher.form_with(field="tema"), {"handling": "ferdigstill"})
    page = str(teacher.answer.url)
    address = wait_for("PDF-en", lambda: teacher.reload(page).find_address("/dokument.pdf"))
    download = Visitor.beside(teacher)
    download.open(address)
    teacher.open(teacher.address_ending("/dokumenter/"))
    teacher.link("Innkalling")
    teacher.open(page)
    return download.expect_pdf()


def run_archive(archivist: Visitor, teacher: Visitor, people: Personas) -> str:
    """«Kjør nå», and then what the archivist sees in the log and the teacher on the document tab."""
    archivist.log_in("Feide", people.archivist["login_id"])
    archivist.open("/rapporter/arkiv/")
    archivist.send(archivist.form_with(button="Kjør nå"), {}, button="Kjør nå")
    page = str(teacher.answer.url)
    number = str(wait_for("journalnummeret", lambda: journal_number(teacher.reload(page), archivist)))
    archivist.open("/rapporter/arkiv/?fane=arkivert&sok=Innkalling")
    if number not in [cell.text_content().strip() for cell in archivist.page.iter("td")]:
        raise Astray(f"Arkivloggen har ikke {number}: {archivist.text()[:600]}")
    return number


def journal_number(teacher: Visitor, archivist: Visitor) -> str | None:
    """The number of the teacher's own document; the demo's are archived beside it."""
    if found := ARCHIVED.search(teacher.text()):
        return found[1]
    archivist.open("/rapporter/arkiv/?fane=feilet&sok=Innkalling")
    if archivist.page.xpath("//td//a | //th//a"):
        raise Astray(f"Arkivet tok ikke imot dokumentet: {archivist.text()[:600]}")
    return None


def read_as_guardian(guardian: Visitor, pdf: bytes) -> None:
    """The letter on the child's card, and the very file the teacher finalised."""
    guardian.log_in("ID-porten", GUARDIAN_LOGIN)
    guardian.follow("Innkalling")
    if not guardian.has(INVITATION["tema"]):
        raise Astray(f"Foresatte ser ikke innholdet: {guardian.text()[:600]}")
    download = Visitor.beside(guardian)
    download.open(guardian.address_ending("/dokument.pdf"))
    if download.expect_pdf() != pdf:
        raise Astray("Foresatte fikk en annen fil enn den som ble ferdigstilt")
