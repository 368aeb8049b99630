"""What every page's frame needs: the municipality, the menu of the user's roles, the current school year.

All of it is looked up when a template asks, so that a page pays only for what its frame shows.
"""

from functools import cached_property

from django.conf import settings
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from accessctl.models import Municipality
from accessctl.permissions import Permission
from accessctl.scope import Source, scope_of
from schoolapp.doors import Door, doors_of
from schoolapp.language import languages_of, municipality_of
from schoolapp.menu import menu_for, url_of
from schools.models import SchoolYear
from schools.search import OPENED_BY


class Shell:
    """The frame around a page."""

    def __init__(self, request: HttpRequest) -> None:
        self.request = request
        self.user = getattr(request, "user", None)
        self.accessibility_statement = settings.ACCESSIBILITY_STATEMENT_URL

    @property
    def languages(self) -> tuple[tuple[str, str], ...]:
        """The languages this page exists in, each by its own name."""
        return languages_of(self.request)

    @property
    def language(self) -> str:
        return get_language() or settings.LANGUAGE_CODE

    @cached_property
    def municipality(self) -> Municipality | None:
        return municipality_of(self.request)

    @cached_property
    def owner(self) -> str:
        if self.municipality is None:
            return "Schoolapp"
        return _("%(name)s kommune") % {"name": self.municipality.name.removesuffix(" kommune")}

    @property
    def mark(self) -> str:
        return self.owner[:1]

    @property
    def initials(self) -> str:
        words = self.user.display_name.split() if self.user else []
        return (words[0][:1] + words[-1][:1]).upper() if len(words) > 1 else "".join(words)[:1].upper()

    @cached_property
    def menu(self) -> str:
        return menu_for(self.user, self.request.path) if self.user else ""

    @cached_property
    def doors(self) -> list[Door]:
        return doors_of(self.user, self.request.path) if self.user else []

    @cached_property
    def roles(self) -> list[Source]:
        return [source for source in scope_of(self.user).sources if source.role] if self.user else []

    @property
    def role(self) -> str:
        """The roles behind the door one stands in, in words."""
        own = {Permission.VIEW_OWN_CHILDREN, Permission.VIEW_OWN_RECORD}
        private = self.request.path.startswith(tuple(filter(None, (url_of("guardians:home"), url_of("students:own")))))
        names = {role.name for role in self.roles if bool(own & role.permissions) == private}
        return ", ".join(sorted(names))

    @cached_property
    def place(self) -> str:
        """The school, the number of schools, or the municipality."""
        schools = {role.object_id: role.school for role in self.roles if role.object_id}
        if self.user and scope_of(self.user).reach(Permission.VIEW_PUPIL).everything:
            return _("Hele kommunen")
        if len(schools) == 1:
            return next(iter(schools.values()))
        return ngettext("%(n)d skole", "%(n)d skoler", len(schools)) % {"n": len(schools)} if schools else ""

    @cached_property
    def school_year(self) -> str:
        year = SchoolYear.objects.filter(state=SchoolYear.State.CURRENT).first()
        return _("Skoleåret %(year)s") % {"year": year} if year else ""

    @property
    def search_url(self) -> str:
        opened = self.user and any(self.user.holds(right) for right in OPENED_BY)
        return url_of("search:find") if opened else ""

    @property
    def logout_url(self) -> str:
        return url_of("accessctl:logout") if self.user and self.user.is_authenticated else ""


def shell(request: HttpRequest) -> dict[str, object]:
    frame = Shell(request)
    return {
        "shell": frame,
        "municipality": SimpleLazyObject(lambda: frame.municipality),
    }
