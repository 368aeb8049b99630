"""Sheets made of a class or group: photos, the contact list, and the emergency list. And the photo itself."""

from typing import Any
from uuid import UUID

from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accessctl.audit import open_or_404
from accessctl.guards import requires
from accessctl.models import User
from accessctl.permissions import Permission
from accessctl.requests import SignedInRequest
from guardians.contact_list import entries
from guardians.emergency_list import lines
from guardians.photos import Consent, consents
from people.models import Protection
from schoolapp.lib import clock
from schools.models import SchoolYear
from students.lists.taking_out import record_taken_out
from students.models import Group, Photo, Student, members_today

SEALED = {
    "Cache-Control": "private, no-store",
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; sandbox",
}


def group_or_404(request: SignedInRequest, uuid: UUID, right: Permission) -> Group:
    groups = Group.objects.visible_to(request.user, right).filter(school_year__state=SchoolYear.State.CURRENT)
    return open_or_404(request, groups.select_related("school", "school_year"), uuid=uuid)


def pupils_of(group: Group, user: User, right: Permission) -> list[Student]:
    rows: Any = Student.objects.visible_to(user, right).filter(pk__in=members_today([group.pk]))
    return list(rows.with_page_data().order_by("sort_name", "pk"))


@requires(Permission.VIEW_PUPIL)
@require_safe
def photo_sheet(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """The pupils with their photos, for those where there may be one. Protected pupils are on no sheet."""
    group = group_or_404(request, uuid, Permission.VIEW_PUPIL)
    students = pupils_of(group, request.user, Permission.VIEW_PUPIL)
    shown = [student for student in students if not student.person.is_protected]
    answers = consents(shown)
    seen = Photo.objects.visible_to(request.user, Permission.VIEW_PUPIL)
    photos = dict(seen.filter(student__in=shown).values_list("student", "added_at"))
    faces = [
        {
            "student": student,
            "has_photo": student.pk in photos and answers[student.pk] == Consent.YES,
            "is_refused": answers[student.pk] in (Consent.NO, Consent.DISAGREED),
        }
        for student in shown
    ]
    record_taken_out(request.user, shown, what="bildeark")
    context = {"group": group, "faces": faces, "left_out": len(students) - len(shown), "today": clock.today()}
    return render(request, "guardians/sheets/photos.html", context)


@requires(Permission.VIEW_PUPIL)
@require_safe
def photo(request: SignedInRequest, uuid: UUID) -> FileResponse:
    """The photo of a pupil, as long as there is consent; otherwise there is none."""
    seen = Student.objects.visible_to(request.user).filter(person__protection=Protection.NONE, photo__isnull=False)
    student = open_or_404(request, seen.select_related("person", "photo"), action="list", uuid=uuid)
    if consents([student])[student.pk] != Consent.YES:
        raise Http404
    try:
        file = student.photo.file.open("rb")
    except FileNotFoundError:
        raise Http404 from None
    return FileResponse(file, content_type="image/jpeg", headers=SEALED)


@requires(Permission.VIEW_GUARDIANS)
@require_safe
def contact_list(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """What guardians chose to share, to be handed out to the families of the class."""
    group = group_or_404(request, uuid, Permission.VIEW_GUARDIANS)
    found = entries(pupils_of(group, request.user, Permission.VIEW_GUARDIANS), request.user)
    students = [entry.student for entry in found]
    record_taken_out(request.user, students, what="klasseliste")
    context = {"group": group, "entries": found, "today": clock.today()}
    return render(request, "guardians/sheets/contacts.html", context)


@requires(Permission.VIEW_GUARDIANS)
@require_safe
def emergency_list(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """The pupils and their guardians' telephones, for use when something has happened."""
    group = group_or_404(request, uuid, Permission.VIEW_GUARDIANS)
    students = pupils_of(group, request.user, Permission.VIEW_GUARDIANS)
    record_taken_out(request.user, students, what="nødliste")
    context = {"group": group, "lines": lines(students, request.user), "today": clock.today()}
    return render(request, "guardians/sheets/emergency.html", context)
