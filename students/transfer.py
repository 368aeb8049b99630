"""What a transfer notice may tell without anybody's permission, and who knows it (opplæringslova § 25-1).

An app that knows something of it registers a function from its module `transfer_facts`. The list of categories is
closed: what is in none of them can not be told, and so never leaves the school in a notice.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from django.db import models
from django.utils.translation import gettext_lazy as _

from students.models import Student


class Category(models.TextChoices):
    """What is needed to fulfil the right to schooling and to documentation, in the order of the notice (2.3)."""

    IDENTITY = "identity", _("Elev")
    GRADE = "grade", _("Trinn")
    HISTORY = "history", _("Skolegang")
    WRITTEN_FORM = "written_form", _("Målform")
    LANGUAGE_CHOICE = "language_choice", _("Språkvalg")
    ELECTIVES = "electives", _("Valgfag")
    EXEMPTIONS = "exemptions", _("Vedtak om fritak")
    INDIVIDUAL = "individual", _("Vedtak om individuelt tilrettelagt opplæring")
    LANGUAGE_SUPPORT = "language_support", _("Særskilt språkopplæring")
    HALF_YEAR = "half_year", _("Siste halvårsvurderinger")
    FINAL = "final", _("Standpunktkarakterer som er satt")
    ABSENCE = "absence", _("Fravær")
    CONDUCT = "conduct", _("Orden og oppførsel")


@dataclass(frozen=True, slots=True)
class Fact:
    """One line of a notice. Raises ValueError for a category that is not in the list, and for an empty text."""

    category: Category
    text: str

    def __post_init__(self) -> None:
        if not isinstance(self.category, Category):
            raise ValueError("a transfer notice tells nothing outside the categories the law opens")
        if not self.text.strip():
            raise ValueError("say something, or leave the fact out")


Facts = Callable[[Student, date], list[Fact]]
_sources: list[Facts] = []


def register(facts: Facts) -> None:
    """Add a function that gives the facts one app knows about a pupil as of a day, in the language that is active.

    What came later, such as where the pupil went, is not told. Registering again changes nothing.
    """
    if facts not in _sources:
        _sources.append(facts)


def facts_about(student: Student, day: date) -> list[Fact]:
    """What all apps know as of the day, in the order of the categories."""
    order = list(Category)
    found = [fact for source in _sources for fact in source(student, day)]
    return sorted(found, key=lambda fact: order.index(fact.category))
