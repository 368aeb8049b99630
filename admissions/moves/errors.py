"""Why a move can not be as somebody wants it."""


class MoveError(ValueError):
    """The text says why, and what to do, in words for the screen."""
