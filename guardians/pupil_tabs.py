"""Guardians on the overview of a pupil."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from accessctl.models import User
from accessctl.permissions import Permission
from guardians.household import hides_addresses, withholds_contact
from guardians.models import GuardianRelation
from guardians.photos import Consent, consents
from people.display import PREFETCHED, RELATED, contact_card
from students.models import Photo, Student
from students.tabs import Panel, Tab, register, register_address_rule, register_panel


def guardians_of(user: User, student: Student, hides_address: bool) -> dict[str, Any]:
    """The guardians in force today whom the user may see; no address where it tells of somebody protected.

    A grant on one protected pupil shows who the guardians are, and not how they are reached (handbook 8.2, rule 1).
    """
    relations = (
        GuardianRelation.objects.visible_to(user)
        .in_force()
        .filter(student=student)
        .select_related("guardian", *(f"guardian__{name}" for name in RELATED))
        .prefetch_related(*(f"guardian__{name}" for name in PREFETCHED))
        .order_by("guardian__family_name", "guardian__given_name")
    )
    is_withheld = withholds_contact(user, student)
    cards = [
        contact_card(
            relation.guardian, sees_contact=not is_withheld, sees_protected=True, household_protected=hides_address
        )
        for relation in relations
    ]
    return {"title": _("Foresatte"), "cards": cards, "is_withheld": is_withheld}


def photo_of(user: User, student: Student, _hides_address: bool) -> dict[str, Any]:
    """Whether there is a school photo that may be shown: with consent today, and never of a protected pupil."""
    has_photo = not student.person.is_protected and Photo.objects.filter(student=student).exists()
    return {"student": student, "is_shown": has_photo and consents([student])[student.pk] == Consent.YES}


register_address_rule(hides_addresses)
register_panel(Panel("skolefoto", "guardians/photo_panel.html", Permission.VIEW_PUPIL, order=0, data=photo_of))
register_panel(Panel("foresatte", "guardians/pupil_panel.html", Permission.VIEW_GUARDIANS, order=10, data=guardians_of))
register_panel(
    Panel(
        "foresattes-kontakt",
        "guardians/pupil_panel.html",
        Permission.VIEW_GUARDIANS,
        order=10,
        data=guardians_of,
        tab="kontakt",
    )
)
register(Tab("foresatte", _("Foresatte"), "guardians:tab", Permission.VIEW_GUARDIANS, order=20))
