"""KS Fiks: children with those responsible for them (Oppvekst), and whom something has happened to (Hendelser).

Formats: the OpenAPI descriptions «folkeregister-oppvekst-api-v1» and «folkeregister-hendelser-api-v1» of KS.
"""

from datetime import date
from enum import StrEnum
from typing import Any

from django.conf import settings

from schoolapp.lib.json_api import Unavailable, parsed
from schoolapp.lib.maskinporten import NotAllowed, fiks_headers, forget_token, refused_as_words

MOST_NUMBERS = 1000


class Event(StrEnum):
    MOVED_IN = "FLYTTET_TIL_KOMMUNE"
    MOVED_OUT = "FLYTTET_FRA_KOMMUNE"
    DIED = "DOED"
    BORN = "FOEDT"


def is_configured() -> bool:
    return bool(settings.KSFIKS["role_id"])


def call(path: str, body: dict[str, Any]) -> bytes:
    """One call. A token that is refused is thrown away, so that the next attempt asks for a new one."""
    config = settings.KSFIKS
    headers = fiks_headers(integration_id=config["integration_id"], integration_password=config["integration_password"])
    try:
        return refused_as_words(config["url"].rstrip("/") + path, json_body=body, headers=headers)
    except NotAllowed as error:
        if str(error).startswith("401"):
            forget_token()
            raise Unavailable("token refused") from None
        raise


def children(numbers: list[str]) -> bytes:
    """The answer about at most 1000 children: a JSON list, as a register file. Raises NotAllowed and Unavailable."""
    if not 1 <= len(numbers) <= MOST_NUMBERS:
        raise ValueError("between 1 and 1000 numbers at a time")
    return call(f"/register/api/v1/ks/{settings.KSFIKS['role_id']}/oppvekst", {"foedselsnumre": numbers})


def happened(event: Event, *, since: date, born: tuple[date, date] | None = None) -> list[str]:
    """National ids of those in the municipality whom `event` has happened to. Raises NotAllowed and Unavailable.

    `born` narrows the two events of moving only.
    """
    body: dict[str, Any] = {
        "rolleId": settings.KSFIKS["role_id"],
        "fraDato": since.isoformat(),
        "hendelsestype": event.value,
        "kommuner": [{"kommunenummer": settings.KSFIKS["municipality"]}],
    }
    if born and event in (Event.MOVED_IN, Event.MOVED_OUT):
        body["foedt"] = {"fraDato": born[0].isoformat(), "tilDato": born[1].isoformat()}
    found = parsed(call("/folkeregister/api/v1/hendelser/liste", body)).get("fnr")
    if not isinstance(found, list):
        raise Unavailable("no list")
    return [number for number in found if isinstance(number, str) and len(number) == 11 and number.isascii()]
