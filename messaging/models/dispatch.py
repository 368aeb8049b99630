"""The promise to bring one letter to one person (outbox), and what became of it."""

from uuid import uuid4

from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accessctl import wall
from accessctl.models import School, User
from accessctl.permissions import Permission
from accessctl.scope import scope_of
from people.models import Person
from schoolapp.lib import clock
from students.models import Student


class Peer(models.Model):
    """How a channel has answered lately, shared by all workers. `open_until` is set while we leave it in peace."""

    name = models.CharField(_("navn"), max_length=40, unique=True)
    failures = models.PositiveIntegerField(_("feil på rad"), default=0)
    open_until = models.DateTimeField(_("i fred til"), null=True)
    silent_since = models.DateTimeField(_("stille siden"), null=True)
    said = models.CharField(_("sist sagt"), max_length=300, blank=True, help_text="Why it failed last, in plain words")

    class Meta:
        verbose_name = _("forbindelse for utsendinger")
        verbose_name_plural = _("forbindelser for utsendinger")

    def __str__(self) -> str:
        return self.name


class DispatchQuerySet(models.QuerySet["Dispatch"]):
    def visible_to(
        self, user: User | AnonymousUser, permission: Permission = Permission.VIEW_ARCHIVE_LOG
    ) -> "DispatchQuerySet":
        """Letters of schools whose log `user` may see; to and about families with protection only with that grant.

        A family has protection when the pupil has it, or somebody who ever was the pupil's guardian has it now.
        """
        reach = scope_of(user).reach(permission)
        rows = self if reach.everything else self.filter(school_id__in=reach.school_ids)
        protected = scope_of(user).reach(Permission.SEE_PROTECTED)
        if protected.everything:
            return rows
        families = wall.ids_of("guardians_protected_families")
        return rows.filter(~Q(about__in=families) | Q(school_id__in=protected.school_ids))

    def held_for(self, user: User | AnonymousUser) -> "DispatchQuerySet":
        """Letters stopped by address protection, about pupils for whom `user` manages it."""
        pupils = Student.objects.visible_to(user, Permission.MANAGE_PROTECTION).values("uuid")
        return self.filter(state="parked", failure="protected", about__in=pupils)


class Dispatch(models.Model):
    """One letter to one person. No national id, address or content is kept here: both are read when it is sent."""

    class State(models.TextChoices):
        READY = "ready", _("Klar")
        CLAIMED = "claimed", _("Sendes")
        SENT_UNKNOWN = "sent_unknown", _("Sjekkes")
        SENT = "sent", _("Sendt")
        PARKED = "parked", _("Feil")
        WITHDRAWN = "withdrawn", _("Trukket tilbake")

    class Failure(models.TextChoices):
        REFUSED = "refused", _("SvarUt avviste brevet")
        RECEPTION = "reception", _("SvarUt klarte ikke å ta imot brevet")
        UNANSWERED = "unanswered", _("SvarUt ga ikke et brukbart svar")
        CRASHED = "crashed", _("Sendingen ble avbrutt flere ganger")
        CHANGED = "changed", _("Innholdet er endret etter ferdigstilling")
        INCIDENT = "incident", _("SvarUt har brevet flere ganger")
        PROTECTED = "protected", _("Adressesperre: skal vurderes av den som har ansvar for skjerming")
        NOBODY = "nobody", _("Ingen er merket som mottaker")
        NOT_RECEIVING = "not_receiving", _("Mottakeren er ikke lenger mottaker for eleven")
        NO_NUMBER = "no_number", _("Mottakeren mangler fødselsnummer")
        NO_ADDRESS = "no_address", _("Mottakeren mangler postadresse")

    class Way(models.TextChoices):
        DIGITAL = "digital", _("digitalt")
        PRINT = "print", _("på papir i posten")

    uuid = models.UUIDField(default=uuid4, unique=True, editable=False, help_text="eksternReferanse in SvarUt")
    key = models.CharField(max_length=120, unique=True)
    school = models.ForeignKey(School, on_delete=models.PROTECT, related_name="dispatches")
    recipient = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")
    about = models.UUIDField(db_index=True, help_text="The pupil concerned")
    title = models.CharField(_("tittel"), max_length=200)
    kind = models.CharField(_("type"), max_length=120, blank=True, help_text="What the log groups letters by")
    letter = models.JSONField(help_text="The plain letter: its files and how it is to be sent")
    content_sha256 = models.CharField(max_length=64)
    is_sensitive = models.BooleanField(default=False)
    state = models.CharField(_("status"), max_length=12, choices=State, default=State.READY)
    attempt = models.PositiveSmallIntegerField(default=0)
    fence = models.PositiveIntegerField(default=0)
    claimed_at = models.DateTimeField(null=True)
    lease_until = models.DateTimeField(null=True)
    next_at = models.DateTimeField(default=clock.now)
    created_at = models.DateTimeField(default=clock.now)
    doubts = models.PositiveSmallIntegerField(default=0, help_text="Attempts in a row that died without progress")
    svarut_id = models.UUIDField(null=True, db_index=True)
    former_ids = models.JSONField(default=list, help_text="Ids under our reference that SvarUt has given up on")
    sent_at = models.DateTimeField(null=True)
    status = models.CharField(max_length=60, blank=True, help_text="As SvarUt spells it")
    status_at = models.DateTimeField(null=True)
    next_poll_at = models.DateTimeField(null=True, help_text="None when nothing more is expected")
    events = models.JSONField(default=list, help_text="What SvarUt tells has happened, masked")
    read_at = models.DateTimeField(null=True)
    way = models.CharField(_("levert"), max_length=8, choices=Way, blank=True)
    failure = models.CharField(max_length=16, choices=Failure, blank=True)
    failure_text = models.TextField(blank=True)

    objects = DispatchQuerySet.as_manager()

    class Meta:
        verbose_name, verbose_name_plural = _("utsending"), _("utsendinger")
        ordering = ["-created_at", "-pk"]
        indexes = [
            models.Index(fields=["state", "next_at"], name="dispatch_due"),
            models.Index(fields=["school", "state", "-created_at"], name="dispatch_school_state"),
            models.Index(fields=["school", "sent_at"], condition=Q(state="sent"), name="dispatch_sent"),
            models.Index(fields=["next_poll_at"], condition=Q(next_poll_at__isnull=False), name="dispatch_poll"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=~Q(state="sent") | Q(sent_at__isnull=False, svarut_id__isnull=False), name="sent_has_an_id"
            ),
            models.CheckConstraint(condition=~Q(state="parked") | ~Q(failure=""), name="dispatch_parked_has_a_cause"),
            models.CheckConstraint(
                condition=~Q(state="claimed") | Q(lease_until__isnull=False), name="dispatch_claimed_has_a_lease"
            ),
            models.CheckConstraint(
                condition=Q(recipient__isnull=False) | Q(state__in=["parked", "withdrawn"]), name="nobody_is_parked"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.uuid}: {self.state}"

    @property
    def is_held(self) -> bool:
        """Whether address protection has stopped it, so that the officer decides."""
        return self.state == self.State.PARKED and self.failure == self.Failure.PROTECTED


class DispatchAttempt(models.Model):
    """What was said in one attempt, masked and cut to size, for the person who has to mend it."""

    dispatch = models.ForeignKey(Dispatch, on_delete=models.CASCADE, related_name="attempts")
    number = models.PositiveSmallIntegerField()
    at = models.DateTimeField(default=clock.now)
    outcome = models.CharField(max_length=20)
    answer = models.TextField(blank=True)

    class Meta:
        verbose_name, verbose_name_plural = _("forsøk på utsending"), _("forsøk på utsending")
        ordering = ["-at", "-pk"]

    def __str__(self) -> str:
        return f"{self.number}: {self.outcome}"
