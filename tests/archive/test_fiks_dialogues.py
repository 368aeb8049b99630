"""The four dialogues of KS for pupil folders against the practice archive; and messages written to files."""

import stat

import pytest
from django.core.management import CommandError, call_command
from lxml import etree

from archive.connectors.fiks_arkiv import messages, names, replies
from archive.connectors.fiks_arkiv.replies import Kind, Reply
from archive.models import Delivery
from sandbox.fiks.archive import PracticeArchive
from tests.archive import fiks_parts, fiks_server
from tests.archive.fiks_parts import CODES, FOLDER_KEY, parcel
from tests.archive.parts import NATIONAL_ID, make_record, queue

FILES = {"dokument-1.pdf": b"%PDF-1.4 brev", "dokument-2.pdf": b"%PDF-1.4 brev"}
RESULT_SCHEMAS = {
    names.KVITTERING: "no.ks.fiks.arkiv.v1.arkivering.arkivmelding.opprett.kvittering",
    names.REGISTRERING_RESULTAT: "no.ks.fiks.arkiv.v1.innsyn.registrering.hent.resultat",
    names.MAPPE_RESULTAT: "no.ks.fiks.arkiv.v1.innsyn.mappe.hent.resultat",
    names.SOK_RESULTATER[1]: "no.ks.fiks.arkiv.v1.innsyn.sok.resultat.minimum",
    names.IKKEFUNNET: "no.ks.fiks.arkiv.v1.feilmelding.ikkefunnet",
    names.UGYLDIG[0]: "no.ks.fiks.arkiv.v1.feilmelding.ugyldigforespoersel",
    names.SERVERFEIL: "no.ks.fiks.arkiv.v1.feilmelding.serverfeil",
}


@pytest.fixture
def archive() -> PracticeArchive:
    return PracticeArchive(fiks_parts.SCHEMAS if fiks_parts.SCHEMAS.is_dir() else None)


def said(archive: PracticeArchive, kind: str, content: bytes, files=None, fault: str = "") -> list[Reply]:
    """What the archive answers, each answer valid by KS's schemas where they are at hand."""
    answers = archive.answer(kind, {names.PAYLOAD[kind]: content} | (files or {}), fault)
    for answered, payload in answers:
        if archive.schemas and payload:
            fiks_parts.schema(RESULT_SCHEMAS[answered]).assertValid(etree.fromstring(next(iter(payload.values()))))
    return [replies.read(answered, next(iter(payload.values()), None)) for answered, payload in answers]


def create(archive: PracticeArchive, *, with_folder: bool, fault: str = "") -> list[Reply]:
    return said(archive, names.OPPRETT, messages.arkivmelding(parcel(), CODES, with_folder=with_folder), FILES, fault)


def test_opprett(archive):
    create(archive, with_folder=True)
    archive.entries.clear()
    received, receipt = create(archive, with_folder=False)
    assert (received.kind, receipt.kind) == (Kind.RECEIVED, Kind.RECEIPT)
    assert receipt.folder is None and receipt.entry.number == 1001


def test_hent_mappe_og_opprett(archive):
    (missing,) = said(archive, names.MAPPE_HENT, messages.mappe_hent(FOLDER_KEY, CODES))
    assert missing.kind == Kind.NOT_FOUND
    create(archive, with_folder=True)
    (found,) = said(archive, names.MAPPE_HENT, messages.mappe_hent(FOLDER_KEY, CODES))
    assert (found.kind, found.folder_key, found.folder.number) == (Kind.FOLDER, FOLDER_KEY, 1)


def test_sok_og_opprett(archive):
    (nothing,) = said(archive, names.SOK, messages.sok(FOLDER_KEY, CODES))
    assert (nothing.kind, nothing.folders) == (Kind.FOUND, ())
    create(archive, with_folder=True)
    (found,) = said(archive, names.SOK, messages.sok(FOLDER_KEY, CODES))
    assert [(folder.year, folder.number) for folder in found.folders] == [(2026, 1)]
    (_received, receipt) = create(archive, with_folder=False)
    assert receipt.entry.existed


def test_opprett_med_saksmappe(archive):
    _received, first = create(archive, with_folder=True)
    _received, second = create(archive, with_folder=True)
    assert (first.folder_existed, second.folder_existed) == (False, True)
    assert first.folder == second.folder
    assert (len(archive.folders), len(archive.entries)) == (1, 1)
    (entry,) = said(archive, names.REGISTRERING_HENT, messages.registrering_hent("dok:8841:v1", CODES))
    assert entry.entry.checksums == tuple(ref.sha256 for ref in parcel().record.files)
    assert (entry.folder.id, entry.folder.number) == (first.folder.id, first.folder.number)


@pytest.mark.parametrize(
    "fault", ["delvis", "alt_feilet", "serverfeil", "ugyldig", "ikkefunnet_alltid", "uten_mottatt"]
)
def test_answers_to_faults_are_in_the_official_form(archive, fault):
    assert create(archive, with_folder=True, fault=fault)


@pytest.mark.django_db
class TestWrittenToFiles:
    def test_every_message_is_written_and_nothing_is_changed(self, school, tmp_path, capsys):
        fiks_server.choose()
        queue(make_record("dok:1:v1"), school)
        queue(make_record("dok:2:v1", "elevmappe:2"), school)
        before = list(Delivery.objects.values())
        folder = tmp_path / "ut"
        call_command("archive_messages", out=str(folder))
        files = sorted(folder.iterdir())
        assert [name.name.partition("-")[2] for name in files] == ["1-registrering-hent.xml", "2-arkivmelding.xml"] * 2
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
        assert {stat.S_IMODE(file.stat().st_mode) for file in files} == {0o600}
        assert any(NATIONAL_ID.encode() in file.read_bytes() for file in files)
        assert not any("Kari" in file.name or NATIONAL_ID in file.name for file in files)
        assert "national ids" in capsys.readouterr().err
        assert list(Delivery.objects.values()) == before
        if fiks_parts.SCHEMAS.is_dir():
            for file in files[1::2]:
                official = "no.ks.fiks.arkiv.v1.arkivering.arkivmelding.opprett"
                fiks_parts.schema(official).assertValid(etree.parse(str(file)))

    def test_what_would_not_be_sent_is_told(self, school, tmp_path, capsys):
        queue(make_record("dok:1:v1"), school)
        Delivery.objects.update(content_sha256="0" * 64)
        call_command("archive_messages", out=str(tmp_path / "ut"))
        told = capsys.readouterr()
        assert "0 documents written, 1 that would not be sent" in told.out
        assert "endret etter ferdigstilling" in told.err

    def test_other_files_are_left_alone(self, tmp_path):
        (tmp_path / "noe").write_text("x")
        with pytest.raises(CommandError):
            call_command("archive_messages", out=str(tmp_path))
