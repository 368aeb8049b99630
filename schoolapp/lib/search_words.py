"""How what people type is compared with names and titles: letter by letter as they sound, not as they are written.

Small and capital letters, accents and hyphens mean nothing; æ, ø and å are the same as ae, oe and aa; words come in any
order, and each may be the beginning of one. `folded` and the database function `search_words` (people/migrations) fold
alike, so that what is indexed there is found by what is asked for here.
"""

import re
import unicodedata

from django.contrib.postgres.search import SearchQuery, SearchVectorExact, SearchVectorField
from django.db.models import Func

MAX_WORDS = 5
# How many letters a search must have before anybody is looked for.
SHORTEST = 2
NATIONAL_ID = re.compile(r"(?<!\d)\d{6}[\s.-]?\d{5}(?!\d)")
LETTERS = str.maketrans(
    {"ä": "æ", "ö": "ø", "ÿ": "å", "ü": "y", "đ": "d", "ð": "d", "ŧ": "t", "þ": "t", "ł": "l", "ŋ": "n", "ß": "ss"}
)
SPELLED_OUT = str.maketrans({"æ": "ae", "ø": "oe", "å": "aa"})


def folded(text: str) -> str:
    """`text` as it is compared: small letters without accents, single spaces between words."""
    letters = unicodedata.normalize("NFC", text).lower().translate(LETTERS).translate(SPELLED_OUT)
    plain = "".join(letter for letter in unicodedata.normalize("NFKD", letters) if not unicodedata.combining(letter))
    return " ".join(re.findall(r"[^\W_]+", plain.lower()))


def words_of(query: str) -> list[str]:
    """The words that are looked for, at most MAX_WORDS; the longest come first, since they leave the fewest."""
    found = dict.fromkeys(folded(query).split())
    return sorted(found, key=len, reverse=True)[:MAX_WORDS]


def is_enough(query: str) -> bool:
    return len(folded(query).replace(" ", "")) >= SHORTEST


def holds_national_id(query: str) -> bool:
    """Whether eleven digits in a row, also as 010116 12345, stand in what was typed."""
    return bool(NATIONAL_ID.search(query))


def terms(words: list[str], joined: str = " & ") -> str:
    """The words as a query in the language of `to_tsquery`: each must begin a word."""
    return joined.join(f"{word}:*" for word in words)


def whole(words: list[str]) -> str:
    """As `terms`, but each must be a word."""
    return " & ".join(words)


def begins(text: str, words: list[str]) -> bool:
    """Whether each of the words begins a word of `text`."""
    there = folded(text).split()
    return all(any(word.startswith(wanted) for word in there) for wanted in words)


class SearchWords(Func):
    """The folded words of one or more columns, in the database. Indexes are built on the same expression."""

    function = "search_words"
    arg_joiner = " || ' ' || "
    output_field = SearchVectorField()


def matching(columns: SearchWords, words: list[str]) -> SearchVectorExact:
    """The condition that each of `words` begins one of the words in `columns`. `words` must not be empty."""
    return SearchVectorExact(columns, SearchQuery(terms(words), config="simple", search_type="raw"))
