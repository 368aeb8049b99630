"""The filter of the log of letters."""

from datetime import date, datetime, time, timedelta
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from accessctl.models import School
from messaging.models import DispatchQuerySet
from schoolapp.lib import clock
from schoolapp.lib.date_field import DateField


class LogFilter(forms.Form):
    """Lives in the URL, so that a view can be kept and shared. A school is offered when there is more than one."""

    type = forms.ChoiceField(label=_("Type"), required=False)
    fra = DateField(label=_("Fra dato"), required=False, widget=forms.DateInput(attrs={"type": "date"}))
    til = DateField(label=_("Til dato"), required=False, widget=forms.DateInput(attrs={"type": "date"}))
    skole = forms.ChoiceField(label=_("Skole"), required=False)

    def __init__(self, data: Any, *, schools: QuerySet[School], kinds: list[str]) -> None:
        super().__init__(data, auto_id="filter_%s")
        names = {str(school.uuid): school.name for school in schools}
        self._offer("skole", [("", _("Alle skoler")), *names.items()])
        self._offer("type", [("", _("Alle typer")), *((kind, kind) for kind in kinds)])
        if len(names) < 2:
            del self.fields["skole"]
        self.is_valid()

    def _offer(self, name: str, choices: list[Any]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = choices

    def applied_to(self, rows: DispatchQuerySet) -> DispatchQuerySet:
        """The rows the filter leaves. A value that is not among the choices filters nothing."""
        if school := self.cleaned_data.get("skole"):
            rows = rows.filter(school__uuid=school)
        if kind := self.cleaned_data.get("type"):
            rows = rows.filter(kind=kind)
        if first := self.cleaned_data.get("fra"):
            rows = rows.filter(created_at__gte=midnight(first))
        if last := self.cleaned_data.get("til"):
            rows = rows.filter(created_at__lt=midnight(last + timedelta(days=1)))
        return rows

    @property
    def is_active(self) -> bool:
        return any(self.cleaned_data.values())


def midnight(day: date) -> datetime:
    return datetime.combine(day, time(), clock.OSLO)
