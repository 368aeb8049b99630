"""Guardians on the overview of a pupil."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from accessctl.models import User
from accessctl.permissions import Permission
from guardians.household import hides_addresses
from guardians.models import GuardianRelation
from people.display import PREFETCHED, RELATED, contact_card
from students.models import Student
from students.tabs import Panel, Tab, register, register_address_rule, register_panel


def guardians_of(user: User, student: Student) -> dict[str, Any]:
    """The guardians in force today whom the user may see; no address where it tells of somebody protected."""
    relations = (
        GuardianRelation.objects.visible_to(user)
        .in_force()
        .filter(student=student)
        .select_related("guardian", *(f"guardian__{name}" for name in RELATED))
        .prefetch_related(*(f"guardian__{name}" for name in PREFETCHED))
        .order_by("guardian__family_name", "guardian__given_name")
    )
    is_hidden = hides_addresses(user, student)
    cards = [
        contact_card(relation.guardian, sees_contact=True, sees_protected=True, household_protected=is_hidden)
        for relation in relations
    ]
    return {"title": _("Foresatte"), "cards": cards}


register_address_rule(hides_addresses)
register_panel(Panel("foresatte", "guardians/pupil_panel.html", Permission.VIEW_GUARDIANS, order=10, data=guardians_of))
register(Tab("foresatte", _("Foresatte"), "guardians:tab", Permission.VIEW_GUARDIANS, order=20))
