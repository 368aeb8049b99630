"""The package of a message, checked by OpenSSL, which shares no code with us; and what is refused on receipt."""

import io
import shutil
import subprocess
import zipfile

import pytest

from archive.connectors.fiks_arkiv import cms, envelope
from archive.connectors.fiks_arkiv.cms import BadMessage
from tests.archive.fiks_keys import certificate_pem, keys_of, private_pem

FILES = {"arkivmelding.xml": "<arkivmelding>æøå</arkivmelding>".encode(), "dokument-1.pdf": b"%PDF-1.4 " * 500}


@pytest.fixture(scope="module")
def us():
    return keys_of("us")


@pytest.fixture(scope="module")
def archive():
    return keys_of("archive")


@pytest.fixture
def folder(tmp_path, us, archive):
    for name, keys in (("us", us), ("archive", archive)):
        (tmp_path / f"{name}.key").write_bytes(private_pem(keys))
        (tmp_path / f"{name}.crt").write_bytes(certificate_pem(keys))
    return tmp_path


def openssl(folder, *arguments: str) -> bytes:
    program = shutil.which("openssl")
    if program is None:
        pytest.skip("openssl is not on this machine")
    done = subprocess.run([program, *arguments], cwd=folder, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout


def rebuilt(package: bytes, *, packing: int = zipfile.ZIP_DEFLATED, **changes: bytes | None) -> bytes:
    """The same package with some entries changed, added or (None) left out."""
    with zipfile.ZipFile(io.BytesIO(package)) as before:
        contents = {name: before.read(name) for name in before.namelist()}
    names = {name.replace("__", "/").replace("_dot_", "."): content for name, content in changes.items()}
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", packing) as after:
        for name, content in (contents | names).items():
            if content is not None:
                after.writestr(name, content)
    return buffer.getvalue()


class TestByOpenssl:
    def test_signature_over_the_manifest_is_verified(self, us, folder):
        with zipfile.ZipFile(io.BytesIO(envelope.pack(FILES, us))) as package:
            package.extractall(folder)
        args = ("-binary", "-inform", "DER", "-in", envelope.SIGNATURE, "-content", envelope.MANIFEST)
        shown = openssl(folder, "cms", "-verify", "-cades", *args, "-CAfile", "us.crt", "-purpose", "any")
        assert shown == (folder / envelope.MANIFEST).read_bytes()

    def test_message_is_decrypted_and_has_the_agreed_algorithms(self, us, archive, folder):
        (folder / "message").write_bytes(envelope.sealed(FILES, us, archive.certificate))
        args = ("-inform", "DER", "-in", "message")
        package = openssl(folder, "cms", "-decrypt", "-binary", *args, "-inkey", "archive.key", "-recip", "archive.crt")
        assert envelope.unpack(package) == FILES
        shown = openssl(folder, "cms", "-cmsout", "-print", *args).decode()
        assert all(word in shown for word in ("rsaesOaep", "mgf1", "sha256", "aes-256-cbc"))

    def test_message_made_by_openssl_is_opened(self, us, folder):
        (folder / "package").write_bytes(envelope.pack(FILES, us))
        oaep = [part for option in ("padding_mode:oaep", "oaep_md:sha256", "mgf1_md:sha256")
                for part in ("-keyopt", f"rsa_{option}")]  # fmt: skip
        args = ("-binary", "-aes256", "-outform", "DER", "-in", "package", "-recip", "us.crt")
        assert envelope.opened(openssl(folder, "cms", "-encrypt", *args, *oaep), us) == FILES

    def test_signature_made_by_openssl_is_verified(self, us, archive, folder):
        manifest = envelope._manifest(FILES)
        (folder / "manifest").write_bytes(manifest)
        args = ("-binary", "-md", "sha256", "-outform", "DER", "-in", "manifest", "-signer", "archive.crt")
        signature = openssl(folder, "cms", "-sign", "-cades", *args, "-inkey", "archive.key")
        assert cms.verify(signature, manifest) == archive.certificate


class TestPackage:
    def test_mimetype_is_first_and_stored(self, us):
        with zipfile.ZipFile(io.BytesIO(envelope.pack(FILES, us))) as package:
            first = package.infolist()[0]
            assert (first.filename, first.compress_type) == ("mimetype", zipfile.ZIP_STORED)
            assert package.read(first) == b"application/vnd.etsi.asic-e+zip"

    def test_round_trip_with_an_older_key_among_ours(self, us, archive):
        message = envelope.sealed(FILES, archive, us.certificate)
        both = envelope.Keys((archive.private[0], *us.private), us.signing, us.certificate)
        assert envelope.opened(message, both) == FILES

    def test_message_to_somebody_else_is_not_opened(self, us, archive):
        with pytest.raises(BadMessage):
            envelope.opened(envelope.sealed(FILES, us, archive.certificate), us)

    @pytest.mark.parametrize("changes", [
        {"arkivmelding_dot_xml": b"<arkivmelding>noe annet</arkivmelding>"},
        {"META-INF__asicmanifest_dot_xml": envelope._manifest({"arkivmelding.xml": b"annet"})},
        {"META-INF__asicmanifest_dot_xml": None},
        {"META-INF__signature_dot_p7s": None},
        {"META-INF__signature_dot_p7s": b"\x30\x03\x02\x01\x01"},
        {"META-INF__signature_dot_p7s": b"tull"},
        {"mimetype": b"application/zip"},
        {"smuglet_dot_pdf": b"%PDF"},
        {"dokument-1_dot_pdf": None},
        {"_dot__dot___ut_dot_pdf": b"%PDF"},
        {"__etc__passwd": b"root"},
    ])  # fmt: skip
    def test_changed_package_is_refused(self, us, changes):
        with pytest.raises(BadMessage):
            envelope.unpack(rebuilt(envelope.pack(FILES, us), **changes))

    def test_signature_of_another_manifest_is_refused(self, us):
        other = cms.sign(b"<noeAnnet/>", us.signing, us.certificate)
        with pytest.raises(BadMessage, match="endret"):
            envelope.unpack(rebuilt(envelope.pack(FILES, us), **{"META-INF__signature_dot_p7s": other}))

    def test_bomb_is_refused_before_it_fills_the_memory(self, us, monkeypatch):
        monkeypatch.setattr(envelope, "MOST_BYTES", 100_000)
        bomb = rebuilt(envelope.pack(FILES, us), bombe_dot_bin=b"\0" * 10_000_000)
        assert len(bomb) < 100_000
        with pytest.raises(BadMessage, match="større"):
            envelope.unpack(bomb)

    @pytest.mark.parametrize("packing", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
    def test_packing_that_has_no_bound_in_memory_is_refused_though_all_is_signed(self, us, packing):
        package = envelope.pack(FILES, us)
        assert envelope.unpack(rebuilt(package)) == FILES
        with pytest.raises(BadMessage, match="måte vi ikke tar imot"):
            envelope.unpack(rebuilt(package, packing=packing))

    @pytest.mark.parametrize("package", [b"", b"PK", b"tull" * 100])
    def test_what_is_no_package_is_refused(self, package):
        with pytest.raises(BadMessage):
            envelope.unpack(package)

    def test_flipped_bytes_give_the_same_files_or_a_refusal(self, us):
        files = {"a.xml": b"<a/>"}
        message = bytearray(envelope.sealed(files, us, us.certificate))
        refused = 0
        for place in range(0, len(message), 41):
            message[place] ^= 1
            try:
                assert envelope.opened(bytes(message), us) == files
            except BadMessage:
                refused += 1
            message[place] ^= 1
        assert refused > 20
