"""Makes the demo municipality, all of it in one transaction, and only in a database without schools."""

import sys
from datetime import date, timedelta
from random import Random
from typing import TextIO

from django.conf import settings
from django.db import connection, transaction
from django.utils.translation import gettext as _

from accessctl.actions import give_grant, install_roles
from accessctl.models import Municipality, School, User
from accessctl.permissions import OFFICER_GRANTS, Permission
from guardians.models import GuardianRelation, RelationBlock
from people.models import Person, Protection, ProtectionSource, review_day
from schoolapp.demo.archive_system import agree_with_archive
from schoolapp.demo.beginners import add_beginners, plan_next_year
from schoolapp.demo.classes import Classes
from schoolapp.demo.drafts import make_drafts
from schoolapp.demo.duties import tick_off_what_is_past
from schoolapp.demo.families import Families
from schoolapp.demo.finished import finish_some
from schoolapp.demo.letters import make_letters
from schoolapp.demo.moves import make_moves
from schoolapp.demo.numbers import organisation_number, telephone
from schoolapp.demo.organisation import make_organisation, teach_some_elsewhere
from schoolapp.demo.plan import Size, make_plan
from schoolapp.demo.register import make_register_run
from schoolapp.demo.sharing import answer_for_families
from schoolapp.demo.staffing import OFFICER_TITLES, Staffing
from schoolapp.demo.town import CITY, DOMAIN, POSTAL_CODES, Town
from schoolapp.demo.workforce import make_workforce
from schoolapp.lib import clock
from schools.models import SchoolYear
from staff.models import Employee
from students.models import GroupStaffing, Student
from students.statistics.actions import freeze_due

SEED = 1349
NAME, NUMBER = "Fjordvik kommune", "9901"


class DemoRefused(Exception):
    """The demo may not be made here; the text says why."""


class Progress:
    """One line that fills up, on a terminal; nothing elsewhere but the end of each tenth."""

    WIDTH = 40

    def __init__(self, total: int, out: TextIO) -> None:
        self.total, self.out, self.done, self.shown = max(total, 1), out, 0, -1

    def __call__(self, steps: int) -> None:
        self.done += steps
        percent = min(100, 100 * self.done // self.total)
        if percent == self.shown or (not self.out.isatty() and percent // 10 == self.shown // 10):
            return
        self.shown = percent
        bar = "█" * (percent * self.WIDTH // 100)
        start, end = ("\r", "") if self.out.isatty() else ("", "\n")
        self.out.write(f"{start}{bar:<{self.WIDTH}} {percent:3d} %{end}")
        self.out.flush()


def check_allowed() -> None:
    """Raises DemoRefused where made-up people do not belong."""
    if not settings.SYNTHETIC_IDS_ALLOWED:
        raise DemoRefused(_("Demodata har syntetiske fødselsnummer. Sett SYNTHETIC_IDS_ALLOWED for å bruke dem."))
    if School.objects.exists():
        raise DemoRefused(_("Databasen har skoler fra før. Demokommunen lages bare i en tom database."))
    if Person.objects.exists():
        raise DemoRefused(_("Databasen har personer fra før. Demokommunen lages bare i en tom database."))


@transaction.atomic
def build(size: Size, *, out: TextIO = sys.stderr, today: date | None = None) -> dict[str, int]:
    """Make the municipality and return how many rows of each kind it got. Raises DemoRefused."""
    check_allowed()
    install_roles()
    rng = Random(f"{SEED}-{size}")
    plan = make_plan(size, rng)
    town = Town(rng, plan, today or clock.today(), *make_years(today or clock.today()), Progress(3 * plan.pupils, out))
    make_schools(town)
    families = Families(town)
    families.fill()
    classes = Classes(town)
    classes.make()
    Staffing(town, classes).make()
    if size == Size.KOMMUNE:
        add_beginners(town, families)
    town.tables.close()
    make_organisation(town)
    give_grants(town)
    agree_with_archive()
    confirm_by_hand()
    note_protection(town)
    tick_off_what_is_past(town)
    drafts = make_drafts(town)
    make_workforce(town)
    answer_for_families(town)
    teach_some_elsewhere(town)
    analyze()
    freeze_due()
    if size == Size.KOMMUNE:
        plan_next_year(town)
    make_moves(town)
    finished = finish_some(town, size)
    letters = make_letters(town)
    if size == Size.KOMMUNE:
        make_register_run()
    made = {name: rows.made for name, rows in vars(town.tables).items()}
    return made | {"draft": drafts - finished, "finished": finished, "letter": letters}


def confirm_by_hand() -> None:
    """Two officers have documented the relations the register does not know, and child welfare's care of some."""
    first, second = (Employee.objects.select_related("person__user").get(title=t).person.user for t in OFFICER_TITLES)
    by_hand = GuardianRelation.objects.filter(ground=GuardianRelation.Ground.MANUAL)
    by_hand.update(
        state=GuardianRelation.State.VERIFIED,
        proposed_by=first,
        confirmed_by=second,
        confirmed_at=clock.now(),
        opened_despite_care=True,
    )
    foster = by_hand.filter(evidence=GuardianRelation.Evidence.CHILD_WELFARE)
    RelationBlock.objects.bulk_create(
        RelationBlock(
            student_id=row.student_id, kind=RelationBlock.Kind.CARE, reference=row.reference, created_by=first
        )
        for row in foster.order_by("pk")
    )


def note_protection(town: Town) -> None:
    """Since when people are protected, and when child welfare's protection must be looked at again."""
    people = Person.objects.exclude(protection=Protection.NONE)
    since = town.today - timedelta(days=90)
    people.update(protection_source=ProtectionSource.REGISTER, protected_since=since)
    people.filter(protection=Protection.CLIENT).update(protection_review_on=review_day(since))


def make_years(today: date) -> tuple[SchoolYear, SchoolYear]:
    """The current school year and the one before it."""
    start = clock.school_year_start(today)
    state = SchoolYear.State
    years = [
        SchoolYear.objects.get_or_create(
            starts_on=date(start.year - back, 8, 1),
            defaults={"ends_on": date(start.year - back + 1, 7, 31), "state": state.PAST if back else state.CURRENT},
        )[0]
        for back in (0, 1)
    ]
    return years[0], years[1]


def make_schools(town: Town) -> None:
    used: set[str] = set()
    if not Municipality.objects.exists():
        Municipality.objects.create(name=NAME, number=NUMBER, org_number=organisation_number(town.rng, used))
    for school in town.plan.schools:
        street, _code = town.home()
        mailbox = "".join(c for c in school.name.casefold().translate(LATIN).replace(" ", ".") if c.isascii())
        school.pk = town.tables.school.add(
            town.uuid(),
            school.name,
            organisation_number(town.rng, used),
            school.kind,
            school.language,
            street,
            town.rng.choice(POSTAL_CODES),
            CITY,
            telephone(town.rng),
            f"{mailbox}@{DOMAIN}",
        )


LATIN = str.maketrans({"æ": "ae", "ø": "o", "å": "a"})


def give_grants(town: Town) -> None:
    """Two officers answer for protected addresses, an administrator searches among all persons, and one contact
    teacher may see the protected pupil in the class.
    """
    municipality = Municipality.objects.get()
    for title in OFFICER_TITLES:
        officer = User.objects.get(person__employee__title=title)
        for permission in OFFICER_GRANTS:
            give_grant(officer, permission, on=municipality, by=None, reason="Kommunens ansvarlige for adressesperre")
    searcher = User.objects.filter(assignments__role__slug="kommuneadmin").order_by("assignments__pk").first()
    if searcher is not None:
        reason = "Finner personer som ringer kommunen"
        give_grant(searcher, Permission.ADVANCED_SEARCH, on=municipality, by=None, reason=reason)
    student = (
        Student.objects.exclude(person__protection=Protection.NONE)
        .filter(memberships__is_home_class=True, memberships__valid_to__isnull=True)
        .order_by("school_id", "grade_level", "pk")
        .first()
    )
    if student is None:
        return
    staffing = GroupStaffing.objects.filter(
        group__memberships__student=student,
        group__memberships__valid_to__isnull=True,
        group__memberships__is_home_class=True,
        function=GroupStaffing.Function.CONTACT_TEACHER,
    )
    teacher = User.objects.filter(person__employee__in=staffing.values("employee")).order_by("pk").first()
    if teacher is not None:
        reason = "Kontaktlærer for eleven"
        give_grant(teacher, Permission.SEE_PROTECTED, on=student, by=None, reason=reason)


def analyze() -> None:
    """Let the planner know the tables that were just filled."""
    with connection.cursor() as cursor:
        cursor.execute("analyze")
