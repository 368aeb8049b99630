"""What a user reaches follows roles, dates and grants, and nothing else."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import Permission as AuthPermission
from django.db import IntegrityError, connection, transaction

from accessctl.actions import RightsError, assign_role, give_grant
from accessctl.models import AccessEvent, Role, RoleAssignment, User
from accessctl.permissions import Permission as P
from accessctl.scope import scope_of
from archive.models import Delivery
from guardians.models import GuardianRelation
from schoolapp.lib import clock
from students.models import Group, GroupStaffing, Membership, Student, StudentGrant

ALL_OPEN = {"own", "classmate", "other_class", "other_school"}


def seen(world, name, permission=P.VIEW_PUPIL):
    keys = {student.pk: key for key, student in world.pupils.items()}
    return {keys[pk] for pk in Student.objects.visible_to(world.user(name), permission).values_list("pk", flat=True)}


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("contact_teacher", {"own", "classmate"}),
        ("subject_teacher", {"other_class"}),
        ("former_teacher", set()),
        ("teacher_b", {"other_school"}),
        ("school_admin", {"own", "classmate", "other_class"}),
        ("school_admin_b", {"other_school"}),
        ("adviser", {"own", "classmate", "other_class"}),
        ("principal", {"own", "classmate", "other_class"}),
        ("team", ALL_OPEN),
        ("municipal_admin", ALL_OPEN),
        ("nurse", set()),
        ("no_role", set()),
        ("guardian", set()),
    ],
)
def test_each_role_sees_its_own_pupils_and_no_protected_one(world, name, expected):
    assert seen(world, name) == expected


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("guardian", {"own", "other_school"}),
        ("guardian_b", {"other_class"}),
        ("guardian_proposed", set()),
        ("guardian_former", set()),
        ("guardian_of_protected", set()),
        ("contact_teacher", set()),
    ],
)
def test_guardians_reach_only_children_with_a_relation_in_force(world, name, expected):
    assert seen(world, name, P.VIEW_OWN_CHILDREN) == expected


def test_access_follows_the_group_membership_the_same_day(world):
    membership = Membership.objects.get(student=world.pupils["own"], is_home_class=True)
    membership.valid_to = clock.today() - timedelta(days=1)
    membership.save()
    assert seen(world, "contact_teacher") == {"classmate"}


def test_staffing_that_begins_tomorrow_gives_nothing_today(world):
    GroupStaffing.objects.filter(employee__person=world.people["contact_teacher"]).update(
        valid_from=clock.today() + timedelta(days=1)
    )
    assert seen(world, "contact_teacher") == set()


def test_staffing_at_a_school_without_a_role_there_gives_nothing(world):
    RoleAssignment.objects.filter(user=world.users["contact_teacher"]).update(school=world.school_b)
    assert seen(world, "contact_teacher") == set()


def test_an_ended_assignment_gives_nothing(world):
    RoleAssignment.objects.filter(user=world.users["school_admin"]).update(
        valid_from=clock.today() - timedelta(days=9), valid_to=clock.today() - timedelta(days=1)
    )
    assert seen(world, "school_admin") == set()


def test_a_school_role_needs_a_school(world):
    with pytest.raises(IntegrityError), transaction.atomic():
        RoleAssignment.objects.filter(user=world.users["school_admin"]).update(school=None)


def test_nobody_gives_a_role_to_themselves(world):
    admin = world.user("municipal_admin")
    with pytest.raises(RightsError):
        assign_role(admin, role="kommuneadmin", by=admin)
    with pytest.raises(IntegrityError), transaction.atomic():
        RoleAssignment.objects.filter(user=admin).update(given_by=admin)


def test_a_right_of_another_door_gives_staff_nothing(world):
    """The guardians' right in a municipal role would otherwise open every child."""
    Role.objects.filter(slug="kommuneadmin").update(permissions=["view_own_children", "view_own_record"])
    for permission in (P.VIEW_OWN_CHILDREN, P.VIEW_OWN_RECORD):
        assert seen(world, "municipal_admin", permission) == set()


def test_a_staff_right_in_the_guardians_role_gives_nothing(world):
    Role.objects.filter(slug="foresatt").update(permissions=["view_own_children", "view_document"])
    assert seen(world, "guardian", P.VIEW_DOCUMENT) == set()


def test_a_subject_teacher_reads_no_documents(world):
    assert seen(world, "subject_teacher", P.VIEW_DOCUMENT) == set()
    assert seen(world, "contact_teacher", P.VIEW_DOCUMENT) == {"own", "classmate"}


def test_sfo_staff_reach_their_sfo_groups_and_not_a_class(world):
    base = world.add_group("Base 1", world.school_a, 5, Group.Kind.SFO_GROUP)
    Membership.objects.create(
        student=world.pupils["other_class"], group=base, is_home_class=False, valid_from=world.year.starts_on
    )
    worker = world.add_employee("sfo_worker", role="sfo_ansatt", schools=(world.school_a,))
    world.add_staffing(worker, base, "assistant")
    world.add_staffing(worker, world.groups["5A"], "assistant")
    assert seen(world, "sfo_worker") == {"other_class"}


def test_a_grant_on_a_group_follows_its_members(world):
    give_grant(world.users["no_role"], P.VIEW_PUPIL, on=world.groups["5B"], by=None, reason="Vikar i klassen")
    assert seen(world, "no_role") == {"other_class"}


def test_an_unknown_right_in_a_role_gives_nothing(world):
    Role.objects.filter(slug="helsesykepleier").update(permissions=["see_everything", "view_pupi"])
    assert seen(world, "nurse") == set()


def test_an_inactive_user_reaches_nothing(world):
    User.objects.filter(pk=world.users["municipal_admin"].pk).update(is_active=False)
    assert seen(world, "municipal_admin") == set()


def test_model_wide_permissions_widen_nothing(world):
    user = world.users["contact_teacher"]
    user.user_permissions.add(*AuthPermission.objects.filter(codename=P.VIEW_PUPIL.value))
    assert seen(world, "contact_teacher") == {"own", "classmate"}


def test_there_are_no_superusers(world):
    with pytest.raises(IntegrityError), transaction.atomic():
        User.objects.filter(pk=world.users["municipal_admin"].pk).update(is_superuser=True)


def test_a_grant_on_the_school_opens_its_protected_pupils(world):
    give_grant(world.users["school_admin"], P.SEE_PROTECTED, on=world.school_a, by=None, reason="Navngitt ansvarlig")
    assert "protected" in seen(world, "school_admin")
    assert "protected" not in seen(world, "principal")


def test_a_grant_on_another_school_does_not(world):
    give_grant(world.users["school_admin"], P.SEE_PROTECTED, on=world.school_b, by=None, reason="Navngitt ansvarlig")
    assert "protected" not in seen(world, "school_admin")


def test_a_grant_ends_on_its_date(world):
    row = give_grant(
        world.users["municipal_admin"], P.SEE_PROTECTED, on=world.municipality, by=None, reason="Navngitt ansvarlig"
    )
    assert "protected" in seen(world, "municipal_admin")
    row.valid_from = row.valid_to = clock.today() - timedelta(days=1)
    row.save()
    assert "protected" not in seen(world, "municipal_admin")


def test_a_grant_on_one_pupil_opens_that_pupil_only_within_reach(world):
    permission = AuthPermission.objects.get(content_type__model="student", codename=P.SEE_PROTECTED.value)
    for name in ("contact_teacher", "teacher_b"):
        StudentGrant.objects.create(
            user=world.users[name],
            permission=permission,
            content_object=world.pupils["protected"],
            reason="Kontaktlærer",
        )
    assert "protected" in seen(world, "contact_teacher")
    assert "protected" not in seen(world, "teacher_b")


def test_a_grant_needs_a_reason(world):
    with pytest.raises(ValueError, match="hvorfor"):
        give_grant(world.users["team"], P.SEE_PROTECTED, on=world.municipality, by=None, reason=" ")


def test_a_grant_lasts_a_year_at_most(world):
    until = clock.today() + timedelta(days=367)
    with pytest.raises(RightsError, match="ett år"):
        give_grant(world.users["team"], P.DECIDE_LEAVE, on=world.school_a, by=None, reason="Vikar", valid_to=until)


def test_a_protected_guardian_is_left_out_for_staff_without_the_grant(world):
    world.people["guardian"].protection = "confidential"
    world.people["guardian"].save()
    relations = GuardianRelation.objects.visible_to(world.user("school_admin"))
    assert world.people["guardian"].pk not in relations.values_list("guardian", flat=True)
    give_grant(world.users["school_admin"], P.SEE_PROTECTED, on=world.school_a, by=None, reason="Navngitt ansvarlig")
    relations = GuardianRelation.objects.visible_to(world.user("school_admin"))
    assert world.people["guardian"].pk in relations.values_list("guardian", flat=True)


def test_roles_without_rights_to_the_log_see_no_deliveries(world):
    assert not Delivery.objects.visible_to(world.user("contact_teacher")).exists()
    assert "WHERE" in str(Delivery.objects.visible_to(world.user("team")).query)


def test_a_pupil_cannot_be_in_two_classes_at_once(world):
    with pytest.raises(IntegrityError), transaction.atomic():
        Membership.objects.create(
            student=world.pupils["own"],
            group=Group.objects.get(name="5B"),
            is_home_class=True,
            valid_from=world.year.starts_on + timedelta(days=40),
        )


def test_moving_class_the_day_after_the_old_one_ended_is_allowed(world):
    move = world.year.starts_on + timedelta(days=40)
    Membership.objects.filter(student=world.pupils["own"]).update(valid_to=move - timedelta(days=1))
    moved = Membership.objects.create(
        student=world.pupils["own"], group=Group.objects.get(name="5B"), is_home_class=True, valid_from=move
    )
    assert moved.pk


@pytest.mark.parametrize(
    "statement", ["UPDATE accessctl_accessevent SET action = 'x'", "DELETE FROM accessctl_accessevent"]
)
def test_the_access_log_cannot_be_changed(world, statement):
    AccessEvent.objects.create(user=world.users["team"], action="open")
    with pytest.raises(Exception, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


def test_giving_a_role_twice_gives_one_assignment(world):
    first = assign_role(world.users["no_role"], role="skoleadmin", by=None, school=world.school_a)
    again = assign_role(world.users["no_role"], role="skoleadmin", by=None, school=world.school_a)
    assert first.pk == again.pk


def test_working_out_the_scope_costs_one_query(world, django_assert_num_queries):
    user = world.user("team")
    with django_assert_num_queries(1):
        scope_of(user).holds(P.VIEW_PUPIL)
        scope_of(user).holds(P.RUN_ARCHIVE)
