"""Make the demo municipality in an empty database."""

import sys
import time
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import connection
from django.utils import translation

from schoolapp.demo.build import DemoRefused, build
from schoolapp.demo.plan import Size

LABELS = {
    "school": "skoler",
    "student": "elever",
    "relation": "foresattrelasjoner",
    "employee": "ansatte",
    "group": "klasser og grupper",
    "person": "personer",
    "draft": "påbegynte brev",
    "finished": "ferdigstilte brev",
    "letter": "sendte brev",
}


class Command(BaseCommand):
    help = "Lager demokommunen Fjordvik i en tom database: liten (600 elever), kommune (6 000) eller storby (65 000)."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--size", choices=[size.value for size in Size], default=Size.LITEN.value)

    def handle(self, *args: Any, **options: Any) -> None:
        started = time.monotonic()
        with translation.override("nb"):
            try:
                made = build(Size(options["size"]), out=sys.stderr)
            except DemoRefused as refused:
                raise CommandError(str(refused)) from None
        if not connection.in_atomic_block:
            with connection.cursor() as cursor:
                cursor.execute("vacuum analyze")  # as a database that has stood for a while; else indexes serve badly
        if options["verbosity"]:
            counts = ", ".join(f"{made[name]} {label}" for name, label in LABELS.items())
            self.stdout.write(f"Fjordvik kommune: {counts} ({time.monotonic() - started:.1f} s).")
