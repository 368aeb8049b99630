"""Asking of many rights at once answers as asking of each does."""

import pytest

from accessctl.actions import give_grant
from accessctl.permissions import Permission
from accessctl.policy import held, may


@pytest.mark.parametrize("name", ["contact_teacher", "subject_teacher", "school_admin", "municipal_admin", "guardian"])
def test_the_rights_held_are_those_that_may_says_yes_to_each(world, name):
    user = world.user(name)
    give_grant(user, Permission.VIEW_REMARKS, on=world.pupils["classmate"], by=None, reason="x")
    for pupil in ("own", "classmate", "other_school", "protected"):
        student = world.pupils[pupil]
        assert held(user, Permission, student) == {right for right in Permission if may(user, right, student)}
