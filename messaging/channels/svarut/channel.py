"""SvarUt's interfaces: send and status v3, events and look-up by reference v2."""

import time
from collections.abc import Callable, Iterable
from datetime import datetime
from json import dumps
from typing import Any
from uuid import UUID

from django.conf import settings
from django.utils.translation import gettext_noop as _

from messaging.channels.base import Event, NotDone, Parcel, Refused, Sent, Standing, Unknown
from messaging.channels.svarut.forsendelse import forsendelse
from messaging.channels.svarut.http import Answer, exchange, headers
from messaging.channels.svarut.multipart import multipart
from messaging.channels.svarut.refusals import in_plain_words
from schoolapp.lib import clock, maskinporten
from schoolapp.lib.cms import NotEncrypted, encrypted

# The key SvarUt opens sealed letters with is asked for again after a day, since it is changed now and then.
KEY_SECONDS = 24 * 3600
# An error of the account, the integration or the grant is nobody's letter: all wait, and the operator mends it.
REFUSED_ENTRY = {
    401: _(
        "SvarUt kjenner ikke integrasjonen vår. Den som drifter systemet, må rette id og passord for integrasjonen."
    ),
    403: _("Kontoen vår har ikke tilgang til å sende. Den som drifter systemet, må gi integrasjonen tilgang i Fiks."),
    404: _("SvarUt finner ikke kontoen vår. Den som drifter systemet, må rette kontonummeret."),
    429: _("SvarUt ber oss vente litt før vi sender mer."),
}
JSON = {"Content-Type": "application/json"}


class SvarUt:
    """One municipality's account. Sending twice is the caller's business to avoid: SvarUt does not notice."""

    name = "svarut"
    _key: tuple[bytes, float] = (b"", 0.0)

    @property
    def _account(self) -> str:
        return f"kontoer/{settings.SVARUT['account_id']}"

    def find(self, key: str) -> list[UUID]:
        answer = self._asked("GET", f"/api/v2/{self._account}/forsendelser", params={"eksternRef": key})
        ids = answer.content.get("forsendelseIds")
        if not isinstance(ids, list):
            raise NotDone("SvarUt svarte uforståelig på et oppslag.", answer.body)
        try:
            return [UUID(text) for text in ids]
        except (ValueError, AttributeError, TypeError):
            raise NotDone("SvarUt svarte uforståelig på et oppslag.", answer.body) from None

    def send(self, parcel: Parcel, permit: Callable[[], None]) -> Sent:
        files = [(file.name, file.mime, self._sealed(parcel, parcel.read(file))) for file in parcel.files]
        content_type, body = multipart(forsendelse(parcel), files)
        key_to_the_door = headers()
        permit()
        answer = exchange(
            "POST",
            f"/api/v3/{self._account}/forsendelser/person",
            headers=key_to_the_door | {"Content-Type": content_type},
            body=body,
            seconds=settings.SVARUT_CLIENT_TIMEOUT,
        )
        return self._taken(answer)

    def standings(self, ids: Iterable[UUID]) -> list[Standing]:
        asked = {"id": [str(each) for each in ids]}
        answer = self._asked("POST", f"/api/v3/{self._account}/forsendelser/status/sok", json=asked)
        rows = answer.content.get("statuser")
        if not isinstance(rows, list):
            raise NotDone("SvarUt svarte uforståelig på et spørsmål om status.", answer.body)
        return [standing for row in rows if (standing := standing_of(row))]

    def events(self, sending: UUID) -> list[Event]:
        answer = self._asked("GET", f"/api/v2/forsendelser/{sending}/hendelser")
        rows = answer.content.get("hendelser")
        return [event for row in rows or [] if (event := event_of(row))]

    def _asked(self, method: str, path: str, *, params: dict[str, str] | None = None, json: object = None) -> Answer:
        """The answer to a question. A question changes nothing, so whatever happens to it is NotDone."""
        body = None if json is None else dumps(json).encode()
        try:
            answer = exchange(method, path, headers=headers() | (JSON if body else {}), body=body, params=params)
        except Unknown as error:
            raise NotDone(error.words, error.raw) from None
        if answer.status != 200:
            self._forget_if_unknown(answer)
            raise NotDone(f"SvarUt svarte med feilkode {answer.status}.", answer.body, answer.pause)
        return answer

    def _taken(self, answer: Answer) -> Sent:
        """The proof that SvarUt has the letter, or what its answer means instead."""
        match answer.status:
            case 200:
                try:
                    return Sent(UUID(answer.content["id"]), answer.body)
                except (KeyError, ValueError, TypeError):
                    raise Unknown("SvarUt svarte uten å si hvilken forsendelse det ble.", answer.body) from None
            case 401 | 403 | 404 | 429:
                self._forget_if_unknown(answer)
                raise NotDone(REFUSED_ENTRY[answer.status], answer.body, answer.pause)
            case 400 | 409 | 413 | 415 | 422:
                raise Refused(in_plain_words(answer.content), answer.body)
        raise Unknown(f"SvarUt svarte med feilkode {answer.status}.", answer.body)

    def _forget_if_unknown(self, answer: Answer) -> None:
        if answer.status == 401:
            maskinporten.forget_token()

    def _sealed(self, parcel: Parcel, content: bytes) -> bytes:
        """Letters of special categories are opened by SvarUt alone, for the one who logs in at the highest level."""
        if not parcel.is_sensitive:
            return content
        try:
            return encrypted(content, self._public_key())
        except NotEncrypted as error:
            raise NotDone(f"Brevet kunne ikke krypteres ({error}). Ingenting er sendt.") from None

    def _public_key(self) -> bytes:
        pem, until = SvarUt._key
        if time.monotonic() < until:
            return pem
        try:
            answer = exchange("GET", "/forsendelse/publickey/hent", headers={"Accept": "*/*"})
        except Unknown as error:
            raise NotDone(error.words) from None
        if answer.status != 200 or not answer.body:
            raise NotDone(f"SvarUts krypteringsnøkkel kunne ikke hentes (feilkode {answer.status}).")
        SvarUt._key = (answer.body, time.monotonic() + KEY_SECONDS)
        return answer.body


def standing_of(row: Any) -> Standing | None:
    """One row of an answer about statuses, or None for one that makes no sense: the others are still read."""
    try:
        return Standing(UUID(row["id"]), str(row["status"])[:60], moment(row["sisteStatusEndring"]))
    except (KeyError, ValueError, TypeError, AttributeError):
        return None


def event_of(row: Any) -> Event | None:
    try:
        return Event(moment(row["tidspunkt"]), str(row["hendelse"]))
    except (KeyError, ValueError, TypeError):
        return None


def moment(text: str) -> datetime:
    """A time of SvarUt's; one without an offset is Norwegian."""
    at = datetime.fromisoformat(text)
    return at if at.tzinfo else at.replace(tzinfo=clock.OSLO)
