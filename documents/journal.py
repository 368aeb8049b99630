"""What of documents leaves a change history. What they say is not in it: each version keeps its own text."""

from accessctl.journal.pupils import register_subject
from accessctl.journal.tracking import track, untracked
from accessctl.permissions import Permission
from documents.models import (
    AccessBasis,
    ArchiveTest,
    Attachment,
    BatchFile,
    Document,
    DocumentBatch,
    DocumentBatchItem,
    DocumentDeletion,
    DocumentDispatch,
    DocumentType,
    Letterhead,
    OlderSource,
    SchoolDocument,
    SendingChoice,
    SensitiveWord,
    TemplateVersion,
    VerificationCode,
)

track(DocumentType, ignored=("shipped",))
track(AccessBasis)
track(ArchiveTest, ignored=("codes",))
track(Letterhead, hidden=("logo",))
track(TemplateVersion, hidden=("body",))
track(
    Document,
    pupil="student_id",
    hidden=("fields", "frozen_html", "signature"),
    ignored=("revision", "changed_at", "render_attempts", "render_lease_until"),
    needs=Permission.VIEW_DOCUMENT,
)
track(Attachment, hidden=("title",))
track(OlderSource)
track(SchoolDocument, ignored=("attempts", "lease_until", "error", "pupils"))
untracked(DocumentDispatch, "Ties a document to its letters, which are tracked themselves; never changed.")
untracked(DocumentDeletion, "A log of its own: who deleted which document, when and why; no row changes.")
untracked(VerificationCode, "Made with the document, and never changed.")
track(SensitiveWord)
untracked(SendingChoice, "Follows the document; that it was decided stands in the access log, and why in the row.")
untracked(DocumentBatch, "Work on its way; each document that comes of it has a history of its own.")
untracked(DocumentBatchItem, "Work on its way; each document that comes of it has a history of its own.")
untracked(BatchFile, "A log of its own: who asked for which file, and when; each pupil in it is in the access log.")

register_subject(Document, "student__uuid")
