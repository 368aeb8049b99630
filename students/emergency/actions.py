"""Taking emergency access."""

from datetime import date, datetime, time

from django.conf import settings
from django.db import connection, transaction

from accessctl import wall
from accessctl.actions import give_grant
from accessctl.audit import record_act, record_event
from accessctl.journal.alerts import break_glass_refused, break_glass_used
from accessctl.models import AccessEvent, School, User
from accessctl.permissions import Permission
from schoolapp.lib import clock
from students.journal import EMERGENCY, exactly
from students.models import Student

TAKEN, REFUSED = "emergency", "emergency_refused"
GIVES = (Permission.VIEW_PUPIL, Permission.VIEW_CONTACT, Permission.VIEW_GUARDIANS)
LOCK = 7_302_119


class TooMany(Exception):
    """The user has tried as often as anybody may in a day."""


@transaction.atomic
@wall.lifted("the pupil is by nature one the user does not see; what may be opened is judged below")
def take(by: User, *, name: str, born: date, reason: str) -> Student | None:
    """Open the pupil with this very name and birth date for `by` until the day ends, and tell the privacy officer.

    None when there is no such pupil at the schools where the user may do this, and likewise when the pupil has address
    protection the user may not see: the two cannot be told apart. Both are logged. Raises TooMany past the day's limit.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [LOCK, by.pk])
    if tries_today(by, TAKEN, REFUSED) >= settings.EMERGENCY_ACCESS_PER_DAY:
        raise TooMany
    everybody = list(exactly(name, born))
    schools = set(School.objects.visible_to(by, Permission.BREAK_GLASS).values_list("pk", flat=True))
    allowed = set(exactly(name, born).hide_protected_from(by).values_list("pk", flat=True))
    found = [pupil for pupil in everybody if pupil.school_id in schools and pupil.pk in allowed]
    if len(found) != 1:
        about = everybody[0].uuid if len(everybody) == 1 else None
        record_act(by, REFUSED, what="oppslag på navn og fødselsdato", about=about, reason=reason)
        tell_at_limit(by, reason=reason)
        return None
    pupil = found[0]
    for permission in GIVES:
        give_grant(by, permission, on=pupil, by=None, reason=f"{EMERGENCY}{reason}"[:300], valid_to=clock.today())
    by._scope = None  # type: ignore[attr-defined]
    record_event(by, TAKEN, pupil, what="elev og kontaktopplysninger", reason=reason)
    break_glass_used(by, pupil.uuid, school_id=pupil.school_id, reason=reason)
    tell_at_limit(by, reason=reason)
    return pupil


def tell_at_limit(by: User, *, reason: str) -> None:
    """Tell of guesses once there is no try left: names and birth dates are not to be found out by trying."""
    refused = tries_today(by, REFUSED)
    if refused and tries_today(by, TAKEN, REFUSED) >= settings.EMERGENCY_ACCESS_PER_DAY:
        break_glass_refused(by, count=refused, reason=reason)


def tries_today(user: User, *outcomes: str) -> int:
    start = datetime.combine(clock.today(), time.min, clock.OSLO)
    return AccessEvent.objects.filter(user=user, action__in=outcomes, at__gte=start).count()
