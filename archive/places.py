"""Where what is wrong with the archive is put right, by name: the screen, the button's words, and whose job it is."""

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accessctl.models import School
from accessctl.permissions import Permission

OWNER, SETUP, FOLDERS, PUPIL_FOLDERS, TYPES = "owner", "setup", "folders", "pupil_folders", "types"

TEAM = _("teamet for skolen")
MUNICIPAL = _("kommuneadmin")
# place: (route, whether it is about one school, words, the right it takes, who has it)
SCREENS: dict[str, tuple[str, bool, Promise, Permission, Promise]] = {
    OWNER: ("archive:owner", True, _("Bytt saksansvarlig"), Permission.EDIT_ARCHIVE_SETTINGS, MUNICIPAL),
    SETUP: ("archive:school_setup", True, _("Rett arkivoppsettet"), Permission.EDIT_ARCHIVE_SETTINGS, MUNICIPAL),
    FOLDERS: ("archive:folders", False, _("Åpne skolemappene"), Permission.EDIT_ARCHIVE_SETTINGS, MUNICIPAL),
    PUPIL_FOLDERS: ("archive:pupil_folders", False, _("Åpne elevmappene"), Permission.RUN_ARCHIVE, TEAM),
    TYPES: ("documents:templates", False, _("Rett dokumenttypen"), Permission.EDIT_TEMPLATES, MUNICIPAL),
}  # fmt: skip


def url(place: str, school: School | None) -> str:
    """The address of the screen, that of all schools when it is not about one; empty where there is none."""
    if place not in SCREENS:
        return ""
    route, is_about_school, *_rest = SCREENS[place]
    if is_about_school:
        return reverse(route, args=[school.uuid]) if school else reverse("archive:setup")
    return reverse(route)


def action(place: str) -> str:
    return str(SCREENS[place][2]) if place in SCREENS else ""


def needs(place: str) -> Permission | None:
    return SCREENS[place][3] if place in SCREENS else None


def who(place: str) -> str:
    return str(SCREENS[place][4]) if place in SCREENS else ""


def is_of_school(place: str) -> bool:
    return place in SCREENS and SCREENS[place][1]
