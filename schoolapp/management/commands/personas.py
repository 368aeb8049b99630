"""List the demo persons worth logging in as."""

import json
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from schoolapp.demo.personas import as_json, personas


class Command(BaseCommand):
    help = "Viser demopersonene det er verdt å logge inn som."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--json", action="store_true", dest="as_json", help="Som JSON, med alt innloggingen trenger"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.SYNTHETIC_IDS_ALLOWED:
            raise CommandError("Demopersoner finnes bare der syntetiske fødselsnummer er tillatt.")
        found = personas()
        if options["as_json"]:
            self.stdout.write(json.dumps(as_json(found), ensure_ascii=False, indent=2))
            return
        for persona in found:
            self.stdout.write(f"{persona.login_id:24}{persona.name:32}{persona.role:30}{persona.school}")
            self.stdout.write(f"{'':24}{persona.note}")
