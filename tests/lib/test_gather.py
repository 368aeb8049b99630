"""Many small questions in one round trip, with the answers they have one by one."""

import pytest
from django.db.models import Count

from accessctl.models import School
from schoolapp.lib.gather import HowMany, gather
from students.models import Group, Student

pytestmark = pytest.mark.django_db


def test_answers_are_those_of_each_question_by_itself(world, django_assert_num_queries):
    named = Student.objects.order_by("pk").values_list("uuid", "person__given_name", "person__family_name")
    per_school = Group.objects.order_by("school").values_list("school").annotate(n=Count("pk"))
    percent = School.objects.filter(name__contains="%")
    expected = {
        "named": [[str(uuid), given, family] for uuid, given, family in named],
        "per_school": [list(row) for row in per_school],
        "schools": School.objects.count(),
        "percent": 0,
        "none": [],
        "no_number": 0,
        "first": [[named[0][1]]],
    }
    asked = {
        "named": named,
        "per_school": per_school,
        "schools": HowMany(School.objects.all()),
        "percent": HowMany(percent),
        "none": School.objects.none().values_list("pk"),
        "no_number": HowMany(School.objects.filter(pk__in=[])),
        "first": named.values_list("person__given_name")[:1],
    }
    with django_assert_num_queries(1):
        assert gather(asked) == expected
    assert len(expected["named"]) > 3


def test_nothing_asked_costs_nothing(django_assert_num_queries):
    with django_assert_num_queries(0):
        assert gather({"none": School.objects.none().values_list("pk")}) == {"none": []}
