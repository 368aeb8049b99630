"""What of documents leaves a change history. What they say is not in it: each version keeps its own text."""

from accessctl.journal.pupils import register_subject
from accessctl.journal.tracking import track
from accessctl.permissions import Permission
from documents.models import Attachment, Document, DocumentType, TemplateVersion

track(DocumentType)
track(TemplateVersion, hidden=("body",))
track(
    Document,
    pupil="student_id",
    hidden=("fields", "frozen_html", "signature"),
    ignored=("revision", "changed_at", "render_attempts", "render_lease_until"),
    needs=Permission.VIEW_DOCUMENT,
)
track(Attachment, hidden=("title",))

register_subject(Document, "student__uuid")
