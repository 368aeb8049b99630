"""The one search: as a page, and as suggestions while one types."""

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_http_methods

from accessctl.audit import record_list
from accessctl.console_front import first_url
from accessctl.guards import requires_any
from accessctl.permissions import Permission
from accessctl.requests import SignedInRequest
from schoolapp.lib.search_words import holds_national_id, is_enough
from schools.search import OPENED_BY, found, records

LONGEST = 100
# In the address instead of a national id that was typed.
REFUSED = "nummer"
ON_A_PAGE, SUGGESTED = 25, 5


@requires_any(*OPENED_BY)
@require_http_methods(["GET", "HEAD", "POST"])
def find(request: SignedInRequest) -> HttpResponse:
    """What the words find, in all the user may see. The pupils shown are logged, also in suggestions.

    What is typed is posted, and only words go on into the address: a national id stays out of it and is not looked for.
    """
    is_typing = bool(request.headers.get("HX-Request"))
    given = request.POST if request.method == "POST" else request.GET
    query = " ".join(given.get("q", "").replace("\x00", "")[:LONGEST].split())
    has_number = holds_national_id(query) or REFUSED in request.GET
    if not is_typing and (request.method == "POST" or holds_national_id(query)):
        return redirect(f"{reverse('search:find')}?{urlencode({REFUSED: 1} if has_number else {'q': query})}")
    asks = is_enough(query) and not has_number
    sections = found(request.user, query, most=SUGGESTED if is_typing else ON_A_PAGE) if asks else []
    record_list(request.user, "list", records(sections))
    context = {
        "query": "" if has_number else query,
        "sections": sections,
        "count": sum(len(section.hits) for section in sections),
        "asks": asks,
        "has_number": has_number,
        "searches_all": request.user.holds(Permission.ADVANCED_SEARCH),
        "advanced_url": first_url(("everybody:search",)),
    }
    return render(request, "search/hits.html" if is_typing else "search/page.html", context)
