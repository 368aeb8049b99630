"""One delivery's talk with the archive, carried on from what was sent and what has come in.

Nothing is sent before the archive has answered that it does not have our key, and never while an earlier message may
still reach it. A message Fiks IO took is under way until it is answered, or its time has run out; one it did not
answer for is past when a later question was answered, since the archive's queue keeps the order.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Protocol
from uuid import NAMESPACE_URL, uuid5

from django.conf import settings
from django.db.models.functions import Now

from archive.codes import Codes
from archive.connectors.base import (
    Case,
    Incident,
    Journal,
    Parcel,
    Receipt,
    Refused,
    Unanswered,
    Waiting,
)
from archive.connectors.fiks_arkiv import messages, names
from archive.connectors.fiks_arkiv.replies import FAILED, Entry, Kind, Reply
from archive.models import FiksReply, FiksRequest

MOST_SENDS, MOST_SILENCES = 5, 12
RECEIPT_WAIT = timedelta(minutes=10)  # before the archive is asked whether it has the document
FIRST_PAUSE, LONGEST_PAUSE = timedelta(seconds=60), timedelta(hours=1)
LONGEST_WORK = timedelta(days=7)  # how long an archive that has said «mottatt» is waited for
WEIGHT = {
    **dict.fromkeys((Kind.RECEIPT, Kind.ENTRY), 4),
    **dict.fromkeys((Kind.NOT_FOUND, Kind.INVALID), 3),
    **dict.fromkeys(FAILED, 2),
    Kind.RECEIVED: 1,
}


class Post(Protocol):
    """Sends for the dialogue, and reads what has come in."""

    codes: Codes

    def ask(self, message_type: str, files: dict[str, bytes], request: FiksRequest, *, changing: bool) -> None: ...

    def read(self, reply: FiksReply) -> tuple[Reply, bytes]: ...


class Dialogue:
    """Raises what the connector's `deliver` raises."""

    def __init__(self, post: Post, parcel: Parcel, journal: Journal) -> None:
        self.post, self.parcel, self.journal = post, parcel, journal
        rows = FiksRequest.objects.filter(delivery_id=journal.row_id).prefetch_related("replies")
        self.all = list(rows.annotate(now=Now()).order_by("pk"))
        self.requests = [row for row in self.all if row.run_id_then == journal.run_id]

    def run(self) -> Receipt:
        for request in filter(_is_create, self.all):
            reply, raw = self._answer(request)
            if reply and reply.kind == Kind.RECEIPT and reply.entry and not reply.folder_failed:
                return self._archived(reply, reply.entry, raw)
        if not self.requests:
            raise self._look_up()
        last = self.requests[-1]
        return self._after_sending(last) if _is_create(last) else self._after_look_up(last)

    def _after_look_up(self, last: FiksRequest) -> Receipt:
        reply, raw = self._answer(last)
        if reply and reply.kind == Kind.ENTRY and reply.entry:
            return self._archived(reply, reply.entry, raw)
        if reply and reply.kind == Kind.INVALID:
            raise Refused(reply.words, raw)
        if not reply or reply.kind != Kind.NOT_FOUND:
            raise self._wait_for(last) or self._look_up()
        if self._is_under_way(asked_at=last.sent_at):
            raise self._wait_for(last) or self._look_up()
        raise self._send(with_folder=self.parcel.case is None)

    def _after_sending(self, last: FiksRequest) -> Receipt:
        reply, raw = self._answer(last)
        if reply and reply.kind == Kind.RECEIPT:
            return self._receipt(reply, raw)
        if reply and reply.kind == Kind.INVALID:
            raise Refused(reply.words or "Arkivet avviste meldingen uten å si hvorfor.", raw)
        if reply and reply.kind == Kind.NOT_FOUND:
            if last.with_folder:
                raise Refused(f"Arkivet finner ikke det meldingen viser til: {reply.words}", raw)
            self.journal.note_case(Case(""))
            self.journal.recall_national_id()
            self.parcel.case, self.parcel.national_id = None, self.journal.national_id
            raise self._send(with_folder=True)
        if reply and reply.kind in FAILED:
            came = max(row.received_at for row in last.replies.all())
            raise self._pause_after(came, last) or self._look_up()
        raise self._wait_for(last) or self._look_up()

    def _receipt(self, reply: Reply, raw: bytes) -> Receipt:
        """A receipt without our entry: each half of the message has its own outcome."""
        if reply.folder_failed and reply.entry:
            raise Incident(
                f"Arkivet har tatt dokumentet ({reply.entry.id}), men ikke mappen: {reply.folder_failed}", raw
            )
        if reply.folder:
            self._note_folder(reply, raw)
        if reply.folder_failed:
            raise Refused(f"Arkivet avviste mappen: {reply.folder_failed} {reply.entry_failed}".strip(), raw)
        if reply.entry_failed:
            made = "Mappen er på plass, men arkivet" if reply.folder else "Arkivet"
            raise Refused(f"{made} avviste dokumentet: {reply.entry_failed}", raw)
        raise self._look_up()

    def _archived(self, reply: Reply, entry: Entry, raw: bytes) -> Receipt:
        record = self.parcel.record
        if entry.key and entry.key != record.key:
            raise Incident(f"Svaret fra arkivet gjelder et annet dokument ({entry.id}).", raw)
        if entry.checksums and list(entry.checksums) != [ref.sha256 for ref in record.files]:
            raise Incident(f"Filene i arkivet har en annen kontrollsum enn våre (journalpost {entry.id}).", raw)
        if reply.folder:
            self._note_folder(reply, raw)
        self.journal.note("entry", entry.id)
        return Receipt(entry.id, reply.folder or self.parcel.case or Case(""), entry.year, entry.number, raw)

    def _note_folder(self, reply: Reply, raw: bytes) -> None:
        if reply.folder_key and reply.folder_key != self.parcel.record.folder.key:
            raise Incident("Svaret fra arkivet gjelder en annen mappe.", raw)
        known = self.parcel.case
        if reply.folder and (known is None or not known.year or known.id != reply.folder.id):
            self.journal.note_case(reply.folder)
            self.parcel.case = reply.folder
        if self.parcel.national_id:
            self.journal.forget_national_id()

    def _is_under_way(self, *, asked_at: datetime) -> bool:
        """Whether an earlier message may still reach the archive, or is being worked on there."""
        return any(self._may_arrive(request, asked_at) for request in filter(_is_create, self.all))

    def _may_arrive(self, request: FiksRequest, asked_at: datetime) -> bool:
        reply, _raw = self._answer(request)
        if reply and reply.kind == Kind.RECEIVED:
            return _now(request) < request.sent_at + LONGEST_WORK
        if reply and reply.kind not in (Kind.UNREADABLE, Kind.UNKNOWN):
            return False
        if request.message_id is None:
            return asked_at < request.sent_at + timedelta(seconds=settings.ARCHIVE_QUIET_SECONDS)
        return _now(request) < request.expires_at

    def _answer(self, request: FiksRequest) -> tuple[Reply | None, bytes]:
        """The weightiest answer to a message. Said twice it is the same."""
        found = [self.post.read(reply) for reply in request.replies.all()]
        return max(found, key=lambda each: WEIGHT.get(each[0].kind, 0), default=(None, b""))

    def _wait_for(self, last: FiksRequest) -> Waiting | None:
        """More waiting, while there is time left before the archive is to be asked."""
        return _until(last.look_at, last)

    def _pause_after(self, came: datetime, last: FiksRequest) -> Waiting | None:
        return _until(came + _pause(len(list(filter(_is_create, self.requests)))), last)

    def _look_up(self) -> Waiting:
        """Ask whether the archive has our key."""
        asked = _at_the_end(self.requests)
        silent = [reply for reply in (self._answer(request)[0] for request in asked) if not _says_something(reply)]
        if len(silent) >= MOST_SILENCES:
            words = [reply.words for reply in silent if reply]
            raise Unanswered(
                f"Arkivet svarer, men svarene kan ikke leses. {words[-1]}"
                if words
                else "Arkivet svarer ikke på om det har dokumentet."
            )
        key = self.parcel.record.key
        content = messages.registrering_hent(key, self.post.codes)
        request = self._request(FiksRequest.Kind.LOOK_UP, content, wait=_pause(len(asked) + 1))
        self.post.ask(names.REGISTRERING_HENT, _payload(names.REGISTRERING_HENT, content), request, changing=False)
        return _until(request.look_at, request) or Waiting(0)

    def _send(self, *, with_folder: bool) -> Waiting:
        sends = len(list(filter(_is_create, self.requests)))
        if sends >= MOST_SENDS:
            raise Unanswered("Arkivet har ikke tatt imot dokumentet etter fem forsøk.")
        content = messages.arkivmelding(self.parcel, self.post.codes, with_folder=with_folder)
        files = _payload(names.OPPRETT, content)
        for index, ref in enumerate(self.parcel.record.files):
            files[messages.packed_name(index, ref)] = self.parcel.read(ref)
        request = self._request(FiksRequest.Kind.CREATE, content, wait=RECEIPT_WAIT, with_folder=with_folder)
        self.post.ask(names.OPPRETT, files, request, changing=True)
        return _until(request.look_at, request) or Waiting(0)

    def _request(self, kind: str, content: bytes, *, wait: timedelta, with_folder: bool = False) -> FiksRequest:
        """The row that tells of the message, written before the message is sent."""
        request = FiksRequest.objects.create(
            delivery_id=self.journal.row_id,
            run_id_then=self.journal.run_id,
            kind=kind,
            client_id=uuid5(NAMESPACE_URL, f"{self.journal.row_id}:{content.hex()}"),
            with_folder=with_folder,
            look_at=Now() + wait,
            expires_at=Now() + timedelta(hours=settings.FIKS_IO["ttl_hours"]),
        )
        return FiksRequest.objects.annotate(now=Now()).get(pk=request.pk)


def _payload(message_type: str, content: bytes) -> dict[str, bytes]:
    return {names.PAYLOAD[message_type]: content}


def _is_create(request: FiksRequest) -> bool:
    return request.kind == FiksRequest.Kind.CREATE


def _says_something(reply: Reply | None) -> bool:
    return reply is not None and reply.kind not in (Kind.UNREADABLE, Kind.UNKNOWN)


def _at_the_end(requests: Sequence[FiksRequest]) -> list[FiksRequest]:
    """The questions since the last message that was to change the archive."""
    asked: list[FiksRequest] = []
    for request in requests:
        asked = [] if _is_create(request) else [*asked, request]
    return asked


def _pause(times: int) -> timedelta:
    return min(FIRST_PAUSE * 2.0 ** min(times, 16), LONGEST_PAUSE)


def _until(at: datetime, request: FiksRequest) -> Waiting | None:
    left = (at - _now(request)).total_seconds()
    return Waiting(left) if left > 0 else None


def _now(request: FiksRequest) -> datetime:
    """The database's clock when the row was read."""
    now: datetime = request.now  # type: ignore[attr-defined]  # annotated
    return now
