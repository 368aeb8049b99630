"""A letter as SvarUt's send v3 wants it for a person. Empty values are left out: SvarUt takes no empty strings."""

from typing import Any

from django.conf import settings

from messaging.channels.base import Parcel
from messaging.letter import PDF, PostalAddress

SYSTEM = "Schoolapp"
LONGEST = {"tittel": 1000, "navn": 100, "konteringskode": 20, "filnavn": 226}


def forsendelse(parcel: Parcel) -> dict[str, Any]:
    """The metadata part. Documents stand in the order in which their files follow."""
    to = parcel.addressee
    return filled(
        {
            "tittel": parcel.title[: LONGEST["tittel"]],
            "mottaker": {
                "navn": to.name[: LONGEST["navn"]],
                "digitalId": to.national_id,
                "adresse": address(to.address),
            },
            "avgivendeSystem": SYSTEM,
            "konteringskode": parcel.accounting_code[: LONGEST["konteringskode"]],
            "kryptert": parcel.is_sensitive,
            "sikkerhetsniva": "HOYESTE" if parcel.is_sensitive else "BETYDELIG",
            "svarSendesTil": return_address(),
            "eksternReferanse": parcel.key,
            "dokumenter": [
                {"filnavn": file.name, "mimeType": file.mime}
                | ({} if file.mime == PDF else {"skalEkskluderesFraUtskrift": True})
                for file in parcel.files
            ],
        }
    )


def address(at: PostalAddress) -> dict[str, str]:
    lines = {f"adresselinje{n}": line for n, line in enumerate(at.lines, 1)}
    return lines | {"postnummer": at.postal_code, "poststed": at.city}


def return_address() -> dict[str, Any]:
    """The neutral sender on the envelope, the same for every school (handbook 8.4, INC-KSD); none is SvarUt's own."""
    own = settings.SVARUT
    if not (own["return_name"] and own["return_org_number"] and own["return_address"] and own["return_city"]):
        return {}
    where = {
        "adresselinje1": own["return_address"],
        "postnummer": own["return_postal_code"],
        "poststed": own["return_city"],
    }
    return {
        "navn": own["return_name"],
        "type": "ORGANISASJON",
        "digitalId": own["return_org_number"],
        "adresse": where,
    }


def filled(value: Any) -> Any:
    """Without what is empty, however deep."""
    if isinstance(value, dict):
        kept = {name: filled(part) for name, part in value.items()}
        return {name: part for name, part in kept.items() if part not in ("", None, {}, [])}
    if isinstance(value, list):
        return [filled(part) for part in value]
    return value.strip() if isinstance(value, str) else value
