from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from schoolapp.management.whole_export import NotWhole, export


class Command(BaseCommand):
    help = (
        "Skriver alt kommunen har i systemet til en mappe: en CSV-fil per tabell, alle filer og en beskrivelse. "
        "Kjøres som eieren av databasen. Personer med adressesperre er med: pass på mappen."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("folder", type=Path)

    def handle(self, *args: Any, folder: Path, **options: Any) -> None:
        try:
            manifest = export(folder)
        except NotWhole as problem:
            raise CommandError(f"Uttrekket er ikke helt. {problem}") from None
        rows = sum(table["rader"] for table in manifest["tabeller"].values())
        self.stdout.write(f"{len(manifest['tabeller'])} tabeller, {rows} rader, {manifest['filer']['antall']} filer")
