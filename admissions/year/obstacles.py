"""What keeps a plan from being published, taken back or made current, in sentences."""

from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accessctl import wall
from admissions.models import YearDraft
from admissions.year.draft import differences
from admissions.year.rules import LEAVES
from schoolapp.lib import clock
from students.models import Enrolment, Group, GroupStaffing, Membership

REVIEW = 8
MOST_NAMED = 5


@wall.lifted("what is missing before a year can be published is counted for all pupils, and told as numbers")
def obstacles(draft: YearDraft) -> list[str]:
    """In sentences, what keeps the draft from being published. A pupil nobody may name is counted for all schools."""
    places = draft.places.exclude(outcome__in=LEAVES)
    found = []
    if draft.filled_at is None:
        return [_("Elevene er ikke hentet inn i planen ennå. Vent til det er gjort.")]
    if count := differences(draft):
        text = ngettext(
            "%(n)s elev har kommet, sluttet eller flyttet siden planen ble oppdatert. Oppdater planen først.",
            "%(n)s elever har kommet, sluttet eller flyttet siden planen ble oppdatert. Oppdater planen først.",
            count,
        )
        found.append(text % {"n": count})
    if count := places.filter(school__isnull=True).count():
        text = ngettext(
            "%(n)s elev mangler skole. Fordel eleven til en skole.",
            "%(n)s elever mangler skole. Fordel elevene til skoler.",
            count,
        )
        found.append(text % {"n": count})
    if count := places.filter(school__isnull=False, home_class__isnull=True).count():
        text = ngettext(
            "%(n)s elev mangler klasse. Skolen setter eleven i en klasse; skjermede elever settes av kommunens "
            "ansvarlige.",
            "%(n)s elever mangler klasse. Skolene setter elevene i klasser; skjermede elever settes av kommunens "
            "ansvarlige.",
            count,
        )
        found.append(text % {"n": count})
    schools = places.filter(school__isnull=False).values("school").distinct()
    reviewed = draft.steps.filter(number=REVIEW, school__isnull=False).values("school")
    if count := schools.exclude(school__in=reviewed).count():
        text = ngettext(
            "%(n)s skole er ikke gjennomgått. Gå gjennom oppsettet i steg 8.",
            "%(n)s skoler er ikke gjennomgått. Gå gjennom oppsettene i steg 8.",
            count,
        )
        found.append(text % {"n": count})
    return [*found, *collisions(draft)]


def collisions(draft: YearDraft) -> list[str]:
    """What stands in the planned year already, from somewhere else."""
    found = []
    taken = Enrolment.objects.filter(
        school_year=draft.school_year, student__in=draft.places.exclude(outcome__in=LEAVES).values("student")
    )
    if count := taken.count():
        text = ngettext(
            "%(n)s elev har allerede en plass i skoleåret. Avslutt plassen først.",
            "%(n)s elever har allerede en plass i skoleåret. Avslutt plassene først.",
            count,
        )
        found.append(text % {"n": count})
    names = Group.objects.filter(school_year=draft.school_year).values_list("school", "kind", "name")
    standing = set(names)
    same = [row for row in draft.groups.filter(is_chosen=True).values_list("school", "kind", "name") if row in standing]
    if same:
        found.append(
            _("Grupper i planen finnes i skoleåret fra før: %(names)s.")
            % {"names": ", ".join(sorted({row[2] for row in same}))}
        )
    return found


@wall.lifted("whether the year can turn is asked for all pupils, and told as numbers")
def obstacles_to_turning(draft: YearDraft) -> list[str]:
    """In sentences, what keeps a published year from becoming the current one."""
    found = []
    first_day = draft.school_year.starts_on
    if clock.today() < first_day:
        found.append(
            _("Skoleåret begynner %(day)s. Det kan settes til inneværende fra den dagen.")
            % {"day": f"{first_day:%d.%m.%Y}"}
        )
    if count := differences(draft):
        text = ngettext(
            "%(n)s elev har kommet, sluttet eller flyttet etter at skoleåret ble publisert. Rull tilbake, oppdater "
            "planen og publiser på nytt.",
            "%(n)s elever har kommet, sluttet eller flyttet etter at skoleåret ble publisert. Rull tilbake, oppdater "
            "planen og publiser på nytt.",
            count,
        )
        found.append(text % {"n": count})
    return found


@wall.lifted("whether others have built on what was published is asked for all pupils, and told as names of groups")
def built_on(draft: YearDraft) -> list[str]:
    """In a sentence, the published groups in which others have put pupils or staff since; nothing when there are none.

    To take such a group away would take their work with it.
    """
    ids = {row.table: row.ids for row in draft.written.all()}
    groups = Group.objects.filter(pk__in=ids.get("students_group", []))
    members = Membership.objects.filter(group__in=groups).exclude(pk__in=ids.get("students_membership", []))
    staff = GroupStaffing.objects.filter(group__in=groups).exclude(pk__in=ids.get("students_groupstaffing", []))
    added = groups.filter(Q(pk__in=members.values("group")) | Q(pk__in=staff.values("group")))
    names = [f"{group.name} ({group.school})" for group in added.select_related("school")[:MOST_NAMED]]
    if not names:
        return []
    text = _("Noen har lagt til elever eller ansvarlige etter publiseringen i %(names)s. Ta det bort der først.")
    return [text % {"names": ", ".join(names)}]
