"""The practice archive: folders and entries by external key, and an answer in the official form to each message."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import uuid4

from lxml import etree

from archive.connectors.fiks_arkiv import names

NOW = "2026-11-22T10:00:00+01:00"
REQUESTS = {
    names.OPPRETT: "no.ks.fiks.arkiv.v1.arkivering.arkivmelding.opprett",
    names.REGISTRERING_HENT: "no.ks.fiks.arkiv.v1.innsyn.registrering.hent",
    names.MAPPE_HENT: "no.ks.fiks.arkiv.v1.innsyn.mappe.hent",
    names.SOK: "no.ks.fiks.arkiv.v1.innsyn.sok",
}
Reply = tuple[str, dict[str, bytes]]


class Invalid(Exception):
    """The message breaks the schema or the protocol."""


class Missing(Exception):
    """The message refers to what is not here."""


@dataclass
class Stored:
    """A folder or an entry, with the element it came as and when it came."""

    id: str
    key: str
    number: int
    element: Any
    at: str
    folder: str = ""
    sums: list[str] = field(default_factory=list)

    @property
    def year(self) -> int:
        return int(self.at[:4])


@dataclass
class PracticeArchive:
    """Validates against KS's schemas when `schemas` is their folder. Without `file` nothing outlives the run."""

    schemas: Path | None = None
    file: Path | None = None
    now: Callable[[], str] = lambda: NOW
    folders: list[Stored] = field(default_factory=list)
    entries: list[Stored] = field(default_factory=list)
    messages: list[tuple[str, bytes]] = field(default_factory=list)
    deduplicates: bool = True

    def __post_init__(self) -> None:
        if self.file and self.file.exists():
            kept = json.loads(self.file.read_text(encoding="utf-8"))
            self.folders, self.entries = ([_from_row(row) for row in kept[name]] for name in ("folders", "entries"))

    def _keep(self) -> None:
        """All of it anew, beside the old and then in its place, so that a process killed meanwhile loses nothing."""
        if self.file:
            kept = {"folders": list(map(_to_row, self.folders)), "entries": list(map(_to_row, self.entries))}
            fresh = self.file.with_suffix(".new")
            fresh.touch(mode=0o600)
            fresh.write_text(json.dumps(kept), encoding="utf-8")
            fresh.replace(self.file)

    def answer(self, message_type: str, files: dict[str, bytes], fault: str = "") -> list[Reply]:
        """The replies, in order. `fault` names what goes wrong inside the archive."""
        content = files.get(names.PAYLOAD.get(message_type, ""), b"")
        self.messages.append((message_type, content))
        try:
            root = self._valid(message_type, content)
            if fault == "serverfeil":
                return [_error(names.SERVERFEIL, "Arkivet svarer ikke")]
            if message_type == names.OPPRETT:
                return self._create(root, files, fault)
            if message_type == names.REGISTRERING_HENT:
                return [self._entry(root)]
            if message_type == names.MAPPE_HENT:
                return [self._folder(root)]
            return [self._search(root)]
        except Invalid as error:
            return [_error(names.UGYLDIG[0], str(error))]
        except Missing as error:
            return [_error(names.IKKEFUNNET, str(error))]

    def _valid(self, message_type: str, content: bytes) -> Any:
        if message_type not in REQUESTS:
            raise Invalid(f"Ukjent meldingstype {message_type}")
        try:
            root = etree.fromstring(content, etree.XMLParser(resolve_entities=False, no_network=True))
        except etree.XMLSyntaxError:
            raise Invalid("Meldingen er ikke XML") from None
        if self.schemas:
            schema = etree.XMLSchema(file=str(self.schemas / f"{REQUESTS[message_type]}.xsd"))
            if not schema.validate(root):
                raise Invalid(str(schema.error_log.last_error.message))
        return root

    def _create(self, root: Any, files: dict[str, bytes], fault: str) -> list[Reply]:
        if fault == "ugyldig":
            raise Invalid("Hjemmelen er ukjent.")
        if len(files) - 1 != int(root.findtext("{*}antallFiler")):
            raise Invalid("antallFiler stemmer ikke")
        folder, entry = root.find("{*}mappe"), root.find("{*}registrering")
        if fault == "ikkefunnet_alltid" or (fault == "ikkefunnet" and folder is None):
            raise Missing("Fant ikke mappen")
        receipt = etree.Element(f"{{{names.RECEIPT}}}arkivmeldingKvittering", nsmap={"m": names.CATALOGUE})
        if fault in ("mappe_feilet", "alt_feilet") and folder is not None:
            _failed(receipt, "mappeFeilet", "Ukjent arkivdel")
        elif folder is not None:
            self._keep_folder(receipt, folder)
        if entry is not None and fault in ("delvis", "alt_feilet"):
            _failed(receipt, "registreringFeilet", "Ukjent dokumenttype")
        elif entry is not None:
            self._keep_entry(receipt, entry, files)
        self._keep()
        mottatt: list[Reply] = [] if fault == "uten_mottatt" else [(names.MOTTATT, {})]
        return [*mottatt, (names.KVITTERING, {names.PAYLOAD[names.KVITTERING]: _written(receipt)})]

    def _keep_folder(self, receipt: Any, element: Any) -> None:
        known = next((each for each in self.folders if each.key == _key(element)), None)
        stored = known or Stored(str(uuid4()), _key(element), len(self.folders) + 1, element, self.now())
        if known is None:
            self.folders.append(stored)
        told = _typed(receipt, names.RECEIPT, "mappeKvittering", "saksmappeKvittering")
        _put(told, "systemID", stored.id)
        _put(told, "mappeID", f"{stored.year}/{stored.number}")
        _put_key(told, element)
        _put(told, "opprettetEllerEksisterende", "Eksisterende" if known else "Opprettet")
        _put(told, "saksaar", stored.year)
        _put(told, "sakssekvensnummer", stored.number)

    def _keep_entry(self, receipt: Any, element: Any, files: dict[str, bytes]) -> None:
        parent = element.find("{*}referanseForelderMappe")
        folder = self._parent(parent)
        known = next((each for each in self.entries if each.key == _key(element)), None) if self.deduplicates else None
        stored = known or Stored(
            str(uuid4()), _key(element), len(self.entries) + 1, element, self.now(), folder.id
        )  # fmt: skip
        if known is None:
            for file in element.iter("{*}dokumentobjekt"):
                if file.findtext("{*}referanseDokumentfil") not in files:
                    raise Invalid("En fil mangler i pakken")
                stored.sums.append(file.findtext("{*}sjekksum"))
            self.entries.append(stored)
        told = _typed(receipt, names.RECEIPT, "registreringKvittering", "journalpostKvittering")
        _put(told, "systemID", stored.id)
        _put_key(told, element)
        _put(told, "opprettetEllerEksisterende", "Eksisterende" if known else "Opprettet")
        _put(told, "journalaar", stored.year)
        _put(told, "journalsekvensnummer", 1000 + stored.number)
        _put(told, "journalpostnummer", stored.number)

    def _parent(self, reference: Any) -> Stored:
        key = _key(reference) if reference is not None else ""
        number = reference.findtext("{*}saksnummer/{*}sakssekvensnummer") if reference is not None else None
        for folder in self.folders:
            if folder.key == key or (number and str(folder.number) == number):
                return folder
        raise Missing(f"Fant ikke mappe {key}")

    def _entry(self, root: Any) -> Reply:
        key = _key(root.find("{*}referanseTilRegistrering"))
        found = next((each for each in self.entries if each.key == key), None)
        if found is None:
            raise Missing(f"Fant ikke registrering {key}")
        result = etree.Element(f"{{{names.ENTRY_RESULT}}}registreringHentResultat", nsmap={"m": names.CATALOGUE})
        told = etree.SubElement(result, f"{{{names.ENTRY_RESULT}}}journalpost")
        space = names.STRUCTURE
        for name, value in (("systemID", found.id), ("opprettetDato", found.at), ("opprettetAv", "Øvingsarkivet")):
            _put(told, name, value, space)
        parent = etree.SubElement(told, f"{{{space}}}referanseForelderMappe")
        folder = next(each for each in self.folders if each.id == found.folder)
        _put(parent, "systemID", folder.id, names.CATALOGUE)
        number = etree.SubElement(parent, f"{{{names.CATALOGUE}}}saksnummer")
        _put(number, "saksaar", folder.year, names.CATALOGUE)
        _put(number, "sakssekvensnummer", folder.number, names.CATALOGUE)
        for index, description in enumerate(found.element.iter("{*}dokumentbeskrivelse"), 1):
            _describe(told, index, description, found.at)
        _put(told, "tittel", found.element.findtext("{*}tittel"), space)
        _put_key(told, found.element, space)
        numbers = {
            "journalaar": found.year,
            "journalsekvensnummer": 1000 + found.number,
            "journalpostnummer": found.number,
        }
        for name, counted in numbers.items():
            _put(told, name, counted, space)
        for name in ("journalposttype", "journalstatus"):
            _code(told, name, found.element.findtext(f"{{*}}{name}/{{*}}kode"), space)
        _put(told, "journaldato", found.at[:10], space)
        return names.REGISTRERING_RESULTAT, {names.PAYLOAD[names.REGISTRERING_RESULTAT]: _written(result)}

    def _folder(self, root: Any) -> Reply:
        key = _key(root.find("{*}referanseTilMappe"))
        found = next((each for each in self.folders if each.key == key), None)
        if found is None:
            raise Missing(f"Fant ikke mappe {key}")
        result = etree.Element(f"{{{names.FOLDER_RESULT}}}mappeHentResultat", nsmap={"m": names.CATALOGUE})
        told = etree.SubElement(result, f"{{{names.FOLDER_RESULT}}}saksmappe")
        space = names.STRUCTURE
        for name, value in (("systemID", found.id), ("mappeID", f"{found.year}/{found.number}"),
                            ("tittel", found.element.findtext("{*}tittel")), ("opprettetDato", found.at),
                            ("opprettetAv", "Øvingsarkivet")):  # fmt: skip
            _put(told, name, value, space)
        _put_key(told, found.element, space)
        _case_parts(told, found, space)
        return names.MAPPE_RESULTAT, {names.PAYLOAD[names.MAPPE_RESULTAT]: _written(result)}

    def _search(self, root: Any) -> Reply:
        space, kind = f"{names.ROOT}/sokeresultat/minimum/v1", f"{names.ROOT}/arkivstruktur/minimum/v1"
        wanted = root.findtext(".//{*}eksternNoekkel/{*}noekkel")
        found = [each for each in self.folders if each.key == wanted]
        result = etree.Element(f"{{{space}}}sokeresultatMinimum", nsmap={"m": names.CATALOGUE})
        for name, value in (("system", "Øvingsarkivet"), ("take", 10), ("skip", 0), ("count", len(found)),
                            ("resultattype", "saksmappe")):  # fmt: skip
            _put(result, name, value, space)
        listed = etree.SubElement(result, f"{{{space}}}resultatListe")
        for each in found:
            told = etree.SubElement(etree.SubElement(listed, f"{{{space}}}resultatMinimum"), f"{{{space}}}saksmappe")
            for name, value in (("systemID", each.id), ("mappeID", f"{each.year}/{each.number}"),
                                ("tittel", each.element.findtext("{*}tittel"))):  # fmt: skip
                _put(told, name, value, kind)
            _put_key(told, each.element, kind)
            _case_parts(told, each, kind)
        return names.SOK_RESULTATER[1], {"resultat.xml": _written(result)}


def _case_parts(told: Any, found: Stored, space: str) -> None:
    for name, value in (("saksaar", found.year), ("sakssekvensnummer", found.number), ("saksdato", found.at[:10])):
        _put(told, name, value, space)
    for name in ("administrativEnhet", "saksansvarlig"):
        who = etree.SubElement(told, f"{{{space}}}{name}")
        _put(who, "initialer", found.element.findtext(f"{{*}}{name}/{{*}}initialer") or "X", names.CATALOGUE)
    _code(told, "saksstatus", "B", space)


def _describe(told: Any, index: int, came: Any, at: str) -> None:
    space, file = names.STRUCTURE, came.find("{*}dokumentobjekt")
    description = etree.SubElement(told, f"{{{space}}}dokumentbeskrivelse")
    _put(description, "systemID", uuid4(), space)
    _code(description, "dokumenttype", came.findtext("{*}dokumenttype/{*}kode") or "KORR", space)
    _code(description, "dokumentstatus", "F", space)
    for name, value in (("tittel", came.findtext("{*}tittel")), ("opprettetDato", at), ("opprettetAv", "X")):
        _put(description, name, value, space)
    _code(description, "tilknyttetRegistreringSom", "V" if index > 1 else "H", space)
    for name, value in (("dokumentnummer", index), ("tilknyttetDato", at), ("tilknyttetAv", "X")):
        _put(description, name, value, space)
    stored = etree.SubElement(description, f"{{{space}}}dokumentobjekt")
    _put(stored, "systemID", uuid4(), space)
    _put(stored, "versjonsnummer", 1, space)
    _code(stored, "variantformat", "A", space)
    _put(stored, "filnavn", file.findtext("{*}filnavn"), space)
    _code(stored, "format", file.findtext("{*}format/{*}kode"), space)
    for name in ("opprettetDato", "opprettetAv"):
        _put(stored, name, at if name.endswith("Dato") else "X", space)
    for name in ("referanseDokumentfil", "sjekksum", "sjekksumAlgoritme", "filstoerrelse"):
        _put(stored, name, file.findtext(f"{{*}}{name}"), space)


def _to_row(stored: Stored) -> dict[str, Any]:
    return vars(stored) | {"element": etree.tostring(stored.element, encoding="unicode")}


def _from_row(row: dict[str, Any]) -> Stored:
    return Stored(**row | {"element": etree.fromstring(row["element"])})


def _key(element: Any) -> str:
    return element.findtext("{*}referanseEksternNoekkel/{*}noekkel") or ""


def _put(parent: Any, name: str, value: object, space: str = names.RECEIPT) -> None:
    etree.SubElement(parent, f"{{{space}}}{name}").text = str(value)


def _code(parent: Any, name: str, value: str, space: str) -> None:
    _put(etree.SubElement(parent, f"{{{space}}}{name}"), "kode", value, names.CATALOGUE)


def _put_key(parent: Any, came: Any, space: str = names.RECEIPT) -> None:
    reference = etree.SubElement(parent, f"{{{space}}}referanseEksternNoekkel")
    for name in ("fagsystem", "noekkel"):
        _put(reference, name, came.findtext(f"{{*}}referanseEksternNoekkel/{{*}}{name}"), names.CATALOGUE)


def _typed(parent: Any, space: str, name: str, kind: str) -> Any:
    element = etree.SubElement(parent, f"{{{space}}}{name}", nsmap={"k": names.RECEIPT, "xsi": names.XSI})
    element.set(f"{{{names.XSI}}}type", f"k:{kind}")
    return element


def _failed(receipt: Any, name: str, words: str) -> None:
    _tell(etree.SubElement(receipt, f"{{{names.RECEIPT}}}{name}"), words)


def _tell(element: Any, words: str) -> None:
    _put(element, "feilId", uuid4(), names.ERROR)
    _put(element, "feilmelding", words, names.ERROR)


def _error(message_type: str, words: str) -> Reply:
    slug = message_type.rpartition(".")[2]
    root = etree.Element(f"{{{names.ROOT}/feil/{slug}/v1}}{slug}")
    _tell(root, words)
    return message_type, {"feilmelding.xml": _written(root)}


def _written(root: Any) -> bytes:
    return bytes(etree.tostring(root, xml_declaration=True, encoding="UTF-8"))
