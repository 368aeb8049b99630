"""The new school year in the year wheel: the nine steps, as the tasks of those who own them (handbook 2.2)."""

from collections import Counter
from collections.abc import Collection

from django.utils.translation import gettext_lazy as _

from accessctl.models import School
from admissions.models import PlannedPlace, StepDone, YearDraft
from admissions.year.rules import LEAVES
from admissions.year.steps import INFORM, OF_SCHOOLS, REVIEW
from people.models import Protection
from schoolapp.lib.gather import Answers, Asked, HowMany
from schools.models import SchoolYear
from schools.wheel.duties import Counted, Duty, Progress, register

BEFORE_OPENING = 3


def ask_plan(year: SchoolYear, schools: Collection[School]) -> Asked:
    """The plan for the school year that follows, its steps that are done, how many schools there are, and how many
    children have none yet.
    """
    drafts = YearDraft.objects.filter(school_year__starts_on__gt=year.ends_on).order_by("school_year__starts_on")
    steps = StepDone.objects.filter(draft__in=drafts.values("pk")[:1])
    lacking = PlannedPlace.objects.filter(draft__in=drafts.values("pk")[:1], school=None).exclude(outcome__in=LEAVES)
    return {
        "year.plan": drafts.values_list("state", "filled_at", "opened_at")[:1],
        "year.steps": steps.values_list("number", "school"),
        "year.schools": HowMany(School.objects.all()),
        "year.lacking": HowMany(lacking.filter(student__person__protection=Protection.NONE)),
    }


def opened(year: SchoolYear, schools: Collection[School], answers: Answers) -> dict[int | None, Progress]:
    """Steps 1, 2 and 4: new pupils distributed, schools informed, planning opened."""
    done = 0
    for _state, filled_at, opened_at in answers["year.plan"]:
        informed = any(number == INFORM for number, _school in answers["year.steps"])
        distributed = bool(filled_at) and not answers["year.lacking"]
        done = sum([distributed, informed, bool(opened_at)])
    return {None: Progress(done, BEFORE_OPENING)}


def planned(year: SchoolYear, schools: Collection[School], answers: Answers) -> dict[int | None, Progress]:
    """The four steps of each school."""
    done = Counter(school for number, school in answers["year.steps"] if number in OF_SCHOOLS)
    return {school.pk: Progress(done[school.pk], len(OF_SCHOOLS)) for school in schools}


def reviewed(year: SchoolYear, schools: Collection[School], answers: Answers) -> dict[int | None, Progress]:
    """Step 8: how many schools have been gone through."""
    done = sum(number == REVIEW for number, _school in answers["year.steps"])
    return {None: Progress(done, answers["year.schools"])}


def turned(year: SchoolYear, schools: Collection[School], answers: Answers) -> dict[int | None, Progress]:
    """Step 9. Once it is done, the year asked about is no longer the current one."""
    done = any(state == YearDraft.State.CURRENT for state, *_rest in answers["year.plan"])
    return {None: Progress(int(done), 1)}


register(
    Duty(
        "open-next-year",
        _("Åpne neste skoleår for planlegging"),
        _("Fordel nye elever, informer skolene, og gjør skoleåret tilgjengelig."),
        ("kommuneadmin",),
        (4, 1),
        per_school=False,
        progress=Counted(ask_plan, opened),
        url_name="year:overview",
    ),
    Duty(
        "plan-next-year",
        _("Planlegg neste skoleår"),
        _("Sjekk grupper, sett elevene i klasser, og velg kontaktlærere."),
        ("rektor", "skoleadmin", "team"),
        (6, 1),
        after=("open-next-year",),
        progress=Counted(ask_plan, planned),
        url_name="year:overview",
    ),
    Duty(
        "review-next-year",
        _("Gå gjennom skolenes oppsett for neste skoleår"),
        _("Summene skal stemme før skoleåret publiseres."),
        ("kommuneadmin",),
        (6, 15),
        per_school=False,
        progress=Counted(ask_plan, reviewed),
        url_name="year:overview",
    ),
    Duty(
        "turn-year",
        _("Sett det nye skoleåret til inneværende"),
        _("Etter dette kan publiseringen ikke rulles tilbake."),
        ("kommuneadmin",),
        (7, 31),
        per_school=False,
        after=("review-next-year",),
        progress=Counted(ask_plan, turned),
        url_name="year:overview",
    ),
)
