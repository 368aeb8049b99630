"""The code on paper: what it tells, to whom, and what it never tells."""

import re
from io import BytesIO

import pytest
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st
from pypdf import PdfReader

from documents import actions, tasks, verification
from documents.models import Document, VerificationCode
from documents.press import press
from documents.verification import ALPHABET, check_letter, new_code, printed, read
from documents.views import verify
from people.models import Person, Protection
from tests.documents.conftest import finalise, make_draft
from tests.world import World

codes = st.text(alphabet=ALPHABET, min_size=16, max_size=16).map(lambda text: text + check_letter(text))


@pytest.fixture(autouse=True)
def _no_tries_yet():
    cache.clear()


@given(codes)
def test_a_code_is_read_however_it_is_typed(code: str) -> None:
    assert read(code) == read(printed(code).lower()) == read(f" {code[:4]} {code[4:]} ") == code
    assert read(code.replace("0", "O").replace("1", "l")) == code


@given(codes, st.integers(0, 16), st.sampled_from(ALPHABET))
def test_one_wrong_letter_always_shows(code: str, place: int, letter: str) -> None:
    changed = code[:place] + letter + code[place + 1 :]
    assert read(changed) == (code if changed == code else "")


@given(codes, st.integers(0, 15))
def test_two_swapped_letters_show_unless_they_are_the_first_and_last_of_the_alphabet(code: str, place: int) -> None:
    pair = code[place : place + 2]
    swapped = code[:place] + pair[::-1] + code[place + 2 :]
    assert (read(swapped) == swapped) == (pair[0] == pair[1] or set(pair) == {"0", "Z"})


@given(st.text(max_size=40))
def test_nonsense_is_no_code(text: str) -> None:
    found = read(text)
    assert found == "" or check_letter(found[:16]) == found[16]


def test_codes_have_eighty_random_bits() -> None:
    made = {new_code() for _n in range(500)}
    assert len(made) == 500
    assert len(ALPHABET) ** verification.LENGTH == 2**80
    assert {letter for code in made for letter in code} == set(ALPHABET)


def make(world: World, document: Document | None = None) -> Document:
    done = finalise(document or make_draft(world), by=world.user("contact_teacher"))
    tasks.render(done.pk)
    return Document.objects.get(pk=done.pk)


def ask(code: str, file: bytes | None = None):
    data = {"code": code}
    if file is not None:
        data["file"] = SimpleUploadedFile("brev.pdf", file)
    return Client().post(reverse("documents:verify"), data)


def test_the_paper_has_the_code_and_the_address(school: World, settings) -> None:
    settings.BASE_URL = "https://skole.example.test/"
    document = make(school)
    with document.pdf.open("rb") as file:
        text = " ".join(" ".join(page.extract_text() for page in PdfReader(BytesIO(file.read())).pages).split())
    code = VerificationCode.objects.get(document=document).code
    assert "https://skole.example.test/kontroll/" in text
    assert printed(code) in text.replace(" ", "").replace("\n", "") or printed(code) in text


def test_the_answer_says_what_the_paper_is_and_names_nobody(school: World) -> None:
    document = make(school)
    row = VerificationCode.objects.get(document=document)
    assert row.pages == 1
    answer = ask(printed(row.code))
    html = answer.content.decode()
    assert "Dokumentet er ekte" in html
    assert "Brev fra skolen" in html
    assert document.school.name in html
    assert document.finalised_at.strftime("%d.%m.%Y") in html or "20" in html
    person = document.student.person
    for secret in (
        person.given_name,
        person.family_name,
        document.title,
        str(document.uuid),
        document.signature["name"],
    ):
        assert secret not in html
    assert answer["Cache-Control"].startswith("max-age=0") or "no-store" in answer["Cache-Control"]
    assert answer["X-Robots-Tag"] == "noindex"


def test_a_draft_has_no_code_on_its_preview(school: World, browser) -> None:
    draft = make_draft(school)
    browser("contact_teacher").get(reverse("documents:preview_pdf", args=[draft.uuid]))
    assert not VerificationCode.objects.exists()


def test_a_replaced_version_says_so(school: World) -> None:
    first = make(school)
    code = VerificationCode.objects.get(document=first).code
    make(school, actions.correct(first, by=school.user("contact_teacher")))
    assert "erstattet" in ask(code).content.decode()


def test_the_file_is_compared_and_not_kept(school: World, tmp_path, settings) -> None:
    document = make(school)
    code = VerificationCode.objects.get(document=document).code
    with document.pdf.open("rb") as file:
        content = file.read()
    assert "nøyaktig den samme" in ask(code, content).content.decode()
    other = ask(code, content + b" ").content.decode()
    assert "filen er ikke den samme" in other and "Dokumentet er ekte" not in other
    settings.FILE_UPLOAD_MAX_MEMORY_SIZE, settings.FILE_UPLOAD_TEMP_DIR = 10, str(tmp_path / "opplasting")
    (tmp_path / "opplasting").mkdir()
    assert "nøyaktig den samme" in ask(code, content).content.decode()
    assert list((tmp_path / "opplasting").iterdir()) == []


def neutral(answer) -> str:
    """The page without what the form itself says back."""
    html = re.sub(r'nonce="[^"]+"', "", answer.content.decode())
    return html.partition('<section class="panel"><div class="body">\n  <form')[0]


@pytest.mark.parametrize("who", ["pupil", "guardian", "unfinished"])
def test_protected_and_unfinished_look_like_unknown(school: World, who: str) -> None:
    document = make(school)
    code = VerificationCode.objects.get(document=document).code
    match who:
        case "pupil":
            Person.objects.filter(pk=document.student.person_id).update(protection=Protection.CONFIDENTIAL)
        case "guardian":
            Person.objects.filter(pk=school.people["guardian"].pk).update(protection=Protection.STRICT)
        case "unfinished":
            draft = make_draft(school)
            verification.keep_codes([draft])
            code = draft.verification.code
    unknown, found = ask(new_code()), ask(code)
    assert unknown.status_code == found.status_code == 200
    assert neutral(unknown) == neutral(found)
    assert "Vi kan ikke bekrefte dokumentet" in neutral(found)


def test_guessing_is_stopped(school: World, monkeypatch) -> None:
    monkeypatch.setattr(verify, "MOST_TRIES", 3)
    code = VerificationCode.objects.get(document=make(school)).code
    for _n in range(3):
        assert ask(new_code()).status_code == 200
    stopped = ask(code)
    assert stopped.status_code == 429
    assert "Dokumentet er ekte" not in stopped.content.decode()


def test_one_who_guesses_behind_the_proxy_stops_nobody_else(school: World, monkeypatch, settings) -> None:
    settings.PROXIES_IN_FRONT = 1
    monkeypatch.setattr(verify, "MOST_TRIES", 1)
    guesser, other = (Client(HTTP_X_FORWARDED_FOR=address) for address in ("203.0.113.5", "203.0.113.6"))
    answers = [client.post("/kontroll/", {"code": new_code()}).status_code for client in (guesser, guesser, other)]
    assert answers == [200, 429, 200]


def test_a_slip_is_told_before_anything_is_looked_up(school: World, django_assert_max_num_queries) -> None:
    with django_assert_max_num_queries(6):
        answer = ask("7K3M-9QXT-2B4V-WZ8N-0")
    assert answer.status_code == 422
    assert "ikke skrevet riktig" in answer.content.decode()


def test_the_code_is_in_no_address(school: World) -> None:
    code = VerificationCode.objects.get(document=make(school)).code
    html = Client().get(reverse("documents:verify"), {"code": code}).content.decode()
    assert "Dokumentet er ekte" not in html
    assert Client().get(f"/kontroll/{code}/").status_code == 404


def test_equal_text_with_the_same_code_gives_equal_bytes(school: World) -> None:
    document = make(school)
    with document.pdf.open("rb") as file:
        assert press.print(document.frozen_html) == file.read()


def test_finalising_again_after_a_failed_attempt_keeps_the_code(school: World) -> None:
    draft = make_draft(school)
    verification.keep_codes([draft])
    again = Document.objects.get(pk=draft.pk)
    verification.keep_codes([again])
    assert verification.code_of(again).code == VerificationCode.objects.get().code
