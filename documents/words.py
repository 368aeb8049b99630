"""Words that say a text may be sensitive: a pure rule (handbook 6.1, BEYOND B3).

A stem finds every word that begins with it, whatever its case, accents or invisible letters. «å» is a letter of its own
and not an «a» with a ring.
"""

import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache

KEPT = "åÅ"
MOST_SHOWN = 10


def plain(text: str) -> str:
    """The text with small letters, without accents and invisible letters."""
    composed = unicodedata.normalize("NFKC", text).casefold()
    return "".join(letter for c in unicodedata.normalize("NFC", composed) for letter in letters_of(c))


def letters_of(letter: str) -> str:
    if letter in KEPT or letter.isascii():
        return letter
    parts = unicodedata.normalize("NFD", letter)
    return "".join(part for part in parts if unicodedata.category(part) not in ("Mn", "Cf"))


@lru_cache(maxsize=16)
def pattern(stems: frozenset[str]) -> re.Pattern[str] | None:
    known = sorted({plain(stem).strip() for stem in stems} - {""}, key=lambda stem: (-len(stem), stem))
    if not known:
        return None
    return re.compile(rf"(?<!\w)(?:{'|'.join(re.escape(stem) for stem in known)})\w*")


def found(texts: Iterable[str], stems: Iterable[str]) -> list[str]:
    """The words in `texts` that begin with one of `stems`, each once, in the order they are met."""
    search = pattern(frozenset(stems))
    if search is None:
        return []
    words: dict[str, None] = {}
    for text in texts:
        for match in search.finditer(plain(text)):
            words[match.group()] = None
    return list(words)[:MOST_SHOWN]
