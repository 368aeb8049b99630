"""What guardians mean for lists of pupils: whose address is kept back, and the sheets that need what they have said."""

from collections.abc import Sequence

from django.utils.translation import gettext_lazy as _

from accessctl.models import User
from accessctl.permissions import Permission
from guardians.contact_list import entries
from guardians.household import hides_addresses_of
from students.lists.columns import Column, register_column
from students.lists.registry import Sheet, register_address_rule, register_sheet
from students.models import Student


def phones_shared(user: User, students: Sequence[Student]) -> dict[int, str]:
    """The telephone numbers guardians have chosen to share, with their names where they share these too."""
    return {
        entry.student.pk: ", ".join(f"{told.name} {told.phone}".strip() for told in entry.guardians if told.phone)
        for entry in entries(students, user)
    }


register_address_rule(hides_addresses_of)
register_column(
    Column("foresattes_telefon", _("Telefon foresatte deler"), Permission.VIEW_GUARDIANS, is_contact=True),
    phones_shared,
)
register_sheet(
    Sheet(
        "bilder",
        _("Bildeark"),
        _("Navn og bilde av elever med samtykke til skolefoto."),
        "guardians:photo_sheet",
        Permission.VIEW_PUPIL,
        order=10,
    )
)
register_sheet(
    Sheet(
        "klasseliste",
        _("Klasseliste til hjemmene"),
        _("Det foresatte har valgt å dele."),
        "guardians:contact_list",
        Permission.VIEW_GUARDIANS,
        order=20,
    )
)
register_sheet(
    Sheet(
        "nodliste",
        _("Nødliste"),
        _("Elevene og mobilnumrene til de foresatte, til bruk når noe har hendt."),
        "guardians:emergency_list",
        Permission.VIEW_GUARDIANS,
        order=30,
    )
)
