"""What the screens of the new school year share: the draft, the schools one plans for, and what one may do there."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect

from accessctl.audit import open_or_404
from accessctl.models import School, User
from accessctl.permissions import Permission
from accessctl.requests import SignedInRequest
from admissions.models import YearDraft
from admissions.year.draft import Refused, open_draft
from admissions.year.steps import schools_planning

READERS = (Permission.PLAN_YEAR, Permission.OPEN_YEAR, Permission.SEE_ALL_YEARS)


def draft_or_404() -> YearDraft:
    draft = open_draft()
    if draft is None:
        raise Http404
    return draft


def right_of(user: User) -> Permission:
    """The right by which the user sees the planned year: to plan it, or else only to look."""
    return Permission.PLAN_YEAR if user.holds(Permission.PLAN_YEAR) else Permission.SEE_ALL_YEARS


def school_or_404(request: SignedInRequest, draft: YearDraft, uuid: UUID, right: Permission) -> School:
    return open_or_404(request, schools_planning(draft, request.user, right), uuid=uuid)


def uuid_of(text: str | None) -> UUID:
    """An id from a form or an address. Raises Http404 for what is none."""
    try:
        return UUID(text or "")
    except ValueError:
        raise Http404 from None


def refused(request: SignedInRequest, refusal: Refused, *to: Any) -> HttpResponse:
    """Say why, and go back to the page it was asked from."""
    messages.error(request, str(refusal))
    return redirect(*to)


def done(request: SignedInRequest, text: str, *to: Any) -> HttpResponse:
    messages.success(request, text)
    return redirect(*to)
