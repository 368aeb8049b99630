"""The same letter to many pupils, from the list of pupils and from the page of a class."""

from collections.abc import Sequence
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accessctl.models import User
from accessctl.permissions import Permission
from documents.batch import actions
from documents.batch.forms import ChosenPupilsForm
from students.lists.registry import BulkAction, Outcome, Sheet, register_action, register_sheet
from students.models import Student


def begin(user: User, students: Sequence[Student], form: Any) -> list[Outcome]:
    """A letter to them, to be written. Nothing is made yet; the form says where it is written."""
    try:
        batch = actions.make_batch(
            students,
            document_type=form.cleaned_data["type"],
            language=form.cleaned_data["language"],
            label=_("%(n)d valgte elever") % {"n": len(students)},
            by=user,
        )
    except actions.NobodyLeft:
        form.add_error(None, _("Du kan ikke skrive om noen av disse elevene."))
        return []
    form.leads_to = reverse("documents:batch_write", args=[batch.uuid])
    return []


register_action(
    BulkAction(
        slug="dokument",
        label=gettext_lazy("Dokument til alle"),
        intro=gettext_lazy("Du skriver brevet én gang. Ingenting lages eller sendes før du har sett over."),
        button=gettext_lazy("Begynn å skrive"),
        permission=Permission.WRITE_DOCUMENT,
        order=20,
        form=ChosenPupilsForm,
        act=begin,
    )
)
register_sheet(
    Sheet(
        slug="dokument",
        label=gettext_lazy("Dokument til alle"),
        about=gettext_lazy("Skriv ett brev, så får hver elev sitt"),
        url_name="documents:batch_for_group",
        permission=Permission.WRITE_DOCUMENT,
        order=60,
    )
)
