"""Telling a database that is away from one that says no."""

from django.db import Error, connection


def is_away(error: BaseException) -> bool:
    """Whether this error came because the database does not answer any more. Asks it, so nothing else is under way."""
    return isinstance(error, Error) and not connection.is_usable()
