"""What the municipality makes of document types, and of the register of grounds for exemption."""

from uuid import uuid4

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accessctl.audit import record_event
from accessctl.models import User
from documents.models import LANGUAGES, AccessBasis, ArchiveTest, DocumentType
from documents.template_actions import save_template

# What a type of the municipality's own begins with; its fields are the general ones of `documents.fields`.
STARTER_TITLE = "{{ overskrift }}"
STARTER_BODY = "{{ tekst }}\n\n{% hvis kontaktperson %}Kontakt: {{ kontaktperson }} {{ kontakttelefon }}{% slutt %}\n"


class NotTested(Exception):
    """The archive has not taken a test record with the codes the type has now."""


class InUse(Exception):
    """The ground is what some type rests on, so it cannot be taken out of use."""


@transaction.atomic
def change_type(kind: DocumentType, *, by: User) -> None:
    """Save what was changed. It holds from the next document that is finalised."""
    kind.save()
    record_event(by, "change_document_type", kind)


@transaction.atomic
def make_type(kind: DocumentType, *, by: User) -> DocumentType:
    """A type of the municipality's own, out of use until the archive has taken a test of it, with a plain template."""
    kind.slug = f"egen-{uuid4().hex[:10]}"
    kind.is_active = False
    kind.archived_by = kind.archived_by or [DocumentType.Owner.AUTOMATIC]
    kind.save()
    for language, _label in LANGUAGES:
        save_template(kind, language=language, title=STARTER_TITLE, body=STARTER_BODY, based_on=0, by=by)
    record_event(by, "make_document_type", kind)
    return kind


def newest_test(kind: DocumentType) -> ArchiveTest | None:
    return kind.archive_tests.select_related("delivery", "made_by", "school", "document_type__basis").first()


def needs_test(kind: DocumentType) -> bool:
    """Whether something is archived from here with codes that the archive has not taken yet."""
    if kind.archive_mode == DocumentType.ArchiveMode.NEVER or kind.made_in == DocumentType.MadeIn.ELEMENTS:
        return False
    test = newest_test(kind)
    return test is None or not test.holds


@transaction.atomic
def activate(kind: DocumentType, *, by: User) -> None:
    """Take the type into use. Raises NotTested for one of the municipality's own that the archive has not taken."""
    stored = DocumentType.objects.select_for_update().get(pk=kind.pk)
    if stored.is_own and needs_test(stored):
        raise NotTested
    stored.is_active = True
    stored.save(update_fields=["is_active"])
    record_event(by, "activate_document_type", stored)


@transaction.atomic
def deactivate(kind: DocumentType, *, by: User) -> None:
    """Nobody begins a new one; what is written stays as it is."""
    stored = DocumentType.objects.select_for_update().get(pk=kind.pk)
    stored.is_active = False
    stored.save(update_fields=["is_active"])
    record_event(by, "deactivate_document_type", stored)


@transaction.atomic
def save_basis(basis: AccessBasis, *, by: User) -> None:
    """Add or change a ground. Raises InUse for one taken out of use while a type rests on it."""
    if not basis.is_active and basis.pk and basis.document_types.exists():
        raise InUse
    basis.save()
    record_event(by, "save_access_basis", basis)


IN_USE = _("Hjemmelen er i bruk på en dokumenttype. Bytt hjemmel der først.")
