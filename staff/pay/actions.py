"""Writes about variable pay. Nobody records or approves their own, and nobody does both with the same line."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from typing import Any

from django.db import connection, transaction
from django.db.models import Max, Sum
from django.utils.translation import gettext as _

from accessctl.audit import record_act, record_event
from accessctl.models import School, User
from accessctl.permissions import Permission
from accessctl.scope import scope_of
from schoolapp.lib import clock
from staff.models import Employee, PayBatch, PayCode, PayLine, Position
from staff.pay.file import PayRow, batch_file

State = PayLine.State
LOCK = 4_600_602


class PayError(ValueError):
    """It can not be done so; the text says why and what to do."""


@dataclass(frozen=True)
class Work:
    """What is to be paid. `quantity` is hundredths."""

    position: Position
    pay_code: PayCode
    first_day: date
    last_day: date
    quantity: int
    comment: str = ""


@transaction.atomic
def record(work: Work, *, by: User) -> PayLine:
    """Record a line. Raises PayError for somebody else's school, one's own pay, and days outside the position."""
    check_work(work, by)
    line = PayLine.objects.create(payee=payee_of(work.position), **values_of(work), recorded_by=by)
    record_event(by, "record_pay", line, what=line.source_id)
    return line


@transaction.atomic
def change(line: PayLine, work: Work, *, by: User) -> PayLine:
    """Correct a line nobody has approved; whoever corrects it is from now on the one who recorded it."""
    locked = lock(line)
    if locked.state == State.APPROVED:
        raise PayError(_("Linjen er godkjent. Be rektor angre godkjenningen, eller rett den med en ny linje."))
    if locked.corrects_id:
        raise PayError(_("En rettelse kan ikke endres. Slett den, og lag en ny."))
    check_work(work, by)
    for name, value in values_of(work).items():
        setattr(locked, name, value)
    locked.payee, locked.recorded_by, locked.recorded_at = payee_of(work.position), by, clock.now()
    locked.state, locked.answer = State.RECORDED, ""
    locked.save()
    record_event(by, "change_pay", locked, what=locked.source_id)
    return locked


@transaction.atomic
def remove(line: PayLine, *, by: User) -> None:
    """Delete a line nobody has approved."""
    locked = lock(line)
    check_reach(by, Permission.RECORD_VARIABLE_PAY, locked.school)
    check_not_own(locked.payee_id, by)
    if locked.state == State.APPROVED:
        raise PayError(_("Linjen er godkjent og kan ikke slettes. Be rektor angre godkjenningen."))
    record_event(by, "remove_pay", locked, what=locked.source_id)
    locked.delete()


@transaction.atomic
def correct(line: PayLine, *, quantity: int, comment: str, by: User) -> PayLine:
    """Take back `quantity` hundredths of a transferred line, with a negative line that refers to it.

    Raises PayError for more than is left of the line.
    """
    locked = lock(line)
    check_reach(by, Permission.RECORD_VARIABLE_PAY, locked.school)
    check_not_own(locked.payee_id, by)
    check_has_number(by)
    if locked.batch_id is None or locked.corrects_id:
        raise PayError(_("Bare en overført linje rettes med en ny linje."))
    if not 0 < quantity <= left_of(locked):
        raise PayError(_("Så mye er ikke igjen av linjen. Du kan høyst trekke det som er utbetalt."))
    made = PayLine.objects.create(
        school=locked.school,
        position=locked.position,
        payee=locked.payee,
        pay_code=locked.pay_code,
        rate=locked.rate,
        first_day=locked.first_day,
        last_day=locked.last_day,
        quantity=-quantity,
        comment=comment.strip(),
        corrects=locked,
        recorded_by=by,
    )
    record_event(by, "correct_pay", made, what=made.source_id)
    return made


def left_of(line: PayLine) -> int:
    """What has not been taken back of a line, in hundredths."""
    return int(line.quantity + (line.corrections.aggregate(n=Sum("quantity"))["n"] or 0))


@transaction.atomic
def approve(lines: Collection[PayLine], *, by: User) -> int:
    """Approve lines others have recorded: all of them or none. Returns how many."""
    for line in locked_in_order(lines):
        check_reach(by, Permission.APPROVE_VARIABLE_PAY, line.school)
        check_not_own(line.payee_id, by)
        check_has_number(by)
        if line.recorded_by_id == by.pk:
            raise PayError(_("Du har registrert en av linjene selv. En annen må godkjenne den."))
        if line.state != State.RECORDED:
            raise PayError(_("En av linjene er behandlet allerede. Last siden på nytt."))
        line.state, line.approved_by, line.approved_at = State.APPROVED, by, clock.now()
        line.save(update_fields=["state", "approved_by", "approved_at"])
        record_event(by, "approve_pay", line, what=line.source_id)
    return len(lines)


@transaction.atomic
def send_back(lines: Collection[PayLine], *, answer: str, by: User) -> int:
    """Give lines back to whoever recorded them, with what is wrong; also those approved and not transferred yet."""
    if not answer.strip():
        raise PayError(_("Skriv hva som må rettes."))
    for line in locked_in_order(lines):
        check_reach(by, Permission.APPROVE_VARIABLE_PAY, line.school)
        check_not_own(line.payee_id, by)
        if line.batch_id or line.state == State.RETURNED:
            raise PayError(_("En av linjene er behandlet allerede. Last siden på nytt."))
        line.state, line.answer = State.RETURNED, answer.strip()
        line.approved_by, line.approved_at = None, None
        line.save(update_fields=["state", "answer", "approved_by", "approved_at"])
        record_event(by, "send_back_pay", line, what=line.source_id)
    return len(lines)


@transaction.atomic
def transfer(school: School, *, period: date, seen: str, by: User) -> PayBatch:
    """Put all approved lines up to the end of the month in one batch: once for each school and month.

    `seen` is `digest_of` the lines the user was shown. Raises PayError when they have changed, when there are none,
    and when the month has been transferred: what comes later goes with the next month.
    """
    check_reach(by, Permission.APPROVE_VARIABLE_PAY, school)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
    if PayBatch.objects.filter(school=school, period=period).exists():
        raise PayError(_("Måneden er overført. Nye linjer følger med neste måned."))
    lines = list(ready(school, period).select_for_update(of=("self",)))
    if not lines:
        raise PayError(_("Det er ingen godkjente linjer å overføre."))
    if digest_of(lines) != seen:
        raise PayError(_("Linjene er endret siden du så dem. Se over på nytt."))
    content = batch_file(rows_of(lines))
    batch = PayBatch.objects.create(
        number=(PayBatch.objects.aggregate(n=Max("number"))["n"] or 0) + 1,
        school=school,
        period=period,
        content=content,
        sha256=sha256(content).hexdigest(),
        line_count=len(lines),
        created_by=by,
    )
    PayLine.objects.filter(pk__in=[line.pk for line in lines]).update(batch=batch)
    record_act(by, "transfer_pay", what=f"{batch.number}: {school}"[:120], object_id=batch.uuid)
    return batch


def ready(school: School, period: date) -> Any:
    """Approved lines of days up to the end of the month, in the order of the file."""
    after = date(period.year + period.month // 12, period.month % 12 + 1, 1)
    rows = PayLine.objects.filter(school=school, state=State.APPROVED, batch__isnull=True, first_day__lt=after)
    return rows.select_related("position__employee", "pay_code").order_by(
        "position__employee__employee_number", "first_day", "pk"
    )


def digest_of(lines: Sequence[PayLine]) -> str:
    """What tells whether the lines are the ones somebody looked at."""
    told = "|".join(f"{line.pk}:{line.quantity}:{line.rate}:{line.approved_by_id}" for line in lines)
    return sha256(told.encode()).hexdigest()


def rows_of(lines: Sequence[PayLine]) -> list[PayRow]:
    users = {pk for line in lines for pk in (line.recorded_by_id, line.approved_by_id)}
    numbers = dict(Employee.objects.filter(person__user__in=users).values_list("person__user", "employee_number"))
    return [row_of(line, numbers) for line in lines]


def row_of(line: PayLine, numbers: dict[Any, str]) -> PayRow:
    position = line.position
    assert line.approved_at is not None
    return PayRow(
        ansattnummer=position.employee.employee_number,
        arbeidsforhold=position.employment,
        stillingsnummer=position.number,
        lonnsart=line.pay_code.code,
        dato_fra=line.first_day,
        dato_til=line.last_day,
        antall=line.quantity,
        sats=line.rate,
        belop=line.amount,
        ansvar=position.responsibility,
        funksjon=position.function,
        prosjekt="",
        attestant=numbers.get(line.recorded_by_id, ""),
        attestert=line.recorded_at,
        anviser=numbers.get(line.approved_by_id, ""),
        anvist=line.approved_at,
        kommentar=line.comment,
        kilde_id=line.source_id,
    )


def values_of(work: Work) -> dict[str, Any]:
    return {
        "school": work.position.school,
        "position": work.position,
        "pay_code": work.pay_code,
        "rate": work.pay_code.rate,
        "first_day": work.first_day,
        "last_day": work.last_day,
        "quantity": work.quantity,
        "comment": work.comment.strip(),
    }


def payee_of(position: Position) -> User:
    user = position.employee.person.user
    if user is None:
        raise PayError(_("Den ansatte har ingen bruker ennå. Den kommer med neste fil fra HR."))
    return user


def check_work(work: Work, by: User) -> None:
    position = work.position
    check_reach(by, Permission.RECORD_VARIABLE_PAY, position.school)
    check_not_own(payee_of(position).pk, by)
    check_has_number(by)
    if work.quantity <= 0:
        raise PayError(_("Antallet må være over null."))
    if work.last_day < work.first_day:
        raise PayError(_("Til-datoen er før fra-datoen."))
    if work.last_day > clock.today():
        raise PayError(_("Arbeidet må være gjort. Velg en dag som ikke er senere enn i dag."))
    if work.first_day < position.valid_from or (position.valid_to and work.last_day > position.valid_to):
        raise PayError(_("Dagene er utenfor perioden stillingen gjelder for."))
    if not work.pay_code.is_active:
        raise PayError(_("Lønnsarten er ikke i bruk. Velg en annen."))


def check_reach(by: User, permission: Permission, school: School | None) -> None:
    if school is None or not scope_of(by).reach(permission).covers_school(school.pk):
        raise PayError(_("Rollene dine gjelder ikke for denne skolen."))


def check_not_own(payee: int, by: User) -> None:
    if payee == by.pk:
        raise PayError(_("Ingen registrerer eller godkjenner lønn til seg selv. Be en kollega med samme ansvar."))


def check_has_number(by: User) -> None:
    """The file names both people by employee number."""
    if not Employee.objects.filter(person__user=by).exists():
        raise PayError(_("Du er ikke registrert som ansatt, og kan derfor ikke stå i lønnsfilen."))


def lock(line: PayLine) -> PayLine:
    found = PayLine.objects.select_for_update(of=("self",)).select_related("school", "position").get(pk=line.pk)
    if found.batch_id is not None and line.batch_id is None:
        raise PayError(_("Linjen er overført i mellomtiden. Last siden på nytt."))
    return found


def locked_in_order(lines: Collection[PayLine]) -> list[PayLine]:
    """The lines as they stand. Raises PayError when one of them is not as whoever decides has seen it."""
    rows = PayLine.objects.select_for_update(of=("self",)).select_related("school")
    found = list(rows.filter(pk__in=[line.pk for line in lines]).order_by("pk"))
    if {line.key for line in found} != {line.key for line in lines}:
        raise PayError(_("Noen av linjene er endret siden du så dem. Se over dem på nytt."))
    return found
