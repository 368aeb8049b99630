"""What is kept of an answer from another system: readable, cut to size, and without national ids or secrets."""

from collections.abc import Iterable

from schoolapp.lib.logs import without_ids

MOST_KEPT = 20_000
MASK = "*****"


def masked(raw: bytes | str, secrets: Iterable[str] = ()) -> str:
    """The text of an answer, safe to store and to show in a log."""
    text = raw if isinstance(raw, str) else raw[: 4 * MOST_KEPT].decode("utf-8", errors="replace")
    for secret in secrets:
        if secret:
            text = text.replace(secret, MASK)
    text = "".join(sign if sign.isprintable() or sign in "\n\t" else "\N{REPLACEMENT CHARACTER}" for sign in text)
    text = without_ids(text, MASK)
    return text if len(text) <= MOST_KEPT else text[:MOST_KEPT] + "\n…"
