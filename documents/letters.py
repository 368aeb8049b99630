"""A finalised letter read back for the screen, from what was frozen and nothing else."""

from documents.markup import CleanHtml, clean
from documents.models import Document


def frozen_body(document: Document) -> CleanHtml:
    """The letter's text as it was finalised, sanitised once more."""
    html = document.frozen_html
    main = html.partition("<main>")[2].partition("</main>")[0] or html
    return clean((main.partition("</h1>")[2] or main).strip())
