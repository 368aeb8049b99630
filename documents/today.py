"""Own drafts that wait to be finalised."""

from datetime import datetime

from django.db.models import Count, Window
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accessctl.models import User
from accessctl.permissions import Permission
from documents.content import norwegian_date
from documents.models import Document
from schoolapp.lib import clock
from schoolapp.lib.gather import Answers, Asked
from schools.today import TodayLine, register


def ask_drafts(user: User) -> Asked:
    if not user.holds(Permission.WRITE_DOCUMENT):
        return {}
    drafts = Document.objects.visible_to(user, Permission.WRITE_DOCUMENT).filter(
        created_by=user, state=Document.State.DRAFT
    )
    oldest_first = drafts.annotate(count=Window(Count("pk"))).order_by("changed_at", "pk")
    return {"documents.drafts": oldest_first.values_list("uuid", "changed_at", "count")[:1]}


def waiting_drafts(user: User, answers: Answers) -> list[TodayLine]:
    if not answers["documents.drafts"]:
        return []
    [(uuid, changed_at, count)] = answers["documents.drafts"]
    title = ngettext("%(n)d dokument er ikke ferdigstilt", "%(n)d dokumenter er ikke ferdigstilt", count)
    since = norwegian_date(datetime.fromisoformat(changed_at).astimezone(clock.OSLO).date())
    return [
        TodayLine(
            count,
            "warn",
            title % {"n": count},
            _("Det eldste ble sist endret %(day)s.") % {"day": since},
            reverse("documents:edit", args=[uuid]),
            _("Skriv ferdig"),
        )
    ]


register(ask_drafts, waiting_drafts)
