"""Read a KS Fiks Oppvekst response from a file."""

import re
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from accessctl.models import School
from guardians.register import run as runs
from people.models import RegisterImport
from people.register.remarks import sentence
from people.register.source import MAX_BYTES, FileRefused, open_file
from schools.models import SchoolYear
from students.actions import open_class
from students.models import Group

COUNTS = {
    "children": "Barn i filen",
    "persons": "Personer i filen",
    "persons_created": "Nye personer",
    "persons_updated": "Endrede personer",
    "numbers_changed": "Nye nummer på kjente personer",
    "former_numbers_added": "Tidligere nummer lagt til",
    "addresses_opened": "Nye adresser",
    "addresses_changed": "Endrede eller avsluttede adresser",
    "addresses_blanked": "Adresser slettet for innhold (strengt fortrolig)",
    "protection_switched_on": "Adressesperrer slått på",
    "students_created": "Nye elever",
    "relations_created": "Nye foresatte med tilgang",
    "relations_proposed": "Foresatte som må bekreftes",
    "relations_updated": "Endrede foresatte",
    "guardians_lost": "Foresatte som faller bort, og må avgjøres",
    "protection_lower": "Lavere adressesperrer, som må avgjøres",
    "deaths": "Dødsfall, som må avgjøres",
    "moved_out": "Elever som har flyttet ut, og må avgjøres",
    "portals_closed": "Portaltilganger stengt på grunn av adressesperre",
    "children_placed": "Barn satt i klasse",
}


class Command(BaseCommand):
    help = "Leser barn og foresatte fra et svar fra KS Fiks Oppvekst. Filen leses inn straks; --dry-run viser bare."
    requires_migrations_checks = True

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, metavar="FILE", nargs="?")
        parser.add_argument("--resume", action="store_true", help="Fortsett innlesingen som ble avbrutt")
        parser.add_argument("--school", metavar="ORGNR", help="Sett barn uten plass inn ved denne skolen")
        parser.add_argument("--class", dest="class_name", metavar="NAME", help="Klassen de settes i, for eksempel 4A")
        parser.add_argument("--grade", type=int, help="Trinnet, når klassens navn ikke begynner med det")
        parser.add_argument("--dry-run", action="store_true", help="Vis hva som ville skjedd, uten å endre noe")
        parser.add_argument(
            "--many-losses", action="store_true", help="Godta at uvanlig mye blir endret i samme innlesing"
        )
        parser.add_argument(
            "--accept-guardians", action="store_true", help="Gi nye foresatte tilgang uten egen godkjenning av hver"
        )
        parser.add_argument("--max-bytes", type=int, default=MAX_BYTES, help="Største fil som leses")

    def handle(self, *args: Any, **options: Any) -> None:
        with translation.override("nb"):
            try:
                if options["resume"]:
                    run = self.resume()
                elif options["dry_run"]:
                    with transaction.atomic():
                        run = self.run(options)
                        transaction.set_rollback(True)
                else:
                    run = self.run(options)
            except FileRefused as refused:
                raise CommandError(f"{refused} {_('Ingenting er endret.')}") from None
            self.report(run, dry_run=options["dry_run"])

    def resume(self) -> RegisterImport:
        """Go on with the run that was broken off, from where it came to."""
        run = RegisterImport.objects.filter(state=RegisterImport.State.RUNNING).order_by("pk").first()
        if run is None:
            raise CommandError(_("Ingen innlesing er avbrutt."))
        runs.finish(run)
        return run

    def run(self, options: dict[str, Any]) -> RegisterImport:
        if not options["file"]:
            raise CommandError(_("Oppgi filen som skal leses."))
        with open_file(options["file"]) as file, transaction.atomic():
            group = self.group(options) if options["school"] or options["class_name"] else None
            source = RegisterImport.Source.FILE
            run = runs.start(
                source=source, by=None, group=group.pk if group else None, verifies=options["accept_guardians"]
            )
            runs.read_file(run, file, max_bytes=options["max_bytes"])
            if run.state == RegisterImport.State.WAITING:
                if not options["many_losses"]:
                    raise FileRefused(" ".join(runs.stop_sentence(reason) for reason in run.stop_reasons))
                runs.confirm(run, by=None)
        runs.finish(run)
        return run

    def group(self, options: dict[str, Any]) -> Group:
        if not (options["school"] and options["class_name"]):
            raise CommandError(_("Oppgi både --school og --class."))
        school = School.objects.filter(org_number=options["school"]).first()
        if school is None:
            raise CommandError(_("Det finnes ingen skole med dette organisasjonsnummeret."))
        year = SchoolYear.objects.filter(state=SchoolYear.State.CURRENT).first()
        if year is None:
            raise CommandError(_("Det finnes ikke noe inneværende skoleår. Opprett det først."))
        name = options["class_name"]
        standing = Group.objects.filter(
            school=school, school_year=year, kind=Group.Kind.HOME_CLASS, name=name, grade_level__isnull=False
        ).first()
        if standing:
            return standing
        leading = re.match(r"\d+", name)
        grade_level = options["grade"] or (int(leading.group()) if leading else 0)
        if not 1 <= grade_level <= 10:
            raise CommandError(_("Oppgi trinnet med --grade: det kan ikke leses av klassens navn."))
        return open_class(school=school, year=year, name=name, grade_level=grade_level, by=None)

    def report(self, run: RegisterImport, *, dry_run: bool) -> None:
        for name, label in COUNTS.items():
            if name in run.counts:
                self.stdout.write(f"{label}: {run.counts[name]}")
        for remark in run.remarks:
            text = sentence(remark["code"], remark["detail"])
            self.stdout.write(_("Merknad, post {record}: {text}").format(record=remark["record"], text=text))
        self.stdout.write(_("Prøvekjøring: ingenting er endret.") if dry_run else _("Innlesingen er ferdig."))
