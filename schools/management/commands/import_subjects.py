from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from schools.subjects.actions import plan, take_snapshot
from schools.subjects.grep import Refused


class Command(BaseCommand):
    help = "Leser fag fra Udirs liste over fagkoder (Grep). Viser hva som blir endret; --apply gjør det."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--apply", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            content = options["file"].read_bytes()
        except OSError as error:
            raise CommandError(f"Filen kan ikke leses: {error.strerror}") from None
        try:
            found = take_snapshot(content, by=None) if options["apply"] else plan(content)
        except Refused as refused:
            raise CommandError("\n".join([str(refused), *(str(problem) for problem in refused.problems)])) from None
        for subject in found.new:
            self.stdout.write(f"ny: {subject}")
        for subject, names in found.changed:
            self.stdout.write(f"endret: {subject}: {', '.join(names)}")
        for entry in found.untold:
            self.stdout.write(f"ikke lest inn, filen sier ikke hvilket trinn: {entry.name_nb} ({entry.code})")
        self.stdout.write(", ".join(f"{name}: {count}" for name, count in found.counts.items()))
        if not options["apply"]:
            self.stdout.write("Ingenting er lagret. Kjør igjen med --apply.")
