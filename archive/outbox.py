"""The outbox: who may send a delivery, and what becomes of it.

A claim is committed before the network is touched. It carries a fence number and a lease; leave to send is asked
again immediately before each message that changes the archive, and moves the lease on. No attempt starts earlier than
the quiet period after the last leave to send, however the earlier attempt died. All times are the database's.
"""

import logging
import random
from datetime import timedelta

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Exists, F, OuterRef, Q
from django.db.models.functions import Now

from archive import content, folders, recall, receipts
from archive.connectors.base import Case, FolderSetup, Parcel, Receipt, SchoolSetup, Superseded
from archive.models import (
    ArchiveFolder,
    ArchiveRun,
    Delivery,
    DeliveryAttempt,
    DeliveryQuerySet,
    FiksReply,
    SchoolArchiveSettings,
)
from archive.owners import owner_on

log = logging.getLogger(__name__)
State = Delivery.State
Failure = Delivery.Failure

IN_FLIGHT = (State.CLAIMED, State.SENT_UNKNOWN)
OPEN = (State.READY, *IN_FLIGHT)
MOST_DOUBTS = 3
LONGEST_PAUSE = timedelta(minutes=15)


def quiet_period() -> timedelta:
    """Client timeout + the archive's own work + its search lag + clock error (docs/archive.md)."""
    return timedelta(seconds=settings.ARCHIVE_QUIET_SECONDS)


def due() -> DeliveryQuerySet:
    """Deliveries taken by a run that may be attempted now, one lane per folder."""
    others = Delivery.objects.filter(folder=OuterRef("folder"), state__in=IN_FLIGHT).exclude(pk=OuterRef("pk"))
    waiting = Q(state__in=[State.READY, State.SENT_UNKNOWN], next_at__lte=Now())
    interrupted = Q(state=State.CLAIMED, lease_until__lte=Now())
    rows: DeliveryQuerySet = Delivery.objects.filter(waiting | interrupted, ~Exists(others), run__isnull=False)
    return rows


def claim(after: int = 0) -> "Ticket | None":
    """Take the next due delivery, or None. Deliveries that keep dying are parked on the way.

    Schools take turns from the one `after`, which was served last, so that nobody waits for all of another's documents.
    """
    while True:
        try:
            with transaction.atomic():
                row = _next(after)
                if row is None:
                    return None
                died = row.state == State.CLAIMED
                if died and row.doubts + 1 >= MOST_DOUBTS:
                    words = "Overføringen ble avbrutt tre ganger uten å komme videre."
                    _record(row, Failure.CRASHED, words)
                    _park(row, row.fence, Failure.CRASHED, words)
                    continue
                if died:
                    log.warning("delivery %s: the worker at it was interrupted; it is taken up again", row.uuid)
                Delivery.objects.filter(pk=row.pk).update(
                    state=State.CLAIMED,
                    attempt=F("attempt") + 1,
                    fence=F("fence") + 1,
                    doubts=F("doubts") + int(died),
                    claimed_at=Now(),
                    lease_until=Now() + quiet_period(),
                )
                return _ticket(row)
        except IntegrityError:
            log.info("another worker took the folder's lane first")


def _ticket(row: Delivery) -> "Ticket":
    ticket = Ticket(Delivery.objects.select_related("folder").get(pk=row.pk), in_doubt=row.state in IN_FLIGHT)
    folder = ticket.delivery.folder
    if folder.kind == ArchiveFolder.Kind.PUPIL and not (folder.system_id or folder.national_id):
        ticket.recall_national_id()  # the archive is to make the folder, after a change of archive
    return ticket


def _next(after: int) -> Delivery | None:
    """A due delivery, locked. Schools with nothing on its way come first: a slow answer to one holds up no other."""
    busy = Delivery.objects.filter(school=OuterRef("school"), state=State.CLAIMED, lease_until__gt=Now())
    idle = due().exclude(Exists(busy))
    for rows in (idle.filter(school__gt=after), idle, due()):
        found = rows.select_for_update(skip_locked=True, of=("self",)).order_by("school", "next_at", "pk").first()
        if found is not None:
            return found
    return None


class Ticket:
    """One attempt's ownership of a delivery. Everything it writes holds only while its fence is the current one."""

    def __init__(self, delivery: Delivery, *, in_doubt: bool) -> None:
        self.delivery = delivery
        self.in_doubt = in_doubt

    def _mine(self) -> DeliveryQuerySet:
        rows: DeliveryQuerySet = Delivery.objects.filter(
            pk=self.delivery.pk, fence=self.delivery.fence, state=State.CLAIMED
        )
        return rows

    def permit(self) -> None:
        if not self._mine().filter(lease_until__gt=Now()).update(lease_until=Now() + quiet_period()):
            raise Superseded

    def known(self, step: str) -> str:
        return str(self.delivery.steps.get(step, ""))

    def note(self, step: str, value: str) -> None:
        self.delivery.steps[step] = value
        if not self._mine().update(steps=self.delivery.steps, doubts=0):
            raise Superseded

    def folder_known(self, step: str) -> str:
        return str(self.delivery.folder.steps.get(step, ""))

    def folder_note(self, step: str, value: str) -> None:
        self._change_folder(steps=self.delivery.folder.steps | {step: value})

    def note_case(self, case: Case) -> None:
        self._change_folder(system_id=case.id, case_year=case.year, sequence_number=case.number)
        folders.note_number(self.delivery.folder.key, case.year, case.number)

    def forget_national_id(self) -> None:
        self._change_folder(national_id="")

    def recall_national_id(self) -> None:
        """The archive does not have the folder, or no longer: find again what it is classed by."""
        self._change_folder(national_id=recall.national_id_of(self.delivery.folder))

    @property
    def row_id(self) -> int:
        return self.delivery.pk

    @property
    def run_id(self) -> int | None:
        return self.delivery.run_id

    @property
    def national_id(self) -> str:
        return str(self.delivery.folder.national_id)

    def _change_folder(self, **fields: object) -> None:
        with transaction.atomic():
            if not self._mine().update(doubts=0):
                raise Superseded
            ArchiveFolder.objects.filter(pk=self.delivery.folder_id).update(**fields)
        for name, value in fields.items():
            setattr(self.delivery.folder, name, value)

    def parcel(self) -> Parcel:
        """What to send, with the school's settings of this moment. Raises Swapped when it is not what was promised."""
        if content.fingerprint(self.delivery.record) != self.delivery.content_sha256:
            raise content.Swapped("Opplysningene om dokumentet er endret etter ferdigstilling.")
        record = content.from_json(self.delivery.record)
        for ref in record.files:
            content.read_checked(ref)
        folder = self.delivery.folder
        case = Case(folder.system_id, folder.case_year, folder.sequence_number) if folder.system_id else None
        setup = FolderSetup()
        if own := folders.school_folder(folder.key):
            setup = FolderSetup(own.access_code, own.access_group, own.series, own.class_list)
            if case is None and own.number:
                case = Case("", own.case_year, own.sequence_number)
        school = school_setup(self.delivery.school_id)
        return Parcel(record, folder.national_id, case, school, content.read_checked, setup)

    def archived(self, receipt: Receipt) -> None:
        """The archive has it. Counted once, and final from here on."""
        year, number = receipt.journal_year, receipt.journal_number
        self._finish(
            "archived", receipt.raw, counter="archived",
            state=State.ARCHIVED, archived_at=Now(), journal_year=year, journal_number=number,
            failure="", failure_text="",
        )  # fmt: skip

    def park(self, failure: Failure, words: str, raw: bytes = b"") -> None:
        """A person must look at it now."""
        with transaction.atomic():
            _record(self.delivery, failure, raw or words)
            if not _park(self.delivery, self.delivery.fence, failure, words):
                raise Superseded

    def not_done(self, words: str, raw: bytes = b"") -> None:
        """Nothing was changed; try again after a pause. Does not count towards parking."""
        state = State.SENT_UNKNOWN if self.in_doubt else State.READY
        pause = random.uniform(0, min(2.0 ** min(self.delivery.attempt, 16), LONGEST_PAUSE.total_seconds()))
        self._finish("not_done", raw or words, state=state, next_at=Now() + timedelta(seconds=pause))

    def wait(self, seconds: float) -> None:
        """It is with the archive, which answers in its own time. What came in since the claim is looked at at once."""
        with transaction.atomic():
            if not self._mine().select_for_update().exists():
                raise Superseded
            new = FiksReply.objects.filter(
                request__delivery=self.delivery, applied_at__gte=self.delivery.claimed_at
            ).exists()
            later = Now() + timedelta(seconds=0 if new else seconds)
            self._finish("waiting", "", state=State.SENT_UNKNOWN, next_at=later, doubts=0)

    def doubt(self, words: str, raw: bytes = b"") -> None:
        """It may have been done: nothing happens before the quiet period is over, and then it is looked up first."""
        self.delivery.refresh_from_db(fields=["doubts"])
        if self.delivery.doubts + 1 >= MOST_DOUBTS:
            self.park(Failure.UNANSWERED, words, raw)
            return
        self._finish(
            "unknown", raw or words, state=State.SENT_UNKNOWN, doubts=F("doubts") + 1, next_at=F("lease_until")
        )

    def _finish(self, outcome: str, raw: bytes | str, *, counter: str = "", **fields: object) -> None:
        with transaction.atomic():
            _record(self.delivery, outcome, raw)
            if not self._mine().update(**fields):
                raise Superseded
            if counter:
                ArchiveRun.objects.filter(deliveries=self.delivery).update(**{counter: F(counter) + 1})


def _record(delivery: Delivery, outcome: str, raw: bytes | str) -> None:
    """Keep the attempt with the run it belonged to, since the delivery itself may move on to another run."""
    DeliveryAttempt.objects.create(
        delivery=delivery,
        run_id=delivery.run_id,
        number=delivery.attempt,
        outcome=outcome,
        receipt=receipts.masked(raw, [settings.NCORE["password"]]),
    )


def _park(delivery: Delivery, fence: int, failure: Failure, words: str) -> bool:
    """With a clear answer nothing is under way any more, so the quiet period is over at once."""
    answered = failure in (Failure.REFUSED, Failure.CHANGED, Failure.INCIDENT)
    parked = Delivery.objects.filter(pk=delivery.pk, fence=fence, state=State.CLAIMED).update(
        state=State.PARKED,
        failure=failure,
        failure_text=receipts.masked(words),
        lease_until=Now() if answered else F("lease_until"),
    )
    if parked:
        ArchiveRun.objects.filter(deliveries=delivery).update(failed=F("failed") + 1)
    return bool(parked)


def school_setup(school_id: int) -> SchoolSetup:
    """A school's settings as they are now; the case owner is whoever the dated rows say today."""
    row = SchoolArchiveSettings.objects.filter(school_id=school_id).first() or SchoolArchiveSettings()
    owner = owner_on(school_id)
    return SchoolSetup(
        owner.initials if owner else "",
        row.administrative_unit,
        row.registry_unit,
        row.pupil_series,
        row.school_series,
        row.access_group,
    )


def close_runs() -> None:
    """Mark runs whose deliveries have all come to rest."""
    open_rows = Delivery.objects.filter(run=OuterRef("pk"), state__in=OPEN)
    ArchiveRun.objects.filter(~Exists(open_rows), finished_at=None).update(finished_at=Now())
