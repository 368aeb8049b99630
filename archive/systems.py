"""The choice of records system, the codes agreed with it, and changing over from one to another."""

from dataclasses import dataclass

from django.conf import settings
from django.db import transaction
from django.db.models import CharField, F, Func, JSONField, Q, Value
from django.db.models.expressions import CombinedExpression
from django.db.models.functions import Cast, Concat, JSONObject
from django.utils.translation import gettext as _

from accessctl import wall
from accessctl.audit import record_event
from accessctl.models import User
from archive.codes import Codes
from archive.models import ArchiveClass, ArchiveFolder, ArchiveSystem, Delivery, SchoolFolder
from schoolapp.lib import clock

State = Delivery.State
NEEDED = ("url", "integration_id", "integration_password", "private_keys")
Adapter = ArchiveSystem.Adapter


class NotReady(Exception):
    """The change cannot be made now. The texts say what is missing."""

    def __init__(self, missing: list[str]) -> None:
        super().__init__(" ".join(missing))
        self.missing = missing


@dataclass(frozen=True)
class Waiting:
    """What a change of system would meet."""

    ready: int
    under_way: int
    failed: int
    begun: int


def current() -> ArchiveSystem:
    """The municipality's choice, or what the environment starts with."""
    return ArchiveSystem.objects.first() or ArchiveSystem(adapter=settings.ARCHIVE_CONNECTOR)


def codes() -> Codes:
    return current().codes()


@wall.lifted("only how many there are comes out; whoever changes the archive need not be let to read its log")
def waiting() -> Waiting:
    """`begun` are those that failed after something of them had reached the archive."""
    rows = Delivery.objects.all()
    failed = rows.filter(state=State.PARKED)
    return Waiting(
        ready=rows.filter(state=State.READY).count(),
        under_way=rows.filter(state__in=[State.CLAIMED, State.SENT_UNKNOWN]).count(),
        failed=failed.count(),
        begun=failed.exclude(steps={}).count() + failed.filter(steps={}, fiks_requests__kind="create").count(),
    )


def missing_for(adapter: str, system: ArchiveSystem, found: Waiting) -> list[str]:
    """What must be in place before `adapter` can be used, as sentences to a person."""
    missing = []
    if found.under_way:
        missing.append(_("Dokumenter er under overføring. Vent til de er ferdige."))
    if adapter == Adapter.FIKS_ARKIV:
        if not (system.own_account and system.recipient_account):
            missing.append(_("Fyll inn vår Fiks-konto og arkivets Fiks-konto."))
        if not all(settings.FIKS_IO[name] for name in NEEDED):
            missing.append(_("Den som drifter systemet, må legge inn nøkler og passord for Fiks IO i miljøet."))
        elif not settings.FIKS_IO["amqp_url"]:
            missing.append(_("Den som drifter systemet, må legge inn adressen for kvitteringer (AMQP) i miljøet."))
    return missing


@transaction.atomic
def change_codes(system: ArchiveSystem, classes: list[ArchiveClass], *, by: User) -> None:
    """Save codes and accounts. They hold from the next message that is sent."""
    system.save()
    system.classes.all().delete()
    for order, each in enumerate(classes, 1):
        each.archive, each.order = system, order
        each.save()
    record_event(by, "archive_system_codes", system)


@transaction.atomic
@wall.lifted("no number of the old archive may be left on a folder, whatever whoever changes it is let to see")
def change_system(adapter: str, *, same_archive: bool = False, by: User) -> ArchiveSystem:
    """From now on everything goes to this system. Raises NotReady while something is missing or under way.

    `same_archive`: only the way in is another, so that folders keep their case numbers. Otherwise ids and numbers
    are used no more: in another archive they may be those of another pupil's folder. What was filed keeps its number.
    """
    system = current()
    before = system.adapter
    if missing := missing_for(adapter, system, waiting()):
        raise NotReady(missing)
    system.adapter = adapter
    system.save()
    # What waits out a pause in a run is looked up in the new system first, since no id of the old one fits there.
    Delivery.objects.filter(Q(state=State.READY) & ~Q(steps={})).update(steps={})
    if not same_archive:
        _keep_numbers(before)
        ArchiveFolder.objects.exclude(system_id="", case_year=None, steps={}).update(
            system_id="", case_year=None, sequence_number=None, steps={}
        )
        SchoolFolder.objects.exclude(case_year=None).update(case_year=None, sequence_number=None)
    record_event(by, "archive_system", system)
    return system


def _keep_numbers(adapter: str) -> None:
    """Note on each folder what its number was in the archive that is left: what was filed lies there still."""
    number = Concat(Cast("case_year", CharField()), Value("/"), Cast("sequence_number", CharField()))
    until = Value(clock.now().isoformat())
    former = JSONObject(number=number, system=Value(adapter), until=until)
    as_list = Func(former, function="jsonb_build_array", output_field=JSONField())
    added = CombinedExpression(F("former"), "||", as_list, output_field=JSONField())
    ArchiveFolder.objects.exclude(case_year=None).update(former=added)
