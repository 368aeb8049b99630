"""Letters that address protection has stopped, for the officer who answers for them.

An officer need not read the log of letters, and so sees these past the wall; `held_for` says which are theirs.
"""

from typing import Any
from uuid import UUID

from django.core.paginator import Page

from accessctl import wall
from accessctl.audit import open_or_404
from accessctl.requests import SignedInRequest
from messaging import actions
from messaging.models import Dispatch
from schoolapp.lib.paging import LongPaginator

PAGE_SIZE = 50
OTHERWISE, AGAIN = "levert", "igjen"
WHY = "an officer answers for letters to protected families without reading the log of letters"


class NoSuchChoice(ValueError):
    """Neither OTHERWISE nor AGAIN was chosen, and nothing is done."""


def waiting(user: Any, number: str | None) -> "Page[Dispatch]":
    """A page of the letters that wait for the officer, the oldest first."""
    with wall.lifted(WHY):
        rows = Dispatch.objects.held_for(user).select_related("school", "recipient").order_by("created_at", "pk")
        page = LongPaginator(rows, PAGE_SIZE).get_page(number)
        page.object_list = list(page.object_list)
    return page


def decide(request: SignedInRequest, uuid: UUID, choice: str) -> bool:
    """Carry out what the officer has chosen; true when the letter is delivered in another way.

    Raises Http404, NoSuchChoice, and NotFailed when somebody else was quicker.
    """
    with wall.lifted(WHY):
        dispatch = open_or_404(request, Dispatch.objects.held_for(request.user), uuid=uuid)
        if choice not in (OTHERWISE, AGAIN):
            raise NoSuchChoice
        if choice == OTHERWISE:
            actions.delivered_otherwise(dispatch, by=request.user)
        else:
            actions.decide_again(dispatch, by=request.user)
    return choice == OTHERWISE
