"""The form that says where, how long and from when a pupil is taught another place."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accessctl.models import School
from students.models import Elsewhere
from students.rights.forms import choice, date_field


class ElsewhereForm(forms.Form):
    use_required_attribute = False
    hvor = forms.ChoiceField(
        label=gettext_lazy("Hvor får eleven opplæring?"), error_messages={"required": gettext_lazy("Velg hvor.")}
    )
    skole = forms.ChoiceField(label=gettext_lazy("Skole i kommunen"), required=False)
    sted = forms.CharField(
        label=gettext_lazy("Navn på stedet"),
        required=False,
        max_length=100,
        help_text=gettext_lazy("For eksempel navnet på skolen eller landet. Skriv ingenting om helse eller årsak."),
    )
    varighet = forms.ChoiceField(
        label=gettext_lazy("Hvor lenge er det planlagt?"),
        choices=[
            ("tid", gettext_lazy("For en tid")),
            ("varig", gettext_lazy("For resten av skoleåret eller lenger")),
        ],
        widget=forms.RadioSelect,
        help_text=gettext_lazy("Avgjør hvor eleven telles i GSI."),
        error_messages={"required": gettext_lazy("Velg hvor lenge det er planlagt.")},
    )
    fra = date_field(gettext_lazy("Første dag"))
    til = date_field(gettext_lazy("Siste dag"), required=False)

    def __init__(self, data: Any = None, *, schools: Iterable[School], row: Elsewhere | None = None) -> None:
        super().__init__(data, initial=as_initial(row) if row else None)
        self.schools = {str(school.uuid): school for school in schools}
        choice(self, "hvor").choices = [("", _("Velg sted")), *capitalised()]
        choice(self, "skole").choices = [
            ("", _("Velg skole")),
            *((uuid, school.name) for uuid, school in self.schools.items()),
        ]
        self.fields["til"].needed_when = _("når det er for en tid")  # type: ignore[attr-defined]
        self.fields["skole"].needed_when = _("når eleven går på en skole i kommunen")  # type: ignore[attr-defined]

    @property
    def values(self) -> dict[str, Any]:
        """What the action takes."""
        chosen = self.cleaned_data
        return {
            "kind": chosen["hvor"],
            "host": self.schools.get(chosen["skole"]),
            "place": "" if chosen["hvor"] == Elsewhere.Kind.SCHOOL else chosen["sted"],
            "is_lasting": chosen["varighet"] == "varig",
            "first_day": chosen["fra"],
            "last_day": chosen["til"],
        }


def capitalised() -> list[tuple[str, str]]:
    return [(kind.value, str(kind.label)[:1].upper() + str(kind.label)[1:]) for kind in Elsewhere.Kind]


def as_initial(row: Elsewhere) -> dict[str, Any]:
    return {
        "hvor": row.kind,
        "skole": str(row.host.uuid) if row.host else "",
        "sted": row.place,
        "varighet": "varig" if row.is_lasting else "tid",
        "fra": row.valid_from,
        "til": row.valid_to,
    }
