"""Document types, templates and documents."""

from documents.models.basis import AccessBasis, stricter
from documents.models.batch import BatchFile, DocumentBatch, DocumentBatchItem
from documents.models.dispatch import DocumentDispatch
from documents.models.document import Attachment, Document, DocumentQuerySet
from documents.models.guide import SendingChoice, SensitiveWord
from documents.models.kinds import LANGUAGES, DocumentType, Sensitivity, TemplateVersion
from documents.models.letterhead import Letterhead
from documents.models.rehearsal import ArchiveTest
from documents.models.school_document import SchoolDocument
from documents.models.trust import DocumentDeletion, OlderSource, VerificationCode

__all__ = [
    "LANGUAGES",
    "AccessBasis",
    "ArchiveTest",
    "Attachment",
    "BatchFile",
    "Document",
    "DocumentDispatch",
    "DocumentBatch",
    "DocumentBatchItem",
    "DocumentDeletion",
    "DocumentQuerySet",
    "DocumentType",
    "Letterhead",
    "OlderSource",
    "SchoolDocument",
    "SendingChoice",
    "SensitiveWord",
    "Sensitivity",
    "TemplateVersion",
    "VerificationCode",
    "stricter",
]
