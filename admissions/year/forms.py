"""Forms of the new school year."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from accessctl.models import School
from admissions.models import PlannedGroup, PlannedPlace
from admissions.models.year import OUTCOMES
from admissions.year import rules
from admissions.year.rules import Outcome
from schools.models import Subject
from students.models import Group
from students.rights.forms import choice


class InformationForm(forms.Form):
    tekst = forms.CharField(
        label=_("Informasjon til skolene"),
        widget=forms.Textarea(attrs={"rows": 8}),
        help_text=_("Hva som skal gjøres, når, og hvor de får hjelp og opplæring."),
        error_messages={"required": _("Skriv informasjonen til skolene.")},
    )
    use_required_attribute = False


class DecisionForm(forms.Form):
    """What becomes of one pupil. `decision` is what `decisions.decide` takes."""

    utfall = forms.ChoiceField(label=_("Neste skoleår"))
    skole = forms.ChoiceField(label=_("Skole"), required=False)
    grunnlag = forms.CharField(
        label=_("Grunnlag"),
        required=False,
        max_length=200,
        help_text=_("Saksnummer eller vedtak. Må fylles ut når eleven ikke følger vanlig oppflytting."),
    )
    sakkyndig = forms.BooleanField(label=_("Sakkyndig vurdering foreligger"), required=False)
    samtykke = forms.BooleanField(
        label=_("De foresatte har samtykket skriftlig"),
        required=False,
        help_text=_("Utsatt skolestart krever begge deler."),
    )
    versjon = forms.IntegerField(widget=forms.HiddenInput)
    use_required_attribute = False

    def __init__(self, data: Any, *, place: PlannedPlace, may_move: bool) -> None:
        initial = {
            "utfall": place.outcome,
            "skole": str(place.school.uuid) if place.school else "",
            "grunnlag": place.reason,
            "sakkyndig": place.has_assessment,
            "samtykke": place.has_consent,
            "versjon": place.version,
        }
        super().__init__(data, initial=initial)
        choice(self, "utfall").choices = [(o.value, str(OUTCOMES[o]).capitalize()) for o in outcomes_for(place)]
        self.schools = {str(school.uuid): school for school in School.objects.all()} if may_move else {}
        follow = _("Som reglene sier") if place.from_school_id else _("Ikke fordelt ennå")
        choice(self, "skole").choices = [("", follow), *((uuid, s.name) for uuid, s in self.schools.items())]
        if not may_move:
            del self.fields["skole"]
        if place.from_grade is not None:
            del self.fields["sakkyndig"], self.fields["samtykke"]

    @property
    def decision(self) -> dict[str, Any]:
        chosen = self.cleaned_data
        return {
            "outcome": Outcome(chosen["utfall"]),
            "school": self.schools.get(chosen.get("skole") or ""),
            "reason": chosen["grunnlag"],
            "version": chosen["versjon"],
            "has_assessment": chosen.get("sakkyndig", False),
            "has_consent": chosen.get("samtykke", False),
        }


def outcomes_for(place: PlannedPlace) -> list[Outcome]:
    """What a pupil in that grade can come to."""
    if place.from_grade is None:
        born = place.student.person.birth_date
        ways = rules.ways_to_begin(born, place.draft.school_year.starts_on.year) if born else ()
        return [outcome for outcome in OUTCOMES if outcome in ways] or [Outcome(place.outcome)]
    if place.from_grade == rules.LAST_GRADE:
        return [Outcome.GRADUATE, Outcome.REPEAT]
    found = [Outcome.MOVE if place.outcome == Outcome.MOVE else Outcome.PROMOTE, Outcome.REPEAT]
    return [*found, Outcome.ADVANCE] if place.from_grade < rules.LAST_GRADE - 1 else found


class EarlyForm(forms.Form):
    """What early start at school rests on, and the school."""

    skole = forms.ChoiceField(label=_("Skole"), error_messages={"required": _("Velg skole.")})
    grunnlag = forms.CharField(
        label=_("Grunnlag"),
        max_length=200,
        help_text=_("Saksnummer eller vedtak."),
        error_messages={"required": _("Skriv saksnummeret eller vedtaket.")},
    )
    sakkyndig = forms.BooleanField(
        label=_("Sakkyndig vurdering foreligger"),
        error_messages={"required": _("Tidlig skolestart krever sakkyndig vurdering. Kryss av når den foreligger.")},
    )
    samtykke = forms.BooleanField(
        label=_("De foresatte har samtykket skriftlig"),
        error_messages={"required": _("Tidlig skolestart krever skriftlig samtykke. Kryss av når det foreligger.")},
    )
    use_required_attribute = False

    def __init__(self, data: Any, *, schools: list[School]) -> None:
        super().__init__(data)
        self.schools = {str(school.uuid): school for school in schools}
        names = [(uuid, school.name) for uuid, school in self.schools.items()]
        choice(self, "skole").choices = [("", _("Velg skole")), *names]


class ClassForm(forms.Form):
    """A planned class or group: its name and, for a class, what the puzzle is held to."""

    navn = forms.CharField(label=_("Navn"), max_length=60, error_messages={"required": _("Skriv et navn.")})
    grense = forms.IntegerField(label=_("Høyeste antall elever"), required=False, min_value=1, max_value=99)
    malform = forms.ChoiceField(
        label=_("Målform"), required=False, choices=[("", _("ingen regel")), ("nb", "bokmål"), ("nn", "nynorsk")]
    )
    use_required_attribute = False


class NewGroupForm(forms.Form):
    slag = forms.ChoiceField(label=_("Slag"), choices=[])
    navn = forms.CharField(label=_("Navn"), max_length=60, error_messages={"required": _("Skriv et navn.")})
    trinn = forms.TypedChoiceField(label=_("Trinn"), required=False, coerce=int, empty_value=None)
    fag = forms.ChoiceField(label=_("Fag"), required=False, help_text=_("For faggrupper og valgfag."))
    klasse = forms.ChoiceField(
        label=_("Klasse"), required=False, help_text=_("Klassen en kontaktlærergruppe er en del av.")
    )
    use_required_attribute = False

    def __init__(
        self,
        data: Any,
        *,
        school: School,
        kinds: list[str],
        subjects: Iterable[Subject] = (),
        classes: Iterable[PlannedGroup] = (),
    ) -> None:
        super().__init__(data, auto_id="ny_%s")
        # The rarest kind comes last, since the first is what stands there when nobody chooses.
        offered = sorted((k for k in Group.Kind if k in kinds), key=lambda kind: kind == Group.Kind.CONTACT_GROUP)
        choice(self, "slag").choices = [(kind.value, capfirst(kind.label)) for kind in offered]
        grades = [(str(grade), f"{grade}.") for grade in rules.GRADES[school.kind]]
        choice(self, "trinn").choices = [("", _("på tvers av trinn")), *grades]
        self.subjects = {subject.code: subject for subject in subjects}
        names = [(code, str(subject)) for code, subject in self.subjects.items()]
        choice(self, "fag").choices = [("", _("Ingen")), *names]
        if not names:
            del self.fields["fag"]
        self.classes = {str(group.uuid): group for group in classes}
        choice(self, "klasse").choices = [("", _("Ingen")), *((uuid, g.name) for uuid, g in self.classes.items())]
        if not self.classes:
            del self.fields["klasse"]
        if len(kinds) == 1:
            self.fields["slag"].initial = kinds[0]
            self.fields["slag"].widget = forms.HiddenInput()
