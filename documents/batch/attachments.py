"""Files that go with each letter to many. They are stored once; every pupil's document points at the same file."""

from collections.abc import Iterable
from uuid import uuid4

from django.db import transaction

from accessctl.audit import record_act
from accessctl.models import User
from documents.actions import MAX_ATTACHMENTS, TooManyAttachments, delete_unused
from documents.batch.actions import BatchError, State, locked
from documents.models import Attachment, Document, DocumentBatch
from documents.uploads import Accepted
from schoolapp.lib.files import store

COPIED = ("title", "file", "sha256", "size", "puid")


@transaction.atomic
def attach(batch: DocumentBatch, *, file: Accepted, title: str, by: User) -> None:
    """Add an accepted file, under a name of ours. Raises BatchError once it is begun, and TooManyAttachments."""
    stored = writable(batch)
    if len(stored.attachments) >= MAX_ATTACHMENTS:
        raise TooManyAttachments
    name = store(f"vedlegg/{uuid4()}.{file.extension}", file.as_file())
    added = {"title": title, "file": name, "sha256": file.sha256, "size": file.size, "puid": file.puid}
    stored.attachments = [*stored.attachments, added | {"id": str(uuid4())}]
    stored.save(update_fields=["attachments"])
    record_act(by, "attach", what=stored.document_type.name("nb")[:120], object_id=stored.uuid)


@transaction.atomic
def detach(batch: DocumentBatch, chosen: str, *, by: User) -> None:
    """Take out the file with this id; one that is not there is out already. Raises BatchError once it is begun."""
    stored = writable(batch)
    gone = [each["file"] for each in stored.attachments if each["id"] == chosen]
    if not gone:
        return
    stored.attachments = [each for each in stored.attachments if each["id"] != chosen]
    stored.save(update_fields=["attachments"])
    record_act(by, "detach", what=stored.document_type.name("nb")[:120], object_id=stored.uuid)
    transaction.on_commit(lambda: delete_unused(gone))


def writable(batch: DocumentBatch) -> DocumentBatch:
    stored = locked(batch)
    if stored.state != State.WRITING:
        raise BatchError
    return stored


def give(batch: DocumentBatch, documents: Iterable[Document]) -> None:
    """Let new drafts have the files of their batch."""
    Attachment.objects.bulk_create(
        Attachment(document=document, **{name: each[name] for name in COPIED})
        for document in documents
        for each in batch.attachments
    )
