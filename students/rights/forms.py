"""Forms that give roles and special grants to an employee."""

from collections.abc import Iterable
from typing import Any, cast

from django import forms
from django.utils.translation import gettext_lazy as _

from accessctl.models import Municipality, Role, School, User
from accessctl.models.roles import in_a_year
from accessctl.permissions import OFFICER_GRANTS, SPECIAL_GRANTS, Permission
from accessctl.rights.in_use import rights_in_use
from accessctl.roles import STAFF_REACHES, Reach
from accessctl.scope import scope_of
from schoolapp.lib import clock
from schoolapp.lib.date_field import DateField
from schools.models import SchoolYear
from students.models import Group, Student
from students.names import named
from students.rights.people import already_held

ANY = ("", _("Alle"))


class DateInput(forms.DateInput):
    input_type = "date"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%d")


def date_field(label: Any, **kwargs: Any) -> DateField:
    return DateField(
        label=label,
        widget=DateInput(),
        input_formats=["%Y-%m-%d", "%d.%m.%Y"],
        **kwargs,
    )


class PeopleFilter(forms.Form):
    """The filter above the list of employees; it lives in the address."""

    sok = forms.CharField(
        label=_("Navn"), required=False, max_length=100, widget=forms.TextInput(attrs={"type": "search"})
    )
    skole = forms.ChoiceField(label=_("Skole"), required=False)
    rolle = forms.ChoiceField(label=_("Rolle"), required=False)

    def __init__(self, data: Any, *, schools: Iterable[School], roles: Iterable[Role]) -> None:
        super().__init__(data, auto_id="filter_%s")
        self.schools = {str(school.uuid): school for school in schools}
        self.roles = {role.slug: role for role in roles}
        choice(self, "skole").choices = [ANY, *((uuid, school.name) for uuid, school in self.schools.items())]
        choice(self, "rolle").choices = [ANY, *((slug, role.name) for slug, role in self.roles.items())]
        if len(self.schools) < 2:
            del self.fields["skole"]
        self.is_valid()

    def value(self, name: str) -> str:
        return str(self.cleaned_data.get(name, ""))

    @property
    def is_active(self) -> bool:
        return any(self.cleaned_data.values())


def choice(form: forms.Form, name: str) -> forms.ChoiceField:
    return cast(forms.ChoiceField, form.fields[name])


def mark_needed(form: forms.Form, when: dict[str, Any]) -> None:
    """Say beside the label when a field must be filled in, where another field decides that."""
    for name, text in when.items():
        form.fields[name].needed_when = text  # type: ignore[attr-defined]  # read by components/field.html


class NumberForm(forms.Form):
    nummer = forms.CharField(
        label=_("Ansattnummer"), max_length=20, error_messages={"required": _("Skriv hele ansattnummeret.")}
    )
    use_required_attribute = False


class GiveRoleForm(forms.Form):
    """Which role, how far, at which schools and for how long."""

    rolle = forms.ChoiceField(label=_("Rolle"), error_messages={"required": _("Velg en rolle.")})
    rekkevidde = forms.ChoiceField(
        label=_("Rekkevidde"),
        required=False,
        choices=[("", _("Så langt rollen rekker")), *((reach.value, reach.label) for reach in STAFF_REACHES[1:])],
        help_text=_("Du kan gi rollen snevrere enn den er, men ikke videre."),
    )
    skoler = forms.MultipleChoiceField(
        label=_("Skoler"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Velg én eller flere. Roller for hele kommunen trenger ingen skole."),
    )
    fra = date_field(_("Fra"))
    til = date_field(_("Til og med"), required=False, help_text=_("La stå tomt når rollen ikke har sluttdato."))
    use_required_attribute = False

    def __init__(self, *args: Any, roles: Iterable[Role], schools: Iterable[School], user: User | None, **kwargs: Any):
        super().__init__(*args, **kwargs)
        mark_needed(self, {"skoler": _("velg når rollen gjelder ved en skole")})
        self.user = user
        self.roles = {str(role.uuid): role for role in roles if role.reach in STAFF_REACHES}
        self.schools = {str(school.uuid): school for school in schools}
        options = [(uuid, f"{role.name} ({Reach(role.reach).in_a_sentence})") for uuid, role in self.roles.items()]
        choice(self, "rolle").choices = [("", _("Velg rolle")), *options]
        cast(forms.MultipleChoiceField, self.fields["skoler"]).choices = [
            (uuid, school.name) for uuid, school in self.schools.items()
        ]
        self.fields["fra"].initial = clock.today()
        if len(self.schools) == 1:
            self.fields["skoler"].initial = list(self.schools)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        role = self.roles.get(cleaned.get("rolle", ""))
        if role is None:
            return cleaned
        reach = cleaned.get("rekkevidde") or role.reach
        cleaned["role"], cleaned["reach"] = role, reach
        needs_school = Reach(reach).needs_school
        cleaned["schools"] = [self.schools[uuid] for uuid in cleaned.get("skoler", [])] if needs_school else []
        if not Reach(role.reach).may_be_given_as(reach):
            self.add_error("rekkevidde", _("Rollen kan ikke gis så vidt. Velg en snevrere rekkevidde."))
        elif needs_school and not cleaned["schools"]:
            self.add_error("skoler", _("Velg skolen rollen skal gjelde ved."))
        start, end = cleaned.get("fra"), cleaned.get("til")
        if start and start < clock.today():
            self.add_error("fra", _("Tilgang kan ikke gis tilbake i tid. Velg dagen i dag eller senere."))
        if start and end and end < start:
            self.add_error("til", _("Sluttdatoen er før startdatoen."))
        if start and (held := already_held(self.user, role, reach, cleaned["schools"], start)):
            places = ", ".join(str(row.school) for row in held if row.school)
            text = _("Har allerede rollen %(place)s. Endre sluttdatoen i stedet.")
            self.add_error("rolle", text % {"place": _("ved %(s)s") % {"s": places} if places else ""})
        return cleaned


class EndDateForm(forms.Form):
    til = date_field(_("Til og med"), required=False, help_text=_("La stå tomt når rollen ikke har sluttdato."))
    use_required_attribute = False


class RenewForm(forms.Form):
    begrunnelse = forms.CharField(
        label=_("Hvorfor skal tilgangen vare lenger?"),
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"required": _("Skriv hvorfor.")},
    )
    til = date_field(_("Til og med"), help_text=_("Høyst ett år fram."))
    use_required_attribute = False


class GiveGrantForm(forms.Form):
    """Which special grant, on what, why and until when. What it is given on is found by what is typed."""

    KOMMUNE, SKOLE, GRUPPE, ELEV = "kommune", "skole", "gruppe", "elev"
    tilgang = forms.ChoiceField(
        label=_("Særskilt tilgang"), widget=forms.RadioSelect, error_messages={"required": _("Velg en tilgang.")}
    )
    omfang = forms.ChoiceField(
        label=_("Hva gjelder den?"), widget=forms.RadioSelect, error_messages={"required": _("Velg hva den gjelder.")}
    )
    skole = forms.ChoiceField(label=_("Skole"), required=False)
    gruppe = forms.CharField(label=_("Gruppe"), required=False, max_length=60, help_text=_("For eksempel 5A."))
    elev = forms.CharField(label=_("Elevens navn"), required=False, max_length=100)
    fodt = date_field(_("Elevens fødselsdato"), required=False)
    needed_when = {
        "skole": _("fyll ut når den gjelder en skole, en gruppe eller en elev"),
        "gruppe": _("fyll ut når den gjelder en klasse eller gruppe"),
        "elev": _("fyll ut når den gjelder en elev"),
        "fodt": _("fyll ut når flere elever heter det samme"),
    }
    begrunnelse = forms.CharField(
        label=_("Hvorfor gis tilgangen?"),
        help_text=_("Står i loggen. Skriv ikke navn på elever eller foresatte."),
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"required": _("Skriv hvorfor tilgangen gis.")},
    )
    til = date_field(_("Til og med"), help_text=_("Høyst ett år fram."))
    use_required_attribute = False

    def __init__(self, *args: Any, by: User, schools: Iterable[School], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        mark_needed(self, self.needed_when)
        self.by = by
        self.schools = {str(school.uuid): school for school in schools}
        scope = scope_of(by)
        everything = scope.reach(Permission.GIVE_ROLES).everything
        officer = everything or scope.holds(Permission.MANAGE_PROTECTION)
        rights = SPECIAL_GRANTS + (OFFICER_GRANTS if officer else ())
        used = rights_in_use()
        choice(self, "tilgang").choices = [
            (right.value, right.label if right in used else _("%(right)s (ikke tatt i bruk)") % {"right": right.label})
            for right in rights
        ]
        whole = [(self.KOMMUNE, _("Hele kommunen"))] if everything else []
        rest = [(self.SKOLE, _("En skole")), (self.GRUPPE, _("En klasse eller gruppe")), (self.ELEV, _("Én elev"))]
        choice(self, "omfang").choices = [*whole, *rest]
        only = len(self.schools) == 1
        schools_offered = [(uuid, school.name) for uuid, school in self.schools.items()]
        choice(self, "skole").choices = schools_offered if only else [("", _("Velg skole")), *schools_offered]
        self.fields["til"].initial = in_a_year()

    def clean_til(self) -> Any:
        end = self.cleaned_data["til"]
        if end < clock.today() or end > in_a_year():
            raise forms.ValidationError(_("Velg en dato fra i dag til høyst ett år fram."))
        return end

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        school = self.schools.get(cleaned.get("skole", ""))
        cleaned["on"] = None
        if cleaned.get("tilgang") in OFFICER_GRANTS and cleaned.get("omfang") == self.GRUPPE:
            self.add_error("omfang", _("Rettigheter for adressesperre gis for kommunen, en skole eller én elev."))
            return cleaned
        match cleaned.get("omfang"):
            case self.KOMMUNE:
                cleaned["on"] = Municipality.objects.first()
            case self.SKOLE if school:
                cleaned["on"] = school
            case self.GRUPPE if school:
                cleaned["on"] = self.group_at(school, cleaned.get("gruppe", ""))
            case self.ELEV if school:
                cleaned["on"] = self.pupil_at(school, cleaned.get("elev", ""), cleaned.get("fodt"))
            case self.SKOLE | self.GRUPPE | self.ELEV:
                self.add_error("skole", _("Velg skolen."))
        return cleaned

    def group_at(self, school: School, name: str) -> Group | None:
        groups = Group.objects.visible_to(self.by, Permission.GIVE_ROLES).filter(
            school=school, name__iexact=name.strip(), school_year__state=SchoolYear.State.CURRENT
        )
        found: list[Group] = list(groups[:2])
        if len(found) != 1:
            self.add_error("gruppe", _("Skriv navnet på gruppen slik det står i klasselisten."))
        return found[0] if len(found) == 1 else None

    def pupil_at(self, school: School, name: str, born: Any) -> Student | None:
        pupils = Student.objects.visible_to(self.by, Permission.GIVE_ROLES).filter(school=school)
        if born:
            pupils = pupils.filter(person__birth_date=born)
        found: list[Student] = list(named(pupils, name).select_related("person")[:2]) if name.strip() else []
        if len(found) != 1:
            several = _("Flere elever passer. Skriv hele navnet og fødselsdatoen.")
            self.add_error("elev", several if found else _("Fant ingen elev. Sjekk navnet, skolen og fødselsdatoen."))
        return found[0] if len(found) == 1 else None
