from django import forms
from django.utils.translation import gettext_lazy as _

SHORTEST_REASON, LONGEST_REASON = 20, 280


class DateInput(forms.DateInput):
    input_type = "date"


class EmergencyForm(forms.Form):
    navn = forms.CharField(
        label=_("Elevens fulle navn"),
        max_length=200,
        help_text=_("Skriv fornavn og etternavn slik de står i registeret."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    fodselsdato = forms.DateField(label=_("Fødselsdato"), widget=DateInput(format="%Y-%m-%d"))
    begrunnelse = forms.CharField(
        label=_("Hvorfor trenger du tilgang nå?"),
        min_length=SHORTEST_REASON,
        max_length=LONGEST_REASON,
        help_text=_("Minst 20 tegn. Skriv hva som har skjedd, og hva du må vite. Personvernombudet leser dette."),
        widget=forms.Textarea(attrs={"rows": 3}),
    )
