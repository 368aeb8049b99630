"""A run that asks KS Fiks: whom it asks about, and one batch of answers at a time, each committed.

Every night all pupils are asked about, since neither a new name, a new guardian nor a new protection is an event that
KS Fiks lists (INTEGRATIONS 3.2). The lists of events bring those we do not know, and the children of guardians touched.
"""

import io
from collections.abc import Iterable
from datetime import date, timedelta

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accessctl.models import User
from guardians.models import GuardianRelation, StagedNumber
from guardians.register import run as runs
from guardians.register.sql import run_sql
from guardians.register.staging import Stage
from people.models import NationalId, RegisterImport
from people.register.ksfiks import MOST_NUMBERS, Event, children, happened, is_configured
from people.register.reader import entries
from people.register.remarks import Remark
from people.register.source import FileRefused, Source
from schoolapp.lib import clock
from schoolapp.lib.maskinporten import NotAllowed
from students.models import Student

__all__ = ["begin", "is_configured", "read_on"]
State = RegisterImport.State
# Compulsory school is for those who turn 6 to 15; a year more on either side for early and late starters (3.3).
YOUNGEST, OLDEST = 5, 16
# Events are asked about from this long before the last run, since they are told of after they happen.
OVERLAP = timedelta(days=3)
FIRST_TIME = timedelta(days=365)
# Of those who begin in the same moment, one does.
BEGINNING = 1_906_171
OF_KS = (RegisterImport.Source.NIGHTLY, RegisterImport.Source.MANUAL)


@transaction.atomic
def begin(*, source: str, by: User | None) -> RegisterImport:
    """A new run, or the one that is asking already: a button pressed twice asks once.

    An earlier one that still waits for a person tells less than this one will.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [BEGINNING])
    own = RegisterImport.objects.filter(source__in=OF_KS)
    if asking := own.filter(state=State.READING).first():
        return asking
    for old in own.filter(state=State.WAITING):
        runs.cancel(old, by=by)
    return runs.start(source=source, by=by)


def read_on(run: RegisterImport) -> None:
    """The next thing to ask KS Fiks. Raises FileRefused when it refuses us, and Unavailable when it must wait."""
    try:
        if not StagedNumber.objects.filter(run=run.pk).exists():
            gather(run)
        elif not fetch(run):
            finish_reading(run)
    except NotAllowed as refused:
        reason = _("KS Fiks avviste spørringen ({code}). Kontroller rollen og integrasjonen hos KS.")
        runs.refuse(run, reason.format(code=refused))
        raise FileRefused(run.refusal) from None
    except FileRefused as refused:
        runs.refuse(run, str(refused))
        raise


def gather(run: RegisterImport) -> None:
    """Whom the run is to ask about: asked of KS Fiks first, then written down in one transaction."""
    numbers = dict.fromkeys([*touched_children(since_last(run)), *pupils()])
    with transaction.atomic():
        locked = runs.lock(run)
        if locked.state != State.READING or StagedNumber.objects.filter(run=run.pk).exists():
            return
        if not numbers:
            raise FileRefused(_("Det er ingen elever å spørre om."))
        # COPY is not for tables with row-level security, unless one owns them.
        run_sql(
            "INSERT INTO guardians_stagednumber (run_id, seq, number)"
            " SELECT %s, seq, number FROM unnest(%s::varchar[]) WITH ORDINALITY AS asked (number, seq)",
            [run.pk, list(numbers)],
        )
        locked.total, locked.moved_at = len(numbers), clock.now()
        locked.save(update_fields=["total", "moved_at"])


def since_last(run: RegisterImport) -> date:
    last = RegisterImport.objects.done().filter(source__in=OF_KS).exclude(pk=run.pk).order_by("-started_at").first()
    return timezone.localdate(last.started_at) - OVERLAP if last else clock.today() - FIRST_TIME


def touched_children(since: date) -> Iterable[str]:
    """Children who have moved or are known and have died, and the children of known guardians touched."""
    year = clock.today().year
    born = (date(year - OLDEST, 1, 1), date(year - YOUNGEST, 12, 31))
    moved = [n for event in (Event.MOVED_IN, Event.MOVED_OUT) for n in happened(event, since=since, born=born)]
    adults = [n for event in (Event.MOVED_IN, Event.MOVED_OUT, Event.DIED) for n in happened(event, since=since)]
    open_rows = GuardianRelation.objects.open()
    theirs = open_rows.filter(guardian__national_ids__number__in=adults).values("student__person")
    known = Student.objects.filter(person__national_ids__number__in=adults).values("person")
    rows = NationalId.objects.filter(is_current=True)
    return [
        *moved,
        *rows.filter(person__in=theirs).values_list("number", flat=True),
        *rows.filter(person__in=known).values_list("number", flat=True),
    ]


def pupils() -> Iterable[str]:
    """Every pupil with a place at one of the schools, wherever they live."""
    rows = NationalId.objects.filter(is_current=True, person__student__school__isnull=False)
    return rows.order_by("person").values_list("number", flat=True).iterator()


def fetch(run: RegisterImport) -> bool:
    """Ask about the next batch and put the answer on the staging tables. False when all have been asked about.

    The call is made outside the transaction; an answer that another worker was quicker to write down is dropped.
    """
    waiting = StagedNumber.objects.filter(run=run.pk, seq__gt=run.fetched).order_by("seq")
    numbers = list(waiting.values_list("number", flat=True)[:MOST_NUMBERS])
    if not numbers:
        return False
    answer = children(numbers)
    with transaction.atomic():
        locked = runs.lock(run)
        if locked.state != State.READING or locked.fetched != run.fetched:
            return True
        remarks: list[Remark] = []
        records = entries(Source(io.BytesIO(answer)), remarks, synthetic_allowed=settings.SYNTHETIC_IDS_ALLOWED)
        stage = Stage(locked, remarks)
        told = stage.take(records)
        stage.keep()
        runs.add_remarks(locked, remarks)
        locked.note_counts({"unanswered": max(0, len(numbers) - told)})
        locked.fetched = locked.position = run.fetched + len(numbers)
        locked.moved_at = clock.now()
        locked.save()
    return True


@transaction.atomic
def finish_reading(run: RegisterImport) -> None:
    locked = runs.lock(run)
    if locked.state == State.READING:
        stage = Stage(locked, [])
        stage.take_up()
        runs.end_reading(stage, [])
