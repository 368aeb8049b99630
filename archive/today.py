"""Failed deliveries on the start page of whoever can do something about them."""

from django.db.models import Count, Min
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accessctl.models import User
from accessctl.permissions import Permission
from archive.log import moment
from archive.models import Delivery
from schools.today import TodayLine, register


def failed_deliveries(user: User) -> list[TodayLine]:
    if not user.holds(Permission.RUN_ARCHIVE):
        return []
    failed = Delivery.objects.visible_to(user, Permission.RUN_ARCHIVE).filter(state=Delivery.State.PARKED)
    found = failed.aggregate(count=Count("pk"), since=Min("claimed_at"))
    count, since = found["count"], found["since"]
    if not count:
        return []
    title = ngettext("%(n)s dokument kom ikke fram til arkivet", "%(n)s dokumenter kom ikke fram til arkivet", count)
    detail = _("Det eldste har stått siden %(when)s.") % {"when": moment(since)} if since else ""
    url = f"{reverse('archive:log')}?fane=feilet"
    return [TodayLine(count, "bad", title % {"n": count}, detail, url, _("Se årsaken"))]


register(failed_deliveries)
