"""Own classes and SFO groups on the start page."""

from datetime import datetime
from typing import Any

from django.db.models import Count, F, Q
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.http import urlencode
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accessctl.journal.alerts import grouped
from accessctl.models import Alert, RoleChange, User
from accessctl.permissions import Permission
from schoolapp.lib import clock
from schoolapp.lib.gather import Answers, Asked, HowMany
from schools.today import Shortcut, TodayLine, register, register_lines, register_shortcuts
from students.models import Group, GroupStaffing, Student
from students.rights.officers import Proposed, given_lately, shown, waiting_for


def own_classes(user: User) -> list[Shortcut]:
    """The classes and SFO groups the user is responsible for today, with the number of pupils the user can see."""
    today = clock.today()
    own = GroupStaffing.objects.on().filter(employee__person__user=user)
    present = Q(memberships__valid_from__lte=today) & (
        Q(memberships__valid_to__isnull=True) | Q(memberships__valid_to__gte=today)
    )
    seen = Q(memberships__student__in=Student.objects.visible_to(user))
    groups = (
        Group.objects.visible_to(user)
        .filter(pk__in=own.values("group"), kind__in=[Group.Kind.HOME_CLASS, Group.Kind.SFO_GROUP])
        .annotate(pupils=Count("memberships", filter=present & seen), school_uuid=F("school__uuid"))
    )
    return [
        Shortcut(
            group.name,
            ngettext("%(n)d elev", "%(n)d elever", group.pupils) % {"n": group.pupils},
            f"{reverse('students:list')}?{urlencode(filter_of(group))}",
            is_class=group.kind == Group.Kind.HOME_CLASS,
        )
        for group in groups
    ]


def filter_of(group: Any) -> dict[str, str]:
    """What the list of pupils is filtered by."""
    if group.kind == Group.Kind.HOME_CLASS:
        return {"skole": str(group.school_uuid), "klasse": group.name}
    return {"skole": str(group.school_uuid), "gruppe": str(group.uuid)}


def ask_alerts(user: User) -> Asked:
    """What the privacy officer has not assessed yet."""
    if not user.holds(Permission.VIEW_ACCESS_LOG):
        return {}
    return {"students.alerts": HowMany(grouped(Alert.objects.visible_to(user).open()))}


def alerts(user: User, answers: Answers) -> list[TodayLine]:
    count = answers["students.alerts"]
    if not count:
        return []
    title = ngettext("%(n)d varsel fra innsynsloggen", "%(n)d varsler fra innsynsloggen", count) % {"n": count}
    detail = _("Nødtilgang, skjermede elever, uvanlig mange oppslag eller nytt ansvar for adressesperre.")
    return [TodayLine(count, "bad", title, detail, reverse("journal:alerts"), _("Vurder"))]


register(ask_alerts, alerts)


def ask_role_changes(user: User) -> Asked:
    """Changes of roles that wait for this user, as somebody other than who proposed them."""
    changes = RoleChange.objects.visible_to(user).waiting().exclude(proposed_by=user)
    return {"students.role_changes": changes.values_list("uuid", "role__name", "proposed_at")}


def role_changes(user: User, answers: Answers) -> list[TodayLine]:
    return [
        TodayLine(
            1,
            "warn",
            _("Endring av rollen %(role)s venter på godkjenning") % {"role": role},
            _("foreslått %(date)s") % {"date": date_format(localdate(datetime.fromisoformat(at)), "d.m.Y")},
            reverse("roles:waiting", args=[uuid]),
            _("Se endringen"),
        )
        for uuid, role, at in answers["students.role_changes"]
    ]


def grant_proposals(user: User) -> list[TodayLine]:
    """Officers' rights this user can approve, and those others have given lately."""
    see = _("Se forslaget")
    waiting = [
        TodayLine(
            1,
            "warn",
            _("Særskilt tilgang for %(who)s venter på godkjenning") % {"who": line.who},
            told(_("%(right)s. Foreslått %(date)s."), line, line.proposal.proposed_at),
            reverse("rights:proposal", args=[line.proposal.uuid]),
            see,
        )
        for line in shown(waiting_for(user))
    ]
    given = [
        TodayLine(
            1,
            "",
            _("%(who)s har fått ansvar for adressesperre") % {"who": line.who},
            told(_("%(right)s. Godkjent %(date)s."), line, line.proposal.decided_at),
            reverse("rights:proposal", args=[line.proposal.uuid]),
            _("Se hvem som ga det"),
        )
        for line in shown(given_lately(user))
    ]
    return waiting + given


def told(text: str, line: Proposed, at: Any) -> str:
    return text % {"right": line.right, "date": date_format(localdate(at), "d.m.Y")}


register_shortcuts(own_classes)
register(ask_role_changes, role_changes)
register_lines(grant_proposals)
