"""Read a KS Fiks Oppvekst response from a file."""

import re
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from accessctl.models import School
from guardians.register_import import Result, current_year, import_register
from people.register.reader import read
from people.register.remarks import sentence
from people.register.source import MAX_BYTES, FileRefused
from students.actions import open_class
from students.models import Group

COUNTS = {
    "children": "Barn i fila",
    "persons": "Personer i fila",
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
    "relations_ended": "Avsluttede foresatte",
    "portals_closed": "Portaltilganger stengt på grunn av adressesperre",
    "children_placed": "Barn satt i klasse",
}


class Command(BaseCommand):
    help = "Leser barn og foresatte fra et svar fra KS Fiks Oppvekst. Fila leses inn med en gang; --dry-run viser bare."
    requires_migrations_checks = True

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, metavar="FILE")
        parser.add_argument("--school", metavar="ORGNR", help="Sett barn uten plass inn ved denne skolen")
        parser.add_argument("--class", dest="class_name", metavar="NAME", help="Klassen de settes i, for eksempel 4A")
        parser.add_argument("--grade", type=int, help="Trinnet, når klassens navn ikke begynner med det")
        parser.add_argument("--dry-run", action="store_true", help="Vis hva som ville skjedd, uten å endre noe")
        parser.add_argument(
            "--many-losses", action="store_true", help="Godta at mange foresatte mister tilgangen i samme innlesing"
        )
        parser.add_argument("--max-bytes", type=int, default=MAX_BYTES, help="Største fil som leses")

    def handle(self, *args: Any, **options: Any) -> None:
        with translation.override("nb"):
            try:
                with transaction.atomic():
                    result = self.run(options)
                    if options["dry_run"]:
                        transaction.set_rollback(True)
            except FileRefused as refused:
                raise CommandError(_("{refused}. Ingenting er endret.").format(refused=refused)) from None
            self.report(result, dry_run=options["dry_run"])

    def run(self, options: dict[str, Any]) -> Result:
        file = read(options["file"], synthetic_allowed=settings.SYNTHETIC_IDS_ALLOWED, max_bytes=options["max_bytes"])
        group = self.group(options) if options["school"] or options["class_name"] else None
        return import_register(file, by=None, group=group, many_losses=options["many_losses"])

    def group(self, options: dict[str, Any]) -> Group:
        if not (options["school"] and options["class_name"]):
            raise CommandError(_("Oppgi både --school og --class."))
        school = School.objects.filter(org_number=options["school"]).first()
        if school is None:
            raise CommandError(_("Det finnes ingen skole med dette organisasjonsnummeret."))
        year = current_year()
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

    def report(self, result: Result, *, dry_run: bool) -> None:
        for name, label in COUNTS.items():
            if name in result.counts:
                self.stdout.write(f"{label}: {result.counts[name]}")
        for remark in result.remarks:
            self.stdout.write(
                _("Merknad, post {record}: {text}").format(
                    record=remark.record, text=sentence(remark.code, remark.detail)
                )
            )
        self.stdout.write(_("Prøvekjøring: ingenting er endret.") if dry_run else _("Innlesingen er ferdig."))
