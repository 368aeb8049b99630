"""«Send til arkivet» for a finalised document, when the type leaves it to the user (handbook 6.3: after control)."""

from django.db import transaction

from accessctl import wall
from accessctl.audit import record_event
from accessctl.models import User
from documents import delivery
from documents.actions import locking
from documents.models import Document, DocumentType


class NotOffered(Exception):
    """It is on its way already, has been replaced, or its type leaves no choice."""


def is_offered(document: Document) -> bool:
    return (
        document.state == Document.State.FINALISED
        and document.document_type.archive_mode == DocumentType.ArchiveMode.OPTIONAL
        and document.delivery_id is None
        and document.is_newest
    )


@transaction.atomic
def send(document: Document, *, by: User) -> None:
    """Promise it to the archive. Raises NotOffered, and preconditions.NotMet for what the type asks first."""
    with wall.lifted("the archive is told of all the guardians, also of one whom the writer does not see"):
        stored = locking().get(pk=document.pk)
        if not is_offered(stored):
            raise NotOffered
        stored.send_to_archive = True
        delivery.demand_what_archiving_takes(stored)
        stored.delivery = delivery.queue([stored])[stored.pk]
        stored.save(update_fields=["send_to_archive", "delivery"])
    record_event(by, "archive_later", document)
