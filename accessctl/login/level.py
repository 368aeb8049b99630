"""How surely, and how lately, we know who is logged in. Both belong to the session, not to the user.

Some content asks for more than a login: a sensitive document, the page of somebody with address protection, the access
log. What it is says so itself (`guarded_as`); `accessctl.audit.open_or_404` asks `demand` before it opens anything.
"""

import time
from enum import StrEnum
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _

from accessctl.guards import access_of
from accessctl.login.providers import TWO_FACTOR_LEVELS
from accessctl.login.sealed import seal, unseal
from accessctl.permissions import GUARDIAN_RIGHTS, PUPIL_RIGHTS, Permission

FRESH_SECONDS = 15 * 60
REASONS, OPENED = "reasons", "opened_after_confirming"
MOST_KEPT = 30
LONGEST_REASON = 300
READING = frozenset({"open", "download", "preview"})
# One's own record and one's own children: the family knows about its own protection and gives no reason for looking.
OWN_DOORS = GUARDIAN_RIGHTS | PUPIL_RIGHTS
# Screens that ask for a fresh login as a whole, by the right that opens them.
FRESH_SCREENS = frozenset({"view_access_log"})
# And those where only what is sent does, by what it asks for: one may look at roles and grants, and at what deleting a
# document would do, but not change or delete, on an old login.
FRESH_CHANGES = {"edit_roles": "rights", "give_roles": "rights", "delete_document": "deletion"}


class Content(StrEnum):
    """What opens only after the person has lately proved who they are."""

    SENSITIVE = "sensitive"
    PROTECTED = "protected"
    LOG = "log"
    RIGHTS = "rights"
    DELETION = "deletion"


class ConfirmFirst(Exception):
    """The content stays closed until the person has logged in again, given a reason, or both."""

    def __init__(
        self, content: Content, *, about: str = "", needs_login: bool = True, needs_reason: bool = False
    ) -> None:
        super().__init__(content.value)
        self.content, self.about = content, about
        self.needs_login, self.needs_reason = needs_login, needs_reason


def is_two_factor(request: HttpRequest) -> bool:
    """Whether this session was opened with two factors: ID-porten substantial or high, or Feide fad08:3."""
    return request.session.get("login", {}).get("acr") in TWO_FACTOR_LEVELS


def is_fresh(request: HttpRequest) -> bool:
    """Whether the person proved who they are, with two factors, within the last quarter of an hour."""
    return is_two_factor(request) and time.time() - request.session["login"]["auth_time"] <= FRESH_SECONDS


def screen_needs_fresh(right: Permission, method: str | None) -> Content | None:
    """What a screen opened by `right` asks a fresh login for, or None when any login with two factors will do."""
    if right.value in FRESH_SCREENS:
        return Content.LOG
    return Content(FRESH_CHANGES[right.value]) if method == "POST" and right.value in FRESH_CHANGES else None


def demand(request: HttpRequest, record: Any, *, action: str) -> str:
    """Let `record` be opened, or raise ConfirmFirst. Returns the reason given for opening it, for the access log.

    A page once opened may be worked on for as long as the session lasts, so that nobody is stopped while writing.
    """
    guarded: frozenset[Content] = getattr(record, "guarded_as", frozenset())
    if not guarded or (guarded == {Content.PROTECTED} and in_own_door(request)):
        return ""
    asks_reason = Content.PROTECTED in guarded and not in_own_door(request)
    about = str(record.about) if Content.PROTECTED in guarded else ""  # what is for many is about no one pupil
    reason = reason_for(request, about) if asks_reason else ""
    opened = request.session.get(OPENED, [])
    is_reading = request.method in ("GET", "HEAD") and action in READING
    if str(record.uuid) in opened and not is_reading:
        return reason
    if not is_fresh(request) or (asks_reason and not reason):
        raise ConfirmFirst(
            Content.PROTECTED if asks_reason else Content.SENSITIVE,
            about=about,
            needs_login=not is_fresh(request),
            needs_reason=asks_reason and not reason,
        )
    request.session[OPENED] = [*(uuid for uuid in opened if uuid != str(record.uuid)), str(record.uuid)][-MOST_KEPT:]
    return reason


def in_own_door(request: HttpRequest) -> bool:
    """Whether the page is one of the guardian's or the pupil's own."""
    match = request.resolver_match
    return match is not None and access_of(match.func) in OWN_DOORS


def give_reason(request: HttpRequest, about: str, reason: str) -> None:
    """Keep, encrypted and for a quarter of an hour, why this person opens what concerns the pupil `about`."""
    kept = {key: value for key, value in request.session.get(REASONS, {}).items() if key != about}
    request.session[REASONS] = dict([*kept.items(), (about, seal(reason[:LONGEST_REASON]))][-MOST_KEPT:])


def reason_for(request: HttpRequest, about: str) -> str:
    sealed = request.session.get(REASONS, {}).get(about)
    return (unseal(sealed, max_age=FRESH_SECONDS) or "") if sealed else ""


def method_name(request: HttpRequest) -> str:
    """The login method in words, for signature blocks and the user menu; empty when nobody is logged in."""
    login = request.session.get("login", {})
    return method_words(login.get("provider", ""), login.get("acr", ""))


def method_words(provider: str, acr: str) -> str:
    match provider, acr:
        case "idporten", "idporten-loa-high":
            return _("ID-porten (høyt nivå)")
        case "idporten", _level:
            return _("ID-porten (betydelig nivå)")
        case "feide", acr if acr in TWO_FACTOR_LEVELS:
            return _("Feide (to-faktor)")
        case "feide", _level:
            return _("Feide (én faktor)")
    return ""
