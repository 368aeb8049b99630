"""What a Fiks Arkiv v1 archive answers, read into plain data.

XML from outside is read without entities, without fetching anything and only up to a size. A receipt that arrives is
not yet success: the folder and the entry each succeed or fail by themselves.
"""

from dataclasses import dataclass, field
from enum import StrEnum

from lxml import etree

from archive.connectors.base import Case
from archive.connectors.fiks_arkiv import names

LARGEST_XML = 8 * 1024 * 1024


class Unreadable(Exception):
    """The answer is not what the schemas allow us to understand. The text is safe to show."""


class Kind(StrEnum):
    RECEIVED = "received"  # the archive has taken the message and will say more
    RECEIPT = "receipt"
    ENTRY = "entry"
    FOLDER = "folder"
    FOUND = "found"
    INVALID = "invalid"
    NOT_FOUND = "not_found"
    SERVER_ERROR = "server_error"
    UNDELIVERED = "undelivered"
    EXPIRED = "expired"
    UNKNOWN = "unknown"
    UNREADABLE = "unreadable"


# After these the message is certainly not under way any more, and nothing came of it.
FAILED = frozenset({Kind.SERVER_ERROR, Kind.UNDELIVERED, Kind.EXPIRED})


@dataclass(frozen=True, slots=True)
class Entry:
    """A registry entry as the archive knows it. `checksums` by document number."""

    id: str
    key: str = ""
    folder_key: str = ""
    year: int | None = None
    number: int | None = None
    existed: bool = False
    checksums: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Reply:
    kind: Kind
    words: str = ""
    folder: Case | None = None
    folder_key: str = ""
    folder_existed: bool = False
    folder_failed: str = ""
    entry: Entry | None = None
    entry_failed: str = ""
    folders: tuple[Case, ...] = field(default_factory=tuple)


def read(message_type: str, payload: bytes | None) -> Reply:
    """The meaning of one message. Unknown types are told, never an error. Raises Unreadable for a broken payload."""
    if message_type == names.MOTTATT:
        return Reply(Kind.RECEIVED)
    if message_type in names.UNDELIVERED:
        return Reply(Kind.UNDELIVERED, "Fiks IO fikk ikke levert meldingen til arkivet.")
    if message_type in names.EXPIRED:
        return Reply(Kind.EXPIRED, "Arkivet hentet ikke meldingen i tide.")
    for types, kind in ((names.UGYLDIG, Kind.INVALID), ((names.IKKEFUNNET,), Kind.NOT_FOUND)):
        if message_type in types:
            return Reply(kind, _words(payload))
    if message_type == names.SERVERFEIL:
        return Reply(Kind.SERVER_ERROR, _words(payload))
    if message_type == names.KVITTERING:
        return _receipt(_root(payload, "arkivmeldingKvittering"))
    if message_type == names.REGISTRERING_RESULTAT:
        return _entry_result(_root(payload, "registreringHentResultat"))
    if message_type == names.MAPPE_RESULTAT:
        return _folder_result(_root(payload, "mappeHentResultat"))
    if message_type in names.SOK_RESULTATER:
        return Reply(Kind.FOUND, folders=_found(_parsed(payload)))
    return Reply(Kind.UNKNOWN, "En meldingstype vi ikke kjenner.")


def parse(payload: bytes | None) -> etree._Element:
    """The root of XML from outside. Raises Unreadable for entities, a document type, too much or too deep."""
    return _parsed(payload)


def _parsed(payload: bytes | None) -> etree._Element:
    if not payload or len(payload) > LARGEST_XML:
        raise Unreadable("Svaret er tomt eller for stort.")
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, dtd_validation=False, huge_tree=False,
        remove_comments=True, remove_pis=True,
    )  # fmt: skip
    try:
        root = etree.fromstring(payload, parser)
    except (etree.XMLSyntaxError, ValueError):
        raise Unreadable("Svaret er ikke lesbar XML.") from None
    if root.getroottree().docinfo.internalDTD is not None:
        raise Unreadable("Svaret har en dokumenttype, og det tar vi ikke imot.")
    return root


def _root(payload: bytes | None, name: str) -> etree._Element:
    root = _parsed(payload)
    if etree.QName(root).localname != name:
        raise Unreadable("Svaret er av et annet slag enn meldingstypen sier.")
    return root


def _words(payload: bytes | None) -> str:
    """The archive's own words. An error without a readable payload is still that error."""
    try:
        return _error(_parsed(payload))
    except Unreadable:
        return ""


def _error(element: etree._Element | None) -> str:
    if element is None:
        return ""
    return _text(element, "feilmelding") or "Arkivet sa ikke hvorfor."


def _child(element: etree._Element | None, *steps: str) -> etree._Element | None:
    for step in steps:
        element = next(iter(element.iterchildren(f"{{*}}{step}")), None) if element is not None else None
    return element


def _text(element: etree._Element | None, *steps: str) -> str:
    found = _child(element, *steps)
    return (found.text or "").strip() if found is not None else ""


def _number(element: etree._Element | None, *steps: str) -> int | None:
    text = _text(element, *steps)
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None


def _key(element: etree._Element) -> str:
    return _text(element, "referanseEksternNoekkel", "noekkel")


def _system_id(element: etree._Element) -> str:
    found = _text(element, "systemID")
    if not found:
        raise Unreadable("Svaret mangler arkivets id.")
    return found[:60]


def _case(element: etree._Element) -> Case:
    return Case(_system_id(element), _number(element, "saksaar"), _number(element, "sakssekvensnummer"))


def _existed(element: etree._Element) -> bool:
    return _text(element, "opprettetEllerEksisterende") == "Eksisterende"


def _receipt(root: etree._Element) -> Reply:
    folder, entry = _child(root, "mappeKvittering"), _child(root, "registreringKvittering")
    return Reply(
        Kind.RECEIPT,
        folder=_case(folder) if folder is not None else None,
        folder_key=_key(folder) if folder is not None else "",
        folder_existed=_existed(folder) if folder is not None else False,
        folder_failed=_error(_child(root, "mappeFeilet")),
        entry=_entry(entry) if entry is not None else None,
        entry_failed=_error(_child(root, "registreringFeilet")),
    )


def _entry(element: etree._Element) -> Entry:
    sums = [
        (_number(description, "dokumentnummer") or 0, _text(file, "sjekksum").lower())
        for description in element.iterchildren("{*}dokumentbeskrivelse")
        for file in description.iterchildren("{*}dokumentobjekt")
    ]
    return Entry(
        _system_id(element),
        _key(element),
        _text(element, "referanseForelderMappe", "referanseEksternNoekkel", "noekkel"),
        _number(element, "journalaar"),
        _number(element, "journalsekvensnummer"),
        _existed(element),
        tuple(checksum for _number_, checksum in sorted(sums)),
    )


def _entry_result(root: etree._Element) -> Reply:
    found = _child(root, "journalpost")
    found = found if found is not None else _child(root, "registrering")
    if found is None:
        return Reply(Kind.NOT_FOUND)
    parent = _child(found, "referanseForelderMappe")
    system_id = _text(parent, "systemID")
    year, number = _number(parent, "saksnummer", "saksaar"), _number(parent, "saksnummer", "sakssekvensnummer")
    return Reply(Kind.ENTRY, entry=_entry(found), folder=Case(system_id, year, number) if system_id else None)


def _folder_result(root: etree._Element) -> Reply:
    found = _child(root, "saksmappe")
    found = found if found is not None else _child(root, "mappe")
    if found is None:
        return Reply(Kind.NOT_FOUND)
    return Reply(Kind.FOLDER, folder=_case(found), folder_key=_key(found))


def _found(root: etree._Element) -> tuple[Case, ...]:
    return tuple(_case(folder) for name in ("saksmappe", "mappe") for folder in root.iter(f"{{*}}{name}"))
