"""Some of the begun letters are finished, and wait for a worker to print, archive and send them as any letter."""

from datetime import timedelta

from documents import actions
from documents.models import Document
from documents.signing import role_of
from schoolapp.demo.plan import Size
from schoolapp.demo.town import Town

FINISHED = {Size.LITEN: 6, Size.KOMMUNE: 40, Size.STORBY: 40}
METHOD = "Feide"


def finish_some(town: Town, size: Size) -> int:
    """Every other of the first drafts, by its author, about a meeting in the weeks to come. Returns how many."""
    drafts = Document.objects.filter(state=Document.State.DRAFT).select_related("created_by").order_by("pk")
    chosen = list(drafts[: 2 * FINISHED[size] : 2])
    for number, draft in enumerate(chosen):
        author = draft.created_by
        day = town.today + timedelta(days=7 + number % 20)
        fields = {"moetedato": day.isoformat(), "klokkeslett": "14:30"}
        written = actions.save_draft(draft, fields=fields, revision=draft.revision, by=author)
        role = role_of(author, written)
        actions.finalise(written, revision=written.revision, role=role, method=METHOD, by=author)
    return len(chosen)
