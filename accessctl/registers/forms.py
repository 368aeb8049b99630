"""One row of a register as a form: the same in the console and from a file."""

from typing import Any

from django import forms
from django.db.models import Model
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from schoolapp.lib.date_field import NO_SUCH_DAY


class RegisterForm(forms.ModelForm):  # type: ignore[type-arg]  # not subscriptable at run time
    """`user` is whoever saves; fields that choose among rows are narrowed to what that person reaches."""

    user: Any = None
    use_required_attribute = False

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            # What is stored is what a row is compared with, not what a page once showed.
            field.show_hidden_initial = False
            if isinstance(field, forms.ModelChoiceField) and self.instance.pk and hasattr(self.instance, name):
                self.initial[name] = getattr(self.instance, name)
            speak_plainly(field)

    def as_cell(self, name: str) -> str:
        """What an export shows of one field; the import understands it."""
        value, field = self.initial.get(name), self.fields[name]
        if isinstance(field, forms.ModelChoiceField):
            return str(field.prepare_value(value) or "") if value is not None else ""
        if isinstance(field, forms.ChoiceField):
            return str(dict(field.choices).get(value, value or ""))  # type: ignore[arg-type]
        if isinstance(field, forms.DateField):
            return value.isoformat() if value else ""
        return "" if value is None else str(value)


def speak_plainly(field: forms.Field) -> None:
    """Our words for what is missing or unknown, and which choices there are; no row of dashes for no choice."""
    if str(field.error_messages.get("required")) == str(forms.Field.default_error_messages["required"]):
        field.error_messages["required"] = _("Må fylles ut.")
    if isinstance(field, forms.DateField):
        field.error_messages["invalid"] = NO_SUCH_DAY
    if isinstance(field, forms.ModelChoiceField):
        field.error_messages["invalid_choice"] = _("Finner ikke dette i registeret. Se etter skrivefeil.")
        if field.empty_label is not None:
            field.empty_label = _("Ikke valgt")
    elif isinstance(field, forms.ChoiceField):
        choices: Any = field.choices
        labels = ", ".join(str(label) for value, label in choices if value != "")
        field.error_messages["invalid_choice"] = format_lazy(
            _("Dette er ikke et valg. Velg blant: {choices}."), choices=labels
        )
        field.choices = [(value, label if value != "" else _("Ikke valgt")) for value, label in choices]


class UploadForm(forms.Form):
    use_required_attribute = False
    file = forms.FileField(
        label=_("Fil"),
        help_text=_("CSV (UTF-8) eller Excel (.xlsx). Høyst 5 MB og 10 000 rader. Første rad er overskrifter."),
        error_messages={"required": _("Velg en fil."), "empty": _("Filen er tom. Velg en annen fil.")},
        widget=forms.FileInput(attrs={"accept": ".csv,.xlsx"}),
    )


def as_posted(form: forms.BaseForm, name: str, cell: str) -> Any:
    """A cell as the form field wants it: choices may be written as they are shown."""
    field = form.fields[name]
    if isinstance(field, forms.ChoiceField) and not isinstance(field, forms.ModelChoiceField):
        choices: Any = field.choices
        by_label = {str(label).lower(): value for value, label in choices}
        return by_label.get(cell.lower(), cell)
    return cell


def headings_of(form: forms.BaseForm, columns: tuple[str, ...]) -> dict[str, str]:
    """The heading of each column in a file: the field's label, in small letters."""
    return {name: str(form.fields[name].label or name).lower() for name in columns}


def saved(form: RegisterForm) -> Model:
    row: Model = form.save()
    return row
