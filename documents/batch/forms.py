"""What is asked when a letter to many is begun."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accessctl.models import School, User
from documents.batch.recipients import choices_at
from documents.forms import writable_types
from documents.models import LANGUAGES, DocumentType

LANGUAGE_CHOICES = [("", _("Elevens målform")), *LANGUAGES]


class WhatForm(forms.Form):
    """Which kind of letter, and in which written form."""

    use_required_attribute = False
    type = forms.ModelChoiceField(
        label=_("Hva slags dokument?"),
        queryset=DocumentType.objects.none(),
        empty_label=_("Velg type"),
        to_field_name="slug",
        error_messages={"required": _("Velg hva slags dokument det er."), "invalid_choice": _("Velg et dokument.")},
    )
    language = forms.ChoiceField(label=_("Målform"), choices=LANGUAGE_CHOICES, required=False)

    def __init__(self, data: Any = None, **more: Any) -> None:
        super().__init__(data, **more)
        kinds = self.fields["type"]
        assert isinstance(kinds, forms.ModelChoiceField)
        kinds.queryset = writable_types()


class NewBatchForm(WhatForm):
    """The same, and who is to have it."""

    recipients = forms.ChoiceField(
        label=_("Hvem skal få det?"),
        error_messages={"required": _("Velg hvem som skal få det."), "invalid_choice": _("Velg hvem som skal få det.")},
        help_text=_("Enkeltelever velger du i elevlisten."),
    )
    field_order = ["recipients", "type", "language"]

    def __init__(self, user: User, school: School, data: Any = None, **more: Any) -> None:
        super().__init__(data, **more)
        choices = self.fields["recipients"]
        assert isinstance(choices, forms.ChoiceField)
        choices.choices = [("", _("Velg")), *choices_at(user, school)]


class ChosenPupilsForm(WhatForm):
    """The same for pupils ticked in the list. `leads_to` is where the letter is written, once it is begun."""

    leads_to = ""

    def __init__(self, _user: User, data: Any) -> None:
        super().__init__(data)
