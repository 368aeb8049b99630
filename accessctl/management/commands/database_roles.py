"""Create the database roles of web and workers, and give them what they need; `migrate` does the same."""

from typing import Any

from django.core.management.base import BaseCommand

from accessctl import wall


class Command(BaseCommand):
    help = "Lager databaserollene for web og arbeidere og gir dem de rettighetene de trenger. Kjøres som eieren."

    def handle(self, *args: Any, **options: Any) -> None:
        wall.set_up_roles()
        if options["verbosity"]:
            logs = ", ".join(sorted(wall.append_only_tables()))
            self.stdout.write(f"{wall.WEB} og {wall.WORKER} er klare. Bare tilføying i {logs}.")
