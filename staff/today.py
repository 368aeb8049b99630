"""What needs those who answer for staff: new employees, and a staff register that is late, stopped or unsure."""

from datetime import date, datetime

from django.db.models import Count, Window
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accessctl.models import User
from accessctl.permissions import Permission
from schoolapp.lib import clock
from schoolapp.lib.gather import Answers, Asked, HowMany
from schools.today import TodayLine, register
from staff.hr.overview import is_late
from staff.models import Employee, IctOrder, MissingEmployee, OrgUnit, PayLine, SyncRun
from staff.pay.listing import APPROVE, RECORD, lines_seen


def ask_equipment(user: User) -> Asked:
    """Forms for IKT that have not been sent, at the user's schools (handbook 7.4): the first, and how many."""
    if not user.holds(Permission.ORDER_ICT):
        return {}
    shown = Employee.objects.visible_to(user, Permission.ORDER_ICT).shown_to(user)
    rows = IctOrder.objects.visible_to(user).filter(state=IctOrder.State.WAITING, employee__in=shown)
    counted = rows.annotate(n=Window(Count("pk")))
    return {"staff.equipment": counted.order_by("needed_from", "pk").values_list("uuid", "needed_from", "n")[:1]}


def equipment(user: User, answers: Answers) -> list[TodayLine]:
    if not answers["staff.equipment"]:
        return []
    [(uuid, needed_from, count)] = answers["staff.equipment"]
    title = ngettext("IKT-skjema for %(n)d ny ansatt", "IKT-skjema for %(n)d nye ansatte", count) % {"n": count}
    first = date_format(date.fromisoformat(needed_from), "d.m.Y")
    detail = _("Den første trenger utstyr fra %(day)s.") % {"day": first}
    url = reverse("staff:order", args=[uuid]) if count == 1 else reverse("staff:orders")
    return [TodayLine(count, "warn", title, detail, url, _("Fyll ut"))]


def ask_deliveries(user: User) -> Asked:
    """Forms for IKT that schools have sent and nobody has delivered: the one that is needed first, and how many."""
    if not user.holds(Permission.SYNC_STAFF):
        return {}
    rows = IctOrder.objects.visible_to(user, Permission.SYNC_STAFF).filter(state=IctOrder.State.SENT)
    counted = rows.filter(employee__in=Employee.objects.shown_to(user)).annotate(n=Window(Count("pk")))
    return {"staff.deliveries": counted.order_by("needed_from", "pk").values_list("needed_from", "n")[:1]}


def deliveries(user: User, answers: Answers) -> list[TodayLine]:
    if not answers["staff.deliveries"]:
        return []
    [(needed_from, count)] = answers["staff.deliveries"]
    first = date.fromisoformat(needed_from)
    title = ngettext("%(n)d IKT-skjema skal leveres", "%(n)d IKT-skjemaer skal leveres", count) % {"n": count}
    detail = _("Det første trengs fra %(day)s.") % {"day": date_format(first, "d.m.Y")}
    tone = "bad" if first <= clock.today() else "warn"
    return [TodayLine(count, tone, title, detail, reverse("staff:deliveries"), _("Se skjemaene"))]


def ask_staff_register(user: User) -> Asked:
    """A file that was refused or has not come, employees missing from it, and units nobody has placed."""
    if not user.holds(Permission.SYNC_STAFF):
        return {}
    ended = SyncRun.objects.exclude(state__in=[SyncRun.State.WAITING, SyncRun.State.RUNNING])
    good = SyncRun.objects.filter(state=SyncRun.State.APPLIED)
    return {
        "staff.last": ended.values_list("uuid", "state")[:1],
        "staff.last_good": good.values_list("finished_at")[:1],
        "staff.missing": HowMany(MissingEmployee.objects.visible_to(user).filter(state=MissingEmployee.State.WAITING)),
        "staff.units": HowMany(OrgUnit.objects.visible_to(user).unmapped()),
    }


def staff_register(user: User, answers: Answers) -> list[TodayLine]:
    url, lines = reverse("staff:sync"), []
    for uuid, state in answers["staff.last"]:
        if state != SyncRun.State.APPLIED:
            detail = _("Ingenting er endret, og ingen har mistet tilgang.")
            run = reverse("staff:sync_run", args=[uuid])
            lines.append(TodayLine(1, "bad", _("Ansattfilen fra HR ble ikke lest inn"), detail, run, _("Se hvorfor")))
    [[finished]] = answers["staff.last_good"] or [[None]]
    newest = datetime.fromisoformat(finished) if finished else None
    if is_late(newest):
        since = date_format(newest, "d.m.Y") if newest else _("aldri")
        detail = _("Sist lest inn: %(day)s.") % {"day": since}
        lines.append(TodayLine(1, "warn", _("Ansattfilen fra HR er forsinket"), detail, url, _("Sjekk ansattsynk")))
    if missing := answers["staff.missing"]:
        title = ngettext("%(n)d ansatt mangler i filen fra HR", "%(n)d ansatte mangler i filen fra HR", missing)
        detail = _("De har tilgang til noen avgjør det, eller til en ny fil bekrefter det.")
        lines.append(TodayLine(missing, "warn", title % {"n": missing}, detail, url, _("Vurder")))
    if units := answers["staff.units"]:
        title = ngettext("%(n)d enhet i HR mangler skole", "%(n)d enheter i HR mangler skole", units) % {"n": units}
        detail = _("De som arbeider der, hører ikke til noen skole ennå.")
        lines.append(TodayLine(units, "warn", title, detail, reverse("staff:units"), _("Velg skole")))
    return lines


def ask_pay(user: User) -> Asked:
    """Variable pay to approve, to mend, or to transfer when the month is over."""
    if not (user.holds(RECORD) or user.holds(APPROVE)):
        return {}
    seen = lines_seen(user).filter(batch__isnull=True).order_by()
    late = seen.filter(state=PayLine.State.APPROVED, first_day__lt=clock.today().replace(day=1))
    told = seen.exclude(payee=user).values_list("state").annotate(n=Count("pk"))
    return {"staff.pay": told} | ({"staff.pay_late": HowMany(late)} if user.holds(APPROVE) else {})


def pay(user: User, answers: Answers) -> list[TodayLine]:
    url, lines = reverse("staff:pay"), []
    told = dict(answers["staff.pay"])
    waiting, returned = told.get(PayLine.State.RECORDED, 0), told.get(PayLine.State.RETURNED, 0)
    if waiting and user.holds(APPROVE):
        title = ngettext("%(n)d lønnslinje venter på godkjenning", "%(n)d lønnslinjer venter på godkjenning", waiting)
        lines.append(TodayLine(waiting, "warn", title % {"n": waiting}, _("Variabel lønn"), url, _("Godkjenn")))
    if returned and user.holds(RECORD):
        title = ngettext("%(n)d lønnslinje må rettes", "%(n)d lønnslinjer må rettes", returned) % {"n": returned}
        lines.append(TodayLine(returned, "warn", title, _("Variabel lønn"), f"{url}?fane=tilbake", _("Rett")))
    if late := answers.get("staff.pay_late"):
        title = ngettext("%(n)d lønnslinje skal overføres", "%(n)d lønnslinjer skal overføres", late) % {"n": late}
        way = reverse("staff:pay_transfer")
        lines.append(TodayLine(late, "warn", title, _("Måneden er over."), way, _("Overfør")))
    return lines


register(ask_pay, pay)
register(ask_equipment, equipment)
register(ask_deliveries, deliveries)
register(ask_staff_register, staff_register)
