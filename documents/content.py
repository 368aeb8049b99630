"""From a draft to a letter: the values of the merge, what is missing, and the HTML that is previewed and frozen."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache

from django.conf import settings
from django.core.exceptions import ValidationError
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from accessctl.models import Municipality, User
from documents import sealing
from documents.fields import (
    Field,
    Kind,
    Source,
    allowed_in,
    author_fields,
    fields_of,
    is_made_by_flow,
    is_required,
    rows,
)
from documents.letterheads import head_of
from documents.markup import CleanHtml, escape_value, missing, one_line, plain, to_html
from documents.merge import Template, parse
from documents.models import Attachment, Document, TemplateVersion
from documents.typed import read as read_typed
from documents.verification import printed
from guardians.models import GuardianRelation
from people.models import Protection
from schoolapp.lib import clock
from students.models import Student

Values = dict[str, str | list[dict[str, str]]]


@dataclass(frozen=True, slots=True)
class Letter:
    """Everything a letter shows. Frozen at finalising; what is missing is only possible in a preview."""

    title: str
    body: CleanHtml
    missing: list[Field]


@dataclass(frozen=True, slots=True)
class Facts:
    """What of the register is read at once for many letters."""

    municipality: Municipality | None
    guardians: Mapping[int, list[str]]


def facts_about(students: Iterable[int], on: date | None = None) -> Facts:
    """What letters about these pupils (by id) say of their guardians, protected ones left out. Two queries."""
    relations = (
        GuardianRelation.objects.in_force(on)
        .filter(student__in=students, guardian__protection=Protection.NONE)
        .select_related("guardian")
        .order_by("guardian__family_name", "guardian__given_name", "pk")
    )
    names: dict[int, list[str]] = {}
    for relation in relations:
        names.setdefault(relation.student_id, []).append(relation.guardian.full_name)
    return Facts(Municipality.objects.first(), names)


def parsed(version: TemplateVersion) -> tuple[Template, Template]:
    """Title and body of a saved template. They were accepted by the parser when they were saved."""
    return read(version.document_type.slug, version.title), read(version.document_type.slug, version.body)


@lru_cache(maxsize=256)
def read(slug: str, text: str) -> Template:
    return parse(text, allowed_in(slug))


def used_fields(version: TemplateVersion) -> set[str]:
    title, body = parsed(version)
    return title.used() | body.used()


def record_values(document: Document, *, author: User, on: date | None = None, facts: Facts | None = None) -> Values:
    """What the register supplies. No address, contact detail or protected guardian is among it."""
    student, school = document.student, head_of(document.school)
    facts = facts or facts_about([student.pk], on)
    day = on or clock.today()
    start = clock.school_year_start(day)
    return {
        "elev_fornavn": student.person.given_name,
        "elev_navn": student.person.full_name,
        "klasse": student.home_class_name,
        "trinn": grade_name(student, document.language),
        "foresatte": [{"navn": name} for name in facts.guardians.get(student.pk, ())],
        "skole": school.name,
        "skole_adresse": school.address_line,
        "skole_telefon": school.phone,
        "skole_epost": school.email,
        "kommune": facts.municipality.name if facts.municipality else "",
        "dato": norwegian_date(day),
        "skoleaar": f"{start.year}/{start.year + 1}",
        "avsender": author.display_name,
    }


def grade_name(student: Student, language: str) -> str:
    if student.grade_level is None:
        return ""
    return f"{student.grade_level}. {'steg' if language == 'nn' else 'trinn'}"


def norwegian_date(day: date) -> str:
    return f"{day:%d.%m.%Y}"


def author_values(slug: str, filled: Mapping[str, str]) -> Values:
    """What the author typed, or a flow put in, as the merge wants it. Dates leave as 14.08.2026, times as 08.30."""
    values: Values = {}
    for field in fields_of(slug).values():
        if field.source == Source.RECORD:
            continue
        text = plain(str(filled.get(field.name, ""))).strip()
        match field.kind:
            case Kind.ROWS:
                values[field.name] = rows(text, field.part)
            case Kind.DATE:
                values[field.name] = printed_as(Kind.DATE, text)
            case Kind.TIME:
                values[field.name] = printed_as(Kind.TIME, text)
            case _:
                values[field.name] = text
    return values


class Unreadable(str):
    """Stands where somebody typed what is no day or time. It prints as nothing, and the field is to be mended."""


UNREADABLE = Unreadable()


def printed_as(kind: Kind, text: str) -> str:
    try:
        found = read_typed(kind, text)
    except ValidationError:
        return UNREADABLE
    if kind == Kind.TIME:
        return found.replace(":", ".")
    return norwegian_date(date.fromisoformat(found)) if found else ""


def missing_fields(slug: str, used: set[str], values: Values) -> list[Field]:
    """Fields the template uses that are required and empty, or hold what cannot be read, the author's first."""
    known = [field for field in fields_of(slug).values() if field.name in used]
    empty = [f for f in known if (is_required(slug, f) and not values.get(f.name)) or values.get(f.name) is UNREADABLE]
    return sorted(empty, key=lambda f: f.source == Source.RECORD)


def compose(version: TemplateVersion, values: Values) -> Letter:
    """The letter's title and body; a missing required field shows its name, marked. Raises merge.TooMuch."""
    slug = version.document_type.slug
    title, body = parsed(version)
    absent = missing_fields(slug, title.used() | body.used(), values)
    shown: Values = dict(values)
    marks = {field.name: missing(str(field.label)) for field in absent}
    for field in absent:
        shown[field.name] = [{field.part: marks[field.name]}] if field.kind == Kind.ROWS else marks[field.name]
    keep = set(marks.values())

    def escape(text: str) -> str:
        return text if text in keep else escape_value(text)

    return Letter(
        one_line(title.render(shown, escape=escape))[:200], to_html(body.render(shown, escape=escape)), absent
    )


def draft_letter(document: Document, *, author: User, facts: Facts | None = None) -> Letter:
    """The letter as it stands now."""
    values = record_values(document, author=author, facts=facts) | author_values(
        document.document_type.slug, document.fields
    )
    return compose(document.template, values)


def form_fields(document: Document) -> list[Field]:
    return author_fields(document.document_type.slug, used_fields(document.template))


def signature_of(user: User, *, role: str, at: datetime, method: str) -> dict[str, str]:
    """The signature block: who, in what role, when, and how they were logged in."""
    return {"name": user.display_name, "role": role, "at": at.isoformat(), "method": method}


def letter_html(
    document: Document,
    letter: Letter,
    *,
    signature: Mapping[str, str],
    at: datetime,
    attachments: list[Attachment],
    code: str = "",
    test: str = "",
    municipality: Municipality | None = None,
) -> str:
    """The complete page for the PDF process. The same input gives the same text, so the same bytes.

    `code` is what the paper can be checked with; a draft has none. `test` marks a letter about nobody, and tells it
    apart from other tests.
    """
    context = {
        "document": document,
        "letter": letter,
        "school": head_of(document.school),
        "test": test,
        "municipality": municipality or Municipality.objects.first(),
        "student": document.student,
        "at": at,
        "date": norwegian_date(at.astimezone(clock.OSLO).date()),
        "signature": signature,
        "signed_at": signed_at(signature),
        "is_letter": not is_made_by_flow(document.document_type.slug),
        "attachments": attachments,
        "code": printed(code),
        "check_url": f"{settings.BASE_URL.rstrip('/')}{reverse('documents:verify')}",
        "is_sealed": bool(signature) and sealing.is_configured(),
    }
    with translation.override(document.language):
        return render_to_string("documents/pdf/letter.html", context)


def signed_at(signature: Mapping[str, str]) -> str:
    if not signature:
        return ""
    local = datetime.fromisoformat(signature["at"]).astimezone(clock.OSLO)
    return _("%(date)s kl. %(time)s") % {"date": norwegian_date(local.date()), "time": f"{local:%H.%M}"}
