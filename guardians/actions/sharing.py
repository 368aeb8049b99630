"""What a family decides about the class's contact list and about photos."""

from collections.abc import Iterable
from datetime import date

from django.core.files.storage import default_storage
from django.db import transaction
from django.utils.translation import gettext as _

from accessctl.audit import record_event
from accessctl.models import User
from guardians.models import ContactShare, GuardianRelation, PhotoConsent
from guardians.photos import decides_on_photos
from people.models import Person
from schoolapp.lib import clock
from students.models import Photo, Student


class SharingError(ValueError):
    """The answer cannot be taken from this person; the text says why."""


def own_person(student: Student, by: User) -> Person:
    """The guardian behind `by`. Raises SharingError for whoever is no guardian of the pupil with access today."""
    relation = GuardianRelation.objects.giving_access().filter(student=student, guardian__user=by)
    found = relation.select_related("guardian").first()
    if found is None:
        raise SharingError(_("Bare foresatte med tilgang til barnet kan svare på dette."))
    return found.guardian


@transaction.atomic
def share_contact(student: Student, *, name: bool, phone: bool, email: bool, by: User) -> None:
    """Decide what of oneself stands on the contact list of the child's class; nothing at all takes one off it."""
    guardian = own_person(student, by)
    if not (name or phone or email):
        ContactShare.objects.filter(student=student, guardian=guardian).delete()
    else:
        told = {"name": name, "phone": phone, "email": email, "changed_at": clock.now()}
        ContactShare.objects.update_or_create(student=student, guardian=guardian, defaults=told)
    record_event(by, "share_contact", student, what="klasseliste")


@transaction.atomic
def answer_photo(student: Student, *, is_given: bool, by: User) -> None:
    """Say yes or no to school photos; the answer before ends today, and is kept. A no deletes the photo there is.

    Raises SharingError for whoever does not decide: below 15 the guardians do, from 15 the pupil (handbook 8.3).
    """
    person = student.person if student.person.user_id == by.pk else own_person(student, by)
    if (person.pk == student.person_id) != decides_on_photos(student):
        raise SharingError(_("Fra fylte 15 år svarer eleven selv. Før det svarer de foresatte."))
    today = clock.today()
    standing = PhotoConsent.objects.filter(student=student, person=person, valid_to__isnull=True)
    if standing.filter(is_given=is_given).exists():
        return
    standing.update(valid_to=today)
    PhotoConsent.objects.create(student=student, person=person, is_given=is_given, valid_from=today)
    if not is_given:
        delete_photos([student])
    record_event(by, "answer_photo", student, what="skolefoto: ja" if is_given else "skolefoto: nei")


def end_photo_consents(last_day: date) -> int:
    """End every standing yes on the day, where consents are for one school year; a no stands. Returns how many."""
    standing = PhotoConsent.objects.filter(is_given=True, valid_to__isnull=True, valid_from__lte=last_day)
    return standing.update(valid_to=last_day)


def delete_photos(students: Iterable[Student]) -> None:
    """Delete the pupils' photos; the files go when the transaction has held."""
    rows = Photo.objects.filter(student__in=[student.pk for student in students])
    paths = list(rows.values_list("file", flat=True))
    rows.delete()
    transaction.on_commit(lambda: delete_files(paths), robust=True)


def delete_files(paths: Iterable[str]) -> None:
    for path in paths:
        default_storage.delete(path)
