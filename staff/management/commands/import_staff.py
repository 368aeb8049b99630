"""Read a staff file from HR."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from staff.hr.reader import read_file
from staff.hr.shape import Refusal
from staff.hr.source import Delivered
from staff.hr.sync import carry_out
from staff.models import SyncLine, SyncRun


class Command(BaseCommand):
    help = "Leser ansatte fra en fil fra HR (Visma Enterprise XML eller CSV). Viser bare, uten --apply."
    requires_migrations_checks = True

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, metavar="FILE")
        parser.add_argument("--apply", action="store_true", help="Les filen inn. Uten dette endres ingenting")
        parser.add_argument(
            "--accept-short", action="store_true", help="Godta at filen har langt færre ansatte enn registeret"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        path: Path = options["file"]
        with translation.override("nb"), transaction.atomic():
            run = SyncRun.objects.create(trigger=SyncRun.Trigger.COMMAND)
            carry_out(run, lambda: Delivered(path.name[:200], read_file(path)), accept_short=options["accept_short"])
            self.report(run, applied=options["apply"])
            if not options["apply"]:
                transaction.set_rollback(True)
        if run.state != SyncRun.State.APPLIED:
            raise CommandError(_("Ingenting er endret."))

    def report(self, run: SyncRun, *, applied: bool) -> None:
        """What the file does, or why it is refused; a file that is only too short is told both."""
        for refusal in run.refusals:
            self.stderr.write(Refusal(**refusal).sentence())
        if run.state == SyncRun.State.REFUSED:
            return
        for kind in SyncLine.Kind:
            self.stdout.write(f"{kind.label}: {run.counts.get(kind.value, 0)}")
        for line in SyncLine.objects.filter(run=run, kind=SyncLine.Kind.CONFLICT):
            self.stdout.write(_("Rad {row}: {detail}").format(row=line.row, detail=line.detail))
        if run.state == SyncRun.State.SHORT:
            self.stdout.write(_("Er filen hel, kan du godta den med --accept-short."))
        elif not applied:
            self.stdout.write(_("Prøvekjøring: ingenting er endret. Legg til --apply for å lese filen inn."))
