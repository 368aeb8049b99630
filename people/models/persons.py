"""Persons as the population register knows them: identity, contact and address protection."""

from datetime import date, timedelta
from uuid import UUID, uuid4

from django.conf import settings
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accessctl.login.level import Content
from accessctl.models import DatedQuerySet
from schoolapp.lib import clock
from schoolapp.lib.search_words import SearchWords


class Protection(models.TextChoices):
    """Address protection, weakest first. Any value but NONE hides the person (handbook 8.2)."""

    NONE = "none", _("ingen")
    CLIENT = "client", _("klientadresse")
    CONFIDENTIAL = "confidential", _("fortrolig")
    STRICT = "strict", _("strengt fortrolig")

    @property
    def rank(self) -> int:
        return WEAKEST_FIRST[self.value]


WEAKEST_FIRST = {level.value: place for place, level in enumerate(Protection)}
# Protection that child welfare asks for lasts a year at a time (handbook 8.2). The day is a reminder to a person.
CLIENT_DAYS = 365
# What a name is found by; the index of Person is built on the same expression.
NAME_WORDS = SearchWords("given_name", "family_name")


class ProtectionSource(models.TextChoices):
    """Who switched the protection on."""

    REGISTER = "register", _("Folkeregisteret")
    SCHOOL = "school", _("skolen eller kommunen")


class PersonQuerySet(models.QuerySet):
    def own(self, user):
        """The row of the user's own person, at most one."""
        return self.filter(user=user)

    def unprotected(self):
        return self.filter(protection=Protection.NONE)

    def merged(self):
        """Rows that turned out to be somebody else's: shown nowhere, until the merge is undone."""
        return self.filter(merged_into__isnull=False)

    def not_merged(self):
        return self.filter(merged_into__isnull=True)


class Person(models.Model):
    """Someone in the register or on the staff. Keyed by our own id; national ids change and live in their own table."""

    uuid = models.UUIDField(default=uuid4, unique=True, editable=False)
    given_name = models.CharField(_("fornavn"), max_length=200)
    family_name = models.CharField(_("etternavn"), max_length=200)
    birth_date = models.DateField(_("fødselsdato"), null=True, blank=True)
    sex = models.CharField(_("kjønn"), max_length=8, blank=True)
    protection = models.CharField(_("adressesperre"), max_length=12, choices=Protection, default=Protection.NONE)
    protection_source = models.CharField(_("satt av"), max_length=8, choices=ProtectionSource, blank=True)
    protected_since = models.DateField(_("skjermet fra"), null=True, blank=True)
    protection_review_on = models.DateField(
        _("vurderes på nytt"),
        null=True,
        blank=True,
        help_text=_("Dagen du får en påminnelse. Skjermingen står til to personer har opphevet den."),
    )
    written_form = models.CharField(_("målform"), max_length=2, default="nb")
    deceased_on = models.DateField(_("død"), null=True, blank=True)
    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="person"
    )
    merged_into = models.ForeignKey(
        "self",
        verbose_name=_("slått sammen med"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        db_index=False,
        related_name="+",
    )

    objects = PersonQuerySet.as_manager()

    class Meta:
        verbose_name = _("person")
        verbose_name_plural = _("personer")
        indexes = [
            models.Index(fields=["family_name", "given_name"], name="person_name"),
            models.Index(fields=["id"], condition=~Q(protection="none"), name="person_protected"),
            models.Index(fields=["id"], condition=Q(merged_into__isnull=False), name="person_merged"),
            GinIndex(NAME_WORDS, name="person_search_words"),
        ]

    def __str__(self) -> str:
        # Model texts reach error pages and logs, so a protected person has none.
        return self.full_name if self.protection == Protection.NONE else str(_("Skjermet person"))

    @property
    def full_name(self) -> str:
        return f"{self.given_name} {self.family_name}"

    @property
    def is_protected(self) -> bool:
        return self.protection != Protection.NONE

    @property
    def guarded_as(self) -> frozenset[Content]:
        """What opening a page about this person asks for beyond a login."""
        return frozenset({Content.PROTECTED}) if self.is_protected else frozenset()

    @property
    def about(self) -> UUID:
        """The pupil an access-log line about this person concerns, where the query has told; else the person."""
        return getattr(self, "pupil_uuid", None) or self.uuid

    def note_raised(self, level: str, source: str) -> None:
        """Set a stronger protection on this object, with since when and until when to look at it again. Not saved."""
        today = clock.today()
        if not self.is_protected:
            self.protected_since = today
        self.protection, self.protection_source = level, source
        if level == Protection.CLIENT:
            self.protection_review_on = review_day(today)


PROTECTION_FIELDS = ("protection", "protection_source", "protected_since", "protection_review_on")


def review_day(start: date) -> date:
    return start + timedelta(days=CLIENT_DAYS)


class NationalId(models.Model):
    """A fødselsnummer or D-nummer that is or was the person's. Numbers change; the person stays."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="national_ids")
    number = models.CharField(max_length=11, unique=True)
    is_current = models.BooleanField(default=True)

    class Meta:
        verbose_name, verbose_name_plural = _("fødselsnummer eller D-nummer"), _("fødselsnumre og D-numre")
        constraints = [
            models.UniqueConstraint(fields=["person"], condition=Q(is_current=True), name="one_current_national_id")
        ]

    def __str__(self) -> str:
        return "•••"


class ContactDetails(models.Model):
    """Phone and e-mail, as the person gave them."""

    person = models.OneToOneField(Person, on_delete=models.CASCADE, related_name="contact")
    email = models.EmailField(_("e-post"), blank=True)
    phone = models.CharField(_("mobil"), max_length=20, blank=True)

    class Meta:
        verbose_name, verbose_name_plural = _("kontaktopplysninger"), _("kontaktopplysninger")

    def __str__(self) -> str:
        return "•••"


class Address(models.Model):
    """A postal address in a period. Strictly protected persons have none; that is no error (handbook 8.2)."""

    class Kind(models.TextChoices):
        HOME = "home", _("bostedsadresse")
        SHARED = "shared", _("delt bosted")
        STAY = "stay", _("oppholdsadresse")
        POST = "post", _("postadresse")

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="addresses")
    kind = models.CharField(max_length=8, choices=Kind)
    street = models.CharField(max_length=200, blank=True)
    postal_code = models.CharField(max_length=10, blank=True)
    city = models.CharField(max_length=60, blank=True)
    protection = models.CharField(max_length=12, choices=Protection, default=Protection.NONE)
    valid_from = models.DateField(default=clock.today)
    valid_to = models.DateField(null=True, blank=True)

    objects = DatedQuerySet.as_manager()

    class Meta:
        verbose_name, verbose_name_plural = _("adresse"), _("adresser")
        constraints = [
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gte=F("valid_from")), name="address_date_order"
            ),
            models.UniqueConstraint(
                fields=["person", "kind"], condition=Q(valid_to__isnull=True), name="one_open_address_per_kind"
            ),
        ]

    def __str__(self) -> str:
        return "•••"
