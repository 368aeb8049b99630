"""Forms about guardians, blocks and address protection. Free text is short, and says that it is no place for health."""

from datetime import date, timedelta
from typing import Any

from django import forms
from django.conf import settings
from django.utils.text import get_text_list
from django.utils.translation import gettext_lazy as _

from guardians.actions.protection import LEVELS
from guardians.models import GuardianRelation, RelationBlock
from guardians.models.blocks import REFERENCE_LENGTH
from people.models import Person, Protection
from schoolapp.lib import clock, date_field
from schoolapp.lib.national_id import InvalidNationalId, parse

LONGEST_GRANT_DAYS = 365


class PlainForm(forms.Form):
    use_required_attribute = False


class DateField(date_field.DateField):
    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


class ReasonForm(PlainForm):
    """A reason, short enough to stay one."""

    reason = forms.CharField(
        label=_("Begrunnelse"),
        help_text=_("Skriv kort. Ikke skriv om helse eller andre private forhold."),
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": _("Skriv en begrunnelse.")},
    )


class ReferenceForm(PlainForm):
    """Which decision something rests on, never what it says."""

    reference = forms.CharField(
        label=_("Saksnummer eller dato for vedtaket"),
        help_text=_("Bare det som trengs for å finne vedtaket igjen. Ikke skriv om helse eller andre private forhold."),
        max_length=REFERENCE_LENGTH,
        error_messages={"required": _("Skriv hvilket vedtak det gjelder.")},
    )


class PersonFields(PlainForm):
    """Who it is, by national id. The number is used to find the person, and shown to nobody."""

    number = forms.CharField(
        label=_("Fødselsnummer eller D-nummer"),
        max_length=14,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
        error_messages={"required": _("Skriv inn elleve siffer.")},
    )
    given_name = forms.CharField(label=_("Fornavn"), max_length=200, error_messages={"required": _("Skriv fornavnet.")})
    family_name = forms.CharField(
        label=_("Etternavn"), max_length=200, error_messages={"required": _("Skriv etternavnet.")}
    )

    def clean_number(self) -> str:
        digits = "".join(self.cleaned_data["number"].split())
        try:
            return parse(digits, synthetic_allowed=settings.SYNTHETIC_IDS_ALLOWED).number
        except InvalidNationalId as error:
            raise forms.ValidationError(_("Nummeret %(reason)s.") % {"reason": error.reason}) from None


class RelationForm(PersonFields, ReferenceForm):
    """A guardian the register does not know, with the documentation."""

    evidence = forms.ChoiceField(
        label=_("Dokumentasjon"),
        choices=[("", _("Velg dokumentasjon")), *GuardianRelation.Evidence.choices],
        error_messages={"required": _("Velg hva som dokumenterer foreldreansvaret.")},
    )
    valid_to = DateField(
        label=_("Tilgangen varer til og med"),
        help_text=_("Sett dagen vedtaket eller avtalen tar slutt. Tilgangen tar slutt av seg selv."),
        error_messages={"required": _("Velg en sluttdato.")},
    )
    recheck_on = DateField(
        label=_("Kontroller dokumentasjonen på nytt"),
        required=False,
        help_text=_("Da kommer en påminnelse på «I dag»."),
    )
    field_order = ["number", "given_name", "family_name", "evidence", "reference", "valid_to", "recheck_on"]


class RecheckForm(PlainForm):
    next_on = DateField(label=_("Neste kontroll"), error_messages={"required": _("Velg en dato.")})


class OrderDates(ReferenceForm):
    valid_from = DateField(label=_("Gjelder fra"), initial=clock.today, error_messages={"required": _("Velg en dato.")})
    order_ends_on = DateField(
        label=_("Vedtaket gjelder til og med"),
        required=False,
        help_text=_("Sperren står også etter denne dagen, til en person opphever den."),
    )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        start, end = data.get("valid_from"), data.get("order_ends_on")
        if start and end and end < start:
            self.add_error("order_ends_on", _("Vedtaket kan ikke ta slutt før det begynner."))
        return data


class BlockForm(OrderDates):
    """Whom to keep away, among the pupil's guardians, or somebody else by national id."""

    OTHER = "annen"
    guardian = forms.ChoiceField(label=_("Hvem skal sperres?"), widget=forms.RadioSelect)
    number = forms.CharField(
        label=_("Fødselsnummer eller D-nummer"),
        help_text=_("Bare når personen ikke står på listen over."),
        max_length=14,
        required=False,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )
    given_name = forms.CharField(label=_("Fornavn"), max_length=200, required=False)
    family_name = forms.CharField(label=_("Etternavn"), max_length=200, required=False)
    kind = forms.ChoiceField(
        label=_("Hvorfor?"),
        choices=[
            ("", _("Velg grunn")),
            *(choice for choice in RelationBlock.Kind.choices if choice[0] != RelationBlock.Kind.CARE),
        ],
        error_messages={"required": _("Velg hvorfor personen skal sperres.")},
    )
    field_order = ["guardian", "number", "given_name", "family_name", "kind", "reference", "valid_from"]

    def __init__(self, *args: Any, guardians: list[Person], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [(str(person.uuid), person.full_name) for person in guardians]
        self.fields["guardian"].choices = [*choices, (self.OTHER, _("En annen person"))]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        if data.get("guardian") != self.OTHER:
            return data
        other = PersonFields({name: data.get(name, "") for name in ("number", "given_name", "family_name")})
        for name, errors in other.errors.items():
            self.add_error(name, list(errors))
        return data | other.cleaned_data


class ProlongForm(PlainForm):
    order_ends_on = DateField(
        label=_("Vedtaket gjelder til og med"), required=False, help_text=_("La feltet stå tomt når ingen dag er satt.")
    )


class ShieldForm(ReasonForm):
    """«Skjerm nå»: whom, how strongly, and why."""

    FAMILY = "familien"
    whom = forms.ChoiceField(label=_("Hvem skal skjermes?"), widget=forms.RadioSelect, initial=FAMILY)
    level = forms.ChoiceField(
        label=_("Grad"),
        widget=forms.RadioSelect,
        initial=Protection.STRICT,
        help_text=_("Er du i tvil, velger du strengt fortrolig. Kommunen kan sette graden ned senere."),
    )
    field_order = ["whom", "level", "reason"]

    def __init__(self, *args: Any, pupil: Person, guardians: list[Person], family: list[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["level"].choices = [  # type: ignore[attr-defined]
            (level.value, str(level.label).capitalize()) for level in reversed(LEVELS)
        ]
        self.fields["whom"].help_text = _(
            "Med i familien er %(names)s. Det samme er foresatte som allerede er skjermet, og andre barn av de "
            "foresatte, også når du ikke ser dem. Den som er sperret fra eleven eller bare er foreslått som foresatt, "
            "blir ikke med, og heller ikke de andre barna til vedkommende."
        ) % {"names": get_text_list([*family], str(_("og")))}
        self.fields["whom"].choices = [  # type: ignore[attr-defined]
            (self.FAMILY, _("Hele familien: eleven, de foresatte og søsken")),
            (str(pupil.uuid), _("Bare %(name)s") % {"name": pupil.full_name}),
            *((str(person.uuid), _("Bare %(name)s") % {"name": person.full_name}) for person in guardians),
        ]


class NameForm(PlainForm):
    navn = forms.CharField(
        label=_("Navn"), required=False, max_length=100, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )


class LowerForm(ReasonForm):
    """Protection taken down or off, as a proposal."""

    level = forms.ChoiceField(label=_("Ny grad"))
    field_order = ["level", "reason"]

    def __init__(self, *args: Any, person: Person, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        now = Protection(person.protection).rank
        self.fields["level"].choices = [  # type: ignore[attr-defined]
            (level.value, str(level.label).capitalize()) for level in Protection if level.rank < now
        ]


class ReviewForm(PlainForm):
    day = DateField(label=_("Vurderes på nytt"), required=False, help_text=_("Da kommer en påminnelse på «I dag»."))


class SightForm(ReasonForm):
    """Who else is to see a protected pupil, and until when."""

    user = forms.ChoiceField(label=_("Ansatt"))
    valid_to = DateField(label=_("Til og med"), error_messages={"required": _("Velg en sluttdato.")})
    field_order = ["user", "valid_to", "reason"]

    def __init__(self, *args: Any, choices: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["user"].choices = choices  # type: ignore[attr-defined]

    def clean_valid_to(self) -> date:
        day: date = self.cleaned_data["valid_to"]
        if not clock.today() <= day <= clock.today() + timedelta(days=LONGEST_GRANT_DAYS):
            raise forms.ValidationError(_("Velg en dato fram i tid, høyst ett år."))
        return day
