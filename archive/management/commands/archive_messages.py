"""Writes what Fiks Arkiv would be sent, for inspection, whichever records system is in use.

Nothing is sent, and nothing is changed. What Elements is sent depends on its answers, and so cannot be written before.
"""

import hashlib
import os
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from archive import content, systems
from archive.codes import Codes
from archive.connectors.base import Refused
from archive.connectors.fiks_arkiv import messages, names
from archive.models import Delivery
from archive.outbox import Ticket


class Command(BaseCommand):
    help = "Write every message that would be sent for what is «Klar». The files hold national ids: keep them safe."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--out", required=True, help="a folder that is made, or is empty")

    def handle(self, *args: Any, out: str, **options: Any) -> None:
        folder = Path(out)
        if folder.exists() and any(folder.iterdir()):
            raise CommandError(f"{folder} is not empty.")
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        folder.chmod(0o700)
        codes = systems.codes()
        count = refused = 0
        for delivery in Delivery.objects.filter(state=Delivery.State.READY).select_related("folder").order_by("pk"):
            try:
                files = _messages(delivery, codes)
            except (Refused, content.Swapped) as error:
                refused += 1
                self.stderr.write(f"{delivery.uuid}: {error.words}")
                continue
            stem = hashlib.sha256(delivery.external_key.encode()).hexdigest()[:16]
            for name, written in files.items():
                self._write(folder / f"{stem}-{name}", written)
            count += 1
        self.stdout.write(f"{count} documents written, {refused} that would not be sent.")
        self.stderr.write("The files hold national ids and names. Delete them when you have looked.")

    @staticmethod
    def _write(path: Path, written: bytes) -> None:
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(written)


def _messages(delivery: Delivery, codes: Codes) -> dict[str, bytes]:
    """By name, in the order they would be sent. Checked as when they are sent. Raises Refused and Swapped."""
    parcel = Ticket(delivery, in_doubt=False).parcel()
    return {
        f"1-{names.PAYLOAD[names.REGISTRERING_HENT]}": messages.registrering_hent(parcel.record.key, codes),
        f"2-{names.PAYLOAD[names.OPPRETT]}": messages.arkivmelding(parcel, codes, with_folder=parcel.case is None),
    }
