"""A letter through our warm, limited process against WeasyPrint called directly on the same HTML."""

from collections.abc import Iterator
from uuid import uuid4

from bench.measure import Comparison, compare
from bench.pages import someone
from documents import actions, content
from documents.models import DocumentType
from documents.press import assets, press
from schoolapp.lib import clock
from schoolapp.lib.pdf.sheet import PDF_VARIANT
from schoolapp.lib.pdf.zygote import make_fetcher
from students.models import Student

ROUNDS = 15
FIELDS = {
    "innledning": "Vi ønsker å snakke med dere om skolestarten.",
    "tema": "trivsel og læring",
    "moetedato": "2026-11-30",
    "klokkeslett": "14:30",
    "sted": "Møterom 2",
    "saker": "Hvordan har eleven det?\nFag og lekser\nVeien videre",
    "deltakere": "Kontaktlærer\nRektor",
    "svarfrist": "2026-11-25",
}


def run() -> Iterator[Comparison]:
    html = letter()
    yield compare("brev til PDF/A", lambda: press.print(html), "bare WeasyPrint", lambda: bare(html), rounds=ROUNDS)
    press.close()


def letter() -> str:
    """A real invitation from the shipped template, with all its parts."""
    author = someone("skoleadmin")
    student = Student.objects.visible_to(author).order_by("pk").first()
    if student is None:
        raise LookupError("no pupil to write about")
    kind = DocumentType.objects.get(slug="innkalling-moete")
    draft = actions.start_draft(student, document_type=kind, language="nb", by=author, series=uuid4())
    draft = actions.save_draft(draft, fields=FIELDS, revision=draft.revision, by=author)
    composed = content.draft_letter(draft, author=author)
    now = clock.now()
    signature = content.signature_of(author, role="Skoleadmin", at=now, method="Feide")
    return content.letter_html(draft, composed, signature=signature, at=now, attachments=[])


def bare(html: str) -> bytes:
    """What anyone would write: parse, lay out, write. The same style, fonts and PDF variant."""
    import weasyprint
    from weasyprint.text.fonts import FontConfiguration

    files = {name: path.read_bytes() for name, path in assets().items()}
    fetcher, fonts = make_fetcher(files), FontConfiguration()
    source = {"url_fetcher": fetcher, "base_url": "asset:/"}
    style = weasyprint.CSS(string=files["letter.css"].decode(), font_config=fonts, **source)
    page = weasyprint.HTML(string=html, **source)
    pdf = page.write_pdf(stylesheets=[style], font_config=fonts, pdf_variant=PDF_VARIANT, pdf_tags=True)
    return bytes(pdf or b"")
