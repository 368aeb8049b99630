"""The page where a user gets the secret address, and the calendar itself."""

import logging
from hashlib import sha256

from django.conf import settings
from django.contrib import messages
from django.core.cache import cache
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import parse_etags, quote_etag
from django.utils.translation import gettext as _
from django.utils.translation import override
from django.views.decorators.http import require_POST, require_safe
from redis.exceptions import RedisError

from accessctl.guards import public, requires_any
from accessctl.requests import SignedInRequest
from schoolapp.lib import clock
from schoolapp.lib.client_address import client_address
from schools.calendar_feed import actions
from schools.calendar_feed.events import events_of
from schools.calendar_feed.ical import calendar
from schools.models import CalendarFeed
from schools.today import OPENED_BY

log = logging.getLogger(__name__)
NO_STORE = {"Cache-Control": "private, no-store", "X-Content-Type-Options": "nosniff", "X-Robots-Tag": "noindex"}
# Calendar programs ask some times a day; somebody who tries addresses asks more often.
MOST_MISSES, MISSES_SECONDS = 300, 600


@requires_any(*OPENED_BY)
@require_safe
def page(request: SignedInRequest) -> HttpResponse:
    return show(request)


@requires_any(*OPENED_BY)
@require_POST
def make(request: SignedInRequest) -> HttpResponse:
    """A new address, shown in this answer only. It is in no other page, and in no log."""
    token = actions.make_address(request.user)
    return show(request, settings.BASE_URL.rstrip("/") + reverse("calendar_feed:feed", args=[token]))


@requires_any(*OPENED_BY)
@require_POST
def end(request: SignedInRequest) -> HttpResponse:
    actions.end_address(request.user)
    messages.success(request, _("Adressen er slettet. Kalenderprogrammet får ikke flere oppdateringer."))
    return redirect("calendar_feed:page")


def show(request: SignedInRequest, address: str = "") -> HttpResponse:
    feed = CalendarFeed.objects.own(request.user).first()
    response = render(request, "schools/feed/page.html", {"feed": feed, "address": address})
    response["Cache-Control"] = NO_STORE["Cache-Control"]
    return response


@public("den hemmelige adressen er selv nøkkelen; kalenderen har ingen opplysninger om elever")
@require_safe
def feed(request: HttpRequest, token: str) -> HttpResponse:
    """The calendar. An unknown address looks the same as one that has been reset, or whose owner has left."""
    if misses(request) >= MOST_MISSES:
        return HttpResponse(status=429, headers={"Retry-After": str(MISSES_SECONDS)} | NO_STORE)
    owner = actions.owner_of(token)
    if owner is None:
        missed(request)
        raise Http404
    with override("nb"):
        content = calendar(_("Skolekalender"), events_of(owner), stamp=clock.today())
    etag = quote_etag(sha256(content).hexdigest())
    headers = NO_STORE | {"Content-Disposition": 'inline; filename="kalender.ics"', "ETag": etag}
    if etag in parse_etags(request.headers.get("If-None-Match", "")):
        return HttpResponse(status=304, headers=headers)
    return HttpResponse(content, content_type="text/calendar; charset=utf-8", headers=headers)


def key(request: HttpRequest) -> str:
    return f"calendar-misses:{client_address(request)}"


def misses(request: HttpRequest) -> int:
    """How many unknown addresses were asked for from there lately. Without a cache nobody is stopped."""
    try:
        return int(cache.get(key(request)) or 0)
    except RedisError:
        return 0


def missed(request: HttpRequest) -> None:
    try:
        cache.add(key(request), 0, MISSES_SECONDS)
        cache.incr(key(request))
    except (RedisError, ValueError):
        log.warning("unknown calendar addresses are not counted now")
