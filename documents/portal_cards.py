"""Letters on the guardians' cards: the newest of each child, and which are not read yet."""

from collections import defaultdict

from django.urls import reverse
from django.utils.translation import gettext as _

from accessctl.models import AccessEvent, User
from accessctl.permissions import Permission
from documents.content import norwegian_date
from documents.models import Document
from guardians.cards import CardLine, register
from schoolapp.lib import clock
from students.models import Student

PER_CHILD = 5


def letters(user: User, students: list[Student]) -> dict[int, list[CardLine]]:
    newest = (
        Document.objects.visible_to(user, Permission.VIEW_OWN_CHILDREN).newest_finalised().filter(student__in=students)
    )
    by_child: dict[int, list[Document]] = defaultdict(list)
    for document in newest.select_related("school", "document_type").order_by("-finalised_at", "-pk"):
        if len(by_child[document.student_id]) < PER_CHILD:
            by_child[document.student_id].append(document)
    shown = [document for rows in by_child.values() for document in rows]
    read = set(
        AccessEvent.objects.filter(
            user=user,
            about__in=[student.uuid for student in students],
            object_type=Document._meta.label,
            object_id__in=[document.uuid for document in shown],
            action__in=["open", "download"],
        ).values_list("object_id", flat=True)
    )
    return {child: [line(document, document.uuid in read) for document in rows] for child, rows in by_child.items()}


def line(document: Document, is_read: bool) -> CardLine:
    day = document.finalised_at.astimezone(clock.OSLO).date() if document.finalised_at else clock.today()
    return CardLine(
        document.list_title,
        f"{document.school.name}, {norwegian_date(day)}",
        reverse("documents:guardian_page", args=[document.uuid]),
        tag_of(document, is_read),
    )


def tag_of(document: Document, is_read: bool) -> str:
    if document.is_sensitive:
        return _("Sensitivt") if is_read else _("Sensitivt, ulest")
    return "" if is_read else _("Ulest")


register(letters)
