"""What the editor shows and asks about how a document will go (the channel guide)."""

from typing import Any

from accessctl.scope import scope_of
from archive import advice
from documents.guide import Caution, choice_of, decide, line, may_go_on_paper, warning_of
from documents.models import Document
from documents.preflight_checks import problems_of
from documents.requests import SignedInRequest


def sending(request: SignedInRequest, document: Document, caution: Caution | None = None) -> dict[str, Any]:
    """The line, what warns, and what would stop it in the archive, each with where it is mended."""
    choice, scope = choice_of(document), scope_of(request.user)
    warned = caution or warning_of(document)
    return {
        "sending": line(
            document.document_type,
            [document.student],
            user=request.user,
            on_paper=choice.on_paper,
            archived=document.send_to_archive,
            sensitive=document.is_sensitive or bool(warned.words),
        ),
        "choice": choice,
        "caution": warned,
        "asks_reason": caution is not None,
        "may_go_on_paper": may_go_on_paper(document.document_type),
        "in_the_way": [advice.before(p, school=document.school, scope=scope) for p in problems_of(document)],
    }


def keep_decisions(request: SignedInRequest, document: Document) -> None:
    """What was said in the form; forms without these questions change nothing."""
    if "valg" not in request.POST:
        return
    decide(
        document,
        by=request.user,
        word_reason=request.POST.get("word_reason", "").strip(),
        on_paper="on_paper" in request.POST,
        paper_reason=request.POST.get("paper_reason", "").strip(),
    )
