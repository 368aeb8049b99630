"""What the population register tells of the demo municipality, for the stand-in for KS Fiks."""

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from schoolapp.demo.register import told


class Command(BaseCommand):
    help = "Skriver det Folkeregisteret forteller om demokommunen, slik KS Fiks ville svart."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, metavar="FILE")

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.SYNTHETIC_IDS_ALLOWED:
            raise CommandError("Demopersoner finnes bare der syntetiske fødselsnummer er tillatt.")
        options["file"].write_text(json.dumps(told(), ensure_ascii=False), encoding="utf-8")
