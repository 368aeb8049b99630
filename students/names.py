"""How names are filed and found, the Norwegian way: æ, ø, å come last and «aa» is filed as å.

A filed name is compared byte by byte (collation "C" in the database), so å is written with a letter that comes after
æ and ø in that order; nobody is shown it. How names are found is told in schoolapp.lib.search_words.
"""

import re
import unicodedata

from django.db.models import QuerySet

from accessctl import wall
from people.models import Person
from schoolapp.lib.search_words import SearchWords, terms, words_of

LAST_LETTER = "ÿ"
SPELLINGS = str.maketrans(
    {
        "å": LAST_LETTER,
        "ä": "æ",
        "ö": "ø",
        "đ": "d",
        "ð": "d",
        "ŧ": "t",
        "þ": "t",
        "ł": "l",
        "ŋ": "n",
        "ß": "ss",
        "ü": "y",
    }
)
# What a pupil is found by; the index of Student is built on the same expression.
NAME_WORDS = SearchWords("sort_name")


def filed(text: str) -> str:
    """`text` as it is filed: small letters, single spaces, no accents but the Norwegian letters."""
    letters = unicodedata.normalize("NFC", text).casefold().replace("aa", "å").translate(SPELLINGS)
    plain = "".join(
        letter if letter in f"æø{LAST_LETTER}" else unicodedata.normalize("NFKD", letter)[:1] for letter in letters
    )
    return " ".join(re.findall(r"[^\W_]+", plain))


def sort_name(person: Person) -> str:
    """How a pupil is filed: family name first."""
    return filed(f"{person.family_name} {person.given_name}")


def named(students: QuerySet, query: str) -> QuerySet:
    """The pupils in whose name each word of the query begins a word, in any order; all of them for an empty query."""
    return with_words(students, words_of(query)) if query.strip() else students


def with_words(students: QuerySet, words: list[str]) -> QuerySet:
    """The pupils in whose name each of the folded words begins a word; none of them without a word."""
    if not words:
        return students.none()
    return students.filter(wall.Among("pk", wall.ids_of("students_named", terms(words))))
