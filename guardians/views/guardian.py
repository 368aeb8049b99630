"""The guardians' portal."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accessctl.audit import record_list
from accessctl.guards import requires
from accessctl.permissions import Permission
from accessctl.requests import SignedInRequest
from guardians.cards import lines_for
from guardians.photos import decides_on_photos
from people.display import grouped_phone
from schoolapp.lib import clock
from students.models import Student
from students.pages import contact_teachers


@requires(Permission.VIEW_OWN_CHILDREN)
@require_safe
def home(request: SignedInRequest) -> HttpResponse:
    """A card for each child, the youngest first; which children were shown is logged."""
    own = Student.objects.visible_to(request.user, Permission.VIEW_OWN_CHILDREN)
    children = list(own.with_page_data().order_by("grade_level", "sort_name"))
    record_list(request.user, "open", children)
    teachers, lines = contact_teachers(children), lines_for(request.user, children)
    cards = [
        {
            "child": child,
            "teachers": teachers[child.pk],
            "lines": lines[child.pk],
            "phone": grouped_phone(child.school.phone) if child.school else "",
        }
        for child in children
    ]
    under_age = {child.pk for child in children if not decides_on_photos(child)}
    context = {"cards": cards, "today": clock.today(), "answers_photo": under_age}
    return render(request, "guardians/home.html", context)
