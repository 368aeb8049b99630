"""The form that says which pupils get which school in one go."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accessctl.models import School
from admissions.year.many import Choice, Where, codes_of
from admissions.year.rules import GRADES
from students.rights.forms import choice

NOBODY = "ingen"
CODE = r"^\d{4}$"


def name_with_grades(school: School) -> str:
    """The name, with the grades of a school that takes no beginners."""
    grades = GRADES[school.kind]
    if 1 in grades:
        return school.name
    words = {"school": school.name, "first": grades[0], "last": grades[-1]}
    return _("%(school)s (%(first)s.–%(last)s. trinn)") % words


class ManyForm(forms.Form):
    """`choice` is what `many.distribute_many` takes."""

    elever = forms.ChoiceField(label=gettext_lazy("Elever"), initial=NOBODY)
    bosted = forms.ChoiceField(
        label=gettext_lazy("Som bor"),
        choices=[
            (Where.EVERYWHERE, gettext_lazy("hvor som helst")),
            (Where.CATCHMENT, gettext_lazy("i kretsen til skolen de skal få")),
            (Where.CODES, gettext_lazy("i disse postnumrene")),
        ],
        initial=Where.EVERYWHERE,
    )
    fra = forms.RegexField(
        CODE,
        label=gettext_lazy("Fra postnummer"),
        required=False,
        error_messages={"invalid": gettext_lazy("Postnummer har fire sifre.")},
    )
    til = forms.RegexField(
        CODE,
        label=gettext_lazy("Til postnummer"),
        required=False,
        error_messages={"invalid": gettext_lazy("Postnummer har fire sifre.")},
    )
    skole = forms.ChoiceField(
        label=gettext_lazy("Skal få"),
        help_text=gettext_lazy(
            "Skoler merket med trinn har ikke 1. trinn. De gjelder bare elever som flytter opp dit."
        ),
        error_messages={"required": gettext_lazy("Velg skolen elevene skal få.")},
    )
    use_required_attribute = False

    def __init__(self, data: Any) -> None:
        super().__init__(data)
        self.schools = {str(school.uuid): school for school in School.objects.order_by("name")}
        beginning = [school for school in self.schools.values() if 1 in GRADES[school.kind]]
        at = [(str(s.uuid), _("Begynner på %(school)s") % {"school": s.name}) for s in beginning]
        choice(self, "elever").choices = [(NOBODY, _("Uten skole")), *at]
        names = [(uuid, name_with_grades(school)) for uuid, school in self.schools.items()]
        choice(self, "skole").choices = [("", _("Velg skole")), *names, (NOBODY, _("Ingen skole ennå"))]
        for name in ("fra", "til"):
            self.fields[name].needed_when = _("når du velger postnumre")  # type: ignore[attr-defined]
            self.fields[name].widget.attrs |= {"inputmode": "numeric", "maxlength": "4", "size": "4"}

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if self.errors:
            return given
        to, now, where = self.schools.get(given["skole"]), self.schools.get(given["elever"]), given["bosted"]
        if to and now and 1 not in GRADES[to.kind]:
            words = {"school": to.name, "first": GRADES[to.kind][0]}
            self.add_error(
                "skole",
                _("%(school)s begynner på %(first)s. trinn, og har ingen som begynner på skolen. Velg en barneskole.")
                % words,
            )
        if to == now:
            self.add_error("skole", _("Elevene har denne skolen allerede. Velg en annen.") if to else _("Velg skole."))
        if where == Where.CATCHMENT and not codes_of(to):
            self.add_error("bosted", _("Skolen har ingen postnumre. Skriv dem under «Mottakerskoler»."))
        if where == Where.CODES:
            first, last = given["fra"], given["til"] or given["fra"]
            if not first:
                self.add_error("fra", _("Skriv postnummeret."))
            elif last < first:
                self.add_error("til", _("Det siste postnummeret er lavere enn det første."))
            given["til"] = last
        return given

    @property
    def choice(self) -> Choice:
        given = self.cleaned_data
        return Choice(
            to=self.schools.get(given["skole"]),
            now=self.schools.get(given["elever"]),
            where=Where(given["bosted"]),
            first=given["fra"],
            last=given["til"],
        )
