"""What is written to a Fiks Arkiv v1 archive: arkivmelding.xml, and the questions about entries and folders.

The order of elements is fixed by the schemas. An element without a value is left out, never written empty.
"""

from uuid import UUID

from lxml import etree

from archive import titles
from archive.codes import Codes
from archive.connectors.base import Parcel, Refused
from archive.connectors.fiks_arkiv import names
from archive.record import Correspondent, FileRef

MOST_INT = 2**31 - 1
MIME_TYPES = {"pdf": "application/pdf", "jpg": "image/jpeg", "jpeg": "image/jpeg", "png": "image/png"}
FINAL, ARCHIVE_VARIANT, MAIN, ATTACHMENT = "F", "A", "H", "V"
DELIVERED_AS_ASKED = "R"  # a reservation stays one, whatever status the municipality delivers with


class Writer:
    """Adds elements of one namespace to a parent. Values are made fit for XML; empty ones are left out."""

    def __init__(self, parent: etree._Element, namespace: str) -> None:
        self.parent, self.namespace = parent, namespace

    def text(self, name: str, value: object, *, namespace: str = "") -> None:
        if value not in ("", None):
            words = str(value).lower() if isinstance(value, bool) else sayable(str(value))
            etree.SubElement(self.parent, f"{{{namespace or self.namespace}}}{name}").text = words

    def group(self, name: str, kind: str = "", *, namespace: str = "") -> "Writer":
        element = etree.SubElement(self.parent, f"{{{namespace or self.namespace}}}{name}")
        if kind:
            element.set(f"{{{names.XSI}}}type", kind)
        return Writer(element, self.namespace)

    def code(self, name: str, value: str, meaning: str = "") -> None:
        if value:
            code = self.group(name)
            code.text("kode", value, namespace=names.CATALOGUE)
            code.text("beskrivelse", meaning, namespace=names.CATALOGUE)

    def known_as(self, name: str, *, full: str = "", initials: str = "") -> None:
        if full or initials:
            who = self.group(name)
            who.text("navn", full, namespace=names.CATALOGUE)
            who.text("initialer", initials, namespace=names.CATALOGUE)

    def key(self, system: str, key: str, *, namespace: str = "") -> None:
        reference = self.group("referanseEksternNoekkel", namespace=namespace)
        reference.text("fagsystem", system, namespace=names.CATALOGUE)
        reference.text("noekkel", key, namespace=names.CATALOGUE)


def sayable(text: str) -> str:
    """The text with what XML cannot hold replaced: control signs, lone surrogates, two code points."""
    return "".join(sign if _fits(ord(sign)) else "\N{REPLACEMENT CHARACTER}" for sign in text)


def _fits(code: int) -> bool:
    return code in (0x9, 0xA) or 0x20 <= code <= 0xD7FF or 0xE000 <= code <= 0xFFFD or code >= 0x10000


def _document(name: str, namespace: str) -> Writer:
    root = etree.Element(f"{{{namespace}}}{name}", nsmap={None: namespace, "m": names.CATALOGUE, "xsi": names.XSI})
    return Writer(root, namespace)


def _written(document: Writer) -> bytes:
    return bytes(etree.tostring(document.parent, xml_declaration=True, encoding="UTF-8"))


def arkivmelding(parcel: Parcel, codes: Codes, *, with_folder: bool) -> bytes:
    """The entry, with its folder when the archive is not known to have that. Raises Refused for what cannot be said."""
    _refuse_unsayable(parcel)
    document = _document("arkivmelding", names.CREATE)
    document.text("system", codes.system)
    document.text("regel", codes.rule)
    document.text("antallFiler", len(parcel.record.files))
    if with_folder:
        _folder(document.group("mappe", "saksmappe"), parcel, codes)
    _entry(document.group("registrering", "journalpost"), parcel, codes, with_folder=with_folder)
    return _written(document)


def _refuse_unsayable(parcel: Parcel) -> None:
    record = parcel.record
    if not titles.plain(record.title).strip() or not titles.plain(record.folder.title).strip():
        raise Refused("Dokumentet eller mappen mangler tittel. Lag en ny versjon med tittel.")
    if any(ref.size > MOST_INT for ref in record.files):
        raise Refused("En fil er større enn arkivet tar imot (2 GB).")
    if bool(record.access_code) != bool(record.legal_basis):
        raise Refused("Skjerming krever både tilgangskode og hjemmel. Rett dokumenttypen, og lag en ny versjon.")


def _shield(parent: Writer, parcel: Parcel, codes: Codes, access_code: str) -> None:
    """The schema takes no code without its legal basis, which the document has."""
    if access_code and parcel.record.legal_basis:
        shield = parent.group("skjerming")
        shield.code("tilgangsrestriksjon", codes.access_codes.get(access_code, access_code))
        shield.text("skjermingshjemmel", parcel.record.legal_basis)


def _classes(parcel: Parcel, codes: Codes) -> list[tuple[str, str, bool]]:
    """System, class and whether it is shielded. What a school folder is given itself goes before what all are given."""
    if parcel.record.folder.kind == "pupil":
        found = [(each.system, each.class_id or parcel.national_id, not each.class_id) for each in codes.classes
                 if each.for_pupils]  # fmt: skip
        return [each for each in found if each[1]]
    for_schools = [each for each in codes.classes if each.for_schools and each.class_id]
    if own := parcel.folder.classes:
        system = for_schools[0].system if for_schools else ""
        return [(system, number, False) for number in own]
    return [(each.system, each.class_id, False) for each in for_schools]


def _folder(folder: Writer, parcel: Parcel, codes: Codes) -> None:
    ref, school = parcel.record.folder, parcel.school
    is_pupil = ref.kind == "pupil"
    folder.text("tittel", titles.plain(ref.title))
    folder.text("offentligTittel", titles.restricted(ref.public_title))
    series = school.pupil_series if is_pupil else school.school_series
    folder.code("arkivdel", parcel.folder.series or codes.series or series)
    _shield(folder, parcel, codes, parcel.record.access_code if is_pupil else parcel.folder.access_code)
    for system, number, shielded in _classes(parcel, codes):
        entry = folder.group("klassifikasjon")
        entry.text("klassifikasjonssystemID", system)
        entry.text("klasseID", number)
        entry.text("erSkjermet", True if shielded else None)
    folder.key(codes.system, ref.key)
    folder.code("mappetype", codes.pupil_folder_type if is_pupil else codes.school_folder_type)
    folder.known_as("administrativEnhet", initials=school.administrative_unit)
    folder.known_as("saksansvarlig", initials=school.case_owner_initials)
    folder.text("journalenhet", school.registry_unit)


def _entry(entry: Writer, parcel: Parcel, codes: Codes, *, with_folder: bool) -> None:
    record = parcel.record
    _parent(entry, parcel, codes, with_folder=with_folder)
    _shield(entry, parcel, codes, record.access_code)
    for index, ref in enumerate(record.files):
        kind = codes.attachment_type if index else record.document_type
        _file(entry.group("dokumentbeskrivelse"), index, ref, kind or codes.document_type)
    entry.text("tittel", titles.plain(record.title))
    entry.text("offentligTittel", titles.restricted(record.public_title))
    for person in record.correspondents:
        _correspondent(entry.group("korrespondansepart"), person, parcel)
    _own_side(entry, parcel)
    entry.key(codes.system, record.key)
    entry.code("journalposttype", record.registry_type)
    keeps = record.status == DELIVERED_AS_ASKED
    entry.code("journalstatus", record.status if keeps else codes.status or record.status)
    entry.text("dokumentetsDato", record.document_date[:10])
    entry.text("journalenhet", parcel.school.registry_unit)


def _parent(entry: Writer, parcel: Parcel, codes: Codes, *, with_folder: bool) -> None:
    """By our own key; a folder that another adapter made is known by its case number only."""
    parent, case = entry.group("referanseForelderMappe"), parcel.case
    if not with_folder and case and not is_system_id(case.id) and case.year and case.number:
        number = parent.group("saksnummer", namespace=names.CATALOGUE)
        number.text("saksaar", case.year, namespace=names.CATALOGUE)
        number.text("sakssekvensnummer", case.number, namespace=names.CATALOGUE)
    else:
        parent.key(codes.system, parcel.record.folder.key, namespace=names.CATALOGUE)


def _file(description: Writer, index: int, ref: FileRef, kind: str) -> None:
    description.code("dokumenttype", kind)
    description.code("dokumentstatus", FINAL)
    description.text("tittel", titles.plain(ref.title) or "Dokument")
    description.code("tilknyttetRegistreringSom", ATTACHMENT if index else MAIN)
    description.text("dokumentnummer", index + 1)
    file = description.group("dokumentobjekt")
    file.text("versjonsnummer", 1)
    file.code("variantformat", ARCHIVE_VARIANT)
    file.code("format", ref.puid or ref.file_format, ref.file_format if ref.puid else "")
    file.text("mimeType", MIME_TYPES.get(ending(ref)))
    file.text("filnavn", packed_name(index, ref))
    file.text("referanseDokumentfil", packed_name(index, ref))
    file.text("sjekksum", ref.sha256)
    file.text("sjekksumAlgoritme", "SHA256")
    file.text("filstoerrelse", ref.size)


def ending(ref: FileRef) -> str:
    found = ref.name.rpartition(".")[2].lower()
    return found if found in MIME_TYPES else "pdf"


def packed_name(index: int, ref: FileRef) -> str:
    """The file's name inside the package: plain signs, and nothing of what it is about."""
    return f"dokument-{index + 1}.{ending(ref)}"


def _correspondent(part: Writer, person: Correspondent, parcel: Parcel) -> None:
    record = parcel.record
    if person.is_recipient:
        part.code("korrespondanseparttype", "EM" if record.registry_type == "U" else "IM")
    else:
        part.code("korrespondanseparttype", "EA" if record.registry_type == "I" else "IA")
    part.text("korrespondansepartNavn", person.name.strip() or "Ukjent")
    shielded = person.protected or (bool(record.access_code) and record.folder.kind == "pupil")
    part.text("erSkjermet", True if shielded else None)


def _own_side(entry: Writer, parcel: Parcel) -> None:
    """The school as the sender of what goes out, or the recipient of what comes in."""
    school = parcel.school
    if not school.administrative_unit:
        return
    part = entry.group("korrespondansepart")
    part.code("korrespondanseparttype", "IM" if parcel.record.registry_type == "I" else "IA")
    part.text("erBehandlingsansvarlig", True)
    part.text("korrespondansepartNavn", school.administrative_unit)
    part.known_as("administrativEnhet", initials=school.administrative_unit)
    part.known_as("saksbehandler", initials=school.case_owner_initials)


def registrering_hent(key: str, codes: Codes) -> bytes:
    """Whether the archive has the entry with our key, and what it holds."""
    document = _document("registreringHent", names.ENTRY_FETCH)
    document.text("system", codes.system)
    document.group("referanseTilRegistrering").key(codes.system, key, namespace=names.CATALOGUE)
    for part in ("dokumentbeskrivelse", "dokumentobjekt"):
        document.text("inkluder", part)
    return _written(document)


def mappe_hent(key: str, codes: Codes) -> bytes:
    document = _document("mappeHent", names.FOLDER_FETCH)
    document.text("system", codes.system)
    document.group("referanseTilMappe").key(codes.system, key, namespace=names.CATALOGUE)
    return _written(document)


def sok(key: str, codes: Codes, *, most: int = 10) -> bytes:
    """A search for the folders with our key, answered with the least the archive can say."""
    document = _document("sok", names.SEARCH)
    document.text("system", codes.system)
    document.text("take", most)
    document.text("skip", 0)
    search = document.group("sokdefinisjon", "saksmappeSokdefinisjon")
    search.text("responstype", "minimum")
    parameter = search.group("parametere")
    parameter.text("operator", "equal")
    value = parameter.group("sokVerdier").group("eksternNoekkel")
    value.text("fagsystem", codes.system)
    value.text("noekkel", key)
    parameter.text("felt", "mappeEksternNoekkel")
    return _written(document)


def is_system_id(text: str) -> bool:
    """Whether an id is one that a Fiks Arkiv archive gives out."""
    try:
        return str(UUID(text)) == text.lower()
    except ValueError:
        return False
