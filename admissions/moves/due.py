"""Moves whose day has come."""

import logging

from django.db import transaction

from admissions.models import Move
from admissions.moves import effects
from admissions.moves.actions import locked
from admissions.moves.errors import MoveError

log = logging.getLogger(__name__)


def carry_out_due() -> tuple[int, int]:
    """Carry out every decided move whose day has come, each by itself. Returns how many were, and how many could not.

    One that can not be keeps the reason for those who handle it, and is tried again the next time.
    """
    done = failed = 0
    for move in Move.objects.due().order_by("first_day", "pk"):
        try:
            with transaction.atomic():
                stored = locked(move)
                if stored.state == Move.State.DECIDED:
                    effects.carry_out(stored, by=None)
                    done += 1
        except MoveError as error:
            failed += 1
            Move.objects.filter(pk=move.pk).update(problem=str(error)[:300])
            log.warning("move %s could not take effect", move.uuid)
    return done, failed
