"""Forms about roles. The checkboxes of rights are grouped by area, as the catalogue is."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, cast

from django import forms
from django.utils.functional import Promise
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _

from accessctl.models import Role
from accessctl.permissions import Permission, by_area
from accessctl.rights.in_use import rights_in_use
from accessctl.roles import STAFF_REACHES, Reach, not_served, serves

NORWEGIAN = str.maketrans({"æ": "ae", "ø": "o", "å": "a"})


class RightsForm(forms.Form):
    """Which rights a role gives, and why it is changed. The reason is asked for when the change is confirmed."""

    rettigheter = forms.MultipleChoiceField(label=_("Rettigheter"), required=False, choices=Permission.choices)
    begrunnelse = forms.CharField(
        label=_("Hvorfor endres rollen?"),
        help_text=_("Står i historikken. Skriv ikke navn på elever eller foresatte."),
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"required": _("Skriv hvorfor rollen endres.")},
    )
    use_required_attribute = False

    def __init__(self, *args: Any, reach: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = cast(forms.MultipleChoiceField, self.fields["rettigheter"])
        field.choices = [(p.value, p.label) for p in Permission if serves(reach, p)]
        if "bekreft" not in self.data:
            self.fields["begrunnelse"].required = False


class ReasonForm(forms.Form):
    begrunnelse = forms.CharField(
        label=_("Hvorfor?"),
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"required": _("Skriv en begrunnelse.")},
    )
    use_required_attribute = False


class MakeRoleForm(forms.Form):
    """A role of the municipality's own."""

    navn = forms.CharField(
        label=_("Navn på rollen"), max_length=60, error_messages={"required": _("Skriv hva rollen heter.")}
    )
    rekkevidde = forms.ChoiceField(
        label=_("Hvor langt rekker rollen?"),
        help_text=_("Rollen kan gis så vidt som dette, eller snevrere. Rekkevidden kan ikke endres siden."),
        choices=[(reach.value, reach.label) for reach in STAFF_REACHES],
        initial=Reach.SCHOOLS.value,
        widget=forms.RadioSelect,
    )
    gis_av = forms.MultipleChoiceField(
        label=_("Hvem kan gi rollen til andre?"),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Velg minst én rolle som kan gi den nye rollen.")},
    )
    rettigheter = forms.MultipleChoiceField(label=_("Rettigheter"), required=False)
    use_required_attribute = False

    def __init__(self, *args: Any, givers: Iterable[Role], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        gis_av = cast(forms.MultipleChoiceField, self.fields["gis_av"])
        gis_av.choices = [(role.slug, role.name) for role in givers]
        rights = cast(forms.MultipleChoiceField, self.fields["rettigheter"])
        rights.choices = [(p.value, p.label) for p in Permission if serves(Reach.MUNICIPALITY, p)]

    def clean_navn(self) -> str:
        name = " ".join(str(self.cleaned_data["navn"]).split())
        if not slug_of(name):
            raise forms.ValidationError(_("Navnet må ha bokstaver."))
        return name

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        refused = not_served(cleaned.get("rekkevidde", Reach.MUNICIPALITY), cleaned.get("rettigheter", []))
        if refused:
            names = ", ".join(f"«{permission.label}»" for permission in refused)
            text = _("Dette gjelder bare hele kommunen: %(names)s. Ta det bort, eller velg rekkevidden Hele kommunen.")
            self.add_error("rettigheter", text % {"names": names})
        return cleaned


def slug_of(name: str) -> str:
    return slugify(name.lower().translate(NORWEGIAN)).replace("-", "_")[:50]


@dataclass(frozen=True)
class Choice:
    permission: Permission
    is_chosen: bool
    is_in_use: bool


def choices_by_area(reach: str, chosen: Iterable[str]) -> list[tuple[str | Promise, list[Choice]]]:
    """The rights a role with this reach can give, under their headings."""
    used, marked = rights_in_use(), set(chosen)
    areas = [
        (heading, [Choice(p, p.value in marked, p in used) for p in rights if serves(reach, p)])
        for heading, rights in by_area()
    ]
    return [(heading, choices) for heading, choices in areas if choices]
