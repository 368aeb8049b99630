"""The PDF process: what comes out, that it is the same each time, and that no document gets more than its share."""

import io
import os
import select
import signal
import socket
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pypdf
import pytest

from documents.press import assets
from schoolapp.lib.pdf.identify import approved_pdf
from schoolapp.lib.pdf.limits import Limits, Refusal, RenderFailed
from schoolapp.lib.pdf.press import Press, clean_environment
from schoolapp.lib.pdf.zygote import DOCUMENTS_PER_CHILD, MOST_GROWTH, Child
from tests.pronom import puids

LETTER = """<!doctype html><html lang="nn"><head><title>Innkalling</title>
<meta name="dcterms.created" content="2026-08-14T10:00:00+02:00"></head>
<body><h1>Møte på skolen</h1><p>Áile Čáŋŋá Đorší Ŧuommá Žižu <strong>áđđá ŋ</strong></p><h2>Stad</h2>
<ul><li>Rom 2</li></ul></body></html>"""


@pytest.fixture(scope="module")
def press():
    press = Press(assets=assets(), stylesheets=["letter.css"])
    yield press
    press.close()


@pytest.fixture(scope="module")
def letter(press: Press) -> bytes:
    return press.print(LETTER)


def test_the_archive_identifies_it_as_approved(letter: bytes) -> None:
    assert puids(letter) == ["fmt/354"]
    assert approved_pdf(letter) == "fmt/354"


def test_it_has_tags_language_title_and_bookmarks(letter: bytes) -> None:
    reader = pypdf.PdfReader(io.BytesIO(letter))
    root = reader.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"]
    assert "/StructTreeRoot" in root
    assert root["/Lang"] == "nn"
    assert reader.metadata is not None
    assert reader.metadata.title == "Innkalling"
    outline = reader.outline
    assert outline[0]["/Title"] == "Møte på skolen"
    assert outline[1][0]["/Title"] == "Stad"


def test_sami_letters_have_glyphs_of_our_own_font(letter: bytes) -> None:
    page = pypdf.PdfReader(io.BytesIO(letter)).pages[0]
    assert "Áile Čáŋŋá Đorší Ŧuommá Žižu áđđá ŋ" in page.extract_text()
    fonts = {str(font.get_object()["/BaseFont"]).partition("+")[2] for font in page["/Resources"]["/Font"].values()}
    assert all(font.startswith("Inter") for font in fonts)


def test_every_font_is_embedded(letter: bytes) -> None:
    page = pypdf.PdfReader(io.BytesIO(letter)).pages[0]
    for font in page["/Resources"]["/Font"].values():
        assert "/FontFile2" in font.get_object()["/DescendantFonts"][0].get_object()["/FontDescriptor"].get_object()


def test_equal_input_gives_equal_bytes_in_another_process(letter: bytes, press: Press) -> None:
    other = Press(assets=assets(), stylesheets=["letter.css"])
    try:
        assert other.print(LETTER) == letter
    finally:
        other.close()
    assert press.print(LETTER) == letter


def refusal(press: Press, html: str, limits: Limits | None = None) -> Refusal:
    with pytest.raises(RenderFailed) as failed:
        press.print(html, limits)
    return failed.value.refusal


@pytest.fixture(scope="module")
def listener():
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen()
        server.settimeout(0.2)
        yield server


@pytest.mark.parametrize(
    "html",
    [
        '<img src="{url}">',
        '<link rel="stylesheet" href="{url}">',
        "<style>@import '{url}';</style>",
        "<style>@font-face{{font-family:x;src:url({url})}} p{{font-family:x}}</style><p>x</p>",
        '<object data="{url}"></object>',
        '<embed src="{url}">',
        '<p style="background:url({url})">x</p>',
        '<ul style="list-style-image:url({url})"><li>x</ul>',
        '<link rel="attachment" href="{url}">',
        '<a rel="attachment" href="{url}">x</a>',
        '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><image href="{url}" width="9" height="9"/></svg>',
    ],
)
@pytest.mark.parametrize("scheme", ["http", "file", "data"])
def test_nothing_but_bundled_assets_is_read(press: Press, listener: socket.socket, html: str, scheme: str) -> None:
    url = {
        "http": f"http://127.0.0.1:{listener.getsockname()[1]}/x.png",
        "file": Path(__file__).as_uri(),
        "data": "data:text/plain;base64,eA==",
    }[scheme]
    assert refusal(press, html.format(url=url)) == Refusal.ASSET
    with pytest.raises(TimeoutError):
        listener.accept()


def test_an_asset_name_cannot_climb_out(press: Press) -> None:
    assert refusal(press, '<img src="asset:/../../manage.py">') == Refusal.ASSET


SMALL = Limits(cpu_seconds=2, wall_seconds=20)


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        ("<table>" + "<tr><td>a<td>b<td>c</tr>" * 20_000 + "</table>", {Refusal.TIME}),
        ("<table><tr><td>" * 60 + "x", {Refusal.MEMORY, Refusal.TIME}),
        ("<div>" * 6_000 + "x", {Refusal.MEMORY, Refusal.TIME}),
        (
            '<div style="width:10000000px;height:10000000px;columns:5000">' + "x " * 200_000,
            {Refusal.TIME, Refusal.MEMORY},
        ),
        ("x" * 2_100_000, {Refusal.SIZE}),
    ],
    ids=["rows", "tables in tables", "deep", "box", "size"],
)
def test_bombs_are_stopped_with_a_reason_and_the_next_document_is_printed(
    press: Press, letter: bytes, html: str, expected: set[Refusal]
) -> None:
    started = time.monotonic()
    assert refusal(press, html, SMALL) in expected
    assert time.monotonic() - started < 20
    assert press.print(LETTER) == letter


@pytest.mark.parametrize("frame", ["<p>{}</p>", "<ul><li>{}</ul>", "<table><tr><td>{}<td>æ</table>"])
def test_a_word_longer_than_the_line_is_broken_and_not_cut_by_the_edge(press: Press, frame: str) -> None:
    link = "https://kommune.sharepoint.com/" + "mappe" * 40
    page = pypdf.PdfReader(io.BytesIO(press.print(frame.format(link)))).pages[0]
    lines = [line for line in page.extract_text().splitlines() if line.strip()]
    assert link in "".join(lines).replace("æ", "") and max(map(len, lines)) < 120


def test_too_many_pages(press: Press) -> None:
    pages = "<p style='break-after: page'>x</p>" * 12
    assert refusal(press, pages, Limits(pages=10)) == Refusal.PAGES


def test_memory_is_bounded(press: Press) -> None:
    """The limit bites also when the process asks C libraries, and the reason says memory."""
    big = "<p>" + "<b>a</b><i>b</i>" * 10_000
    assert refusal(press, big, Limits(memory_bytes=270 * 1024 * 1024, cpu_seconds=20)) == Refusal.MEMORY


def test_a_hanging_document_ends_at_the_wall_clock(press: Press) -> None:
    rows = "<table>" + "<tr><td>a<td>b</tr>" * 20_000 + "</table>"
    assert refusal(press, rows, Limits(cpu_seconds=30, wall_seconds=0.5)) == Refusal.TIME


def test_what_was_printed_before_does_not_show(press: Press, letter: bytes) -> None:
    """Documents share a process, some at a time; each is as if it were the first."""
    others = [f"<h1>Æ{n}</h1><p><i>{'kursiv ' * n}</i> <b>đŧ</b> {n}</p><ul><li>x</ul>" for n in range(12)]
    for other in others:
        press.print(other)
        assert press.print(LETTER) == letter


def child_of(press: Press) -> int:
    """The process that prints, which the warm one has made."""
    assert press._process is not None
    warm = press._process.pid
    (child,) = Path(f"/proc/{warm}/task/{warm}/children").read_text().split() or ["0"]
    return int(child)


def test_a_process_prints_some_documents_and_is_replaced(letter: bytes) -> None:
    press = Press(assets=assets(), stylesheets=["letter.css"])
    try:
        children = []
        for _document in range(2 * DOCUMENTS_PER_CHILD):
            assert press.print(LETTER) == letter
            children.append(child_of(press))
        used = Counter(child for child in children if child)  # the last of each ten leaves none
        assert sorted(used.values()) == [DOCUMENTS_PER_CHILD - 1] * 2
        refusal(press, '<img src="https://x.example/">')
        assert child_of(press) == 0 and press.print(LETTER) == letter
    finally:
        press.close()


@pytest.mark.parametrize(("grown", "is_spent"), [(0, False), (MOST_GROWTH + 1, True)])
def test_a_process_that_a_document_left_large_is_not_used_again(grown: int, is_spent: bool) -> None:
    """So that no document has less memory than the first."""
    child = Child.__new__(Child)
    child.pid, child.served = os.getpid(), 1
    child.size = child.memory() - grown
    assert child.is_spent is is_spent


def test_no_process_is_left_behind() -> None:
    press = Press(assets=assets(), stylesheets=["letter.css"])
    press.print(LETTER)
    handle = os.pidfd_open(child_of(press))
    press.close()
    poll = select.poll()
    poll.register(handle, select.POLLIN)
    assert poll.poll(10_000)
    os.close(handle)


def test_a_killed_process_is_replaced(letter: bytes) -> None:
    press = Press(assets=assets(), stylesheets=["letter.css"])
    try:
        press.print(LETTER)
        process = press._process
        assert process is not None
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
        assert press.print(LETTER) == letter
    finally:
        press.close()


def test_the_process_is_recycled(letter: bytes) -> None:
    press = Press(assets=assets(), stylesheets=["letter.css"], documents_per_process=1)
    try:
        pids = []
        for _ in range(2):
            press.print(LETTER)
            assert press._process is not None
            pids.append(press._process.pid)
        assert pids[0] != pids[1]
    finally:
        press.close()


def test_threads_share_one_process(press: Press, letter: bytes) -> None:
    with ThreadPoolExecutor(4) as pool:
        assert set(pool.map(lambda _n: press.print(LETTER), range(6))) == {letter}


def test_the_process_inherits_no_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECRET_KEY", "hemmelig")
    monkeypatch.setenv("DATABASE_URL", "postgres://hemmelig")
    assert not {"SECRET_KEY", "DATABASE_URL"} & set(clean_environment())


def with_xmp(packet: bytes) -> bytes:
    return (
        b"%PDF-1.7\n1 0 obj <<>> stream\n<?xpacket begin='' id='W5M0MpCehiHzreSzNTczkc9d'?>\n<x:xmpmeta>"
        + packet
        + b"</x:xmpmeta>\nendstream\n%%EOF\n"
    )


@pytest.mark.parametrize(
    ("content", "puid"),
    [
        (with_xmp(b"<a pdfaid:part='2' pdfaid:conformance='U'/>"), "fmt/478"),
        (with_xmp(b"<pdfaid:part>1</pdfaid:part><pdfaid:conformance>A</pdfaid:conformance>"), "fmt/95"),
        (with_xmp(b"<a pdfaid:part='3' pdfaid:conformance='B'/>"), ""),
        (with_xmp(b"<a pdfaid:part='4' pdfaid:conformance='F'/>"), ""),
        (with_xmp(b""), ""),
        (b"%PDF-1.7\npdfaid:part='2' pdfaid:conformance='B'\n%%EOF", ""),
        (with_xmp(b"<a pdfaid:part='2' pdfaid:conformance='B'/>")[5:], ""),
        (with_xmp(b"<a pdfaid:part='2' pdfaid:conformance='B'/>").replace(b"%%EOF", b""), ""),
        (b"", ""),
    ],
)
def test_identification(content: bytes, puid: str) -> None:
    assert approved_pdf(content) == puid


@pytest.mark.parametrize("variant", ["pdf/a-1a", "pdf/a-1b", "pdf/a-2a", "pdf/a-2b", "pdf/a-2u", "pdf/a-3b", None])
@pytest.mark.parametrize("uncompressed", [True, False])
def test_identification_agrees_with_fido(variant: str | None, uncompressed: bool) -> None:
    from weasyprint import HTML

    content = HTML(string="<html lang=nb><title>t</title><p>x").write_pdf(
        pdf_variant=variant, uncompressed_pdf=uncompressed
    )
    approved = {"fmt/95", "fmt/354", "fmt/476", "fmt/477", "fmt/478"}
    assert approved_pdf(content) == next((p for p in puids(content) if p in approved), "")
