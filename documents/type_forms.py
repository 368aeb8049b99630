"""Forms of document types, grounds for exemption and letterheads."""

import re
from datetime import date
from typing import Any, NoReturn

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accessctl.models import School
from documents.models import LANGUAGES, AccessBasis, DocumentType, Letterhead

MadeIn, Channel = DocumentType.MadeIn, DocumentType.Channel
OWN_CHANNELS = (Channel.SVARUT, Channel.PORTAL, Channel.HANDED_OUT, Channel.INTERNAL)
NAMES = ("name_nb", "name_nn", "guide_nb", "guide_nn")
FOUR_DIGITS = RegexValidator(r"\A[0-9]{4}\Z", _("Postnummer har fire sifre."))
RULES = (
    *("archive_mode", "basis", "registry_type", "registry_status", "document_code"),
    *("sensitivity", "shown_to_guardians", "deadlines", "archived_by"),
)
DAY = re.compile(r"(\d{1,2})\.(\d{1,2})\.?")
LEAP_YEAR = 2024  # has every day there is


class DaysOfYear(forms.CharField):
    """Days that come back each year, typed as «25.01, 25.06» and kept as month and day."""

    def prepare_value(self, value: Any) -> Any:
        if not isinstance(value, list):
            return value
        return ", ".join(f"{day}.{month}" for month, day in (kept.split("-") for kept in value))

    def to_python(self, value: Any) -> Any:
        return [self.day(word) for word in re.split(r"[,;\s]+|\bog\b", value or "") if word]

    def day(self, word: str) -> str:
        found = DAY.fullmatch(word)
        try:
            return f"{date(LEAP_YEAR, int(found[2]), int(found[1])):%m-%d}" if found else self.refuse()
        except ValueError:
            return self.refuse()

    def refuse(self) -> NoReturn:
        raise ValidationError(_("Skriv dag og måned, for eksempel 25.06."))

    def has_changed(self, initial: Any, data: Any) -> bool:
        return bool(self.prepare_value(initial) != data)


class TypeForm(forms.ModelForm):  # type: ignore[type-arg]  # a type argument needs a patch at run time
    """A document type. Of what is made in Elements only the words are ours; the channel is chosen for one's own."""

    use_required_attribute = False
    deadlines = DaysOfYear(
        label=_("Frister i året"), required=False, help_text=_("Dag og måned, for eksempel 25.01, 25.06.")
    )
    archived_by = forms.MultipleChoiceField(
        label=_("Arkiveres av"),
        required=False,
        choices=DocumentType.Owner.choices,
        widget=forms.CheckboxSelectMultiple,
    )

    class Meta:
        model = DocumentType
        fields = ("name_nb", "name_nn", "channel", *RULES, "guide_nb", "guide_nn")
        widgets = {name: forms.Textarea(attrs={"rows": 3}) for name in ("guide_nb", "guide_nn")}
        help_texts = {
            "basis": _("Hjemmelen og tilgangskoden arkivet får. Den som skriver, kan velge en strengere."),
            "guide_nb": _("Står på siden «Hva lages hvor»."),
            "registry_type": _("Inngående, utgående eller internt."),
            "channel": _("Hvordan de det gjelder, får dokumentet."),
        }
        error_messages = {"archive_mode": {"required": _("Velg når det skal arkiveres.")}}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kind = self.instance
        if kind.made_in == MadeIn.ELEMENTS:
            for name in (*RULES, "channel"):
                del self.fields[name]
            return
        basis = self.fields["basis"]
        assert isinstance(basis, forms.ModelChoiceField)
        basis.queryset = AccessBasis.objects.filter(Q(is_active=True) | Q(pk=kind.basis_id))
        basis.empty_label = _("Ikke unntatt offentlighet")
        mode = self.fields["archive_mode"]
        assert isinstance(mode, forms.ChoiceField)
        # It is chosen, and never left out: a new type has none to begin with, and one that has it keeps some.
        mode.choices = [*([] if kind.archive_mode else [("", _("Velg"))]), *DocumentType.ArchiveMode.choices]
        if kind.is_own:
            channel = self.fields["channel"]
            assert isinstance(channel, forms.ChoiceField)
            channel.choices = [(value.value, value.label) for value in OWN_CHANNELS]
        else:
            del self.fields["channel"]


class BasisForm(forms.ModelForm):  # type: ignore[type-arg]
    use_required_attribute = False

    class Meta:
        model = AccessBasis
        fields = ("access_code", "legal_basis", "strictness", "is_active")
        help_texts = {
            "access_code": _("Koden arkivet bruker, for eksempel UO."),
            "legal_basis": _("For eksempel «offl. § 13, jf. fvl. § 13 første ledd nr. 1»."),
        }


class LetterheadForm(forms.ModelForm):  # type: ignore[type-arg]
    """What is empty is taken from the register of schools, which stands as help under the field."""

    use_required_attribute = False
    logo_file = forms.FileField(
        label=_("Ny logo"),
        required=False,
        help_text=_("PNG eller JPEG. Den står øverst til høyre i brevet."),
        widget=forms.FileInput(attrs={"accept": ".png,.jpg,.jpeg"}),
    )
    without_logo = forms.BooleanField(label=_("Fjern logoen"), required=False)

    class Meta:
        model = Letterhead
        fields = (
            *("name", "address", "postal_code", "city", "phone", "email", "language"),
            *("return_name", "return_address", "return_postal_code", "return_city"),
        )
        help_texts = {
            "return_name": _(
                "Avsendernavnet kan synes i vinduet på konvolutten. Skriv noe nøytralt, for eksempel kommunens navn."
            ),
            "language": _("Målformen nye brev begynner med når eleven ikke har valgt målform."),
        }

    def __init__(self, *args: Any, school: School, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("name", "address", "postal_code", "city", "phone", "email"):
            if value := getattr(school, name):
                self.fields[name].help_text = _("Står den tom, brukes «%(value)s».") % {"value": value}
        for name in ("postal_code", "return_postal_code"):
            self.fields[name].validators.append(FOUR_DIGITS)
        language = self.fields["language"]
        assert isinstance(language, forms.ChoiceField)
        own = _("Som skolen: %(language)s") % {"language": school.get_language_display()}
        language.choices = [("", own), *LANGUAGES]
        if not self.instance.logo:
            del self.fields["without_logo"]
