from django import forms
from django.utils.translation import gettext_lazy as _

from schoolapp.lib.date_field import DateField

SHORTEST_REASON, LONGEST_REASON = 20, 280


class DateInput(forms.DateInput):
    input_type = "date"


class EmergencyForm(forms.Form):
    use_required_attribute = False
    navn = forms.CharField(
        label=_("Elevens fulle navn"),
        max_length=200,
        help_text=_("Skriv fornavn og etternavn slik de står i registeret."),
        error_messages={"required": _("Skriv navnet på eleven.")},
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    fodselsdato = DateField(
        label=_("Fødselsdato"),
        widget=DateInput(format="%Y-%m-%d"),
        error_messages={"required": _("Skriv inn en dato, for eksempel 14.08.2026.")},
    )
    begrunnelse = forms.CharField(
        label=_("Hvorfor trenger du tilgang nå?"),
        min_length=SHORTEST_REASON,
        max_length=LONGEST_REASON,
        help_text=_("Minst 20 tegn. Skriv hva som har skjedd, og hva du må vite. Personvernombudet leser dette."),
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={
            "required": _("Skriv med minst 20 tegn hvorfor du trenger tilgang nå."),
            "min_length": _("Skriv med minst 20 tegn hvorfor du trenger tilgang nå."),
        },
    )
