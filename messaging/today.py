"""Letters that failed, on the start page of whoever can mend them; and those that only the officer may decide on."""

from datetime import datetime

from django.db.models import Count, Min, Q, Value
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accessctl.models import User
from accessctl.permissions import Permission
from messaging.log import FAILED
from messaging.models import Dispatch
from schoolapp.lib import clock
from schoolapp.lib.gather import Answers, Asked, HowMany
from schools.today import TodayLine, register, register_counted_past_the_wall


def ask_failed(user: User) -> Asked:
    if not user.holds(Permission.RUN_ARCHIVE):
        return {}
    rows = Dispatch.objects.visible_to(user, Permission.RUN_ARCHIVE).filter(FAILED).order_by()
    parked = Q(state=Dispatch.State.PARKED)
    counted = rows.annotate(all=Value(1)).values("all").annotate(
        failed=Count("pk", filter=parked), since=Min("created_at", filter=parked), lost=Count("pk", filter=~parked)
    )  # fmt: skip
    return {"messaging.failed": counted.values_list("failed", "since", "lost")}


def failed(user: User, answers: Answers) -> list[TodayLine]:
    [(count, since, lost)] = answers["messaging.failed"] or [(0, None, 0)]
    url, found = f"{reverse('messaging:log')}?fane=feil", []
    if count:
        title = ngettext("%(n)s brev kunne ikke sendes", "%(n)s brev kunne ikke sendes", count)
        day = datetime.fromisoformat(since).astimezone(clock.OSLO).date() if since else clock.today()
        detail = _("Det eldste har stått siden %(day)s.") % {"day": f"{day:%d.%m.%Y}"}
        found.append(TodayLine(count, "bad", title % {"n": count}, detail, url, _("Se årsaken")))
    if lost:
        title = ngettext("%(n)s brev kom ikke fram til mottakeren", "%(n)s brev kom ikke fram til mottakeren", lost)
        detail = _("Sjekk adressen, og send på nytt eller lever det på en annen måte.")
        found.append(TodayLine(lost, "bad", title % {"n": lost}, detail, url, _("Se hvem")))
    return found


def ask_held(user: User) -> Asked:
    if not user.holds(Permission.MANAGE_PROTECTION):
        return {}
    return {"messaging.held": HowMany(Dispatch.objects.held_for(user))}


def held(user: User, answers: Answers) -> list[TodayLine]:
    count = answers["messaging.held"]
    title = ngettext("Et brev til noen med adressesperre venter", "%(n)s brev til noen med adressesperre venter", count)
    detail = _("De sendes aldri automatisk. Avgjør hvordan de skal leveres.")
    url = reverse("messaging:held")
    return [TodayLine(count, "bad", title % {"n": count}, detail, url, _("Avgjør"))] if count else []


register(ask_failed, failed)
register_counted_past_the_wall(ask_held, held)
