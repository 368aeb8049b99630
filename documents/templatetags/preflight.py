"""{% load preflight %}{% preflight document %}: what would stop the document in the archive, and where it is mended."""

from typing import Any

from django import template

from documents.models import Document
from documents.preflight_checks import problems_of

register = template.Library()


@register.inclusion_tag("documents/preflight.html")
def preflight(document: Document) -> dict[str, Any]:
    """Nothing for a document that would go through, or does not go to the archive."""
    return {
        "problems": [
            {"sentence": each.sentence, "url": each.url(document.school), "action": each.action}
            for each in problems_of(document)
        ]
    }
