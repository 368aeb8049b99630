"""Titles as the archive publishes them.

Authors mark what the public journal must not show: «@…@» around words to hide, «#…#» around names of persons.
"""

import re

HIDDEN = re.compile(r"@([^@]*)@")
NAME = re.compile(r"#([^#]*)#")


def plain(title: str) -> str:
    """The full title without marks."""
    return NAME.sub(r"\1", HIDDEN.sub(r"\1", title))


def restricted(title: str) -> str:
    """The title for the public journal: hidden words and names become stars."""
    return NAME.sub("*****", HIDDEN.sub("*****", title))


def name_tagged(title: str) -> str:
    """The title in which the archive recognises names, so that they leave the public journal after a year."""
    return NAME.sub("##### ####_", HIDDEN.sub("*****", title))
