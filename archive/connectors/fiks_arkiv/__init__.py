"""Any records system that speaks Fiks Arkiv v1, over Fiks IO. Its answers come later, through the inbox."""

import logging
import time
from collections.abc import Callable
from datetime import timedelta
from functools import cached_property
from pathlib import Path
from uuid import uuid4

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from django.conf import settings
from django.db.models.functions import Now

from archive import systems
from archive.connectors.base import Gate, Journal, NotDone, Parcel, Receipt, Unknown
from archive.connectors.fiks_arkiv import envelope, messages, names, replies
from archive.connectors.fiks_arkiv.cms import BadMessage
from archive.connectors.fiks_arkiv.dialogue import Dialogue
from archive.connectors.fiks_arkiv.envelope import Keys
from archive.connectors.fiks_arkiv.fiks_io import FiksIO, Letterhead
from archive.connectors.fiks_arkiv.replies import Kind, Reply
from archive.models import ArchiveSystem, FiksReply, FiksRequest

log = logging.getLogger(__name__)
ROOM_FOR_ANSWER = 0.05


class FiksArkiv:
    name = "fiks_arkiv"

    def __init__(self, system: ArchiveSystem, timeout: int) -> None:
        self.gate = Gate()
        self.system, self.timeout, self.codes = system, timeout, system.codes()
        self.fiks = FiksIO(settings.FIKS_IO, timeout, self.gate)
        self.meanwhile: Callable[[], None] = lambda: time.sleep(ROOM_FOR_ANSWER)

    @cached_property
    def keys(self) -> Keys:
        """Read at first use, so that a worker without keys says so with the document. Raises NotDone."""
        return keys_from_environment()

    def deliver(self, parcel: Parcel, journal: Journal) -> Receipt:
        with self.gate.held_by(journal):
            return Dialogue(self, parcel, journal).run()

    def find(self, key: str) -> list[str]:
        """Asks, and waits for the answer as long as a client waits; the consumer has to be running."""
        request = FiksRequest.objects.create(
            kind=FiksRequest.Kind.LOOK_UP,
            client_id=uuid4(),
            look_at=Now(),
            expires_at=Now() + timedelta(seconds=self.timeout),
        )
        content = messages.registrering_hent(key, self.codes)
        self.ask(names.REGISTRERING_HENT, {names.PAYLOAD[names.REGISTRERING_HENT]: content}, request, changing=False)
        until = time.monotonic() + self.timeout
        while time.monotonic() < until:
            self.meanwhile()
            for row in FiksReply.objects.filter(request=request):
                reply, _raw = self.read(row)
                if reply.entry:
                    return [reply.entry.id]
                if reply.kind == Kind.NOT_FOUND:
                    return []
                raise NotDone(reply.words or "Arkivet svarte ikke på spørsmålet.")
        raise NotDone("Arkivet svarte ikke i tide.")

    def ask(self, message_type: str, files: dict[str, bytes], request: FiksRequest, *, changing: bool) -> None:
        """Send, and note what Fiks IO calls the message. Without an answer from Fiks IO the row stays as it is,
        since the message may have been taken; when it certainly was not, the row goes."""
        system = self.system
        try:
            if not (system.own_account and system.recipient_account):
                raise NotDone("Arkivoppsettet mangler Fiks-kontoene. Fyll dem inn under Arkivsystem og koder.")
            message = envelope.sealed(files, self.keys, self.fiks.certificate_of(system.recipient_account))
            head = Letterhead(
                system.own_account,
                system.recipient_account,
                message_type,
                request.client_id,
                request.correlation,
                int(timedelta(hours=settings.FIKS_IO["ttl_hours"]).total_seconds()),
            )
            given = self.fiks.send(head, message, changing=changing)
        except Unknown:
            raise
        except Exception:
            request.delete()
            raise
        FiksRequest.objects.filter(pk=request.pk).update(message_id=given)

    def read(self, row: FiksReply) -> tuple[Reply, bytes]:
        """What a message in the inbox says, and its XML. What cannot be opened or believed says nothing.

        Raises NotDone while something of it is still to be fetched.
        """
        if row.sender and row.sender != str(self.system.recipient_account) and _is_from_archive(row.message_type):
            return Reply(Kind.UNREADABLE, "Meldingen kommer fra en annen enn arkivet."), b""
        sealed = self._content(row)
        if row.store_id and not sealed:
            return Reply(Kind.UNREADABLE, "Svaret var stort, og kunne ikke hentes fra Fiks Dokumentlager."), b""
        try:
            files = envelope.opened(sealed, self.keys) if sealed else {}
            payload = files.get(names.PAYLOAD.get(row.message_type, "")) or next(iter(files.values()), None)
            return replies.read(row.message_type, payload), payload or b""
        except (BadMessage, replies.Unreadable) as error:
            return Reply(Kind.UNREADABLE, str(error)), b""

    def _content(self, row: FiksReply) -> bytes:
        """As it came. What was too large for the queue is fetched once, and kept as if it had come by it."""
        if row.payload is None and row.store_id:
            row.payload = self.fiks.stored(row.store_id)
            FiksReply.objects.filter(pk=row.pk).update(payload=row.payload)
            if not row.payload:
                log.warning("fiks io: message %s cannot be had from dokumentlager", row.message_id)
        return bytes(row.payload or b"")


def _is_from_archive(message_type: str) -> bool:
    return message_type not in names.UNDELIVERED and message_type not in names.EXPIRED


def keys_from_environment() -> Keys:
    """Ours, from the files the environment names. Raises NotDone."""
    config = settings.FIKS_IO
    try:
        private = tuple(_private(path) for path in config["private_keys"])
        certificate = x509.load_pem_x509_certificate(Path(config["signing_certificate"]).read_bytes())
        return Keys(private, _private(config["signing_key"]), certificate)
    except (OSError, ValueError, TypeError):
        raise NotDone("Nøklene for Fiks IO kan ikke leses. Den som drifter systemet, må se på miljøet.") from None


def _private(path: str) -> RSAPrivateKey:
    key = load_pem_private_key(Path(path).read_bytes(), None)
    if not isinstance(key, RSAPrivateKey):
        raise TypeError(path)
    return key


def connect() -> FiksArkiv:
    return FiksArkiv(systems.current(), settings.ARCHIVE_CLIENT_TIMEOUT)
