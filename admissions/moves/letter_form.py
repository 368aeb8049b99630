"""Forms of letters to many."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accessctl.models import School
from admissions.moves.recipients import Recipient
from admissions.moves.rules import FIRST_GRADE_LETTER, INVITATION, OTHER_LETTER
from documents.fields import Source, fields_of, is_required
from documents.forms import form_field
from documents.markup import plain
from students.models import Student
from students.rights.forms import choice

KINDS = [
    (INVITATION, _("Invitasjon til innskriving")),
    (FIRST_GRADE_LETTER, _("Velkommen som elev")),
    (OTHER_LETTER, _("Enkeltvedtak om skoleplass (2.–10. trinn)")),
]
OWN_FIELD = "plass_trinn"  # each pupil's, never typed for all


class ChooseForm(forms.Form):
    """Which letter, for which school. It lives in the address."""

    brev = forms.ChoiceField(label=_("Brev"), choices=KINDS)
    skole = forms.ChoiceField(label=_("Skole"))
    trinn = forms.TypedChoiceField(
        label=_("Trinn"),
        required=False,
        coerce=int,
        empty_value=None,
        choices=[("", _("Alle")), *((str(n), f"{n}.") for n in range(1, 11))],
    )
    use_required_attribute = False

    def __init__(self, data: Any, *, schools: Iterable[School]) -> None:
        super().__init__(data)
        self.schools = {str(school.uuid): school for school in schools}
        choice(self, "skole").choices = [(uuid, school.name) for uuid, school in self.schools.items()]

    @property
    def school(self) -> School:
        return self.schools[self.cleaned_data["skole"]]

    @property
    def grade(self) -> int | None:
        found: int | None = self.cleaned_data["trinn"]
        return found

    @property
    def kind(self) -> str:
        return str(self.cleaned_data["brev"])

    @property
    def kind_name(self) -> Any:
        return dict(KINDS)[self.kind]


class BatchForm(forms.Form):
    """Who gets the letter, and what the author fills in once for all."""

    elever = forms.MultipleChoiceField(
        label=_("Elever"),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Velg minst én elev.")},
    )
    use_required_attribute = False

    def __init__(self, data: Any, *, kind: str, school: School, pupils: Iterable[Recipient]) -> None:
        super().__init__(data)
        self.pupils = {str(found.student.uuid): found for found in pupils}
        self.fields["elever"].choices = [  # type: ignore[attr-defined]
            (uuid, label_of(found)) for uuid, found in self.pupils.items()
        ]
        self.fields["elever"].initial = [uuid for uuid, found in self.pupils.items() if not found.written_on]
        own = fields_of(kind).values()
        self.typed = [field for field in own if field.source == Source.AUTHOR and field.name != OWN_FIELD]
        for field in self.typed:
            self.fields[field.name] = form_field(field, required=is_required(kind, field))
        if "tildelt_skole" in self.fields:
            self.fields["tildelt_skole"].initial = school.name

    @property
    def chosen(self) -> list[Student]:
        return [self.pupils[uuid].student for uuid in self.cleaned_data["elever"]]

    @property
    def fields_filled(self) -> dict[str, str]:
        return {field.name: plain(str(self.cleaned_data[field.name])) for field in self.typed}


def label_of(found: Recipient) -> str:
    """Name and grade; who has had the letter already is told, and is not ticked."""
    words = {
        "name": found.name,
        "grade": found.grade,
        "day": f"{found.written_on:%d.%m.%Y}" if found.written_on else "",
    }
    if found.written_on:
        return gettext("%(name)s, %(grade)s. trinn – fikk brevet %(day)s") % words
    return gettext("%(name)s, %(grade)s. trinn") % words
