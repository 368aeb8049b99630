"""The pupils who can be put in a group, and the filter above them."""

from typing import Any

from django import forms
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from accessctl.models import User
from accessctl.permissions import Permission
from schoolapp.lib import clock
from schools.models import SchoolYear
from students.models import Enrolment, Group, Membership, Student
from students.names import named
from students.rights.forms import ANY

State = Enrolment.State


def candidates(group: Group, user: User) -> QuerySet[Student]:
    """Pupils `user` places, with a place at the group's school that year; of its class, for a contact group.

    Those who are in the group already, now or from a later day, are left out.
    """
    states = [State.ACTIVE]
    if group.school_year.state == SchoolYear.State.PLANNED:
        states.append(State.PLANNED)
    at_school = Enrolment.objects.filter(school=group.school, school_year=group.school_year, state__in=states)
    rows = Student.objects.visible_to(user, Permission.EDIT_GROUPS).filter(pk__in=at_school.values("student"))
    lasting = Q(valid_to__isnull=True) | Q(valid_to__gte=clock.today())
    if group.kind == Group.Kind.CONTACT_GROUP:
        rows = rows.filter(pk__in=Membership.objects.filter(lasting, group=group.home_class_id).values("student"))
    there = Membership.objects.filter(lasting, group=group)
    found: QuerySet[Student] = rows.exclude(pk__in=there.values("student"))
    return found.select_related("person").order_by("home_class_name", "sort_name", "pk")


class CandidateFilter(forms.Form):
    """By name, grade level and class; the group's own grade level to begin with."""

    sok = forms.CharField(
        label=_("Navn"), required=False, max_length=100, widget=forms.TextInput(attrs={"type": "search"})
    )
    trinn = forms.ChoiceField(
        label=_("Trinn"), required=False, choices=[ANY, *((str(n), f"{n}.") for n in range(1, 11))]
    )
    klasse = forms.CharField(label=_("Klasse"), required=False, max_length=20)

    def __init__(self, data: Any, *, group: Group) -> None:
        own = {"trinn": str(group.grade_level or "")}
        super().__init__(data if "trinn" in data else own, auto_id="filter_%s")
        self.group = group
        if group.kind == Group.Kind.CONTACT_GROUP:
            del self.fields["trinn"], self.fields["klasse"]
        self.is_valid()

    def found(self, students: QuerySet[Student]) -> QuerySet[Student]:
        chosen = self.cleaned_data
        rows = named(students, chosen.get("sok", ""))
        if chosen.get("trinn"):
            same = {"school_year": self.group.school_year, "grade_level": int(chosen["trinn"])}
            rows = rows.filter(pk__in=Enrolment.objects.filter(school=self.group.school, **same).values("student"))
        if chosen.get("klasse"):
            rows = rows.filter(home_class_name__iexact=chosen["klasse"].strip())
        return rows
