"""Bring the shipped document types and templates into the database, and leave what the municipality made of them."""

from django.db import transaction

from documents.models import LANGUAGES, AccessBasis, DocumentType, TemplateVersion
from documents.shipped import BASIS, TYPES, ShippedType
from documents.template_actions import save_template

# Installed before it was noted what was: whether somebody has changed them is not known, so they are left alone.
NOT_NOTED = frozenset(
    {
        "archive_mode",
        "channel",
        "folder",
        "name_nb",
        "name_nn",
        "registry_status",
        "registry_type",
        "sensitivity",
        "shown_to_guardians",
    }
)

BEGINNINGS = {field.name: field.get_default() for field in DocumentType._meta.concrete_fields}


@transaction.atomic
def install_types() -> int:
    """Create missing types, and renew what nobody has changed since it was installed. Returns how many changed."""
    basis, _new = AccessBasis.objects.get_or_create(
        slug=BASIS["slug"], defaults={"access_code": BASIS["access_code"], "legal_basis": BASIS["legal_basis"]}
    )
    present = {kind.slug: kind for kind in DocumentType.objects.select_for_update()}
    current = {(v.document_type_id, v.language): v for v in TemplateVersion.objects.filter(is_current=True)}
    changed = 0
    for shipped in TYPES:
        kind = present.get(shipped.slug)
        if kind is None:
            kind = DocumentType.objects.create(
                slug=shipped.slug,
                basis=basis if shipped.exempt else None,
                shipped=shipped.columns(),
                **shipped.columns(),
            )
            changed += 1
        else:
            changed += renew(kind, shipped)
        for language, _label in LANGUAGES if shipped.has_template else ():
            changed += renew_template(kind, shipped, language, current.get((kind.pk, language)))
    return changed


def renew(kind: DocumentType, shipped: ShippedType) -> bool:
    """Give an installed type what is new in the shipped one. A column with another value than was installed is kept."""
    wanted = shipped.columns()
    if kind.shipped == wanted:
        return False
    for column, value in wanted.items():
        if is_untouched(kind, column):
            setattr(kind, column, value)
    kind.shipped = wanted
    kind.save()
    return True


def is_untouched(kind: DocumentType, column: str) -> bool:
    """Whether it holds what was installed, or, in a column that came later, what a new row begins with."""
    if column in kind.shipped:
        return bool(getattr(kind, column) == kind.shipped[column])
    return column not in NOT_NOTED and getattr(kind, column) == BEGINNINGS[column]


def renew_template(kind: DocumentType, shipped: ShippedType, language: str, current: TemplateVersion | None) -> bool:
    """Put the shipped text into use, unless somebody has written one or it is there already."""
    title, body = shipped.template(language)
    if current and (current.created_by_id is not None or (current.title, current.body) == (title, body)):
        return False
    based_on = current.number if current else 0
    save_template(kind, language=language, title=title, body=body, based_on=based_on, by=None)
    return True
