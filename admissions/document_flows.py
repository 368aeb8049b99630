"""Where the documents of a move are made: on its case, and never in the editor."""

from django.urls import reverse

from accessctl import wall
from accessctl.permissions import Permission
from admissions.models import MoveStep
from admissions.moves.rules import FILED_TYPE, NOTICE_TYPE
from documents.flows import begin_at, register
from documents.models import Document


@wall.lifted("only the address of the case comes out, and the case is opened by its own rules")
def case_of(document: Document) -> str:
    """The page of the notice; the list of cases for one whose case is gone."""
    step = MoveStep.objects.filter(document__series=document.series).select_related("move").first()
    if step is None:
        return reverse("moves:list")
    return reverse("moves:notice" if step.kind == MoveStep.Kind.NOTICE else "moves:case", args=[step.move.uuid])


register(NOTICE_TYPE, case_of)
register(FILED_TYPE, case_of)
for slug in (NOTICE_TYPE, FILED_TYPE):
    begin_at(slug, "moves:list", Permission.EDIT_PUPIL, Permission.MANAGE_PROTECTION)
