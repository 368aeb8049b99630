"""Own drafts that wait to be finalised."""

from django.db.models import Count, Window
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accessctl.models import User
from accessctl.permissions import Permission
from documents.content import norwegian_date
from documents.models import Document
from schoolapp.lib import clock
from schools.today import TodayLine, register


def waiting_drafts(user: User) -> list[TodayLine]:
    if not user.holds(Permission.WRITE_DOCUMENT):
        return []
    drafts = Document.objects.visible_to(user, Permission.WRITE_DOCUMENT).filter(
        created_by=user, state=Document.State.DRAFT
    )
    oldest_first = drafts.annotate(count=Window(Count("pk"))).order_by("changed_at", "pk")
    oldest = oldest_first.values("uuid", "changed_at", "count").first()
    if oldest is None:
        return []
    count = oldest["count"]
    title = ngettext("%(n)d dokument er ikke ferdigstilt", "%(n)d dokumenter er ikke ferdigstilt", count)
    since = norwegian_date(oldest["changed_at"].astimezone(clock.OSLO).date())
    return [
        TodayLine(
            count,
            "warn",
            title % {"n": count},
            _("Det eldste ble sist endret %(day)s.") % {"day": since},
            reverse("documents:edit", args=[oldest["uuid"]]),
            _("Skriv ferdig"),
        )
    ]


register(waiting_drafts)
