"""What the privacy officer should look at without having to search for it."""

from collections.abc import Sequence
from datetime import datetime, time
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import Count

from accessctl.journal.pupils import Pupil
from accessctl.models import AccessEvent, Alert, AlertAssessment, User
from schoolapp.lib import clock

# Seeing a pupil on one of these grounds is everyday work, or one's own affair.
EVERYDAY = (AccessEvent.Basis.OWN_GROUP, AccessEvent.Basis.OWN_CHILD, AccessEvent.Basis.SELF, "")
OPENING = ("open", "download", "preview")


def protected_opened(user: User | None, opened: Sequence[Pupil], *, reason: str) -> None:
    """Tell that somebody has opened pupils with address protection: once a day per user and pupil."""
    protected = [pupil for pupil in opened if pupil.is_protected]
    if user and protected:
        today = clock.today()
        Alert.objects.bulk_create(
            (
                Alert(
                    kind=Alert.Kind.PROTECTED,
                    user=user,
                    day=today,
                    about=pupil.uuid,
                    school_id=pupil.school_id,
                    reason=reason,
                )
                for pupil in protected
            ),
            ignore_conflicts=True,
        )


def break_glass_used(user: User, pupil: UUID, *, school_id: int | None, reason: str) -> None:
    Alert.objects.bulk_create(
        [
            Alert(
                kind=Alert.Kind.BREAK_GLASS,
                user=user,
                day=clock.today(),
                about=pupil,
                school_id=school_id,
                reason=reason,
            )
        ],
        ignore_conflicts=True,
    )


@transaction.atomic
def look_for_many() -> int:
    """Tell of those who today have opened many different pupils outside their own groups. Returns how many are new."""
    start = datetime.combine(clock.today(), time.min, clock.OSLO)
    busy = (
        AccessEvent.objects.filter(at__gte=start, action__in=OPENING, about__isnull=False, user__isnull=False)
        .exclude(basis__in=EVERYDAY)
        .values("user")
        .annotate(pupils=Count("about", distinct=True))
        .filter(pupils__gte=settings.ALERT_PUPILS_PER_DAY)
    )
    before = Alert.objects.count()
    Alert.objects.bulk_create(
        (
            Alert(kind=Alert.Kind.MANY, user_id=row["user"], day=clock.today(), count=row["pupils"])
            for row in busy.order_by("user")
        ),
        ignore_conflicts=True,
    )
    return Alert.objects.count() - before


@transaction.atomic
def assess(alert: Alert, *, note: str, by: User) -> AlertAssessment:
    """Record what the privacy officer concluded. What somebody has concluded before stands."""
    row, _created = AlertAssessment.objects.get_or_create(alert=alert, defaults={"by": by, "note": note.strip()})
    return row


def open_alerts(user: Any) -> int:
    """How many alerts wait for this user."""
    return Alert.objects.visible_to(user).open().count()
