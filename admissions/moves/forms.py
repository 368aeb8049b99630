"""Forms of a move."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any
from uuid import uuid4

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from accessctl.models import School
from admissions.models import Move, TransferNotice
from admissions.moves.actions import Decision
from admissions.moves.rules import ARRIVALS
from people.models import Person
from schoolapp.lib import clock
from schoolapp.lib.national_id import InvalidNationalId, parse
from students.models import Group
from students.rights.forms import choice, date_field

Kind = Move.Kind
Permitted = TransferNotice.Permitted
GRADES = [("", _("Velg trinn")), *((str(n), f"{n}.") for n in range(1, 11))]
CHOOSE_SCHOOL = ("", _("Velg skole"))


class ArrivalForm(forms.Form):
    """Who comes, and to which school. The national id is posted, never part of an address."""

    skole = forms.ChoiceField(label=_("Skole"), error_messages={"required": _("Velg skole.")})
    nummer = forms.CharField(
        label=_("Fødselsnummer eller D-nummer"),
        max_length=14,
        help_text=_("Elleve siffer. Kontroller det mot dokumentasjonen foresatte viser."),
        error_messages={"required": _("Skriv fødselsnummeret eller D-nummeret.")},
        widget=forms.TextInput(attrs={"autocomplete": "off", "inputmode": "numeric"}),
    )
    fornavn = forms.CharField(label=_("Fornavn"), max_length=200, error_messages={"required": _("Skriv fornavnet.")})
    etternavn = forms.CharField(
        label=_("Etternavn"), max_length=200, error_messages={"required": _("Skriv etternavnet.")}
    )
    fodt = date_field(_("Fødselsdato"))
    use_required_attribute = False

    def __init__(self, *args: Any, schools: Iterable[School], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.schools = {str(school.uuid): school for school in schools}
        names = [(uuid, school.name) for uuid, school in self.schools.items()]
        choice(self, "skole").choices = names if len(names) == 1 else [CHOOSE_SCHOOL, *names]

    def clean_nummer(self) -> str:
        digits = "".join(self.cleaned_data["nummer"].split())
        try:
            return parse(digits, synthetic_allowed=settings.SYNTHETIC_IDS_ALLOWED).number
        except InvalidNationalId as error:
            raise forms.ValidationError(_("Nummeret %(reason)s.") % {"reason": error.reason}) from None

    @property
    def school(self) -> School:
        return self.schools[self.cleaned_data["skole"]]


class SchoolForm(forms.Form):
    """The school that a child of the register is to go to."""

    skole = forms.ChoiceField(label=_("Skole"), error_messages={"required": _("Velg skole.")})
    use_required_attribute = False

    def __init__(self, *args: Any, schools: Iterable[School], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.schools = {str(school.uuid): school for school in schools}
        choice(self, "skole").choices = [CHOOSE_SCHOOL, *((uuid, school.name) for uuid, school in self.schools.items())]

    @property
    def school(self) -> School:
        return self.schools[self.cleaned_data["skole"]]


class DecisionForm(forms.Form):
    """What is decided; the fields are those this kind of move has."""

    skole = forms.ChoiceField(label=_("Skole"), error_messages={"required": _("Velg skole.")})
    trinn = forms.TypedChoiceField(
        label=_("Trinn"), choices=GRADES, coerce=int, error_messages={"required": _("Velg trinn.")}
    )
    forste_dag = date_field(_("Første dag på skolen"))
    siste_dag = date_field(_("Siste dag på skolen"))
    annen_skole = forms.CharField(max_length=120, required=False)
    klasse = forms.ChoiceField(
        label=_("Klasse"), required=False, help_text=_("Du kan også velge klassen senere, på saken.")
    )
    begrunnelse = forms.CharField(
        label=_("Begrunnelse"),
        widget=forms.Textarea(attrs={"rows": 4}),
        max_length=2000,
        help_text=_("Skriv hva dere har lagt vekt på. Teksten blir med i vedtaksbrevet."),
        error_messages={"required": _("Skriv en begrunnelse for vedtaket.")},
    )
    palagt = forms.BooleanField(
        label=_("Pålagt skolebytte"),
        required=False,
        help_text=_("Bare kommunen kan vedta dette. Kravene står i opplæringslova § 13-2."),
    )
    use_required_attribute = False

    def __init__(
        self,
        *args: Any,
        move: Move,
        schools: Iterable[School],
        may_impose: bool,
        groups: Iterable[Group] = (),
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.groups = {str(group.uuid): group for group in groups}
        names = [(uuid, group.name) for uuid, group in self.groups.items()]
        choice(self, "klasse").choices = [("", _("Velges senere")), *names]
        self.schools = {str(school.uuid): school for school in schools}
        choice(self, "skole").choices = [CHOOSE_SCHOOL, *((uuid, school.name) for uuid, school in self.schools.items())]
        comes = move.kind in (*ARRIVALS, Kind.WITHIN)
        dropped = ["siste_dag"] if comes else ["forste_dag", "skole", "trinn", "begrunnelse"]
        if move.kind in (Kind.WITHIN, Kind.HOME, Kind.EXEMPT):
            dropped.append("annen_skole")
        if move.kind != Kind.WITHIN or not may_impose:
            dropped.append("palagt")
        if move.kind == Kind.EXEMPT:
            self.fields["siste_dag"].label = _("Siste dag før fritaket")
        if not self.groups:
            dropped.append("klasse")
        for name in dropped:
            del self.fields[name]
        if "annen_skole" in self.fields:
            self.fields["annen_skole"].label = (
                _("Skolen eleven kommer fra") if move.is_arrival else _("Skolen eleven skal gå på")
            )
            self.fields["annen_skole"].help_text = _("Navn på skole og kommune, eller land.")

    def decision(self) -> Decision:
        chosen = self.cleaned_data
        first_day = chosen.get("forste_dag") or chosen["siste_dag"] + timedelta(days=1)
        return Decision(
            first_day=first_day,
            to_school=self.schools.get(chosen.get("skole", "")),
            grade_level=chosen.get("trinn"),
            group=self.groups.get(chosen.get("klasse", "")),
            elsewhere=chosen.get("annen_skole", ""),
            reason=chosen.get("begrunnelse", ""),
            is_imposed=chosen.get("palagt", False),
        )


class ClassForm(forms.Form):
    klasse = forms.ChoiceField(label=_("Klasse"), error_messages={"required": _("Velg en klasse.")})
    use_required_attribute = False

    def __init__(self, *args: Any, groups: Iterable[Group], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.groups = {str(group.uuid): group for group in groups}
        choice(self, "klasse").choices = [
            ("", _("Velg klasse")),
            *((uuid, group.name) for uuid, group in self.groups.items()),
        ]

    @property
    def group(self) -> Group:
        return self.groups[self.cleaned_data["klasse"]]


class DayForm(forms.Form):
    forste_dag = date_field(
        _("Ny første dag"), help_text=_("Første dag på den nye skolen, eller dagen etter siste skoledag her.")
    )
    use_required_attribute = False


class StepForm(forms.Form):
    """Why a step is not needed, or a note of what was done."""

    merknad = forms.CharField(label=_("Merknad"), max_length=300, required=False)
    use_required_attribute = False


class PermissionForm(forms.Form):
    """What may be told with permission, and who gave it."""

    opplysninger = forms.CharField(
        label=_("Opplysninger som kan gjøre det lettere å tilpasse opplæringen"),
        widget=forms.Textarea(attrs={"rows": 4}),
        max_length=4000,
        required=False,
        help_text=_("Bare det eleven eller en foresatt har gitt tillatelse til. La stå tomt når det ikke er noe."),
    )
    fra = forms.ChoiceField(label=_("Tillatelse fra"), required=False)
    foresatt = forms.ChoiceField(label=_("Foresatt"), required=False)
    dato = date_field(_("Tillatelse gitt"), required=False)
    use_required_attribute = False

    def __init__(self, *args: Any, guardians: Iterable[Person], pupil_decides: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offered = Permitted.choices if pupil_decides else [(Permitted.GUARDIAN.value, Permitted.GUARDIAN.label)]
        choice(self, "fra").choices = [("", _("Ingen")), *offered]
        self.guardians = {str(person.uuid): person for person in guardians}
        names = ((uuid, person.full_name) for uuid, person in self.guardians.items())
        choice(self, "foresatt").choices = [("", _("Ingen")), *names]

    @property
    def guardian(self) -> Person | None:
        return self.guardians.get(self.cleaned_data["foresatt"])


class FileForm(forms.Form):
    """What the guardians sent: who, when, and the file."""

    fra = forms.ChoiceField(label=_("Fra"), required=False)
    mottatt = date_field(_("Mottatt"))
    fil = forms.FileField(
        label=_("Fil"),
        help_text=_("PDF/A, PNG eller JPEG. Høyst 25 MB."),
        error_messages={"required": _("Velg en fil."), "empty": _("Filen er tom. Velg en annen fil.")},
        allow_empty_file=True,
        widget=forms.FileInput(attrs={"accept": ".pdf,.png,.jpg,.jpeg"}),
    )
    serie = forms.UUIDField(widget=forms.HiddenInput)
    use_required_attribute = False

    def __init__(self, data: Any, files: Any, *, guardians: Iterable[Person]) -> None:
        super().__init__(data, files, initial={"mottatt": clock.today(), "serie": uuid4()})
        self.guardians = {str(person.uuid): person for person in guardians}
        names = ((uuid, person.full_name) for uuid, person in self.guardians.items())
        choice(self, "fra").choices = [("", _("Ikke oppgitt")), *names]

    @property
    def sender(self) -> Person | None:
        return self.guardians.get(self.cleaned_data["fra"])


class DutyForm(forms.Form):
    """What the head of school finds that the school has a duty to tell."""

    opplysninger = forms.CharField(
        label=_("Opplysninger skolen har plikt til å dele"),
        widget=forms.Textarea(attrs={"rows": 4}),
        max_length=4000,
        required=False,
        help_text=_("Bare det som er nødvendig for å hindre at andre elever eller ansatte kommer til skade."),
    )
    grunn = forms.CharField(
        label=_("Begrunnelse"), widget=forms.Textarea(attrs={"rows": 3}), max_length=2000, required=False
    )
    use_required_attribute = False


class MakeForm(forms.Form):
    arkiv = forms.BooleanField(label=_("Send flyttemeldingen til arkivet"), required=False)
