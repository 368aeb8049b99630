"""Positions, planned teaching, variable pay and forms for IKT, for the employees the town already has."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random

from accessctl.models import Role, RoleAssignment, School, User
from schoolapp.demo.town import Town
from schoolapp.lib import clock
from staff.hr.access import BASIC
from staff.models import (
    Employee,
    IctOrder,
    MissingEmployee,
    OrgUnit,
    PayCode,
    PayLine,
    PlannedLessons,
    Position,
    SyncLine,
    SyncRun,
    TeachingNorm,
)
from staff.pay import actions
from staff.planning.rules import DEFAULT_NORMS
from students.models import GroupStaffing

SEED = "1349-workforce"
CODES = {
    "Rektor": "795100",
    "Inspektør": "795400",
    "Kontaktlærer": "796300",
    "Faglærer": "796500",
    "Vikar": "796100",
    "SFO-leder": "746200",
    "SFO-medarbeider": "657200",
}
PERCENTS = (10_000, 10_000, 10_000, 8_000, 8_000, 6_000, 5_000)
SUBJECTS = ("norsk", "matematikk", "engelsk", "naturfag", "samfunnsfag", "kroppsøving", "musikk")
PAY_CODES = (("1150", "Vikartime", 41_230), ("1160", "Kveldsmøte", 35_000), ("1180", "Leirskole, timer", 41_230))
# How many schools have pay lines, and how many of each state.
PAYING, LINES = 6, 6


@dataclass
class Workforce:
    town: Town
    rng: Random = field(default_factory=lambda: Random(SEED))
    at: dict[int, tuple[int, date, date | None]] = field(default_factory=dict)  # user to school, first and last day

    def make(self) -> None:
        for stage, hours in DEFAULT_NORMS.items():
            TeachingNorm.objects.get_or_create(stage=stage, defaults={"annual_hours": hours})
        for code, name, rate in PAY_CODES:
            PayCode.objects.get_or_create(code=code, defaults={"name": name, "rate": rate})
        schools = list(School.objects.order_by("pk"))
        units = self.make_units(schools)
        employees = list(Employee.objects.select_related("person").order_by("pk"))
        for user, place, since, until in User.objects.filter(assignments__school__isnull=False).values_list(
            "pk", "assignments__school", "assignments__valid_from", "assignments__valid_to"
        ):
            self.at.setdefault(user, (place, since, until))
        positions = self.make_positions(employees, units)
        self.let_belong(positions)
        self.plan_teaching({school.pk: school for school in schools}, positions)
        self.order_equipment(employees)
        self.note_runs(employees)
        for school in schools[:PAYING]:
            self.pay(school)

    def make_units(self, schools: list[School]) -> dict[int | None, OrgUnit]:
        made: dict[int | None, OrgUnit] = {
            school.pk: OrgUnit(unit_id=f"{4100 + n}", name=school.name, school=school)
            for n, school in enumerate(schools, 1)
        }
        made[None] = OrgUnit(unit_id="4000", name="Oppvekst, stab", is_outside=True)
        OrgUnit.objects.bulk_create([*made.values(), OrgUnit(unit_id="4090", name="Felles vikarpool")])
        return made

    def make_positions(self, employees: list[Employee], units: dict[int | None, OrgUnit]) -> dict[int, Position]:
        positions = {}
        elsewhere = (None, self.town.last_year.starts_on, None)
        for employee in employees:
            school, since, until = self.at.get(employee.person.user_id or 0, elsewhere)
            code, unit = CODES.get(employee.title, "753100"), units[school]
            positions[employee.pk] = Position(
                uuid=self.town.uuid(),
                employee=employee,
                # As the file from Visma Enterprise HRM is read, so that tonight's finds them again.
                reference=f"{employee.employee_number}:{unit.unit_id}:{code}:{since}",
                number=1,
                is_primary=True,
                code=code,
                title=employee.title,
                percent=10_000 if employee.title == "Rektor" else self.rng.choice(PERCENTS),
                unit=unit,
                school_id=school,
                responsibility=unit.unit_id,
                function="2020",
                valid_from=since,
                valid_to=until,
            )
            employee.follows_hr, employee.employed_from, employee.employed_to = True, since, until
        Position.objects.bulk_create(positions.values(), batch_size=2000)
        Employee.objects.bulk_update(employees, ["follows_hr", "employed_from", "employed_to"], batch_size=2000)
        return positions

    def let_belong(self, positions: dict[int, Position]) -> None:
        """What the staff register opens, and no more: «Grunntilgang» at the school."""
        role = Role.objects.get(slug=BASIC)
        RoleAssignment.objects.bulk_create(
            [
                RoleAssignment(
                    user_id=position.employee.person.user_id,
                    role=role,
                    reach=role.reach,
                    school_id=position.school_id,
                    valid_from=position.valid_from,
                    valid_to=position.valid_to,
                    source=RoleAssignment.Source.HR,
                )
                for position in positions.values()
                if position.school_id and position.employee.person.user_id
            ],
            batch_size=2000,
        )

    def plan_teaching(self, schools: dict[int, School], positions: dict[int, Position]) -> None:
        """A teacher's groups share what fills the position, a little over or under."""
        held = defaultdict(list)
        rows = GroupStaffing.objects.filter(
            group__school_year=self.town.year, group__kind__in=["home_class", "subject_group"]
        )
        for row in rows.select_related("group").order_by("pk"):
            held[row.employee_id].append(row.group)
        planned = []
        for employee, groups in sorted(held.items()):
            position = positions[employee]
            for group in groups:
                stage = "lower" if (group.grade_level or 1) > 7 else "primary"
                wanted = DEFAULT_NORMS[stage] * position.percent * self.rng.randint(92, 106)
                planned.append(
                    PlannedLessons(
                        uuid=self.town.uuid(),
                        school=schools[group.school_id],
                        school_year=self.town.year,
                        employee_id=employee,
                        group_name=group.name,
                        subject=self.rng.choice(SUBJECTS),
                        stage=stage,
                        hours=max(100, wanted // 10_000 // len(groups) // 25 * 25),
                    )
                )
        PlannedLessons.objects.bulk_create(planned, batch_size=2000)

    def order_equipment(self, employees: list[Employee]) -> None:
        """For the substitutes who begin today."""
        orders = []
        for employee in employees:
            school, since, _until = self.at.get(employee.person.user_id or 0, (None, None, None))
            if school and since == self.town.today:
                orders.append(IctOrder(employee=employee, school_id=school, needed_from=since))
        IctOrder.objects.bulk_create(orders)

    def note_runs(self, employees: list[Employee]) -> None:
        """Three nights: a file that was cut off, one with somebody missing, and one that changed little."""
        night = clock.now().replace(hour=0, minute=30, second=0, microsecond=0)
        if night > clock.now():  # this night's is still to come
            night -= timedelta(days=1)
        count = len(employees)
        told = [
            (SyncRun.State.APPLIED, {"people": count, "known": count, "updated": 3}, []),
            (
                SyncRun.State.REFUSED,
                {},
                [{"row": count // 2, "reason": "filen er avkortet eller er ikke gyldig XML. Be om en ny fil"}],
            ),
            (SyncRun.State.APPLIED, {"people": count - 1, "known": count, "updated": 1, "flagged": 1}, []),
        ]
        runs = [
            SyncRun(
                trigger=SyncRun.Trigger.NIGHTLY,
                state=state,
                source="Visma Enterprise HRM",
                format="Visma Enterprise HRM",
                sha256=f"{back:064d}",
                counts=counts,
                refusals=refusals,
                asked_at=night - timedelta(days=back),
                started_at=night - timedelta(days=back),
                finished_at=night - timedelta(days=back),
            )
            for back, (state, counts, refusals) in zip((2, 1, 0), told, strict=True)
        ]
        SyncRun.objects.bulk_create(runs)
        missing = next(employee for employee in reversed(employees) if employee.title == "Faglærer")
        MissingEmployee.objects.create(employee=missing, run=runs[-1])
        kind = SyncLine.Kind.UPDATED
        lines = [SyncLine(run=runs[0], kind=kind, employee=e, detail="stillingsprosent") for e in employees[5:8]]
        lines.append(SyncLine(run=runs[2], kind=kind, employee=employees[9], detail="til-dato"))
        SyncLine.objects.bulk_create([*lines, SyncLine(run=runs[2], kind=SyncLine.Kind.FLAGGED, employee=missing)])

    def pay(self, school: School) -> None:
        """Last month is transferred; of this month some wait, one is sent back."""
        here = Employee.objects.filter(positions__school=school).select_related("person__user").order_by("pk")
        inspector, principal = here.filter(title="Inspektør").first(), here.filter(title="Rektor").first()
        if inspector is None or principal is None or not (inspector.person.user and principal.person.user):
            return
        recorder, approver = inspector.person.user, principal.person.user
        codes = list(PayCode.objects.filter(code__in=[code for code, _name, _rate in PAY_CODES]))
        workers = Position.objects.filter(school=school, valid_to__isnull=True, employee__title="Faglærer")
        workers = workers.select_related("employee__person__user", "school").order_by("pk")
        first_of_month = self.town.today.replace(day=1)
        made: dict[str, list[PayLine]] = {"before": [], "now": []}
        for n, position in enumerate(list(workers)[:LINES] * 2):
            when = "before" if n % 2 else "now"
            day = first_of_month - timedelta(days=3 + n) if when == "before" else self.town.today
            quantity = self.rng.choice((100, 150, 350, 600))
            work = actions.Work(position, self.rng.choice(codes), day, day, quantity, "Vikar for kollega")
            made[when].append(actions.record(work, by=recorder))
        if not made["before"] or not made["now"]:
            return
        actions.approve(made["before"], by=approver)
        period = (first_of_month - timedelta(days=1)).replace(day=1)
        seen = actions.digest_of(list(actions.ready(school, period)))
        actions.transfer(school, period=period, seen=seen, by=approver)
        actions.send_back(made["now"][:1], answer="Feil dato. Timene var i forrige uke.", by=approver)


def make_workforce(town: Town) -> None:
    Workforce(town).make()
