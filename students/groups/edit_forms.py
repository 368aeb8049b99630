"""Forms that make and change groups, and put pupils in and take them out."""

from collections.abc import Iterable
from typing import Any, cast

from django import forms
from django.utils.translation import gettext_lazy as _

from accessctl.models import School
from schoolapp.lib import clock
from schools.models import SchoolYear, Subject
from students.models import Group, Membership, Student
from students.rights.forms import choice, date_field

Kind = Group.Kind
NONE = ("", _("Ikke valgt"))
GRADES = [NONE, *((str(n), f"{n}. trinn") for n in range(1, 11))]
# Which fields a group of each kind has beside its name.
FIELDS = {
    Kind.HOME_CLASS: {"trinn", "enhet"},
    Kind.CONTACT_GROUP: {"klasse"},
    Kind.SUBJECT_GROUP: {"fag", "trinn", "enhet"},
    Kind.ELECTIVE: {"fag", "trinn"},
    Kind.SFO_GROUP: {"trinn"},
}


class GroupForm(forms.Form):
    """What a group is. The fields that its kind does not have are left out."""

    klasse = forms.ChoiceField(label=_("Klassen gruppen er en del av"), error_messages={"required": _("Velg klassen.")})
    navn = forms.CharField(
        label=_("Navn"), max_length=60, error_messages={"required": _("Skriv navnet, for eksempel 5A.")}
    )
    fag = forms.ChoiceField(label=_("Fag"), error_messages={"required": _("Velg faget gruppen har.")})
    trinn = forms.ChoiceField(label=_("Trinn"), required=False, choices=GRADES)
    enhet = forms.ChoiceField(
        label=_("Særskilt enhet"),
        required=False,
        choices=[("", _("Nei")), *Group.Unit.choices],
        help_text=_("For grupper som er en forsterket avdeling, en mottaksklasse eller lignende."),
    )
    use_required_attribute = False

    def __init__(self, *args: Any, kind: str, subjects: Iterable[Subject], classes: Iterable[Group], **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.kind = kind
        for name in {"klasse", "fag", "trinn", "enhet"} - FIELDS[Kind(kind)]:
            del self.fields[name]
        self.subjects = {subject.code: subject for subject in subjects} if "fag" in self.fields else {}
        self.classes = {str(group.uuid): group for group in classes} if "klasse" in self.fields else {}
        if "fag" in self.fields:
            names = [(code, str(subject)) for code, subject in self.subjects.items()]
            choice(self, "fag").choices = [("", _("Velg fag")), *names]
            self.fields["fag"].required = kind == Kind.SUBJECT_GROUP
        if "klasse" in self.fields:
            groups = [(uuid, f"{g.name}, {g.school.name}, {g.school_year}") for uuid, g in self.classes.items()]
            choice(self, "klasse").choices = [("", _("Velg klasse")), *groups]

    @property
    def chosen(self) -> dict[str, Any]:
        data = self.cleaned_data
        home_class = self.classes.get(data.get("klasse", ""))
        grade = int(data["trinn"]) if data.get("trinn") else None
        return {
            "name": data["navn"],
            "subject": self.subjects.get(data.get("fag", "")),
            "home_class": home_class,
            "unit": data.get("enhet", ""),
            "grade_level": home_class.grade_level if home_class else grade,
        }


class NewGroupForm(GroupForm):
    """A group to be, at one of the schools where the user decides. A contact group's school is that of its class."""

    skole = forms.ChoiceField(label=_("Skole"), error_messages={"required": _("Velg skolen.")})
    ar = forms.ChoiceField(label=_("Skoleår"), error_messages={"required": _("Velg skoleåret.")})
    field_order = ["skole", "ar", "klasse", "navn", "fag", "trinn", "enhet"]

    def __init__(self, *args: Any, schools: Iterable[School], years: Iterable[SchoolYear], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.schools = {str(school.uuid): school for school in schools}
        self.years = {str(year): year for year in years}
        if self.kind == Kind.CONTACT_GROUP:
            del self.fields["skole"], self.fields["ar"]
            return
        choice(self, "skole").choices = [(uuid, school.name) for uuid, school in self.schools.items()]
        choice(self, "ar").choices = [(name, name) for name in self.years]
        for name, only in (("skole", self.schools), ("ar", self.years)):
            if len(only) == 1:
                self.fields[name].widget = forms.HiddenInput()
                self.fields[name].initial = next(iter(only))
        if len(self.schools) > 1:
            choice(self, "skole").choices = [("", _("Velg skole")), *choice(self, "skole").choices]  # type: ignore[misc]

    @property
    def place(self) -> tuple[School, SchoolYear]:
        home_class = self.classes.get(self.cleaned_data.get("klasse", ""))
        if home_class:
            return home_class.school, home_class.school_year
        return self.schools[self.cleaned_data["skole"]], self.years[self.cleaned_data["ar"]]


class PupilsForm(forms.Form):
    """Several pupils at once."""

    elever = forms.MultipleChoiceField(error_messages={"required": _("Velg minst én elev.")}, label=_("Elever"))
    use_required_attribute = False

    def offer(self, choices: list[tuple[str, str]]) -> None:
        cast(forms.MultipleChoiceField, self.fields["elever"]).choices = choices
        self.fields["elever"].error_messages["invalid_choice"] = _(
            "En av elevene kan ikke velges lenger. Se gjennom listen på nytt."
        )


class PutInForm(PupilsForm):
    fra = date_field(_("Fra"))
    til = date_field(_("Til og med"), required=False, help_text=_("La stå tomt når plassen ikke har sluttdato."))

    def __init__(self, *args: Any, students: Iterable[Student], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.students = {str(student.uuid): student for student in students}
        self.offer([(uuid, str(student)) for uuid, student in self.students.items()])

    @property
    def chosen(self) -> list[Student]:
        return [self.students[uuid] for uuid in self.cleaned_data["elever"]]


class TakeOutForm(PupilsForm):
    siste_dag = date_field(_("Siste dag"), help_text=_("Elevene er i gruppen ut denne dagen."))

    def __init__(self, *args: Any, places: Iterable[Membership], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.places: dict[str, list[Membership]] = {}
        for row in places:
            self.places.setdefault(str(row.student.uuid), []).append(row)
        self.offer([(uuid, str(rows[0].student)) for uuid, rows in self.places.items()])
        self.fields["siste_dag"].initial = clock.today()

    @property
    def chosen(self) -> list[Membership]:
        return [row for uuid in self.cleaned_data["elever"] for row in self.places[uuid]]


class CloseForm(forms.Form):
    siste_dag = date_field(_("Siste dag"), help_text=_("Elever og ansatte er i gruppen ut denne dagen."))
    use_required_attribute = False
