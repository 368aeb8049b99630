"""What the municipality makes of the templates."""

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext_lazy as _

from accessctl.audit import record_event
from accessctl.models import User
from documents.fields import allowed_in, sample_data
from documents.markup import escape_value, to_html
from documents.merge import TemplateError, TooMuch, parse
from documents.models import DocumentType, TemplateVersion


class Outdated(Exception):
    """Somebody saved a newer version after this one was opened. `current` is that version."""

    def __init__(self, current: TemplateVersion) -> None:
        super().__init__()
        self.current = current


def check(slug: str, title: str, body: str) -> None:
    """That a template can be used for every document of the type. Raises TemplateError with the line."""
    allowed = allowed_in(slug)
    if not title.strip() or "\n" in title.strip():
        raise TemplateError(1, _("Skriv en tittel på én linje."))
    for source in (title, body):
        template = parse(source, allowed)
        try:
            to_html(template.render(sample_data(slug), escape=escape_value))
        except TooMuch:
            raise TemplateError(1, _("Malen gir for mye tekst. Gjør den kortere.")) from None


@transaction.atomic
def save_template(
    document_type: DocumentType, *, language: str, title: str, body: str, based_on: int, by: User | None
) -> TemplateVersion:
    """A new version, in use from now on. Raises TemplateError, and Outdated when `based_on` is no longer the newest.

    Saving what is already in use gives that version back.
    """
    check(document_type.slug, title, body)
    DocumentType.objects.select_for_update().get(pk=document_type.pk)
    versions = TemplateVersion.objects.filter(document_type=document_type, language=language)
    current = versions.filter(is_current=True).first()
    if current and (current.title, current.body) == (title.strip(), body):
        return current
    if current and current.number != based_on:
        raise Outdated(current)
    last = versions.aggregate(last=Max("number"))["last"] or 0
    versions.filter(is_current=True).update(is_current=False)
    version = TemplateVersion.objects.create(
        document_type=document_type,
        language=language,
        number=last + 1,
        title=title.strip(),
        body=body,
        is_current=True,
        created_by=by,
    )
    if by is not None:
        record_event(by, "save_template", version)
    return version


@transaction.atomic
def restore_template(version: TemplateVersion, *, by: User) -> TemplateVersion:
    """Use an old version again, as a new version with the same text. Raises TemplateError when it no longer fits."""
    current = TemplateVersion.objects.filter(
        document_type=version.document_type, language=version.language, is_current=True
    ).first()
    return save_template(
        version.document_type,
        language=version.language,
        title=version.title,
        body=version.body,
        based_on=current.number if current else 0,
        by=by,
    )
