"""What of the archive needs somebody: the daily look at what failed, and what has waited too long."""

from datetime import datetime

from django.db.models import Count, Max, Min, Value
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accessctl.models import User
from accessctl.permissions import Permission
from archive.log import moment
from archive.models import Delivery, LogCheck
from archive.watch import overdue
from schoolapp.lib import clock
from schoolapp.lib.gather import Answers, Asked, HowMany
from schools.today import TodayLine, register


def ask_failed(user: User) -> Asked:
    """What failed and when, when the user last looked, and how many have waited too long."""
    if not user.holds(Permission.RUN_ARCHIVE):
        return {}
    mine = Delivery.objects.visible_to(user, Permission.RUN_ARCHIVE)
    together = mine.filter(state=Delivery.State.PARKED).order_by().annotate(all=Value(1)).values("all")
    counts = together.annotate(n=Count("pk"), since=Min("claimed_at"), last=Max(Coalesce("claimed_at", "created_at")))
    return {
        "archive.failed": counts.values_list("n", "since", "last"),
        "archive.looked": LogCheck.objects.filter(user=user).values_list("at"),
        "archive.late": HowMany(overdue(mine)),
    }


def failed_deliveries(user: User, answers: Answers) -> list[TodayLine]:
    return [*_failed(answers), *_late(answers)]


def _failed(answers: Answers) -> list[TodayLine]:
    """«Sjekk feillogg»: gone when nothing has failed, and for the day when one has looked and nothing came after."""
    [(count, since, last)] = answers["archive.failed"] or [(0, None, None)]
    if not count or _seen_today(answers["archive.looked"], last):
        return []
    title = ngettext("%(n)s dokument kom ikke fram til arkivet", "%(n)s dokumenter kom ikke fram til arkivet", count)
    detail = _("Sjekk feilloggen.")
    if since:
        detail += " " + _("Det eldste har stått siden %(when)s.") % {"when": moment(datetime.fromisoformat(since))}
    url = f"{reverse('archive:log')}?fane=feilet"
    return [TodayLine(count, "bad", title % {"n": count}, detail, url, _("Se årsaken"))]


def _seen_today(looked: list[list[str]], last: str) -> bool:
    if not looked:
        return False
    at = datetime.fromisoformat(looked[0][0])
    return at.astimezone(clock.OSLO).date() == clock.today() and datetime.fromisoformat(last) <= at


def _late(answers: Answers) -> list[TodayLine]:
    """Handbook 6.3: within twelve hours."""
    late = answers["archive.late"]
    if not late:
        return []
    title = ngettext(
        "%(n)s dokument har ventet på arkivet i mer enn 12 timer",
        "%(n)s dokumenter har ventet på arkivet i mer enn 12 timer",
        late,
    )
    detail = _("Kjør overføringen nå. Hjelper ikke det, si fra til den som drifter systemet.")
    return [TodayLine(late, "bad", title % {"n": late}, detail, reverse("archive:log"), _("Se hva som venter"))]


register(ask_failed, failed_deliveries)
