"""What waits for those who answer for guardians, blocks and address protection."""

from datetime import datetime, timedelta

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accessctl.models import User
from accessctl.permissions import Permission
from accessctl.scope import scope_of
from guardians import protected
from guardians.models import BlockedAttempt, GuardianRelation, RegisterFinding, RelationBlock
from guardians.models.relations import NOTICE_DAYS
from guardians.register import lists
from people.models import RegisterImport
from schoolapp.lib import clock
from schoolapp.lib.gather import Answers, Asked, HowMany
from schools.today import TodayLine, register, register_counted_past_the_wall


def ask_relations(user: User) -> Asked:
    if not user.holds(Permission.EDIT_RELATIONS):
        return {}
    rows = GuardianRelation.objects.visible_to(user, Permission.EDIT_RELATIONS)
    # Those the population register found stand under Folkeregisteret for whoever decides there.
    from_register = RegisterFinding.objects.visible_to(user).waiting().filter(relation__isnull=False)
    proposed = rows.filter(state=GuardianRelation.State.PROPOSED).exclude(pk__in=from_register.values("relation"))
    return {
        "guardians.waiting": HowMany(proposed.exclude(proposed_by=user)),
        "guardians.ending": HowMany(rows.running_out()),
    }


def relations(user: User, answers: Answers) -> list[TodayLine]:
    waiting, ending, url = answers["guardians.waiting"], answers["guardians.ending"], reverse("guardians:queue")
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


def ask_blocks(user: User) -> Asked:
    if not user.holds(Permission.BLOCK_GUARDIAN):
        return {}
    return {
        "guardians.attempts": HowMany(BlockedAttempt.objects.visible_to(user).unseen()),
        "guardians.run_out": HowMany(RelationBlock.objects.visible_to(user).run_out()),
    }


def blocks(user: User, answers: Answers) -> list[TodayLine]:
    attempts, run_out = answers["guardians.attempts"], answers["guardians.run_out"]
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


def ask_protection(user: User) -> Asked:
    if not user.holds(Permission.MANAGE_PROTECTION):
        return {}
    return {
        "guardians.shieldings": HowMany(protected.open_shieldings(user).values("pk")),
        "guardians.changes": HowMany(protected.open_changes(user).exclude(proposed_by=user).values("pk")),
        "guardians.reviews": HowMany(protected.due_for_review(user).values("pk")),
    }


def protection(user: User, answers: Answers) -> list[TodayLine]:
    url = reverse("guardians:protected")
    new, changes, due = (answers[f"guardians.{name}"] for name in ("shieldings", "changes", "reviews"))
    lines = [
        (new, "bad", _("Noen er skjermet av skolen"), _("Ta over saken, og avgjør hvem som skal ha innsyn.")),
        (changes, "warn", _("Et forslag om å oppheve skjerming venter"), _("En annen må godkjenne.")),
        (due, "warn", _("En skjerming skal vurderes på nytt"), _("Den står til to personer har opphevet den.")),
    ]
    return [TodayLine(n, tone, title, detail, url, _("Åpne adressesperre")) for n, tone, title, detail in lines if n]


def ask_register(user: User) -> Asked:
    """What runs of the population register have left to decide, a run that waits, and the last that ended."""
    if not scope_of(user).reach(Permission.IMPORT_REGISTER).everything:
        return {}
    runs = RegisterImport.objects.visible_to(user)
    return {
        "guardians.findings": HowMany(RegisterFinding.objects.visible_to(user).waiting()),
        "guardians.stopped": runs.filter(state=RegisterImport.State.WAITING)
        .order_by("-started_at")
        .values_list("uuid")[:1],
        "guardians.last_run": lists.ended().values_list("finished_at")[:1],
    }


def population_register(user: User, answers: Answers) -> list[TodayLine]:
    found = []
    waiting = answers["guardians.findings"]
    [[finished]] = answers["guardians.last_run"] or [[None]]
    overdue = lists.days_overdue(datetime.fromisoformat(finished)) if finished else None
    for [stopped] in answers["guardians.stopped"]:
        url = reverse("guardians:register_run", args=[stopped])
        title, detail = _("En innlesing fra Folkeregisteret venter"), _("Ingenting er endret. Se på tallene først.")
        found.append(TodayLine(1, "warn", title, detail, url, _("Se innlesingen")))
    if waiting:
        title = ngettext("Én sak fra Folkeregisteret venter", "%(n)d saker fra Folkeregisteret venter", waiting)
        detail, url = _("Foresatte, dødsfall og annet du må avgjøre."), reverse("guardians:register_waiting")
        found.append(TodayLine(waiting, "warn", title % {"n": waiting}, detail, url, _("Avgjør")))
    if overdue:
        title = ngettext(
            "Folkeregisteret ble sist lest inn for én dag siden",
            "Folkeregisteret ble sist lest inn for %(n)d dager siden",
            overdue,
        )
        detail, url = _("Adressesperrer må være ferske. Les inn på nytt."), reverse("guardians:register")
        found.append(TodayLine(overdue, "bad", title % {"n": overdue}, detail, url, _("Åpne Folkeregisteret")))
    return found


register_counted_past_the_wall(ask_register, population_register)
register(ask_relations, relations)
register(ask_blocks, blocks)
register(ask_protection, protection)
