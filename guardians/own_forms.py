"""Forms that guardians fill in about themselves."""

from django import forms
from django.core.validators import RegexValidator
from django.utils.translation import gettext_lazy as _

PHONE = RegexValidator(r"^\+?[0-9 ]{8,19}$", _("Skriv inn et telefonnummer med minst åtte siffer."))


class OwnContactForm(forms.Form):
    """A guardian's own e-mail and telephone."""

    use_required_attribute = False

    email = forms.EmailField(
        label=_("E-post"),
        required=False,
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
        error_messages={"invalid": _("Skriv inn en e-postadresse, for eksempel navn@eksempel.no.")},
    )
    phone = forms.CharField(
        label=_("Mobil"),
        required=False,
        max_length=20,
        validators=[PHONE],
        widget=forms.TextInput(attrs={"type": "tel", "autocomplete": "tel"}),
    )

    def clean_phone(self) -> str:
        return "".join(self.cleaned_data["phone"].split())


class ShareForm(forms.Form):
    """What of oneself a guardian lets stand on the class's contact list. Nothing is ticked beforehand."""

    use_required_attribute = False

    navn = forms.BooleanField(label=_("Navnet mitt"), required=False)
    telefon = forms.BooleanField(label=_("Mobilnummeret mitt"), required=False)
    epost = forms.BooleanField(
        label=_("E-postadressen min"),
        required=False,
        help_text=_("Barnets navn står på listen når du deler noe. Krysser du ikke av for noe, deler du ingenting."),
    )


class PhotoAnswerForm(forms.Form):
    YES, NO = "ja", "nei"
    use_required_attribute = False

    svar = forms.ChoiceField(
        label=_("Kan skolen ta og vise skolefoto?"),
        choices=[(YES, _("Ja")), (NO, _("Nei"))],
        widget=forms.RadioSelect,
        error_messages={"required": _("Velg ja eller nei.")},
    )
