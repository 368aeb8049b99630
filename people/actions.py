"""Writes about persons: finding or adding one, contact details, and address protection, which goes up at once and down
only when two people agree.
"""

import re
import unicodedata
from datetime import date

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accessctl import wall
from accessctl.audit import record_event
from accessctl.models import User
from people.apart import people_apart
from people.directory import keep_name
from people.models import (
    PROTECTION_FIELDS,
    ContactDetails,
    NationalId,
    Person,
    Protection,
    ProtectionChange,
    ProtectionSource,
    Shielding,
)
from schoolapp.lib import clock
from schoolapp.lib.national_id import parse


class ProtectionError(ValueError):
    """The protection can not be changed so; the text says why, in words for the screen."""


class OtherName(ValueError):
    """The national id belongs to somebody who is called something else; the text does not say what."""


@transaction.atomic
@wall.lifted("whether somebody is known by this number decides if a new person is made; nothing is told")
def find_or_add_person(number: str, *, given_name: str, family_name: str, by: User) -> Person:
    """The person who has or had this national id, made with the name given when nobody has.

    Raises InvalidNationalId. Nothing tells whether somebody was known: the name of one who was is left as it is.
    """
    national_id = parse(number, synthetic_allowed=settings.SYNTHETIC_IDS_ALLOWED)
    holders = Person.objects.filter(national_ids__number=national_id.number)
    if known := holders.first():
        return known
    try:
        with transaction.atomic():
            person = Person.objects.create(given_name=given_name.strip(), family_name=family_name.strip())
            NationalId.objects.create(person=person, number=national_id.number)
    except IntegrityError:  # somebody else has just made the same person
        return holders.get()
    return person


@transaction.atomic
def find_or_add_by_name(number: str, *, given_name: str, family_name: str, by: User) -> Person:
    """As find_or_add_person, for somebody who is to be let in: a digit typed wrong must not lead to a stranger.

    Raises OtherName when the number is that of somebody called something else, without telling what. One with address
    protection is met like somebody unknown, since the answer would tell that they are here; the name is then compared
    when the proposal is confirmed.
    """
    found = find_or_add_person(number, given_name=given_name, family_name=family_name, by=by)
    if not found.is_protected:
        check_name(found, f"{given_name} {family_name}")
    return found


def check_name(person: Person, name: str) -> None:
    """Raise OtherName unless `name` is a way to write the person's name, without telling what that is."""
    if not may_be_called(person, name):
        raise OtherName(
            _(
                "Navnet stemmer ikke med den som har dette nummeret. Kontroller både nummeret og navnet mot "
                "dokumentasjonen, og prøv igjen."
            )
        )


def may_be_called(person: Person, name: str) -> bool:
    """Whether `name` is a way to write the person's name: in any order, with or without middle names and accents."""
    typed, known = name_parts(name), name_parts(person.full_name)
    fewer, more = sorted((typed, known), key=len)
    return fewer == more or (len(fewer) > 1 and fewer <= more)


def name_parts(name: str) -> set[str]:
    spelled = unicodedata.normalize("NFC", name).casefold().replace("å", "aa").replace("ø", "o").replace("æ", "ae")
    plain = unicodedata.normalize("NFKD", spelled)
    return set(re.findall(r"\w+", "".join(sign for sign in plain if not unicodedata.combining(sign))))


@transaction.atomic
def change_own_contact(person: Person, *, email: str, phone: str, by: User) -> None:
    """Let somebody change their own e-mail and telephone. Raises ValueError for anybody else's."""
    if person.user_id != by.pk:
        raise ValueError("contact details are changed by the person they belong to")
    ContactDetails.objects.update_or_create(person=person, defaults={"email": email, "phone": phone})
    record_event(by, "change_contact", person, what=str(_("Egne kontaktopplysninger")))


@transaction.atomic
def raise_protection(person: Person, *, level: str, reason: str, by: User) -> bool:
    """Switch protection on, or up, at once, and leave it to the officers to follow up. Never lowers.

    Returns whether the person became more protected than before. Raises OwnCase.
    """
    people_apart(by, person)
    return raise_at_once(person, level=level, reason=reason, by=by)


def raise_at_once(person: Person, *, level: str, reason: str, by: User) -> bool:
    """Raise the protection of one of a family whose case it has been judged that `by` may handle."""
    locked = Person.objects.select_for_update(of=("self",)).get(pk=person.pk)
    if Protection(level).rank <= Protection(locked.protection).rank:
        return False
    locked.note_raised(level, ProtectionSource.SCHOOL)
    locked.save(update_fields=PROTECTION_FIELDS)
    person.protection = locked.protection
    hide_or_show_name(locked)
    leave_to_officers(locked, reason=reason, by=by)
    ProtectionChange.objects.filter(person=locked, state=ProtectionChange.State.PROPOSED).delete()
    return True


def leave_to_officers(person: Person, *, reason: str, by: User) -> Shielding:
    """A task for those who manage protection."""
    return Shielding.objects.create(person=person, level=person.protection, reason=reason.strip(), by=by)


@transaction.atomic
def follow_up(shielding: Shielding, *, by: User) -> None:
    """Note that an officer has taken over the case. The first one stands. Raises OwnCase."""
    people_apart(by, shielding.person)
    Shielding.objects.filter(pk=shielding.pk, followed_up_at__isnull=True).update(
        followed_up_by=by, followed_up_at=clock.now()
    )


@transaction.atomic
def propose_lower(person: Person, *, level: str, reason: str, by: User) -> ProtectionChange:
    """Ask for protection to be taken down to `level`, or off. Nothing changes before somebody else approves.

    Raises ProtectionError without a reason, when `level` is no lower, or when a proposal waits already. Raises OwnCase.
    """
    people_apart(by, person)
    if not reason.strip():
        raise ProtectionError(_("Skriv hvorfor skjermingen skal oppheves."))
    locked = Person.objects.select_for_update(of=("self",)).get(pk=person.pk)
    if Protection(level).rank >= Protection(locked.protection).rank:
        raise ProtectionError(_("Velg en lavere grad enn den personen har."))
    if ProtectionChange.objects.filter(person=locked, state=ProtectionChange.State.PROPOSED).exists():
        raise ProtectionError(_("Det venter allerede et forslag. Be en kollega ta stilling til det først."))
    return ProtectionChange.objects.create(person=locked, level=level, reason=reason.strip(), proposed_by=by)


@transaction.atomic
def decide_lower(change: ProtectionChange, *, approve: bool, by: User) -> None:
    """Let a second officer approve or refuse. Raises SamePerson, AlreadyDecided or OwnCase.

    Raises ProtectionError when the protection has become weaker than proposed in the meantime.
    """
    locked = ProtectionChange.objects.select_for_update(of=("self",)).get(pk=change.pk)
    person = Person.objects.select_for_update(of=("self",)).get(pk=locked.person_id)
    people_apart(by, person)
    locked.decide(approve=approve, by=by)
    if not approve:
        return
    if Protection(locked.level).rank >= Protection(person.protection).rank:
        raise ProtectionError(_("Personen har ikke lenger den graden forslaget gjelder. Lag et nytt forslag."))
    person.protection = locked.level
    if not person.is_protected:
        person.protection_source, person.protected_since, person.protection_review_on = "", None, None
    person.save(update_fields=PROTECTION_FIELDS)
    hide_or_show_name(person)


@transaction.atomic
def set_review_day(person: Person, *, day: date | None, by: User) -> None:
    """When the officers are to look at the protection again. The protection itself stands. Raises OwnCase."""
    people_apart(by, person)
    Person.objects.filter(pk=person.pk).update(protection_review_on=day)


def hide_or_show_name(person: Person) -> None:
    if person.user:
        keep_name(person.user, person, person.full_name)
