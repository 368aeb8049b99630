"""What one searches all persons by. At least one of the fields, and why."""

from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from schoolapp.lib.date_field import DateField
from schoolapp.lib.national_id import InvalidNationalId, parse
from schoolapp.lib.search_words import is_enough

SHORTEST_REASON, LONGEST_REASON = 10, 280
OFF = {"autocomplete": "off"}


class EverybodyForm(forms.Form):
    use_required_attribute = False
    navn = forms.CharField(label=gettext_lazy("Navn"), required=False, max_length=100, widget=forms.TextInput(OFF))
    fodselsdato = DateField(
        label=gettext_lazy("Fødselsdato"),
        required=False,
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
    )
    nummer = forms.CharField(
        label=gettext_lazy("Fødselsnummer eller D-nummer"),
        required=False,
        max_length=20,
        help_text=gettext_lazy("Elleve siffer. Også numre personen har hatt før. Nummeret blir ikke lagret i loggen."),
        widget=forms.TextInput({**OFF, "inputmode": "numeric"}),
    )
    adresse = forms.CharField(
        label=gettext_lazy("Gateadresse"),
        required=False,
        max_length=100,
        help_text=gettext_lazy("Begynnelsen av adressen, for eksempel Storgata 5."),
        widget=forms.TextInput(OFF),
    )
    telefon = forms.CharField(
        label=gettext_lazy("Mobil"), required=False, max_length=20, widget=forms.TextInput({**OFF, "type": "tel"})
    )
    epost = forms.CharField(label=gettext_lazy("E-post"), required=False, max_length=254, widget=forms.TextInput(OFF))
    begrunnelse = forms.CharField(
        label=gettext_lazy("Hvorfor søker du?"),
        min_length=SHORTEST_REASON,
        max_length=LONGEST_REASON,
        help_text=gettext_lazy("Minst 10 tegn. Personvernombudet leser dette."),
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={
            "required": gettext_lazy("Skriv med minst 10 tegn hvorfor du søker."),
            "min_length": gettext_lazy("Skriv med minst 10 tegn hvorfor du søker."),
        },
    )

    def clean_navn(self) -> str:
        name: str = self.cleaned_data["navn"]
        if name and not is_enough(name):
            raise forms.ValidationError(_("Skriv minst to bokstaver av navnet."))
        return name

    def clean_nummer(self) -> str:
        digits = "".join(self.cleaned_data["nummer"].split())
        if not digits:
            return ""
        try:
            return parse(digits, synthetic_allowed=settings.SYNTHETIC_IDS_ALLOWED).number
        except InvalidNationalId:
            raise forms.ValidationError(_("Nummeret er ikke gyldig. Kontroller alle elleve sifrene.")) from None

    def clean_adresse(self) -> str:
        address = " ".join(self.cleaned_data["adresse"].split())
        if address and len(address) < 4:
            raise forms.ValidationError(_("Skriv minst fire tegn av adressen."))
        return address

    def clean_telefon(self) -> str:
        digits = "".join(sign for sign in self.cleaned_data["telefon"] if sign.isdecimal())[-8:]
        if self.cleaned_data["telefon"] and len(digits) < 8:
            raise forms.ValidationError(_("Skriv hele telefonnummeret, åtte siffer."))
        return digits

    def clean(self) -> dict[str, Any]:
        asked = [name for name in self.cleaned_data if name != "begrunnelse" and self.cleaned_data[name]]
        if not asked and not any(name != "begrunnelse" for name in self.errors):
            raise forms.ValidationError(_("Fyll ut minst ett av feltene du vil søke på."))
        return self.cleaned_data

    @property
    def kinds(self) -> str:
        """Which fields were searched by, for the log; never what stood in them."""
        chosen = [name for name in self.fields if name != "begrunnelse" and self.cleaned_data.get(name)]
        return ", ".join(str(self.fields[name].label).lower() for name in chosen)
