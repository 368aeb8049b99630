from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction

from accessctl.audit import record_pupils
from guardians.exchange.actions import WRITERS
from guardians.exchange.reading import NoSchoolYear, read
from guardians.models import RosterExport
from schoolapp.lib import clock


class Command(BaseCommand):
    help = (
        "Skriver elever, grupper og ansatte til en fil for et annet system. Ingen med adressesperre er med. "
        "Hver elev i filen står i innsynsloggen."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("format", choices=sorted(RosterExport.Format.values))
        parser.add_argument("file", type=Path)
        parser.add_argument("--numbers", action="store_true", help="med fødselsnummer")
        parser.add_argument("--guardians", action="store_true", help="med foresatte")

    def handle(self, *args: Any, format: str, file: Path, numbers: bool, guardians: bool, **options: Any) -> None:
        """Write to a neighbouring file that takes the name when it is whole, so that nobody reads half of one."""
        half = file.with_name(f"{file.name}.halv")
        try:
            roster, pupils = read(taken_at=clock.now(), with_numbers=numbers, with_guardians=guardians)
        except NoSchoolYear:
            raise CommandError("Ingen skoleår er inneværende. Sett et skoleår til inneværende først.") from None
        with transaction.atomic():
            label = RosterExport.Format(format).label
            record_pupils(None, "export", pupils, what=f"fil til et annet system, fra kommandolinjen: {label}")
        try:
            half.touch(mode=0o600)
            with half.open("wb") as out:
                WRITERS[format](roster, out)
            half.replace(file)
        finally:
            half.unlink(missing_ok=True)
        self.stdout.write(", ".join(f"{name} {count}" for name, count in roster.counts().items()))
