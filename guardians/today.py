"""What waits for those who answer for guardians, blocks and address protection."""

from datetime import timedelta

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accessctl.models import User
from accessctl.permissions import Permission
from guardians import protected
from guardians.models import BlockedAttempt, GuardianRelation, RelationBlock
from guardians.models.relations import NOTICE_DAYS
from schoolapp.lib import clock
from schools.today import TodayLine, register


def relations(user: User) -> list[TodayLine]:
    if not user.holds(Permission.EDIT_RELATIONS):
        return []
    rows = GuardianRelation.objects.visible_to(user, Permission.EDIT_RELATIONS)
    waiting = rows.filter(state=GuardianRelation.State.PROPOSED).exclude(proposed_by=user).count()
    ending, url = rows.running_out().count(), reverse("guardians:queue")
    last = clock.today() + timedelta(days=NOTICE_DAYS)
    lines = [
        (
            waiting,
            "warn",
            ngettext("Én foresatt venter på godkjenning", "%(n)d foresatte venter på godkjenning", waiting),
            _("En annen enn den som foreslo det, må godkjenne."),
            _("Se forslagene"),
        ),
        (
            ending,
            "warn",
            ngettext("Én tilgang går snart ut", "%(n)d tilganger går snart ut", ending),
            _("Dokumentert for hånd, og må kontrolleres eller fornyes før %(day)s.") % {"day": f"{last:%d.%m.%Y}"},
            _("Kontroller"),
        ),
    ]
    return [TodayLine(n, tone, title % {"n": n}, detail, url, action) for n, tone, title, detail, action in lines if n]


def blocks(user: User) -> list[TodayLine]:
    if not user.holds(Permission.BLOCK_GUARDIAN):
        return []
    attempts = BlockedAttempt.objects.visible_to(user).unseen().count()
    run_out = RelationBlock.objects.visible_to(user).run_out().count()
    url = reverse("guardians:blocks")
    found = []
    if attempts:
        title = ngettext("En sperret person har forsøkt å logge inn", "%(n)d forsøk fra sperrede personer", attempts)
        detail = _("De fikk ikke se noe. Vurder om noen må få vite det.")
        found.append(TodayLine(attempts, "bad", title % {"n": attempts}, detail, url, _("Se hvem")))
    if run_out:
        title = ngettext("Ett vedtak om sperre har gått ut", "%(n)d vedtak om sperre har gått ut", run_out)
        detail = _("Sperren står til noen opphever den. Undersøk om det er kommet et nytt vedtak.")
        found.append(TodayLine(run_out, "warn", title % {"n": run_out}, detail, url, _("Vurder sperrene")))
    return found


def protection(user: User) -> list[TodayLine]:
    if not user.holds(Permission.MANAGE_PROTECTION):
        return []
    url = reverse("guardians:protected")
    new = protected.open_shieldings(user).count()
    changes = protected.open_changes(user).exclude(proposed_by=user).count()
    due = protected.due_for_review(user).count()
    lines = [
        (new, "bad", _("Noen er skjermet av skolen"), _("Ta over saken, og avgjør hvem som skal ha innsyn.")),
        (changes, "warn", _("Et forslag om å oppheve skjerming venter"), _("En annen må godkjenne.")),
        (due, "warn", _("En skjerming skal vurderes på nytt"), _("Den står til to personer har opphevet den.")),
    ]
    return [TodayLine(n, tone, title, detail, url, _("Åpne adressesperre")) for n, tone, title, detail in lines if n]


register(relations)
register(blocks)
register(protection)
