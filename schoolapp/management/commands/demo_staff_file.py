"""Tonight's staff file of the demo municipality, for the stand-in for Visma Enterprise HRM."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from schoolapp.demo.hrm import staff_file


class Command(BaseCommand):
    help = "Skriver nattens fil fra HR for demokommunen, slik Visma Enterprise HRM ville gitt den."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, metavar="FILE")

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.SYNTHETIC_IDS_ALLOWED:
            raise CommandError("Demopersoner finnes bare der syntetiske fødselsnummer er tillatt.")
        options["file"].write_bytes(staff_file())
