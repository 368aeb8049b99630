"""What the privacy officer should look at without having to search for it.

Pupils with address protection whom one user opened on one day are one thing to look at. A list is no opening.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, time
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib.postgres.aggregates import ArrayAgg
from django.db import transaction
from django.db.models import Case, Count, F, IntegerField, Max, Q, QuerySet, Value, When

from accessctl.journal.pupils import Pupil
from accessctl.models import AccessEvent, Alert, AlertAssessment, User
from schoolapp.lib import clock

# Seeing a pupil on one of these grounds is everyday work, or one's own affair.
EVERYDAY = (AccessEvent.Basis.OWN_GROUP, AccessEvent.Basis.OWN_CHILD, AccessEvent.Basis.SELF, "")
OPENING = ("open", "download", "preview")
# To be shown by the search over all persons counts as being opened.
SEARCHED_ALL = "search_persons"
COUNTED = (*OPENING, SEARCHED_ALL)


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


def break_glass_refused(user: User, *, count: int, reason: str) -> None:
    """Tell, once a day, that `user` may try no more today, of which `count` times were in vain."""
    refused = Alert(kind=Alert.Kind.REFUSED, user=user, day=clock.today(), count=count, reason=reason[:300])
    Alert.objects.bulk_create([refused], ignore_conflicts=True)


def officer_made(user: User, *, pupil: UUID | None, school_id: int | None, reason: str) -> None:
    """Tell that two persons have given `user` an officer's right; each right is something to look at by itself."""
    Alert.objects.create(
        kind=Alert.Kind.OFFICER, user=user, day=clock.today(), about=pupil, school_id=school_id, reason=reason[:300]
    )


@transaction.atomic
def look_for_many() -> int:
    """Tell of those who today have opened many different pupils outside their own groups. Returns how many are new."""
    start = datetime.combine(clock.today(), time.min, clock.OSLO)
    busy = (
        AccessEvent.objects.filter(
            at__gte=start, action__in=(*OPENING, SEARCHED_ALL), about__isnull=False, user__isnull=False
        )
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


@dataclass(frozen=True)
class AlertGroup:
    """Alerts that are looked at and assessed as one, the newest first."""

    alerts: tuple[Alert, ...]

    @property
    def newest(self) -> Alert:
        return self.alerts[0]

    @property
    def pupils(self) -> int:
        """How many pupils it is about."""
        if self.newest.kind == Alert.Kind.REFUSED:
            return 0
        return self.newest.count or len({alert.about for alert in self.alerts if alert.about})

    @property
    def attempts(self) -> int:
        """How many times somebody has tried in vain."""
        return self.newest.count if self.newest.kind == Alert.Kind.REFUSED else 0

    @property
    def assessment(self) -> AlertAssessment | None:
        """What was concluded, once somebody has."""
        return getattr(self.newest, "assessment", None)


def grouped(alerts: QuerySet[Alert]) -> QuerySet[Any, Any]:
    """The alerts as rows of ids: waiting ones first, and emergency access before the rest."""
    of_its_own = Case(When(kind=Alert.Kind.PROTECTED, then=Value(0)), default=F("pk"), output_field=IntegerField())
    emergency = (Alert.Kind.BREAK_GLASS, Alert.Kind.REFUSED)
    weight = Case(When(kind__in=emergency, then=Value(0)), default=Value(1), output_field=IntegerField())
    rows = alerts.order_by().annotate(
        single=of_its_own,
        weight=weight,
        is_waiting=Q(assessment__isnull=True),
        assessed_by=F("assessment__by"),
        assessed=F("assessment__note"),
    )
    keys = rows.values("kind", "user", "day", "single", "weight", "is_waiting", "assessed_by", "assessed")
    groups = keys.annotate(ids=ArrayAgg("pk", order_by="-pk"), latest=Max("at"))
    return groups.order_by("-is_waiting", "weight", "-latest", "-ids")


def groups_of(rows: Iterable[dict[str, Any]]) -> list[AlertGroup]:
    """The rows of `grouped` with their alerts read, in two queries or fewer."""
    found = list(rows)
    alerts = Alert.objects.select_related("user", "assessment__by", "school").in_bulk(
        [pk for row in found for pk in row["ids"]]
    )
    return [AlertGroup(tuple(alerts[pk] for pk in row["ids"])) for row in found]


@transaction.atomic
def assess(alert: Alert, *, note: str, by: User) -> list[Alert]:
    """Record what the privacy officer concluded about `alert` and what was grouped under it when it was the newest.

    What somebody has concluded before stands, and what has come since waits. Returns those that were assessed now.
    """
    waiting = Alert.objects.visible_to(by).open().filter(pk=alert.pk)
    if alert.kind == Alert.Kind.PROTECTED:
        same = Alert.objects.visible_to(by).open().filter(kind=alert.kind, user=alert.user_id, day=alert.day)
        waiting = same.filter(pk__lte=alert.pk)
    assessed = list(waiting)
    rows = (AlertAssessment(alert=row, by=by, note=note.strip()) for row in assessed)
    AlertAssessment.objects.bulk_create(rows, ignore_conflicts=True)
    return assessed


def open_alerts(user: Any) -> int:
    """How many things wait for this user's assessment."""
    return grouped(Alert.objects.visible_to(user).open()).count()
