"""How surely we know who is logged in. The level belongs to the session, not to the user."""

from django.http import HttpRequest
from django.utils.translation import gettext as _

from accessctl.login.providers import TWO_FACTOR_LEVELS


def is_two_factor(request: HttpRequest) -> bool:
    """Whether this session was opened with two factors: ID-porten substantial or high, or Feide fad08:3."""
    return request.session.get("login", {}).get("acr") in TWO_FACTOR_LEVELS


def method_name(request: HttpRequest) -> str:
    """The login method in words, for signature blocks and the user menu; empty when nobody is logged in."""
    login = request.session.get("login", {})
    match login.get("provider"), login.get("acr"):
        case "idporten", "idporten-loa-high":
            return _("ID-porten (høyt nivå)")
        case "idporten", _level:
            return _("ID-porten (betydelig nivå)")
        case "feide", acr if acr in TWO_FACTOR_LEVELS:
            return _("Feide (to-faktor)")
        case "feide", _level:
            return _("Feide (én faktor)")
    return ""
