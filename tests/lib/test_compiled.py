"""A query compiled once answers as the query itself does."""

from datetime import date, timedelta

import pytest

from accessctl.models import RoleAssignment
from schoolapp.lib import clock
from schoolapp.lib.compiled import Compiled


def assigned(user, today):
    rows = RoleAssignment.objects.filter(user=user, valid_from__lte=today, role__is_active=True)
    return rows.order_by("pk").values_list("pk", "role__slug")


@pytest.mark.django_db
def test_a_compiled_query_gives_what_the_query_gives_for_each_user_and_day(world):
    compiled = Compiled(assigned, user=int, today=date)
    for user in (world.users["principal"], world.user("contact_teacher")):
        for day in (clock.today(), clock.today() - timedelta(days=4000)):
            assert compiled.rows(user=user.pk, today=day) == list(assigned(user.pk, day))


@pytest.mark.django_db
def test_a_value_that_the_query_does_not_take_as_a_parameter_is_refused(world):
    compiled = Compiled(
        lambda user, today: RoleAssignment.objects.filter(user=user).values_list("pk"), user=int, today=date
    )
    with pytest.raises(ValueError, match="not among"):
        compiled.rows(user=1, today=clock.today())
