"""The documents about a pupil: every finalised version, with its files."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accessctl.models import User
from documents.models import Document
from students.insight.changes import tell
from students.insight.registry import Attached, Part, Section, register
from students.models import Student


def documents_of(student: Student, user: User) -> list[Section]:
    """Drafts are not finished, and are told of by kind and day alone."""
    rows = Document.objects.filter(student=student).select_related("document_type").prefetch_related("attachments")
    finalised = [row for row in rows.order_by("created_at", "pk") if row.state == Document.State.FINALISED]
    drafts = [row for row in rows.order_by("created_at", "pk") if row.state != Document.State.FINALISED]
    lines, files = [], []
    for number, row in enumerate(finalised, 1):
        own = [Attached(f"dokument-{number:03d}.pdf", str(row.pdf.name))]
        own += [
            Attached(f"dokument-{number:03d}-vedlegg-{n}{ending(attached.path)}", attached.path)
            for n, attached in enumerate(row.attachments.all(), 1)
        ]
        files += own
        lines.append(
            {
                _("Dokument"): row.title,
                _("Versjon"): str(row.version),
                _("Ferdigstilt"): f"{row.finalised_at:%d.%m.%Y}" if row.finalised_at else "",
                _("Filer"): ", ".join(attached.name for attached in own),
            }
        )
    begun = [{_("Dokumenttype"): str(row.document_type), _("Påbegynt"): f"{row.created_at:%d.%m.%Y}"} for row in drafts]
    return [Section(_("Ferdigstilte dokumenter"), lines, files), Section(_("Påbegynte dokumenter"), begun)]


def ending(path: str) -> str:
    """The ending of a stored file's name, which we gave it."""
    return f".{path.rpartition('.')[2]}"


register(Part("dokumenter", gettext_lazy("Dokumenter"), documents_of, order=40))
tell(Document, "document_type_id", "version", "state", "finalised_at")
