"""How names are filed and found, the Norwegian way: æ, ø, å come last and «aa» is filed as å.

A filed name is compared byte by byte (collation "C" in the database), so å is written with a letter that comes after
æ and ø in that order. The same spelling is used for filing and for searching; nobody is shown it.
"""

import re
import unicodedata

from django.contrib.postgres.search import SearchVector
from django.db.models import QuerySet

from accessctl import wall
from people.models import Person

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
MAX_WORDS = 5
# The words of a filed name, each once, in no language; the index of Student is built on the same expression.
NAME_WORDS = SearchVector("sort_name", config="simple")


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
    """The pupils in whose name each word of the query begins a word, in any order; all of them for an empty query.

    A word that ends in «a» may be the first half of an «aa», so that «isa» finds Isaac while one is still typing.
    """
    if not query.strip():
        return students
    words = filed(query).split()[:MAX_WORDS]
    if not words:
        return students.none()
    terms = [f"({word}:* | {word[:-1]}{LAST_LETTER}:*)" if word.endswith("a") else f"{word}:*" for word in words]
    return students.filter(wall.Among("pk", wall.ids_of("students_named", " & ".join(terms))))
