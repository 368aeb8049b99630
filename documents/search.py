"""Documents in the one search, by their titles. Of sensitive ones not even the title is searched."""

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext_lazy as _

from accessctl import wall
from accessctl.models import User
from accessctl.permissions import Permission
from accessctl.scope import scope_of
from documents.models import Document
from schoolapp.lib.search_words import begins, terms
from schools.search import Finder, Hit, register
from students.search import SPARE, beyond_schools

RIGHT = Permission.VIEW_DOCUMENT
# How many are looked through where a user reaches single pupils; the newest first.
MOST_OF_OWN = 3000


def documents(user: User, words: list[str], most: int) -> list[Hit]:
    """The newest documents with such a title. A title is about a pupil, so a hit names both.

    For whole schools: those written there. What another school wrote before the pupil moved is on the pupil's page.
    """
    reach = scope_of(user).reach(RIGHT)
    ids: list[int] = []
    if reach.everything or reach.school_ids:
        place = (str(reach.everything), wall.array(reach.school_ids), str(most * SPARE))
        ids += wall.found_by("documents_titled", terms(words), *place)
    ids += of_pupils(list(beyond_schools(user, RIGHT)), words)[: most * SPARE]
    if not ids:
        return []
    rows = Document.objects.visible_to(user, RIGHT).filter(pk__in=ids).order_by("-created_at", "-pk")
    read = rows.select_related("document_type", "student__person", "student__school")
    return [hit_of(row) for row in [row for row in read if not row.is_sensitive][:most]]


def of_pupils(pupils: list[int], words: list[str]) -> list[int]:
    """Ids of the pupils' newest documents with such a title."""
    if not pupils:
        return []
    rows = Document.objects.filter(student__in=pupils).order_by("-created_at", "-pk")
    own = list(rows.values_list("pk", "title")[:MOST_OF_OWN])
    fitting = {title for title in {title for _pk, title in own} if begins(title, words)}
    return [pk for pk, title in own if title in fitting]


def hit_of(document: Document) -> Hit:
    written = date_format(localtime(document.created_at), "j. F Y")
    about = f"{document.student.person.full_name} · {written}"
    return Hit(document.title, about, reverse("documents:page", args=[document.uuid]), document)


register(Finder("dokumenter", _("Dokumenter"), (RIGHT,), documents, order=50))
