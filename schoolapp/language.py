"""Which language a page is shown in: the user's own choice, then the cookie, then the municipality's language."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import translation
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from accessctl.guards import AnyOf, access_of, public
from accessctl.models import Municipality
from accessctl.permissions import Permission

LANGUAGE_COOKIE = settings.LANGUAGE_COOKIE_NAME
A_YEAR = 365 * 24 * 3600
PAGE_LANGUAGES, MUNICIPALITY = "page_languages", "municipality"
NORWEGIAN = (("nb", "Bokmål"), ("nn", "Nynorsk"))
ALL = (*NORWEGIAN, ("en", "English"))
# Guardians and pupils have English too; so have the pages anyone may meet. Screens of staff are Norwegian.
ALSO_IN_ENGLISH = (Permission.VIEW_OWN_CHILDREN, Permission.VIEW_OWN_RECORD)


class LanguageMiddleware:
    """The browser's own preference is not used: nearly every browser says English or bokmål regardless of the reader.

    Stands after authentication, and asks the database only when neither the user nor the cookie has a choice.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        activate(request)
        response = self.get_response(request)
        response.setdefault("Content-Language", translation.get_language())
        return response

    def process_view(self, request: HttpRequest, view, args, kwargs) -> None:
        access = access_of(view)
        in_english = access in ALSO_IN_ENGLISH or not isinstance(access, Permission | AnyOf)
        setattr(request, PAGE_LANGUAGES, ALL if in_english else NORWEGIAN)
        activate(request)


def activate(request: HttpRequest) -> None:
    translation.activate(language_of(request))
    request.LANGUAGE_CODE = translation.get_language()


def languages_of(request: HttpRequest) -> tuple[tuple[str, str], ...]:
    """The languages the page asked for exists in."""
    return getattr(request, PAGE_LANGUAGES, ALL)


def language_of(request: HttpRequest) -> str:
    known = dict(languages_of(request))
    own = request.user.language if request.user.is_authenticated else ""
    for chosen in (own, request.COOKIES.get(LANGUAGE_COOKIE, "")):
        if chosen in known:
            return chosen
    if request.path.startswith(settings.STATIC_URL):
        return settings.LANGUAGE_CODE
    municipality = municipality_of(request)
    return municipality.language if municipality else settings.LANGUAGE_CODE


def municipality_of(request: HttpRequest) -> Municipality | None:
    """The municipality of this installation, read at most once per request."""
    if not hasattr(request, MUNICIPALITY):
        setattr(request, MUNICIPALITY, Municipality.objects.first())
    found: Municipality | None = getattr(request, MUNICIPALITY)
    return found


@require_POST
@public("bytte av språk endrer bare visningen")
def choose(request: HttpRequest) -> HttpResponse:
    """Keep the choice with the user and in a cookie, and go back to the page it was made on."""
    language, target = request.POST.get("spraak", ""), request.POST.get("neste", "/")
    is_ours = url_has_allowed_host_and_scheme(target, {request.get_host()}, require_https=request.is_secure())
    if not is_ours or "/" not in target:
        target = "/"
    response = redirect(target)
    if language in dict(ALL):
        if request.user.is_authenticated:
            request.user.language = language
            request.user.save(update_fields=["language"])
        response.set_cookie(
            LANGUAGE_COOKIE,
            language,
            max_age=A_YEAR,
            samesite="Lax",
            httponly=True,
            secure=request.is_secure(),
        )
    return response
