"""«Hva lages hvor»: every kind of document, where it is made, and what becomes of it (handbook 6.1 and 6.2)."""

from collections.abc import Iterable
from dataclasses import dataclass

from django import forms
from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import get_language, gettext_lazy, ngettext

from accessctl.models import User
from accessctl.permissions import Permission
from documents.flows import place_of
from documents.models import DocumentType
from documents.preconditions import PRECONDITIONS

MadeIn, Mode = DocumentType.MadeIn, DocumentType.ArchiveMode
Text = str | Promise

HEADINGS: dict[str, tuple[Text, Text]] = {
    MadeIn.EDITOR: (
        gettext_lazy("Skrives her"),
        gettext_lazy("Finn eleven, åpne fanen Dokumenter, og velg Nytt dokument. Til mange på én gang: Dokumenter til "
        "mange."),
    ),
    MadeIn.FLOW: (
        gettext_lazy("Lages av en annen del av systemet"),
        gettext_lazy("Disse kan ikke skrives fritt. De lages der opplysningene er, eller av foresatte i portalen."),
    ),
    MadeIn.ELEMENTS: (
        gettext_lazy("Lages i Elements, aldri her"),
        gettext_lazy("Sensitiv saksbehandling hører til i Elements. Der får dokumentet riktig skjerming fra starten."),
    ),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Row:
    """One kind of document as the page shows it. `url` is empty for who may not begin there, and `is_coming` tells
    that no part of the system makes it yet.
    """

    kind: DocumentType
    deadlines: list[str]
    owners: list[str]
    precondition: Text
    url: str = ""
    is_coming: bool = False


@dataclass(frozen=True, slots=True)
class Group:
    made_in: str
    title: Text
    lede: Text
    rows: list[Row]


class WhereFilter(forms.Form):
    """Lives in the URL, so that «alt som arkiveres i skolemappen» can be sent to a colleague."""

    sok = forms.CharField(
        label=gettext_lazy("Navn eller ord"),
        required=False,
        max_length=100,
        widget=forms.TextInput(attrs={"type": "search", "autocomplete": "off"}),
    )
    kanal = forms.ChoiceField(
        label=gettext_lazy("Kanal"), required=False, choices=[("", gettext_lazy("Alle")), *DocumentType.Channel.choices]
    )
    arkiv = forms.ChoiceField(
        label=gettext_lazy("Arkivering"), required=False, choices=[("", gettext_lazy("Alle")), *Mode.choices]
    )
    laget = forms.ChoiceField(
        label=gettext_lazy("Hvor det lages"), required=False, choices=[("", gettext_lazy("Alle")), *MadeIn.choices]
    )

    def applied_to(self, rows: QuerySet[DocumentType]) -> QuerySet[DocumentType]:
        """What the filter leaves. A value that is not among the choices filters nothing."""
        self.is_valid()
        found = self.cleaned_data
        for word in found.get("sok", "").split():
            rows = rows.filter(
                Q(name_nb__icontains=word)
                | Q(name_nn__icontains=word)
                | Q(guide_nb__icontains=word)
                | Q(guide_nn__icontains=word)
            )
        exact = {"channel": found.get("kanal"), "archive_mode": found.get("arkiv"), "made_in": found.get("laget")}
        return rows.filter(**{column: value for column, value in exact.items() if value})

    @property
    def is_active(self) -> bool:
        return any(self.cleaned_data.values())


def groups(kinds: Iterable[DocumentType], *, user: User) -> list[Group]:
    """The kinds by where they are made, in the order of the overview."""
    rows = [row_of(kind, user=user) for kind in kinds]
    made = [Group(place, *HEADINGS[place], [r for r in rows if r.kind.made_in == place]) for place in MadeIn]
    return [group for group in made if group.rows]


def row_of(kind: DocumentType, *, user: User) -> Row:
    known = PRECONDITIONS.get(kind.precondition)
    return Row(
        kind,
        deadlines=[day_in_words(day) for day in kind.deadlines],
        owners=[str(DocumentType.Owner(owner).label) for owner in kind.archived_by],
        precondition=known.name if known else "",
        url=begins_at(kind, user),
        is_coming=is_coming(kind),
    )


def is_coming(kind: DocumentType) -> bool:
    """Whether no part of the system makes it yet."""
    return kind.made_in == MadeIn.FLOW and place_of(kind.slug) is None


def begins_at(kind: DocumentType, user: User) -> str:
    """The page where the user begins one, or nothing."""
    if kind.made_in == MadeIn.EDITOR:
        return reverse("students:list") if user.holds(Permission.WRITE_DOCUMENT) else ""
    place = place_of(kind.slug)
    if kind.made_in == MadeIn.FLOW and place and any(user.holds(right) for right in place.permissions):
        return reverse(place.url_name)
    return ""


def day_in_words(day: str) -> str:
    """«06-25» as «25. juni»."""
    month, number = day.split("-")
    return f"{int(number)}. {MONTHS[int(month) - 1]}"


MONTHS = (
    *("januar", "februar", "mars", "april", "mai", "juni"),
    *("juli", "august", "september", "oktober", "november", "desember"),
)


def found_in_words(number: int) -> str:
    return ngettext("%(n)d dokumenttype", "%(n)d dokumenttyper", number) % {"n": number}


def in_order() -> QuerySet[DocumentType]:
    """The types in use, by the row of the overview and then by name."""
    name = "name_nn" if get_language() == "nn" else "name_nb"
    return DocumentType.objects.filter(is_active=True).select_related("basis").order_by("number", name)
