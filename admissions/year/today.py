"""The new school year on the start page: steps a school has left, and a year that has begun without being current."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count, Q
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accessctl.models import User
from accessctl.permissions import Permission
from accessctl.scope import scope_of
from admissions.models import PlannedPlace, YearDraft
from admissions.year.rules import LEAVES
from admissions.year.steps import BY_NUMBER, CHECK, OF_SCHOOLS, reports_at
from people.models import Protection
from schoolapp.lib import clock
from schoolapp.lib.gather import Answers, Asked, HowMany
from schools.models import SchoolYear
from schools.today import TodayLine


@dataclass(frozen=True)
class Draft:
    """What the start page needs of a plan; moments and days are as the gathered answers have them."""

    state: str
    filled_at: str | None
    opened_at: str | None
    starts_on: str
    ends_on: str
    all_done: int
    checked: int

    @property
    def year(self) -> SchoolYear:
        return SchoolYear(starts_on=date.fromisoformat(self.starts_on), ends_on=date.fromisoformat(self.ends_on))


def ask_new_year(user: User) -> Asked:
    if not user.holds(Permission.PLAN_YEAR):
        return {}
    own = Q(pk__in=[])
    for number, schools in own_steps(user).items():
        own |= Q(steps__school__in=schools, steps__number=number)
    rows = YearDraft.objects.exclude(state=YearDraft.State.CURRENT)
    counted = rows.annotate(
        all_done=Count("steps", filter=own), checked=Count("steps", filter=own & Q(steps__number=CHECK))
    )
    first = counted.order_by("pk").values_list(
        "state", "filled_at", "opened_at", "school_year__starts_on", "school_year__ends_on", "all_done", "checked"
    )[:1]
    asked: dict[str, Any] = {"year.draft": first}
    if sees_all_protected(user):
        asked["year.guarded"] = HowMany(guarded_without_class(user))
    return asked


def sees_all_protected(user: User) -> bool:
    return user.holds(Permission.OPEN_YEAR) and scope_of(user).reach(Permission.SEE_PROTECTED).everything


def guarded_without_class(user: User) -> Any:
    """Those with address protection who have a school and no class: nobody but the officers may put them in one."""
    rows = PlannedPlace.objects.visible_to(user).exclude(student__person__protection=Protection.NONE)
    rows = rows.filter(draft__state=YearDraft.State.PLANNING, draft__opened_at__isnull=False)
    return rows.filter(school__isnull=False, home_class=None).exclude(outcome__in=LEAVES)


def new_year(user: User, answers: Answers) -> list[TodayLine]:
    """At most two lines."""
    if not answers["year.draft"]:
        return []
    draft = Draft(*answers["year.draft"][0])
    if user.holds(Permission.OPEN_YEAR):
        return [*overdue(draft), *guarded(answers.get("year.guarded", 0))]
    return steps_left(draft, {number: len(schools) for number, schools in own_steps(user).items()})


def own_steps(user: User) -> dict[int, set[int]]:
    """The schools for which each step is the user's to report."""
    return {number: reports_at(BY_NUMBER[number], user) for number in OF_SCHOOLS}


def overdue(draft: Draft) -> list[TodayLine]:
    days = (clock.today() - draft.year.starts_on).days + 1
    if days < 1:
        return []
    title = _("Skoleåret %(year)s har begynt, men er ikke satt til inneværende") % {"year": draft.year}
    detail = _("Elevene står på fjorårets skole og trinn til det er gjort.")
    return [TodayLine(days, "bad", title, detail, reverse("year:overview"), _("Gå til nytt skoleår"))]


def guarded(number: int) -> list[TodayLine]:
    if not number:
        return []
    title = ngettext(
        "%(n)s skjermet elev mangler klasse neste skoleår",
        "%(n)s skjermede elever mangler klasse neste skoleår",
        number,
    )
    detail = _("Skolene ser dem ikke. Sett dem i klasser, ellers kan ikke skoleåret publiseres.")
    url = reverse("year:overview")
    return [TodayLine(number, "warn", title % {"n": number}, detail, url, _("Gå til nytt skoleår"))]


def steps_left(draft: Draft, own: dict[int, int]) -> list[TodayLine]:
    """What is left of the user's own steps, each at so many schools; before planning is opened, only step 3."""
    if draft.state != YearDraft.State.PLANNING or draft.filled_at is None:
        return []
    left = sum(own.values()) - draft.all_done if draft.opened_at else own[CHECK] - draft.checked
    if left < 1:
        return []
    title = ngettext(
        "%(n)s steg gjenstår for skoleåret %(year)s", "%(n)s steg gjenstår for skoleåret %(year)s", left
    ) % {"n": left, "year": draft.year}
    detail = _("Klasser, grupper og kontaktlærere skal være på plass før kommunen publiserer.")
    if not draft.opened_at:
        detail = _("Sjekk fag og grupper, så kan kommunen åpne for planlegging.")
    return [TodayLine(left, "warn", title, detail, reverse("year:overview"), _("Se stegene"))]
