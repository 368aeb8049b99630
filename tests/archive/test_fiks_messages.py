"""What we write to a Fiks Arkiv archive, and how we read what it answers, against KS's own schemas and samples."""

import contextlib
import dataclasses

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from archive.codes import Codes
from archive.connectors.base import Case, Refused
from archive.connectors.fiks_arkiv import messages, names, replies
from archive.connectors.fiks_arkiv.replies import Kind
from archive.record import Correspondent, FolderRef
from tests.archive import fiks_parts as parts
from tests.archive.fiks_parts import CODES, FOLDER_KEY, NATIONAL_ID, parcel

official = pytest.mark.skipif(not parts.SCHEMAS.is_dir(), reason=parts.MISSING)
SCHEMA_OF = {
    "arkivmelding": "no.ks.fiks.arkiv.v1.arkivering.arkivmelding.opprett",
    "arkivmeldingKvittering": "no.ks.fiks.arkiv.v1.arkivering.arkivmelding.opprett.kvittering",
    "registreringHent": "no.ks.fiks.arkiv.v1.innsyn.registrering.hent",
    "mappeHent": "no.ks.fiks.arkiv.v1.innsyn.mappe.hent",
    "sok": "no.ks.fiks.arkiv.v1.innsyn.sok",
}
# By KS's own design, or left over from an earlier message type.
KNOWN_INVALID = {"NySaksmappeFX", "HentJournalpostF2", "NySaksmappeN6"}
KNOWN_FOLDER = Case("11111111-1111-4111-8111-111111111111", 2026, 1234)


def texts(message: bytes, path: str) -> list[str]:
    steps = "/".join(f"*[local-name()='{step}']" for step in path.split("/"))
    return [element.text for element in etree.fromstring(message).xpath(f"//{steps}")]


def valid(message: bytes) -> None:
    root = etree.fromstring(message)
    parts.schema(SCHEMA_OF[etree.QName(root).localname]).assertValid(root)


class TestArkivmelding:
    def test_folder_and_entry_travel_together_and_are_tied_by_our_key(self):
        message = messages.arkivmelding(parcel(), CODES, with_folder=True)
        assert texts(message, "mappe/referanseEksternNoekkel/noekkel") == [FOLDER_KEY]
        assert texts(message, "referanseForelderMappe/referanseEksternNoekkel/noekkel") == [FOLDER_KEY]
        assert texts(message, "registrering/referanseEksternNoekkel/noekkel") == ["dok:8841:v1"]

    def test_national_id_is_a_shielded_class_and_nowhere_else(self):
        message = messages.arkivmelding(parcel(), CODES, with_folder=True)
        assert message.count(NATIONAL_ID.encode()) == 1
        classes = etree.fromstring(message).findall(".//{*}klassifikasjon")
        found = [(c.findtext("{*}klassifikasjonssystemID"), c.findtext("{*}klasseID"), c.findtext("{*}erSkjermet"))
                 for c in classes]  # fmt: skip
        assert found == [("FNR", NATIONAL_ID, "true"), ("K-KODE", "B00", None)]

    def test_known_folder_is_only_referred_to(self):
        message = messages.arkivmelding(parcel(KNOWN_FOLDER), CODES, with_folder=False)
        assert texts(message, "mappe") == []
        assert NATIONAL_ID.encode() not in message
        assert texts(message, "referanseForelderMappe/referanseEksternNoekkel/noekkel") == [FOLDER_KEY]

    def test_folder_of_another_adapter_is_known_by_its_case_number(self):
        message = messages.arkivmelding(parcel(Case("4711", 2025, 88)), CODES, with_folder=False)
        assert texts(message, "referanseForelderMappe/saksnummer/saksaar") == ["2025"]
        assert texts(message, "referanseForelderMappe/saksnummer/sakssekvensnummer") == ["88"]

    def test_codes_are_the_municipalitys(self):
        message = messages.arkivmelding(parcel(), CODES, with_folder=True)
        assert texts(message, "skjerming/tilgangsrestriksjon/kode") == ["13", "13"]
        assert texts(message, "dokumenttype/kode") == ["KORR", "VEDLEGG"]
        assert texts(message, "journalstatus/kode") == ["F"]
        assert texts(message, "mappetype/kode") == ["Elevmappe"]
        assert texts(message, "regel") == ["Elevmappe-1"]

    def test_reservation_stays_a_reservation(self):
        message = messages.arkivmelding(parcel(status="R"), CODES, with_folder=True)
        assert texts(message, "journalstatus/kode") == ["R"]

    def test_public_title_shows_neither_names_nor_hidden_words(self):
        message = messages.arkivmelding(parcel(), CODES, with_folder=True)
        assert texts(message, "registrering/offentligTittel") == ["Vedtak om ***** – *****"]
        assert texts(message, "mappe/offentligTittel") == ["Elevmappe – *****"]

    def test_files_are_named_and_proven(self):
        message = messages.arkivmelding(parcel(), CODES, with_folder=True)
        assert texts(message, "antallFiler") == ["2"]
        assert texts(message, "referanseDokumentfil") == ["dokument-1.pdf", "dokument-2.pdf"]
        assert texts(message, "dokumentnummer") == ["1", "2"]
        assert texts(message, "tilknyttetRegistreringSom/kode") == ["H", "V"]
        assert texts(message, "sjekksum") == [ref.sha256 for ref in parcel().record.files]
        assert texts(message, "format/kode") == ["fmt/354", "fmt/354"]
        assert "Kari" not in "".join(texts(message, "filnavn"))

    def test_correspondents_of_a_shielded_pupil_are_shielded(self):
        message = messages.arkivmelding(parcel(), CODES, with_folder=True)
        people = etree.fromstring(message).findall(".//{*}korrespondansepart")
        assert [p.findtext("{*}erSkjermet") for p in people] == ["true", "true", None]
        assert [p.findtext("{*}korrespondanseparttype/{*}kode") for p in people] == ["EM", "EM", "IA"]

    def test_protected_person_is_shielded_in_an_open_document_of_the_school(self):
        open_one = parcel(
            access_code="", legal_basis="", folder=FolderRef("skolemappe:1:2026", "school", "Elvebakken", "Elvebakken"),
            correspondents=(Correspondent("Ola Prøve", True), Correspondent("Eva Prøve", True, protected=True)),
        )  # fmt: skip
        message = messages.arkivmelding(open_one, CODES, with_folder=True)
        people = etree.fromstring(message).findall(".//{*}korrespondansepart")
        assert [p.findtext("{*}erSkjermet") for p in people] == [None, "true", None]
        assert texts(message, "mappetype/kode") == ["Skolemappe"]
        assert texts(message, "klassifikasjonssystemID") == ["K-KODE"]

    @pytest.mark.parametrize("changes", [{"title": "##"}, {"legal_basis": ""}, {"access_code": ""}])
    def test_what_the_archive_cannot_take_is_refused_here(self, changes):
        with pytest.raises(Refused):
            messages.arkivmelding(parcel(**changes), CODES, with_folder=True)

    def test_the_same_parcel_gives_the_same_bytes(self):
        first, second = (messages.arkivmelding(parcel(), CODES, with_folder=True) for _ in range(2))
        assert first == second


ODD = st.text(st.characters(codec=None), min_size=1, max_size=40)


@official
class TestOfficialSchemas:
    @pytest.mark.parametrize("with_folder", [True, False])
    @pytest.mark.parametrize("codes", [CODES, Codes()])
    @pytest.mark.parametrize("case", [None, KNOWN_FOLDER, Case("4711", 2025, 88)])
    @pytest.mark.parametrize("registry_type", ["I", "U", "N", "X"])
    def test_every_arkivmelding_is_valid(self, with_folder, codes, case, registry_type):
        valid(messages.arkivmelding(parcel(case, registry_type=registry_type), codes, with_folder=with_folder))

    @pytest.mark.parametrize("question", [messages.registrering_hent, messages.mappe_hent, messages.sok])
    def test_every_question_is_valid(self, question):
        valid(question("dok:8841:v1", CODES))

    @given(title=ODD, name=ODD, basis=ODD, file_title=ODD)
    def test_odd_texts_give_valid_messages_or_a_refusal(self, title, name, basis, file_title):
        odd = parcel(
            title=title,
            public_title=title,
            legal_basis=basis,
            correspondents=(Correspondent(name, True),),
            files=(dataclasses.replace(parts.file_ref(), title=file_title, name=name),),
        )
        try:
            message = messages.arkivmelding(odd, CODES, with_folder=True)
        except Refused:
            return
        valid(message)

    @pytest.mark.parametrize("path", sorted(parts.SAMPLES.glob("*/*.xml")), ids=lambda path: path.parent.name)
    def test_samples_are_as_the_schemas_say(self, path):
        root = replies.parse(path.read_bytes())
        schema = SCHEMA_OF.get(etree.QName(root).localname)
        if schema and "Oppdater" not in path.parent.name and "Avskrivning" not in path.parent.name:
            expected = path.parent.name not in KNOWN_INVALID
            if path.parent.name not in ("NyttDokumentobjektN1",):
                assert parts.schema(schema).validate(root) == expected

    @pytest.mark.parametrize("path", sorted(parts.EXAMPLES.glob("kvittering-*.xml")), ids=lambda path: path.stem)
    def test_receipts_are_read(self, path):
        reply = replies.read(names.KVITTERING, path.read_bytes())
        assert reply.kind == Kind.RECEIPT
        folder = Case("11111111-1111-4111-8111-111111111111", 2026, 1234)
        expected = {
            "kvittering-opprettet": (folder, "", 56789, ""),
            "kvittering-eksisterende-resend": (folder, "", 56789, ""),
            "kvittering-alt-feilet": (None, "Ukjent arkivdel", None, "Mappe mangler"),
            "kvittering-delvis-registrering-feilet": (folder, "", None, "Ukjent dokumenttype"),
        }[path.stem]
        number = reply.entry.number if reply.entry else None
        assert (reply.folder, reply.folder_failed, number, reply.entry_failed) == expected
        assert reply.folder_existed == (path.stem == "kvittering-eksisterende-resend")

    @pytest.mark.parametrize("slug,kind", [("ugyldigforespoersel", Kind.INVALID), ("serverfeil", Kind.SERVER_ERROR),
                                           ("ikkefunnet", Kind.NOT_FOUND)])  # fmt: skip
    def test_errors_are_read(self, slug, kind):
        payload = (parts.EXAMPLES / f"feilmelding-{slug}.xml").read_bytes()
        reply = replies.read(f"no.ks.fiks.arkiv.v1.feilmelding.{slug}", payload)
        assert reply.kind == kind
        assert reply.words in ("Tittel mangler", "Arkivet svarer ikke", "Fant ikke mappe elevmappe:7f2d")


class TestReplies:
    @pytest.mark.parametrize("kind,spelling", [
        (Kind.INVALID, "no.ks.fiks.arkiv.v1.feilmelding.ugyldigforespørsel"),
        (Kind.INVALID, "no.ks.fik.arkiv.v1.feilmelding.ugyldigforespoersel"),
        (Kind.RECEIVED, "no.ks.fiks.arkiv.v1.arkivering.arkivmelding.opprett.mottatt"),
        (Kind.UNDELIVERED, "no.ks.fiks.kvittering.serverfeil.v1"),
        (Kind.EXPIRED, "no.ks.fiks.kvittering.tidsavbrudd"),
        (Kind.UNKNOWN, "no.ks.fiks.arkiv.v9.noe.nytt"),
    ])  # fmt: skip
    def test_types_without_payload(self, kind, spelling):
        assert replies.read(spelling, None).kind == kind

    @pytest.mark.parametrize("payload", [
        None,
        b"",
        b"<arkivmeldingKvittering",
        b"<noeAnnet/>",
        b"<arkivmeldingKvittering><registreringKvittering/></arkivmeldingKvittering>",
        b'<!DOCTYPE a [<!ENTITY x "y">]><arkivmeldingKvittering>&x;</arkivmeldingKvittering>',
        b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><arkivmeldingKvittering>&x;</arkivmeldingKvittering>',
        b'<!DOCTYPE a SYSTEM "http://127.0.0.1:9/x.dtd"><arkivmeldingKvittering/>',
        b"<arkivmeldingKvittering>" + b"<a>" * 5000 + b"</a>" * 5000 + b"</arkivmeldingKvittering>",
        b"<arkivmeldingKvittering>" + b" " * replies.LARGEST_XML + b"</arkivmeldingKvittering>",
    ])  # fmt: skip
    def test_broken_or_hostile_receipts_are_unreadable(self, payload):
        with pytest.raises(replies.Unreadable):
            replies.read(names.KVITTERING, payload)

    @given(st.binary(max_size=200))
    def test_nothing_else_is_raised(self, payload):
        for kind in (names.KVITTERING, names.REGISTRERING_RESULTAT, names.MAPPE_RESULTAT, *names.SOK_RESULTATER):
            with contextlib.suppress(replies.Unreadable):
                replies.read(kind, b"<" + payload)
        assert replies.read(names.SERVERFEIL, payload).kind == Kind.SERVER_ERROR
