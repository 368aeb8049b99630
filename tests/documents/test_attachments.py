"""Bad input to attachments: wrong type, too large, hostile, or hiding something. The draft stays as it was."""

import io
import zlib

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import RequestFactory
from django.urls import reverse
from PIL import Image, ImageFile

from documents.models import Attachment, Document
from documents.uploads import Refused, accept
from schoolapp.lib.upload_limit import UploadLimitMiddleware
from tests.documents.conftest import FILLED, make_draft
from tests.pronom import puids
from tests.world import World

MIME = {"pdf": "application/pdf", "png": "image/png", "jpg": "image/jpeg", "jpeg": "image/jpeg"}
GPS = 0x8825


def picture(form: str, size: tuple[int, int] = (20, 10), **options) -> bytes:
    output = io.BytesIO()
    Image.new("RGB", size, (200, 30, 30)).save(output, form, **options)
    return output.getvalue()


def with_exif() -> bytes:
    exif = Image.Exif()
    exif[0x010F] = "Hemmelig kamera"
    exif.get_ifd(GPS)[1] = "N"
    exif[0x0112] = 6  # turned a quarter
    return picture("JPEG", exif=exif)


def archival_pdf(**options) -> bytes:
    from weasyprint import HTML

    page = HTML(string="<html lang=nb><title>t</title><p>Vedlegg")
    return page.write_pdf(**({"pdf_variant": "pdf/a-2b", "uncompressed_pdf": True} | options))


def upload(name: str, content: bytes, mime: str = "") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content, mime or MIME.get(name.rpartition(".")[2].lower(), "text/plain"))


def test_an_archival_pdf_is_kept_byte_for_byte() -> None:
    content = archival_pdf()
    accepted = accept(upload("brev.pdf", content))
    assert (accepted.content, accepted.puid) == (content, "fmt/477")


@pytest.mark.parametrize(("form", "extension"), [("PNG", "png"), ("JPEG", "jpg"), ("JPEG", "jpeg")])
def test_a_picture_is_drawn_anew_and_is_what_we_say_it_is(form: str, extension: str) -> None:
    accepted = accept(upload(f"bilde.{extension}", picture(form)))
    assert puids(accepted.content) == [accepted.puid]


def test_metadata_and_position_are_gone_and_the_picture_stands_upright() -> None:
    accepted = accept(upload("foto.jpg", with_exif()))
    assert b"Exif" not in accepted.content
    assert b"Hemmelig" not in accepted.content
    with Image.open(io.BytesIO(accepted.content)) as image:
        assert not image.getexif()
        assert image.size == (10, 20)


def test_nothing_hides_behind_a_picture() -> None:
    polyglot = picture("PNG") + b"<html><script>alert(1)</script></html>"
    assert b"<script" not in accept(upload("bilde.png", polyglot)).content


def scripted_pdf() -> bytes:
    action = b"\n9 0 obj << /S /JavaScript /JS (app.alert) >> endobj\n"
    return archival_pdf().replace(b"\n", action, 1)


def scripted_pdf_in_object_stream() -> bytes:
    hidden = zlib.compress(b"1 0 << /S /JavaScript /JS (app.alert) >>")
    head = b"\n9 0 obj << /Type /ObjStm /Filter /FlateDecode /Length %d >> stream\n" % len(hidden)
    return archival_pdf().replace(b"\n", head + hidden + b"\nendstream endobj\n", 1)


def bomb_pdf() -> bytes:
    hidden = zlib.compress(b"\0" * (101 * 1024 * 1024), 9)
    head = b"\n9 0 obj << /Type /ObjStm /Filter /FlateDecode /Length %d >> stream\n" % len(hidden)
    return archival_pdf().replace(b"\n", head + hidden + b"\nendstream endobj\n", 1)


BAD = {
    "plain pdf": ("brev.pdf", lambda: archival_pdf(pdf_variant=None)),
    "pdf/a-3": ("brev.pdf", lambda: archival_pdf(pdf_variant="pdf/a-3b")),
    "pdf with compressed XMP": ("brev.pdf", lambda: archival_pdf(uncompressed_pdf=False)),
    "pdf with script": ("brev.pdf", scripted_pdf),
    "pdf with hidden script": ("brev.pdf", scripted_pdf_in_object_stream),
    "pdf bomb": ("brev.pdf", bomb_pdf),
    "text called pdf": ("brev.pdf", lambda: b"Hei"),
    "html called png": ("bilde.png", lambda: b"<html><script>alert(1)</script></html>"),
    "jpeg called png": ("bilde.png", lambda: picture("JPEG")),
    "gif called png": ("bilde.png", lambda: picture("GIF")),
    "svg": ("tegning.svg", lambda: b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>"),
    "word": ("brev.docx", lambda: b"PK\x03\x04"),
    "double extension": ("bilde.png.exe", lambda: picture("PNG")),
    "no extension": ("bilde", lambda: picture("PNG")),
    "truncated png": ("bilde.png", lambda: picture("PNG", (300, 300))[:120]),
    "too many pixels": ("bilde.png", lambda: picture("PNG", (8_000, 5_001), compress_level=9)),
    "empty": ("bilde.png", lambda: b""),
    "too large": ("bilde.png", lambda: b"\0" * (25 * 1024 * 1024 + 1)),
}


@pytest.mark.parametrize("case", BAD)
def test_what_is_refused(case: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ImageFile, "LOAD_TRUNCATED_IMAGES", False)  # WeasyPrint, which made our PDFs, switches it on
    name, make = BAD[case]
    with pytest.raises(Refused) as refused:
        accept(upload(name, make()))
    assert len(str(refused.value.message)) > 20


def test_a_declared_type_that_disagrees_is_refused() -> None:
    with pytest.raises(Refused):
        accept(upload("bilde.png", picture("PNG"), "text/html"))


def test_attaching_reading_and_removing(draft: Document, school: World, browser) -> None:
    client = browser("contact_teacher")
    url = reverse("documents:attach", args=[draft.uuid])
    answer = client.post(url, {"title": "Kart over skolen", "file": upload("../../Ola Nordmann.png", picture("PNG"))})
    assert answer.status_code == 302
    attachment = Attachment.objects.get()
    assert "Ola" not in attachment.path
    assert attachment.path.startswith("vedlegg/")
    one = reverse("documents:attachment", args=[draft.uuid, attachment.uuid])
    download = client.get(one)
    assert download.headers["Content-Disposition"] == 'attachment; filename="vedlegg-1.png"'
    with default_storage.open(attachment.path) as file:
        assert b"".join(download.streaming_content) == file.read()
    assert browser("teacher_b").get(one).status_code == 404
    assert "Kart over skolen" in client.get(reverse("documents:edit", args=[draft.uuid])).content.decode()
    client.post(reverse("documents:detach", args=[draft.uuid, attachment.uuid]))
    assert not Attachment.objects.exists()


def test_an_attachment_is_found_only_under_its_own_document(draft: Document, school: World, browser) -> None:
    client = browser("contact_teacher")
    client.post(
        reverse("documents:attach", args=[draft.uuid]), {"title": "Kart", "file": upload("a.png", picture("PNG"))}
    )
    other = make_draft(school, "classmate")
    args = [other.uuid, Attachment.objects.get().uuid]
    assert client.get(reverse("documents:attachment", args=args)).status_code == 404
    assert client.post(reverse("documents:detach", args=args)).status_code == 404


@pytest.mark.parametrize("case", ["plain pdf", "html called png", "svg", "empty"])
def test_a_bad_file_changes_nothing_and_says_what_to_do(draft: Document, browser, case: str) -> None:
    name, make = BAD[case]
    answer = browser("contact_teacher").post(
        reverse("documents:attach", args=[draft.uuid]), {"title": "Vedlegg", "file": upload(name, make())}
    )
    html = answer.content.decode()
    assert answer.status_code == 422
    assert "Rett dette før du går videre" in html
    assert FILLED["tema"] in html
    assert not Attachment.objects.exists()
    assert not default_storage.exists("vedlegg")
    assert Document.objects.get(pk=draft.pk).fields == draft.fields


class Endless(io.RawIOBase):
    """A body of `size` bytes that is never in memory, and counts what is read of it."""

    def __init__(self, size: int) -> None:
        self.left, self.taken = size, 0

    def read(self, size: int = -1) -> bytes:
        count = min(self.left, size if size >= 0 else self.left)
        self.left -= count
        self.taken += count
        return b"x" * count


@pytest.mark.django_db
@pytest.mark.parametrize("megabytes", [200, 4_000])
def test_200_megabytes_are_answered_before_anything_parses_them(draft: Document, browser, megabytes: int) -> None:
    client, size = browser("contact_teacher"), megabytes * 1024 * 1024
    body = Endless(size)
    url = reverse("documents:attach", args=[draft.uuid])
    answer = client.generic(
        "POST",
        url,
        content_type="multipart/form-data; boundary=x",
        headers={"Referer": f"http://testserver/dokumenter/{draft.uuid}/rediger/"},
        **{"wsgi.input": body, "CONTENT_LENGTH": str(size)},
    )
    html = answer.content.decode()
    assert answer.status_code == 413
    assert "høyst 25 MB" in html
    assert f'href="/dokumenter/{draft.uuid}/rediger/"' in html
    assert body.taken in (0, size)
    assert not Attachment.objects.exists()
    assert Document.objects.get(pk=draft.pk).fields == draft.fields


@pytest.mark.django_db
def test_the_limit_links_back_only_to_our_own_pages() -> None:
    request = RequestFactory().post("/", headers={"Referer": "http://ond.invalid/x"})
    request.META["CONTENT_LENGTH"] = str(10**12)
    assert b"ond.invalid" not in UploadLimitMiddleware(lambda r: None)(request).content


def test_a_full_disk_leaves_no_row_and_says_so(draft: Document, browser, monkeypatch) -> None:
    def full(*args, **kwargs):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(default_storage, "save", full)
    answer = browser("contact_teacher").post(
        reverse("documents:attach", args=[draft.uuid]), {"title": "Kart", "file": upload("a.png", picture("PNG"))}
    )
    assert answer.status_code == 422
    assert "kunne ikke lagres nå" in answer.content.decode()
    assert not Attachment.objects.exists()
