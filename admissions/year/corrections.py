"""Moving one pupil to another class of a published year that has not begun yet.

Nothing of it has been lived, so the class place itself is changed; the change history keeps both. The plan always says
what the published places say, so that taking the year back, and publishing it again, loses nothing.
"""

from django.utils.translation import gettext as _

from accessctl.audit import record_event
from accessctl.models import User
from admissions.models import PlannedGroup, PlannedPlace, YearDraft
from admissions.year.draft import Refused
from schoolapp.lib import clock
from students.models import Group, Membership


def may_still_be_corrected(draft: YearDraft) -> bool:
    """Whether the year is published, and has not begun."""
    return draft.state == YearDraft.State.PUBLISHED and clock.today() < draft.school_year.starts_on


def follow(place: PlannedPlace, *, was: PlannedGroup | None, to: PlannedGroup | None, by: User) -> None:
    """Let the published class place be in `to` instead of in `was`. Call with the wall lifted and the plan locked.

    Raises Refused when the year has begun, for no class, for a pupil who is in a contact group of the class already,
    and when the pupil or the class has been changed outside the plan.
    """
    year = place.draft.school_year
    if clock.today() >= year.starts_on:
        raise Refused(
            _("Skoleåret har begynt. Sett det til inneværende, og flytt eleven under «Klasser og grupper» etterpå.")
        )
    if to is None or was is None:
        raise Refused(_("Skoleåret er publisert, så eleven må ha en klasse. Velg klassen eleven skal gå i."))
    classes = {group.uuid: group for group in Group.objects.filter(uuid__in=[was.uuid, to.uuid], closed_on=None)}
    old, new = classes.get(was.uuid), classes.get(to.uuid)
    if old is None or new is None:
        raise Refused(_("Klassen er avsluttet under «Klasser og grupper». Velg en annen klasse."))
    part = Group.objects.filter(home_class=old, memberships__student=place.student_id).first()
    if part:
        words = {"part": part.name, "class": old.name}
        raise Refused(
            _("Eleven er satt i %(part)s, en del av %(class)s. Ta eleven ut der først, under «Klasser og grupper».")
            % words
        )
    rows = Membership.objects.filter(
        student=place.student_id, group=old, is_home_class=True, valid_from=year.starts_on, valid_to=None
    )
    if not rows.update(group=new):
        raise Refused(_("Eleven er flyttet under «Klasser og grupper» etter publiseringen. Rett det der."))
    record_event(by, "plan_place", place.student, what=f"{old.name} – {new.name}, {year}"[:120])
