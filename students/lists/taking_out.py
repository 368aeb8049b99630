"""Taking a list out of the system. Every form of it goes through `take_out`, which decides who is in it and what is
told, and logs each pupil before anything is sent.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from django import forms
from django.db import models
from django.utils.translation import get_language, gettext_lazy, ngettext, override
from django.utils.translation import gettext as _

from accessctl.audit import write
from accessctl.models import User
from schoolapp.lib import clock
from students.lists import tables
from students.lists.listing import Listing, Row
from students.lists.past import looking_back
from students.lists.selection import Selection
from students.models import Student

MOST_ON_PAPER = 1_000


class Format(models.TextChoices):
    CSV = "csv", gettext_lazy("CSV")
    EXCEL = "xlsx", gettext_lazy("Excel")
    PDF = "pdf", gettext_lazy("PDF")
    PRINT = "utskrift", gettext_lazy("Skriv ut")


class Purpose(models.TextChoices):
    """What contact details are taken out for (INC-SOM: they are not free for any use)."""

    TEACHING = "undervisning", gettext_lazy("Undervisning eller tur")
    MEETING = "moete", gettext_lazy("Møte eller samarbeid med hjemmet")
    SAFETY = "beredskap", gettext_lazy("Beredskap")
    ADMINISTRATION = "administrasjon", gettext_lazy("Administrasjon ved skolen eller i kommunen")


MIME = {
    Format.CSV: "text/csv; charset=utf-8",
    Format.EXCEL: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    Format.PDF: "application/pdf",
}


class TakeOutForm(forms.Form):
    """What must be said first: what for, when the list tells how pupils are reached; and whether protected pupils are
    to be in it, when the user sees any.
    """

    use_required_attribute = False
    formaal = forms.ChoiceField(
        label=gettext_lazy("Hva skal listen brukes til?"),
        choices=[("", gettext_lazy("Velg formål")), *Purpose.choices],
        help_text=gettext_lazy("Listen har kontaktopplysninger. Formålet står i innsynsloggen."),
        error_messages={"required": gettext_lazy("Velg hva listen skal brukes til.")},
    )
    skjermede = forms.BooleanField(
        label=gettext_lazy("Ta med elever med adressesperre"),
        required=False,
        help_text=gettext_lazy(
            "De er utelatt hvis du ikke krysser av. Adresse, telefon og e-post kommer ikke med uansett. La ingen "
            "uvedkommende se listen: At eleven går på skolen, kan være like farlig som adressen."
        ),
    )

    def __init__(self, data: Any, *, listing: Listing, selection: Selection) -> None:
        super().__init__(data)
        if not listing.tells_contact:
            del self.fields["formaal"]
        if not selection.protected:
            del self.fields["skjermede"]

    @property
    def with_protected(self) -> bool:
        return bool(self.cleaned_data.get("skjermede"))

    @property
    def purpose(self) -> str:
        chosen = self.cleaned_data.get("formaal")
        with override("nb"):
            return str(Purpose(chosen).label) if chosen else ""


@dataclass(frozen=True)
class TakenOut:
    """`content` is empty for the page that is printed from the browser."""

    table: tables.Table
    format: Format
    content: bytes
    filename: str


def take_out(
    user: User, listing: Listing, students: Sequence[Student], *, form: TakeOutForm, format_: Format
) -> TakenOut:
    """The list as a file. Raises RenderFailed when the PDF cannot be made, and then nothing is sent.

    The pupils come from what `user` sees now. Protected ones are left out unless asked for, and the cells are those
    of the list itself, so that no file tells more than the screen; national ids are in neither.
    """
    kept = [student for student in students if form.with_protected or not student.person.is_protected]
    rows = looking_back(user, listing.filter, lambda: listing.rows(kept))
    table = as_table(user, listing, rows)
    made: dict[Format, Callable[[], bytes]] = {
        Format.CSV: lambda: tables.to_csv(table),
        Format.EXCEL: lambda: tables.to_excel(replace(table, rows=typed(listing, rows))),
        Format.PDF: lambda: tables.to_pdf(table, language=get_language() or "nb"),
        Format.PRINT: bytes,
    }
    content = made[format_]()
    told = f"{Format(format_).value}: {', '.join(column.slug for column in listing.columns)}"
    record_taken_out(user, kept, what=f"elevliste, {told}", reason=form.purpose)
    return TakenOut(table, format_, content, f"elever-{clock.today():%Y-%m-%d}.{format_.value}")


def record_taken_out(user: User, students: Sequence[Student], *, what: str, reason: str = "") -> None:
    """One line in the access log per pupil on a list, file or sheet that leaves the screen; `students` with persons."""
    if students:
        write(user, "export", students, what=what[:120], reason=reason, met=students)


def as_table(user: User, listing: Listing, rows: Sequence[Row]) -> tables.Table:
    school = listing.filter.school.name if listing.filter.school else ""
    classes = [text for text in (listing.filter.chosen("klasse"), listing.filter.group) if text]
    day = listing.filter.day or clock.today()
    pupils = ngettext("%(n)d elev", "%(n)d elever", len(rows)) % {"n": len(rows)}
    taken = _("Tatt ut %(day)s av %(who)s") % {"day": f"{clock.today():%d.%m.%Y}", "who": user.display_name}
    about = ", ".join(part for part in (school, f"{day:%d.%m.%Y}", pupils, taken) if part)
    title = " ".join([_("Elever"), *(str(text) for text in classes)])
    headings = [str(_("Navn")), *(str(column.label) for column in listing.columns)]
    return tables.Table(title, about, headings, [[row.name, *(str(cell.text) for cell in row.cells)] for row in rows])


def typed(listing: Listing, rows: Sequence[Row]) -> list[list[tables.Value]]:
    """The cells with days as days and grade levels as numbers."""
    return [[row.name, *(as_value(cell.slug, str(cell.text)) for cell in row.cells)] for row in rows]


def as_value(slug: str, text: str) -> tables.Value:
    if slug == "fodt" and text:
        return as_day(text)
    return int(text.rstrip(".")) if slug == "trinn" and text else text


def as_day(text: str) -> date:
    return datetime.strptime(text, "%d.%m.%Y").date()  # noqa: DTZ007  # a birth date has no zone
