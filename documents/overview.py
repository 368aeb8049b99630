"""The documents tab: one row per document with its earlier versions, the filter in the address, and the folder."""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django import forms
from django.db.models import Q
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accessctl.models import User
from accessctl.permissions import Permission
from archive.models import Delivery
from documents.models import Document, OlderSource
from documents.sent import sendings_by_document
from documents.status import Status, status_of
from schoolapp.lib import clock
from students.models import Student

BEGINS_AT_AGE = 6
FINALISED, ARCHIVED = Document.State.FINALISED, Delivery.State.ARCHIVED


@dataclass(frozen=True, slots=True)
class Version:
    document: Document
    status: Status


@dataclass(frozen=True, slots=True)
class Row:
    """One document: the newest version, and those before it."""

    newest: Version
    earlier: list[Version]


def versions_of(documents: list[Document], *, user: User, rights: frozenset[Permission]) -> list[Version]:
    """Each with its status. Two queries however many there are."""
    sent = sendings_by_document(documents, user=user, sees_guardians=Permission.VIEW_GUARDIANS in rights)
    return [Version(document, status_of(document, sent.get(document.pk, ()))) for document in documents]


def grouped(versions: list[Version]) -> list[Row]:
    """In the order of the newest versions, which come first in each series."""
    by_series: dict[Any, list[Version]] = defaultdict(list)
    for version in sorted(versions, key=lambda v: -v.document.version):
        by_series[version.document.series].append(version)
    rows = [Row(first, rest) for first, *rest in by_series.values()]
    return sorted(rows, key=lambda row: (row.newest.document.created_at, row.newest.document.pk), reverse=True)


def is_archived(version: Version) -> bool:
    delivery = version.document.delivery
    return delivery is not None and delivery.state == ARCHIVED


def has_failed(version: Version) -> bool:
    delivery, status = version.document.delivery, version.status
    refused = delivery is not None and delivery.state == Delivery.State.PARKED
    return refused or bool(version.document.render_error) or any(sending.is_bad for sending in status.sendings)


def is_unread(version: Version) -> bool:
    return any(sending.is_done and sending.read_at is None for sending in version.status.sendings)


STATES: dict[str, tuple[Promise, Callable[[Version], bool]]] = {
    "utkast": (_("Utkast"), lambda version: version.document.state != FINALISED),
    "ikke-arkivert": (
        _("Ferdigstilt, ikke arkivert"),
        lambda version: version.document.state == FINALISED and not is_archived(version),
    ),
    "arkivert": (_("Arkivert"), is_archived),
    "ulest": (_("Sendt, ikke lest av alle"), is_unread),
    "feilet": (_("Feilet"), has_failed),
}


def school_year_of(document: Document) -> int:
    return clock.school_year_start((document.finalised_at or document.created_at).astimezone(clock.OSLO).date()).year


class Filter(forms.Form):
    """Lives in the URL. Offers only what the pupil has documents of; a value that is not offered filters nothing."""

    type = forms.ChoiceField(label=_("Type"), required=False)
    status = forms.ChoiceField(label=_("Status"), required=False)
    ar = forms.ChoiceField(label=_("Skoleår"), required=False)

    def __init__(self, data: Any, rows: list[Row]) -> None:
        super().__init__(data, auto_id="filter_%s")
        kinds = {row.newest.document.document_type.slug: str(row.newest.document.document_type) for row in rows}
        years = sorted({school_year_of(row.newest.document) for row in rows}, reverse=True)
        self.offer("type", _("Alle typer"), sorted(kinds.items(), key=lambda kind: kind[1]))
        self.offer("status", _("Alle"), [(slug, label) for slug, (label, _is) in STATES.items()])
        self.offer("ar", _("Alle skoleår"), [(str(year), f"{year}/{year + 1}") for year in years])
        self.is_valid()

    def offer(self, name: str, everything: Promise, choices: list[tuple[str, str | Promise]]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", everything), *choices]

    def applied_to(self, rows: list[Row]) -> list[Row]:
        chosen = self.cleaned_data
        if kind := chosen.get("type"):
            rows = [row for row in rows if row.newest.document.document_type.slug == kind]
        if status := chosen.get("status"):
            rows = [row for row in rows if STATES[status][1](row.newest)]
        if year := chosen.get("ar"):
            rows = [row for row in rows if str(school_year_of(row.newest.document)) == year]
        return rows

    @property
    def is_active(self) -> bool:
        return any(self.cleaned_data.values())


def older_sources(student: Student) -> list[OlderSource]:
    """Where documents from before this system are, when the pupil may have any: by birth date and first school year."""
    born: date | None = student.person.birth_date
    if born is None:
        return []
    concerns = Q(born_before__gt=born) | Q(began_before__gt=born.year + BEGINS_AT_AGE)
    return list(OlderSource.objects.filter(concerns, is_active=True))
