"""The outbox: who may send a letter, and what becomes of it.

As in the archive, a claim is committed before the network is touched, carries a fence number and a lease, and leave to
send is asked again immediately before sending. Every attempt but the first looks the letter up by our reference. No
attempt starts earlier than the quiet period after the last leave to send. All times are the database's.
"""

import logging
import random
from datetime import timedelta
from uuid import UUID

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Count, F, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce, Now
from django.db.models.lookups import LessThan

from messaging import content
from messaging.channels.base import Parcel, Superseded
from messaging.models import Dispatch, DispatchAttempt, DispatchQuerySet
from messaging.recipients import accounting_code_of, addressee_of
from schoolapp.lib.receipts import masked

log = logging.getLogger(__name__)
State, Failure = Dispatch.State, Dispatch.Failure
IN_FLIGHT = (State.CLAIMED, State.SENT_UNKNOWN)
OPEN = (State.READY, *IN_FLIGHT)
MOST_DOUBTS = 3
MOST_RECEPTIONS = 3
LONGEST_PAUSE = timedelta(minutes=15)
# No school takes all the lanes there are: its letters wait for each other, not those of others for them.
LANES_PER_SCHOOL = 2
FIRST_LOOK = timedelta(minutes=1)
ONE_AT_A_TIME = 0x5561_7255  # the lock that makes claims one after another


def quiet_period() -> timedelta:
    """Client timeout + SvarUt's own work + its search lag + clock error (docs/dispatch.md)."""
    return timedelta(seconds=settings.SVARUT_QUIET_SECONDS)


def under_way() -> DispatchQuerySet:
    rows: DispatchQuerySet = Dispatch.objects.filter(state=State.CLAIMED, lease_until__gt=Now())
    return rows


def due() -> DispatchQuerySet:
    """Letters that may be attempted now."""
    busy = under_way().filter(school=OuterRef("school")).order_by().values("school").annotate(n=Count("pk")).values("n")
    waiting = Q(state__in=[State.READY, State.SENT_UNKNOWN], next_at__lte=Now())
    interrupted = Q(state=State.CLAIMED, lease_until__lte=Now())
    rows: DispatchQuerySet = Dispatch.objects.filter(
        waiting | interrupted, LessThan(Coalesce(Subquery(busy), 0), LANES_PER_SCHOOL)
    )
    return rows


def claim() -> "Ticket | None":
    """Take the next due letter, or None. Letters that keep dying are parked on the way."""
    while True:
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_xact_lock(%s)", [ONE_AT_A_TIME])
            found = due().order_by("next_at", "pk").values_list("pk", flat=True)[:1]
            row = Dispatch.objects.select_for_update().filter(pk__in=list(found)).first()
            if row is None:
                return None
            died = row.state == State.CLAIMED
            if died and row.doubts + 1 >= MOST_DOUBTS:
                words = "Sendingen ble avbrutt tre ganger uten å komme videre."
                _record(row, Failure.CRASHED, words)
                _park(row, Failure.CRASHED, words)
                continue
            if died:
                log.warning("letter %s: the worker at it was interrupted; it is taken up again", row.uuid)
            Dispatch.objects.filter(pk=row.pk).update(
                state=State.CLAIMED,
                attempt=F("attempt") + 1,
                fence=F("fence") + 1,
                doubts=F("doubts") + int(died),
                claimed_at=Now(),
                lease_until=Now() + quiet_period(),
            )
            return Ticket(Dispatch.objects.get(pk=row.pk), in_doubt=row.state in IN_FLIGHT)


class Ticket:
    """One attempt's ownership of a letter. Everything it writes holds only while its fence is the current one."""

    def __init__(self, dispatch: Dispatch, *, in_doubt: bool) -> None:
        self.dispatch = dispatch
        self.in_doubt = in_doubt

    @property
    def is_first(self) -> bool:
        return self.dispatch.attempt == 1

    def _mine(self) -> DispatchQuerySet:
        rows: DispatchQuerySet = Dispatch.objects.filter(
            pk=self.dispatch.pk, fence=self.dispatch.fence, state=State.CLAIMED
        )
        return rows

    def permit(self) -> None:
        """Leave to send, asked last: the claim is still ours, and nobody has got protection in the meantime.

        Raises Superseded, and Held.
        """
        addressee_of(self.dispatch)
        if not self._mine().filter(lease_until__gt=Now()).update(lease_until=Now() + quiet_period()):
            raise Superseded

    def parcel(self) -> Parcel:
        """What to send, to whom it goes as of now. Raises Held, and Swapped when it is not what was promised."""
        row = self.dispatch
        if content.fingerprint(row.letter, title=row.title, recipient_id=row.recipient_id) != row.content_sha256:
            raise content.Swapped("Opplysningene om brevet er endret etter ferdigstilling.")
        files = content.files_of(row.letter)
        for file in files:
            content.read_checked(file)
        return Parcel(
            key=str(row.uuid),
            title=row.title,
            addressee=addressee_of(row),
            files=files,
            is_sensitive=row.is_sensitive,
            accounting_code=accounting_code_of(row.school),
            read=content.read_checked,
        )

    def sent(self, svarut_id: UUID, raw: bytes | str) -> None:
        """SvarUt has it. From here on its own statuses tell the rest."""
        self._finish(
            "sent", raw, state=State.SENT, svarut_id=svarut_id, sent_at=Coalesce("sent_at", Now()), doubts=0,
            failure="", failure_text="", next_poll_at=Now() + FIRST_LOOK,
        )  # fmt: skip

    def park(self, failure: Dispatch.Failure, words: str, raw: bytes = b"") -> None:
        """A person must look at it now."""
        with transaction.atomic():
            _record(self.dispatch, failure, raw or words)
            if not _park(self.dispatch, failure, words):
                raise Superseded

    def not_done(self, words: str, raw: bytes = b"", *, pause: float | None = None) -> None:
        """Nothing was sent; try again after a pause. Does not count towards parking."""
        state = State.SENT_UNKNOWN if self.in_doubt else State.READY
        longest = min(2.0 ** min(self.dispatch.attempt, 16), LONGEST_PAUSE.total_seconds())
        wait = timedelta(seconds=random.uniform(0, longest) if pause is None else pause)
        self._finish("not_done", raw or words, state=state, next_at=Now() + wait)

    def doubt(self, words: str, raw: bytes = b"") -> None:
        """It may have been sent: nothing happens before the quiet period is over, and then it is looked up first."""
        self.dispatch.refresh_from_db(fields=["doubts"])
        if self.dispatch.doubts + 1 >= MOST_DOUBTS:
            self.park(Failure.UNANSWERED, words, raw)
            return
        self._finish(
            "unknown", raw or words, state=State.SENT_UNKNOWN, doubts=F("doubts") + 1, next_at=F("lease_until")
        )

    def _finish(self, outcome: str, raw: bytes | str, **fields: object) -> None:
        with transaction.atomic():
            _record(self.dispatch, outcome, raw)
            if not self._mine().update(**fields):
                raise Superseded


def _record(dispatch: Dispatch, outcome: str, raw: bytes | str) -> None:
    secrets = [settings.SVARUT["integration_password"]]
    DispatchAttempt.objects.create(
        dispatch=dispatch, number=dispatch.attempt, outcome=outcome, answer=masked(raw, secrets)
    )


def _park(dispatch: Dispatch, failure: Dispatch.Failure, words: str) -> bool:
    """With a clear answer nothing is under way any more, so the quiet period is over at once."""
    in_doubt = failure in (Failure.UNANSWERED, Failure.CRASHED)
    mine = Dispatch.objects.filter(pk=dispatch.pk, fence=dispatch.fence, state=State.CLAIMED)
    return bool(
        mine.update(
            state=State.PARKED,
            failure=failure,
            failure_text=masked(words),
            lease_until=F("lease_until") if in_doubt else Now(),
        )
    )
