"""Everything that can be done with letters on purpose."""

from collections.abc import Callable, Sequence
from datetime import timedelta

from django.conf import settings
from django.db import connection, transaction
from django.db.models.functions import Greatest, Now

from accessctl.audit import record_event
from accessctl.models import School, User
from messaging import bell, content, outbox
from messaging.letter import Letter
from messaging.models import Dispatch, DispatchQuerySet
from messaging.words import LAST, NOT_DELIVERED

State, Failure = Dispatch.State, Dispatch.Failure
# What a person can send again; the rest needs a new version of the document.
MENDABLE = tuple(failure for failure in Failure if failure not in (Failure.CHANGED, Failure.PROTECTED))
# After an attempt that ended so, SvarUt has nothing of the letter.
CERTAIN = frozenset(
    {
        "not_done", Failure.REFUSED, Failure.CHANGED, Failure.PROTECTED, Failure.NOBODY, Failure.NOT_RECEIVING,
        Failure.NO_NUMBER, Failure.NO_ADDRESS,
    }
)  # fmt: skip

Readdress = Callable[[Dispatch, User | None], None]
_readdress: list[Readdress] = []


def readdressed_by(readdress: Readdress) -> None:
    """Say what finds the recipients anew for a letter that had nobody. The app that knows the documents does."""
    _readdress[:] = [readdress]


class LetterDiffers(Exception):
    """The key is already bound to another letter; a changed document needs a new version with a key of its own."""


class NotFailed(Exception):
    """Only a letter that has failed can be sent again."""


class TooLate(Exception):
    """The letter is sent, or on its way, and cannot be taken back."""


class OfficersTask(Exception):
    """Address protection has stopped the letter, and only the officer decides on it."""


def queue(letter: Letter, *, school: School) -> Dispatch:
    """Promise that `letter` is sent. Belongs in the transaction of the decision it documents.

    Repeating it with the same letter gives the same row; with another it raises LetterDiffers. A letter without a
    recipient is parked from the start, so that somebody is told.
    """
    return queue_all([(letter, school)])[0]


def queue_all(promised: Sequence[tuple[Letter, School]]) -> list[Dispatch]:
    """The same for some letters, each with its school, in as many queries as for one."""
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError("messaging.actions.queue() needs the caller's transaction")
    wanted = {letter.key: _promise(letter, school) for letter, school in promised}
    known = {row.key: row for row in Dispatch.objects.filter(key__in=wanted)}
    for key, row in known.items():
        if row.content_sha256 != wanted[key].content_sha256:
            raise LetterDiffers(key)
    if new := [row for key, row in wanted.items() if key not in known]:
        Dispatch.objects.bulk_create(new)
        later = Now() + timedelta(minutes=settings.SVARUT_REGRET_MINUTES)
        Dispatch.objects.filter(pk__in=[row.pk for row in new]).update(next_at=later)
        if not settings.SVARUT_REGRET_MINUTES:  # otherwise they wait, and the sweeper rings
            transaction.on_commit(bell.ring)
    return [known.get(letter.key, wanted[letter.key]) for letter, _school in promised]


def _promise(letter: Letter, school: School) -> Dispatch:
    plain = content.to_json(letter)
    nobody = {
        "state": State.PARKED,
        "failure": Failure.NOBODY,
        "failure_text": "Ingen foresatte er merket som mottaker av brev om eleven.",
    }
    return Dispatch(
        key=letter.key,
        school=school,
        recipient_id=letter.recipient,
        about=letter.about,
        title=letter.title,
        kind=letter.kind,
        letter=plain,
        content_sha256=content.fingerprint(plain, title=letter.title, recipient_id=letter.recipient),
        is_sensitive=letter.is_sensitive,
        **({} if letter.recipient else nobody),
    )


@transaction.atomic
def send_again(dispatch: Dispatch, *, by: User | None) -> None:
    """«Rett og send på nytt»: the cause has been mended. Raises NotFailed for what cannot be sent again.

    The quiet period of the last attempt still holds, and what has come through all the same is found, not sent twice.
    """
    stored = Dispatch.objects.select_for_update(of=("self",)).get(pk=dispatch.pk)
    if not may_go_again(stored):
        raise NotFailed(dispatch.pk)
    if stored.failure == Failure.NOBODY:
        for readdress in _readdress:
            readdress(stored, by)
    else:
        _make_ready(stored)
    record_event(by, "dispatch_again", stored)


def may_go_again(dispatch: Dispatch) -> bool:
    """Whether a person can have it sent anew: it failed in a way that can be mended, or did not reach anyone."""
    if dispatch.state == State.SENT:
        return dispatch.status == NOT_DELIVERED
    return dispatch.state == State.PARKED and dispatch.failure in MENDABLE


@transaction.atomic
def decide_again(dispatch: Dispatch, *, by: User) -> None:
    """The officer has changed what stopped it. Whether it may go is asked anew at sending. Raises NotFailed."""
    stored = Dispatch.objects.select_for_update(of=("self",)).get(pk=dispatch.pk)
    if not stored.is_held:
        raise NotFailed(dispatch.pk)
    _make_ready(stored)
    record_event(by, "dispatch_decided", stored)


@transaction.atomic
def delivered_otherwise(dispatch: Dispatch, *, by: User) -> None:
    """The officer has seen to it that the letter arrives in another way. Raises NotFailed."""
    changed = Dispatch.objects.filter(pk=dispatch.pk, state=State.PARKED, failure=Failure.PROTECTED).update(
        state=State.WITHDRAWN
    )
    if not changed:
        raise NotFailed(dispatch.pk)
    record_event(by, "dispatch_otherwise", dispatch)


def ask_status(rows: DispatchQuerySet) -> int:
    """«Oppdater status»: have SvarUt asked now about the letters. Returns how many."""
    asked = rows.filter(state=State.SENT).exclude(status__in=LAST).order_by()
    count = Dispatch.objects.filter(pk__in=asked.values("pk")).update(next_poll_at=Now())
    transaction.on_commit(bell.ring_for_status)
    return count


def _make_ready(stored: Dispatch) -> None:
    given_up = [str(stored.svarut_id)] if stored.svarut_id else []
    Dispatch.objects.filter(pk=stored.pk).update(
        state=State.READY,
        doubts=0,
        failure="",
        failure_text="",
        svarut_id=None,
        sent_at=None,
        status="",
        status_at=None,
        way="",
        next_poll_at=None,
        former_ids=[*stored.former_ids, *given_up],
        next_at=Greatest(Now(), "lease_until"),
    )
    transaction.on_commit(bell.ring)


def may_have_left(dispatch: Dispatch) -> bool:
    """Whether SvarUt may have the letter, now or from an earlier attempt.

    An attempt that left no line was interrupted, and nobody knows how far it came.
    """
    if dispatch.svarut_id is not None or dispatch.former_ids or dispatch.state in outbox.IN_FLIGHT:
        return True
    ends = list(dispatch.attempts.filter(number__gt=0).values_list("number", "outcome"))
    return len({number for number, _end in ends}) != dispatch.attempt or not {end for _number, end in ends} <= CERTAIN


@transaction.atomic
def withdraw(dispatch: Dispatch, *, by: User | None, with_document: bool = False) -> None:
    """Take a letter back before it is sent; again does nothing. Raises TooLate, also when it may have been sent.

    One that address protection has stopped goes only `with_document`, when a new version takes its place or the
    document is deleted; otherwise it raises OfficersTask.
    """
    stored = Dispatch.objects.select_for_update(of=("self",)).get(pk=dispatch.pk)
    if stored.state == State.WITHDRAWN:
        return
    if stored.state not in (State.READY, State.PARKED) or may_have_left(stored):
        raise TooLate(dispatch.pk)
    if stored.is_held and not with_document:
        raise OfficersTask(dispatch.pk)
    Dispatch.objects.filter(pk=stored.pk).update(state=State.WITHDRAWN)
    record_event(by, "dispatch_withdraw", stored)
