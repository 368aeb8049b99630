"""Forms of the screen «Folkeregisteret»."""

from typing import Any
from urllib.parse import urlencode

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from guardians.models import RegisterFinding


class UploadForm(forms.Form):
    use_required_attribute = False
    file = forms.FileField(
        label=_("Fil fra KS Fiks Oppvekst (JSON)"),
        help_text=_("Du får se hva filen vil endre, før noe blir endret."),
        error_messages={"required": _("Velg en fil."), "empty": _("Filen er tom. Velg en annen.")},
    )

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if file.size > settings.MAX_UPLOAD_BYTES:
            raise forms.ValidationError(_("Filen er for stor. Be dem som drifter systemet lese den inn."))
        return file


class FindingFilter(forms.Form):
    """What of a list is shown: by state, and by words of a name."""

    use_required_attribute = False
    status = forms.ChoiceField(
        label=_("Status"), required=False, choices=[("", _("Alle")), *RegisterFinding.State.choices]
    )
    sok = forms.CharField(label=_("Navn"), required=False, max_length=100)

    def chosen(self) -> dict[str, str]:
        data = self.cleaned_data if self.is_valid() else {}
        return {"state": data.get("status", ""), "name": data.get("sok", "")}

    def kept(self, **also: str) -> str:
        """The query string to keep from page to page."""
        data = self.cleaned_data if self.is_valid() else {}
        return urlencode({name: value for name, value in (also | data).items() if value})


class MergeForm(forms.Form):
    use_required_attribute = False
    strictest = forms.BooleanField(
        label=_("De to har ulik adressesperre. Den strengeste skal gjelde for begge."), required=False
    )
