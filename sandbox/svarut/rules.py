"""What SvarUt refuses in a sending to a person, field by field (send v3). Nothing is let through out of kindness."""

import re
from typing import Any

ADDRESS = {"adresselinje1", "adresselinje2", "adresselinje3", "postnummer", "poststed", "landkode"}
KNOWN = {
    "tittel", "mottaker", "eksponertFor", "avgivendeSystem", "avgivendeSystemAktor", "konteringskode",
    "kunDigitalLevering", "kryptert", "utskriftskonfigurasjon", "sikkerhetsniva", "svarSendesTil",
    "svarPaForsendelseId", "dokumenter", "lenker", "eksternReferanse", "kanSvareViaEdialog", "korrelasjonsid",
    "signering",
}  # fmt: skip
LONGEST = {
    "tittel": 1000, "avgivendeSystem": 100, "avgivendeSystemAktor": 100, "konteringskode": 20, "eksternReferanse": 100,
    "korrelasjonsid": 100, "mottaker.navn": 100, "svarSendesTil.navn": 100, "filnavn": 226, "mimeType": 127,
    "adresselinje1": 70, "adresselinje2": 70, "adresselinje3": 70, "poststed": 70, "postnummer": 20,
}  # fmt: skip
CODE = re.compile(r"[a-zA-Z0-9_\-.øæåØÆÅ]{1,20}")
FORBIDDEN = set('*:"\\/<>|?')


def refusal(sending: Any, names: list[str]) -> str:
    """Why a sending with files of these names is refused; empty when it is taken."""
    if not isinstance(sending, dict):
        return "forsendelse er ikke et JSON-objekt"
    for check in (_fields, _recipient, _sender, _security, _documents):
        if words := check(sending):
            return words
    stated = [document["filnavn"] for document in sending.get("dokumenter", [])]
    return "" if stated == names else "filnavn på delene stemmer ikke med rekkefølgen i dokumenter"


def _fields(sending: dict[str, Any]) -> str:
    if unknown := set(sending) - KNOWN:
        return f"ukjent felt {sorted(unknown)[0]}"
    if empty := _empty(sending, ""):
        return f"{empty} kan ikke være tom"
    if not isinstance(sending.get("tittel"), str):
        return "tittel mangler"
    for name in ("tittel", "avgivendeSystem", "avgivendeSystemAktor", "eksternReferanse", "korrelasjonsid"):
        if len(sending.get(name, "")) > LONGEST[name]:
            return f"{name} er for lang"
    code = sending.get("konteringskode")
    return "" if code is None or CODE.fullmatch(code) else "konteringskode er ugyldig"


def _empty(value: Any, place: str) -> str:
    """Where an empty string stands, if any does."""
    if isinstance(value, dict):
        return next((found for name, part in value.items() if (found := _empty(part, f"{place}.{name}"))), "")
    if isinstance(value, list):
        return next((found for part in value if (found := _empty(part, place))), "")
    return (place.lstrip(".") or "verdi") if value == "" or value is None else ""


def _recipient(sending: dict[str, Any]) -> str:
    to = sending.get("mottaker")
    if not isinstance(to, dict) or set(to) - {"navn", "digitalId", "adresse"}:
        return "mottaker mangler eller har ukjente felt"
    if not isinstance(to.get("navn"), str) or len(to["navn"]) > LONGEST["mottaker.navn"]:
        return "mottaker.navn mangler eller er for langt"
    number = to.get("digitalId")
    if not isinstance(number, str) or not re.fullmatch(r"\d{11}", number):
        return "mottaker.digitalId er ikke et gyldig fødselsnummer"
    return _address(to["adresse"], "mottaker.adresse") if "adresse" in to else ""


def _address(at: Any, place: str) -> str:
    if not isinstance(at, dict) or set(at) - ADDRESS:
        return f"{place} har ukjente felt"
    for name in ("adresselinje1", "poststed"):
        if name not in at:
            return f"{place}.{name} mangler"
    for name, text in at.items():
        if not isinstance(text, str) or len(text) > LONGEST.get(name, 2):
            return f"{place}.{name} er for lang"
    is_norwegian = at.get("landkode", "NO") == "NO"
    if is_norwegian and "postnummer" in at and not re.fullmatch(r"\d{4}", at["postnummer"]):
        return f"{place}.postnummer er ugyldig"
    return ""


def _sender(sending: dict[str, Any]) -> str:
    back = sending.get("svarSendesTil")
    if back is None:
        return ""
    if set(back) != {"navn", "type", "digitalId", "adresse"}:
        return "svarSendesTil er ikke fullstendig"
    if back["type"] not in ("PERSON", "ORGANISASJON", "NHN_MOTTAKER") or not re.fullmatch(
        r"\d{1,11}", back["digitalId"]
    ):
        return "svarSendesTil er ugyldig"
    return _address(back["adresse"], "svarSendesTil.adresse")


def _security(sending: dict[str, Any]) -> str:
    level = sending.get("sikkerhetsniva")
    if level not in (None, "BETYDELIG", "HOYESTE"):
        return "sikkerhetsniva er ukjent"
    if level == "HOYESTE" and sending.get("kryptert") is not True:
        return "dokumentene må krypteres ved sikkerhetsniva HOYESTE"
    return ""


def _documents(sending: dict[str, Any]) -> str:
    documents = sending.get("dokumenter")
    if not documents:
        return "dokumenter mangler"
    names = [document.get("filnavn") for document in documents]
    if len(set(names)) != len(names):
        return "filnavn må være unike"
    for document in documents:
        name, mime = document.get("filnavn"), document.get("mimeType")
        if not isinstance(name, str) or FORBIDDEN & set(name) or len(name) > LONGEST["filnavn"]:
            return "filnavn er ugyldig"
        if not isinstance(mime, str) or len(mime) > LONGEST["mimeType"]:
            return "mimeType er ugyldig"
        left_out = document.get("skalEkskluderesFraUtskrift") or sending.get("kunDigitalLevering")
        if mime != "application/pdf" and not left_out:
            return "dokument som ikke er PDF må ekskluderes fra utskrift"
    return ""
