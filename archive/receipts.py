"""What is kept of an answer from the archive."""

from schoolapp.lib.receipts import MASK, MOST_KEPT, masked

__all__ = ["MASK", "MOST_KEPT", "masked"]
