"""What an author may do with the exemption from public access: tighten it, never loosen it (offentleglova § 13)."""

from dataclasses import dataclass

from documents.models import AccessBasis, Document, DocumentType


class TooLoose(Exception):
    """What was chosen is not stricter than what the type says, or is no longer in use."""


@dataclass(frozen=True, slots=True)
class Choice:
    """What the author chose. None stands for «as the type says»."""

    basis: AccessBasis | None


def allows(least: AccessBasis | None, chosen: AccessBasis | None) -> bool:
    """Whether a document of a type with `least` may have `chosen`. The same rule is a trigger in the database."""
    return chosen is None or least is None or chosen == least or chosen.strictness > least.strictness


def choices_for(kind: DocumentType) -> list[AccessBasis]:
    """What the author may choose instead of what the type says, the least strict first."""
    least = kind.basis
    rows = AccessBasis.objects.filter(is_active=True, strictness__gt=least.strictness if least else 0)
    return list(rows)


def offered(document: Document) -> list[AccessBasis]:
    """The choices for a draft, with the one it has, although that may be out of use by now."""
    choices = choices_for(document.document_type)
    own = document.basis
    is_missing = own is not None and own != document.document_type.basis and own not in choices
    return [own, *choices] if own is not None and is_missing else choices


def taken(document: Document, choice: Choice) -> AccessBasis | None:
    """What the document has when the choice is taken. Raises TooLoose."""
    chosen, kind = choice.basis, document.document_type
    if chosen is None or chosen in (kind.basis, document.basis):
        return chosen
    if not chosen.is_active or not allows(kind.basis, chosen):
        raise TooLoose
    return chosen
