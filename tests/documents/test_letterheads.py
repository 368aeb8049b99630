"""The letterhead of a school: who may change it, what is kept of a logo, and that letters and bytes follow it."""

import io

import pypdf
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from PIL import Image

from documents import tasks
from documents.letterheads import head_of
from documents.models import Document, Letterhead
from documents.press import press
from schoolapp.lib.pdf.identify import approved_pdf
from tests.documents.conftest import finalise, make_draft
from tests.world import World

SVG = b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>"


def picture(kind: str = "PNG", size: tuple[int, int] = (900, 300), mode: str = "RGBA") -> bytes:
    kept = io.BytesIO()
    Image.new(mode, size, (20, 60, 120, 128) if mode == "RGBA" else (20, 60, 120)).save(kept, kind)
    return kept.getvalue()


def address(world: World, about: str = "own") -> str:
    return reverse("documents:letterhead", args=[world.pupils[about].school.uuid])


def upload(content: bytes, name: str = "logo.png", mime: str = "image/png") -> dict[str, SimpleUploadedFile]:
    return {"logo_file": SimpleUploadedFile(name, content, mime)}


@pytest.fixture
def admin(school: World, browser):
    return browser("municipal_admin")


def test_who_may_change_which(school: World, browser) -> None:
    own, other = address(school), address(school, "other_school")
    assert [browser("municipal_admin").get(url).status_code for url in (own, other)] == [200, 200]
    assert [browser("school_admin").get(url).status_code for url in (own, other)] == [200, 404]
    assert [browser("contact_teacher").get(url).status_code for url in (own, other)] == [404, 404]
    assert browser("guardian").get(own).status_code == 403
    assert "Du har ingen skole" in browser("contact_teacher").get(reverse("documents:letterheads")).content.decode()


def test_what_is_empty_is_taken_from_the_register(school: World, admin) -> None:
    here = school.pupils["own"].school
    head = head_of(here)
    assert (head.name, head.phone, head.return_name, head.logo) == (here.name, here.phone, here.name, "")
    assert admin.post(address(school), {"name": "Skolen vår", "return_name": "Kommunen"}).status_code == 302
    head = head_of(type(here).objects.get(pk=here.pk))
    assert (head.name, head.phone, head.return_name) == ("Skolen vår", here.phone, "Kommunen")


@pytest.mark.parametrize("code", ["99x7", "abc", "123", "٠١٢٣"])
@pytest.mark.parametrize("field", ["postal_code", "return_postal_code"])
def test_a_postal_code_has_four_digits(school: World, admin, field: str, code: str) -> None:
    answer = admin.post(address(school), {"name": "Skolen vår", field: code})
    assert answer.status_code == 422 and "Postnummer har fire sifre." in answer.content.decode()
    assert not Letterhead.objects.exists()
    assert admin.post(address(school), {field: " 0123 "}).status_code == 302
    assert getattr(Letterhead.objects.get(), field) == "0123"


def test_a_logo_is_drawn_anew_small_and_without_transparency(school: World, admin) -> None:
    for content, name, mime in (
        (picture(), "logo.png", "image/png"),
        (picture("JPEG", mode="RGB"), "logo.jpg", "image/jpeg"),
    ):
        assert admin.post(address(school), upload(content, name, mime)).status_code == 302
        kept = bytes(Letterhead.objects.get().logo)
        assert kept != content
        with Image.open(io.BytesIO(kept)) as seen:
            assert (seen.mode, seen.size) == ("RGB", (480, 160))
        shown = admin.get(f"{address(school)}logo/")
        assert (shown.content, shown["Content-Type"]) == (kept, mime)
    admin.post(address(school), {"without_logo": "on"})
    assert not Letterhead.objects.get().logo
    assert admin.get(f"{address(school)}logo/").status_code == 204


@pytest.mark.parametrize(
    ("content", "name", "mime"),
    [
        (SVG, "logo.svg", "image/svg+xml"),
        (SVG, "logo.png", "image/png"),
        (b"%PDF-1.4", "logo.pdf", "application/pdf"),
        (b"\x89PNG\r\n\x1a\n" + b"x" * 50, "logo.png", "image/png"),
        (b"", "logo.png", "image/png"),
    ],
)
def test_what_is_no_picture_is_refused_and_nothing_is_saved(school: World, admin, content, name, mime) -> None:
    answer = admin.post(address(school), {"name": "Nytt navn"} | upload(content, name, mime))
    assert answer.status_code == 422
    assert not Letterhead.objects.exists()


def test_letters_have_it_as_an_approved_pdf_and_equal_input_gives_equal_bytes(school: World, admin) -> None:
    head = {"name": "Skolen vår", "phone": "11 22 33 44", "return_name": "Kommunen", "return_city": "Fjordvik"}
    admin.post(address(school), head | upload(picture()))
    draft = finalise(make_draft(school), by=school.user("contact_teacher"))
    tasks.render(draft.pk)
    document = Document.objects.get(pk=draft.pk)
    with document.pdf.open("rb") as file:
        content = file.read()
    page = pypdf.PdfReader(io.BytesIO(content)).pages[0]
    assert "Skolen vår" in page.extract_text()
    assert "11 22 33 44" in page.extract_text()
    assert "Avsender: Kommunen, Fjordvik" in page.extract_text()
    assert len(page.images) == 1
    assert approved_pdf(content) == "fmt/354"
    admin.post(address(school), {"name": "Et annet navn", "without_logo": "on"})
    assert press.print(document.frozen_html) == content
