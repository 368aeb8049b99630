"""Attachments made to harm: scripts under other names, and small files that cost a process its time or memory."""

import base64
import io
import resource
import struct
import time
import zlib

import pytest
from PIL import Image

from documents import uploads
from documents.uploads import IS_ACTIVE, TOO_HEAVY, Refused, accept
from schoolapp.lib import upload_judge
from schoolapp.lib.pdf.identify import approved_pdf
from schoolapp.lib.pdf.limits import Limits
from schoolapp.lib.pdf.passive import is_active, parts_like_objects
from tests.documents.test_attachments import archival_pdf, picture, upload

ACTS = [
    b"/JavaScript",
    b"/J#61vaScript",
    b"/#4a#61#76#61#53#63#72#69#70#74",
    b"/#4A#61vaScript",
    b"/J#53 (app.alert\\(1\\))",
    b"/#4caunch",
    b"/Embedded#46ile",
    b"/EmbeddedFiles",
    b"/RichMedi#61",
    b"/XF#41",
    b"/Submit#46orm",
    b"/#41A << >>",
    b"/OpenAction << /S /Named >>",
    b"/Open#41ction 5 0 R",
    b"/#45ncrypt 5 0 R",
]


def with_object(text: bytes) -> bytes:
    return archival_pdf().replace(b"\n", b"\n9 0 obj << /X " + text + b" >> endobj\n", 1)


def with_object_stream(text: bytes, head: bytes = b"/Type /ObjStm", packed=zlib.compress) -> bytes:
    hidden = packed(b"7 0 << /X " + text + b" >>")
    start = b"\n9 0 obj << %s /N 1 /First 4 /Filter /FlateDecode /Length %d >> stream\n" % (head, len(hidden))
    return archival_pdf().replace(b"\n", start + hidden + b"\nendstream endobj\n", 1)


def message(content: bytes, name: str = "brev.pdf") -> object:
    with pytest.raises(Refused) as refused:
        accept(upload(name, content))
    return refused.value.message


@pytest.mark.parametrize("text", ACTS)
def test_an_act_is_found_however_its_name_is_written(text: bytes) -> None:
    assert is_active(with_object(text))
    for head in (
        b"/Type /ObjStm",
        b"/Type/Obj#53tm",
        b"/Type % x\n /ObjStm /Y (" + b"x" * 5000 + b")",
        b"/Y (obj stream\n)",
    ):
        assert is_active(with_object_stream(text, head)), head


@pytest.mark.parametrize("make", [with_object, with_object_stream])
def test_an_act_is_refused_with_a_sentence_about_it(make) -> None:
    assert message(make(b"/J#61vaScript")) == IS_ACTIVE


def behind_predictor(text: bytes, filters: bytes, pack) -> bytes:
    """A PDF whose object 3 lies in a stream that says nothing until it is decoded as its dictionary tells."""
    pdf = b"%PDF-1.5\n"
    places = {}
    hidden = pack(b"3 0 << /X " + text + b" >>")
    for number, body in {
        1: b"<< /Type /Catalog /Pages 2 0 R /Y 3 0 R >>",
        2: b"<< /Type /Pages /Kids [] /Count 0 >>",
        4: b"<< /Type /ObjStm /N 1 /First 4 %s /Length %d >> stream\n%s\nendstream" % (filters, len(hidden), hidden),
    }.items():
        places[number] = len(pdf)
        pdf += b"%d 0 obj %s endobj\n" % (number, body)
    rows = [(0, 0, 0), (1, places[1], 0), (1, places[2], 0), (2, 4, 0), (1, places[4], 0), (1, len(pdf), 0)]
    table = b"".join(struct.pack(">BHB", *row) for row in rows)
    head = b"<< /Type /XRef /Size 6 /W [1 2 1] /Root 1 0 R /Length %d >>" % len(table)
    end = b"5 0 obj %s stream\n%s\nendstream endobj\nstartxref\n%d\n%%%%EOF" % (head, table, len(pdf))
    return pdf + end


def up_rows(text: bytes) -> bytes:
    """PNG's predictor 12 with rows of one byte: what is kept is the difference from the byte before."""
    differences = ((now - before) % 256 for before, now in zip(b"\0" + text, text, strict=False))
    return zlib.compress(b"".join(bytes((2, difference)) for difference in differences))


@pytest.mark.parametrize(
    ("filters", "pack"),
    [
        (b"/Filter /FlateDecode /DecodeParms << /Predictor 12 /Columns 1 >>", up_rows),
        (b"/Filter [/ASCIIHexDecode /FlateDecode]", lambda text: zlib.compress(text).hex().encode() + b">"),
        (b"/Filter /ASCII85Decode", lambda text: base64.a85encode(text) + b"~>"),
    ],
)
def test_an_act_behind_a_predictor_or_filters_is_found(filters: bytes, pack) -> None:
    assert is_active(behind_predictor(b"/J#61vaScript", filters, pack))
    assert not is_active(behind_predictor(b"/Harmless", filters, pack))


@pytest.mark.parametrize(
    "options", [{"pdf_variant": "pdf/a-1b"}, {"pdf_variant": "pdf/a-2b"}, {"uncompressed_pdf": False}]
)
def test_a_letter_is_passive(options) -> None:
    assert not is_active(archival_pdf(**options))


def test_to_open_at_a_page_is_no_act() -> None:
    """LibreOffice writes this in every PDF/A."""
    assert not is_active(with_object(b"/OpenAction[3 0 R /XYZ null null 0]"))


def test_short_names_by_chance_among_compressed_bytes_are_no_act() -> None:
    noise = b"\x93\xe1\x07/JS \x99\xfa\x10/AA(\xc3" * 10
    assert not is_active(archival_pdf().replace(b"\n", b"\n%" + noise + b"\n", 1))


PACKETS = b"%PDF-1.4\n" + b"<?xpacket begin=<x:xmpmeta" * 40_000 + b"%%EOF"
STREAMS = b"stream\n" + zlib.compress(b"1 0 ")[:6]


@pytest.mark.parametrize("content", [PACKETS, PACKETS.replace(b"<x:xmpmeta", b"")])
def test_identification_takes_time_by_size_only(content: bytes) -> None:
    started = time.process_time()
    assert approved_pdf(content) == ""
    assert time.process_time() - started < 0.5


def test_many_streams_take_time_by_number_only() -> None:
    started = time.process_time()
    assert len(list(parts_like_objects(STREAMS * 20_000))) == 20_000
    assert time.process_time() - started < 3


def test_a_large_picture_costs_the_web_process_nothing() -> None:
    content = io.BytesIO()
    Image.new("L", (7900, 5000)).save(content, "PNG")
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    assert accept(upload("bilde.png", content.getvalue())).puid == "fmt/11"
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 50_000


def test_a_very_large_photo_is_kept_at_half_size() -> None:
    with Image.open(io.BytesIO(accept(upload("foto.jpg", picture("JPEG", (6000, 4000)))).content)) as image:
        assert image.size == (3000, 2000)


@pytest.mark.parametrize(
    "limits", [Limits(memory_bytes=220 * 1024 * 1024), Limits(wall_seconds=0.05), Limits(cpu_seconds=0)]
)
def test_a_file_that_takes_more_than_its_share_is_refused_and_the_next_is_not(limits: Limits, monkeypatch) -> None:
    small = picture("PNG")
    monkeypatch.setattr(uploads, "judged", lambda content, kind: upload_judge.judged(content, kind, limits))
    assert message(picture("PNG", (7900, 5000)), "bilde.png") == TOO_HEAVY
    monkeypatch.undo()
    assert accept(upload("bilde.png", small)).puid == "fmt/11"
