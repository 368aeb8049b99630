"""What a head of school looks over in this year's groups before the pupils are moved up (handbook 2.2, step 3)."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Exists, OuterRef
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accessctl.models import School
from admissions.models import YearDraft
from admissions.year.draft import day_before, subjects_not_taught
from students.models import Group, GroupStaffing, Membership

TEACHING = (Group.Kind.SUBJECT_GROUP, Group.Kind.ELECTIVE)
MOST_NAMED = 12


@dataclass(frozen=True)
class Finding:
    """Something about groups that somebody should see to, with their names, the first of them."""

    title: str | Promise
    advice: str | Promise
    names: list[str]

    @property
    def shown(self) -> str:
        more = len(self.names) - MOST_NAMED
        return ", ".join(self.names[:MOST_NAMED]) + (f" (+{more})" if more > 0 else "")


def findings(draft: YearDraft, school: School) -> list[Finding]:
    """What is to be seen to in the school's groups, in one query over them. Groups alone, no pupils."""
    members = Membership.objects.on().filter(group=OuterRef("pk"))
    staff = GroupStaffing.objects.on().filter(group=OuterRef("pk"))
    contact = staff.filter(function=GroupStaffing.Function.CONTACT_TEACHER)
    rows = Group.objects.filter(school=school, school_year__ends_on=day_before(draft), closed_on__isnull=True)
    groups = list(
        rows.annotate(
            has_members=Exists(members),
            has_staff=Exists(staff),
            has_contact=Exists(contact),
            is_outdated=Exists(subjects_not_taught(draft).filter(pk=OuterRef("subject"))),
        ).order_by("grade_level", "name", "pk")
    )
    teaching = [group for group in groups if group.kind in TEACHING]
    classes = [group for group in groups if group.kind == Group.Kind.HOME_CLASS]
    found = [
        Finding(
            _("Faget gjelder ikke neste skoleår"),
            _("Gruppen følger ikke med. Legg til en ny gruppe med nytt fag i steg 6."),
            named(group for group in teaching if group.is_outdated),
        ),
        Finding(
            _("Faggrupper uten fag"),
            _("Velg faget på gruppens side, så følger det med."),
            named(group for group in teaching if group.kind == Group.Kind.SUBJECT_GROUP and not group.subject_id),
        ),
        Finding(
            _("Grupper uten elever"),
            _("Avslutt dem nå, eller velg dem bort i steg 6."),
            named(group for group in groups if not group.has_members),
        ),
        Finding(
            _("Faggrupper uten lærer"),
            _("Sett på en lærer, eller avslutt gruppen."),
            named(group for group in teaching if not group.has_staff),
        ),
        Finding(
            _("Klasser uten kontaktlærer"),
            _("Da er det ingen å foreslå for neste år. Velg i steg 7."),
            named(group for group in classes if not group.has_contact),
        ),
    ]
    return [finding for finding in found if finding.names]


def named(groups: Iterable[Group]) -> list[str]:
    return [group.name for group in groups]
