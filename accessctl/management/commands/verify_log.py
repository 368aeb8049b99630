from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from accessctl.journal.verify import seconds_behind, verify


class Command(BaseCommand):
    help = "Check the access log and the change history against their seals. Exit status 1 when something is wrong."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--against", type=Path, metavar="FILE", help="the copy of the seals kept on another host")

    def handle(self, *args: Any, against: Path | None = None, **options: Any) -> None:
        if against and not against.is_file():
            raise CommandError(f"{against} is not a file")
        result = verify(against)
        for finding in result.findings:
            self.stdout.write(str(finding))
        self.stdout.write(
            f"{result.seals} seals, {result.rows} rows; oldest unsealed line {seconds_behind():.0f} seconds old"
        )
        if result.findings:
            raise CommandError(f"{len(result.findings)} findings")
        if not against:
            self.stdout.write("Without --against a cut tail and a chain built anew can not be seen.")
