"""Who may give which role to whom, and that nobody ends with more rights by their own act."""

from datetime import date, timedelta

import pytest
from django.contrib.auth.models import Permission as AuthPermission
from django.db import IntegrityError, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accessctl import actions
from accessctl.actions import RightsError, assign_role, change_end, end_assignment, give_grant
from accessctl.models import (
    AccessEvent,
    AlreadyDecided,
    MunicipalityGrant,
    Role,
    RoleAssignment,
    RoleChange,
    SamePerson,
    SchoolGrant,
    User,
)
from accessctl.permissions import Permission as P
from accessctl.rights.actions import change_role, decide_role_change, make_role, retire_role
from accessctl.roles import ROLES, Reach
from accessctl.scope import grant_models
from schoolapp.lib import clock
from students.models import GroupGrant, StudentGrant

# Giver, and what holders of that role may give (handbook 7.1). All other pairs are refused.
MAY_GIVE = {
    "kommuneadmin": {
        "kommuneadmin",
        "kommuneadmin2",
        "personvernombud",
        "skoleadmin",
        "skoleadmin2",
        "team",
        "rektor",
        "helsesykepleier",
    },
    "skoleadmin": {"skoleadmin", "laerer", "sfo_admin", "sfo_ansatt", "grunntilgang"},
}
SLUGS = [role.slug for role in ROLES]
YESTERDAY, TOMORROW = -1, 1


def day(offset: int) -> date:
    return clock.today() + timedelta(days=offset)


def held_since_long(world, name: str) -> RoleAssignment:
    world.users[name].assignments.update(valid_from=day(-300))
    return world.users[name].assignments.get()


def try_to_give(giver: User, to: User, slug: str, school) -> bool:
    role = Role.objects.get(slug=slug)
    try:
        assign_role(to, role=slug, by=giver, school=school if Reach(role.reach).needs_school else None)
    except RightsError:
        return False
    return True


def holder(world, slug: str) -> User:
    """Somebody who holds only this role, as far as it goes, at school A."""
    employee = world.add_employee(f"giver_{slug}")
    role = Role.objects.get(slug=slug)
    school = world.school_a if Reach(role.reach).needs_school else None
    assign_role(employee.person.user, role=slug, by=None, school=school)
    return User.objects.get(pk=employee.person.user.pk)


@pytest.mark.parametrize("giver", SLUGS)
def test_each_role_gives_exactly_the_roles_the_table_says(world, giver):
    who = holder(world, giver)
    given = {slug for slug in SLUGS if try_to_give(who, world.users["no_role"], slug, world.school_a)}
    assert given == MAY_GIVE.get(giver, set())


@pytest.mark.parametrize("giver", SLUGS)
def test_a_school_role_gives_nothing_at_another_school(world, giver):
    who = holder(world, giver)
    given = {slug for slug in SLUGS if try_to_give(who, world.users["no_role"], slug, world.school_b)}
    assert given == (MAY_GIVE["kommuneadmin"] if giver == "kommuneadmin" else set())


@pytest.mark.parametrize("giver", sorted(MAY_GIVE))
def test_nobody_gives_anything_to_themselves(world, giver):
    who = holder(world, giver)
    assert [slug for slug in SLUGS if try_to_give(who, who, slug, world.school_a)] == []


def test_a_role_is_given_no_wider_than_it_is(world):
    admin = world.user("municipal_admin")
    with pytest.raises(RightsError, match="snevrere"):
        assign_role(world.users["no_role"], role="skoleadmin", by=admin, reach=Reach.MUNICIPALITY)
    narrower = assign_role(
        world.users["no_role"], role="skoleadmin", by=admin, reach=Reach.OWN_GROUPS, school=world.school_a
    )
    assert narrower.reach == Reach.OWN_GROUPS


def test_a_role_is_not_given_back_in_time(world):
    with pytest.raises(RightsError, match="tilbake i tid"):
        assign_role(
            world.users["no_role"],
            role="skoleadmin",
            by=world.user("municipal_admin"),
            school=world.school_a,
            valid_from=day(YESTERDAY),
        )


def test_several_schools_are_all_or_nothing(world):
    role = Role.objects.get(slug="laerer")
    with pytest.raises(RightsError):
        actions.assign_role_at(
            world.users["no_role"],
            role=role,
            schools=[world.school_a, world.school_b],
            by=world.user("school_admin"),
        )
    assert not world.users["no_role"].assignments.exists()


def test_only_the_giver_of_a_role_ends_it(world):
    row = held_since_long(world, "principal")
    for name in ("school_admin", "school_admin_b", "team", "contact_teacher"):
        with pytest.raises(RightsError):
            end_assignment(row, by=world.user(name))
    end_assignment(row, by=world.user("municipal_admin"))
    row.refresh_from_db()
    assert row.valid_to == day(YESTERDAY)


def test_a_role_from_the_register_is_ended_there(world):
    row = world.users["guardian"].assignments.get()
    Role.objects.filter(slug="foresatt").update(given_by=["kommuneadmin"])
    with pytest.raises(RightsError, match="registeret"):
        end_assignment(row, by=world.user("municipal_admin"))


def test_nobody_prolongs_their_own_role(world):
    row = world.users["school_admin"].assignments.get()
    RoleAssignment.objects.filter(pk=row.pk).update(valid_to=day(TOMORROW))
    row.refresh_from_db()
    with pytest.raises(RightsError, match="egen rolle"):
        change_end(row, valid_to=None, by=world.user("school_admin"))
    change_end(row, valid_to=None, by=world.user("municipal_admin"))
    row.refresh_from_db()
    assert row.valid_to is None


def test_an_ended_role_is_not_brought_back_by_its_date(world):
    row = world.users["school_admin"].assignments.get()
    RoleAssignment.objects.filter(pk=row.pk).update(valid_from=day(-9), valid_to=day(YESTERDAY))
    row.refresh_from_db()
    with pytest.raises(RightsError, match="på nytt"):
        change_end(row, valid_to=None, by=world.user("municipal_admin"))


def test_the_last_who_can_give_roles_cannot_leave(world):
    admin = world.user("municipal_admin")
    row = held_since_long(world, "municipal_admin")
    with pytest.raises(RightsError, match="Gi ansvaret"):
        end_assignment(row, by=admin)
    row.refresh_from_db()
    assert row.valid_to is None
    with pytest.raises(RightsError, match="Gi ansvaret"):
        change_role(row.role, permissions=["view_pupil"], by=admin, reason="Rydder")
    row.role.refresh_from_db()
    assert P.EDIT_ROLES in row.role.permissions


def test_renewing_a_grant_keeps_when_it_began(world):
    admin, school = world.user("municipal_admin"), world.school_a
    row = give_grant(world.users["principal"], P.DECIDE_LEAVE, on=school, by=admin, reason="Leder", valid_to=day(5))
    SchoolGrant.objects.filter(pk=row.pk).update(valid_from=day(-30))
    again = give_grant(world.users["principal"], P.DECIDE_LEAVE, on=school, by=admin, reason="Fortsatt leder")
    assert (again.pk, again.valid_from, again.reason) == (row.pk, day(-30), "Fortsatt leder")


def test_only_the_nine_grants_and_the_officers_are_given(world):
    for permission in (P.EDIT_ROLES, P.VIEW_ACCESS_LOG, P.VIEW_DOCUMENT, P.GIVE_ROLES):
        with pytest.raises(RightsError):
            give_grant(
                world.users["principal"], permission, on=world.school_a, by=world.user("municipal_admin"), reason="Nei"
            )


def test_a_school_admin_opens_no_protected_addresses(world):
    with pytest.raises(RightsError):
        give_grant(
            world.users["principal"], P.SEE_PROTECTED, on=world.school_a, by=world.user("school_admin"), reason="Nei"
        )


def test_every_change_is_a_line_in_the_log(world):
    admin = world.user("municipal_admin")
    row = assign_role(world.users["no_role"], role="rektor", by=admin, school=world.school_a)
    change_end(row, valid_to=day(40), by=admin)
    end_assignment(row, by=admin)
    grant = give_grant(world.users["principal"], P.DECIDE_LEAVE, on=world.school_a, by=admin, reason="Leder")
    actions.end_grant(grant, by=admin)
    role = make_role(slug="ny", name="Ny", reach="schools", permissions=[], given_by=["kommuneadmin"], by=admin)
    change_role(role, permissions=["view_pupil"], by=admin, reason="Trengs")
    retire_role(role, by=admin, reason="Trengs ikke")
    lines = AccessEvent.objects.filter(user=admin).order_by("pk").values_list("action", flat=True)
    assert list(lines) == [
        "give_role",
        "change_role_end",
        "end_role",
        "give_grant",
        "end_grant",
        "make_role",
        "change_role",
        "retire_role",
    ]
    assert AccessEvent.objects.get(action="give_grant").reason == "Leder"


def test_more_rights_for_oneself_wait_for_a_colleague(world):
    admin = world.user("municipal_admin")
    role = Role.objects.get(slug="kommuneadmin")
    wanted = [*role.permissions, P.DELETE_DOCUMENT.value]
    change = change_role(role, permissions=wanted, by=admin, reason="Rydding")
    role.refresh_from_db()
    assert P.DELETE_DOCUMENT not in role.permissions
    with pytest.raises(SamePerson):
        decide_role_change(change, approve=True, by=admin)
    colleague = holder(world, "kommuneadmin")
    decide_role_change(change, approve=True, by=colleague)
    role.refresh_from_db()
    assert P.DELETE_DOCUMENT in role.permissions


def test_rights_in_a_role_that_one_gets_tomorrow_wait_too(world):
    admin = world.user("municipal_admin")
    assign_role(admin, role="personvernombud", by=holder(world, "kommuneadmin"), valid_from=day(TOMORROW))
    role = Role.objects.get(slug="personvernombud")
    assert change_role(role, permissions=[*role.permissions, "view_pupil"], by=admin, reason="Trengs") is not None


def test_a_role_somebody_has_changed_meanwhile_is_not_overwritten(world):
    role = Role.objects.get(slug="team")
    with pytest.raises(RightsError, match="imens"):
        change_role(role, permissions=[], by=world.user("municipal_admin"), reason="x", based_on=["view_pupil"])


def test_a_shipped_role_is_not_retired(world):
    with pytest.raises(RightsError, match="følger med"):
        retire_role(Role.objects.get(slug="team"), by=world.user("municipal_admin"), reason="x")


def test_who_holds_a_retired_role_loses_it(world):
    admin = world.user("municipal_admin")
    role = make_role(
        slug="miljo", name="Miljø", reach="schools", permissions=["view_pupil"], given_by=["kommuneadmin"], by=admin
    )
    assign_role(world.users["no_role"], role="miljo", by=admin, school=world.school_a)
    assert world.user("no_role").holds(P.VIEW_PUPIL)
    assert retire_role(role, by=admin, reason="Ikke i bruk") == 1
    assert not world.user("no_role").holds(P.VIEW_PUPIL)
    with pytest.raises(RightsError, match="avviklet"):
        assign_role(world.users["no_role"], role="miljo", by=admin, school=world.school_a)


def test_the_database_refuses_what_one_gives_oneself(world):
    user = world.users["municipal_admin"]
    objects = {
        MunicipalityGrant: world.municipality,
        SchoolGrant: world.school_a,
        GroupGrant: world.groups["5A"],
        StudentGrant: world.pupils["own"],
    }
    assert set(objects) == set(grant_models())
    for model, on in objects.items():
        permission = AuthPermission.objects.get(
            content_type__app_label=on._meta.app_label, content_type__model=on._meta.model_name, codename="view_pupil"
        )
        row = {"user": user, "permission": permission, "content_object": on, "reason": "x"}
        with pytest.raises(IntegrityError), transaction.atomic():
            model.objects.create(**row, given_by=user)
        with pytest.raises(IntegrityError), transaction.atomic():
            model.objects.create(**row, given_by=None, valid_from=day(2), valid_to=day(1))
    role = Role.objects.get(slug="team")
    with pytest.raises(IntegrityError), transaction.atomic():
        RoleAssignment.objects.create(user=user, role=role, reach="schools", school=world.school_a, given_by=user)
    with pytest.raises(IntegrityError), transaction.atomic():
        RoleChange.objects.create(
            role=role, state="approved", proposed_by=user, decided_by=user, decided_at=clock.now(), reason="x"
        )


ACTORS = ("municipal_admin", "second_admin", "school_admin", "school_admin_b", "principal", "contact_teacher")
OPERATIONS = ("give", "end", "move_end", "grant", "end_grant", "change", "decide", "make", "retire")
STEP = st.tuples(
    st.sampled_from(ACTORS), st.sampled_from(OPERATIONS), st.integers(0, 1000), st.integers(0, 1000), st.booleans()
)
REFUSED = (RightsError, SamePerson, AlreadyDecided)


def rights(user: User) -> dict[tuple, date]:
    """Everything the user has now or to come, each with its last day."""
    found: dict[tuple, date] = {}
    held = [
        (slug, row.reach, row.school_id, row.valid_to)
        for row in user.assignments.not_ended().filter(role__is_active=True).select_related("role")
        for slug in row.role.permissions
    ]
    for model in grant_models():
        for row in model.objects.filter(user=user, valid_to__gte=clock.today()).select_related("permission"):
            held.append((row.permission.codename, row.container, row.content_object_id, row.valid_to))
    for slug, reach, place, end in held:
        key = (slug, str(reach), place)
        found[key] = max(found.get(key, date.min), end or date.max)
    return found


def act(world, actor: User, operation: str, one: int, two: int, flag: bool) -> None:
    """Try one thing; the numbers choose what of all there is."""
    roles = list(Role.objects.order_by("pk"))
    role, user = roles[one % len(roles)], world.user(ACTORS[two % len(ACTORS)])
    school = world.school_a if flag else world.school_b
    assignments = list(RoleAssignment.objects.order_by("pk"))
    slugs = sorted({*role.permissions, list(P)[two % len(P)].value} if flag else role.permissions[: two % 5])
    grants = [row for model in grant_models() for row in model.objects.order_by("pk")]
    match operation:
        case "give":
            needs_school = Reach(role.reach).needs_school
            assign_role(user, role=role.slug, by=actor, school=school if needs_school else None)
        case "end":
            end_assignment(assignments[one % len(assignments)], by=actor)
        case "move_end":
            change_end(assignments[one % len(assignments)], valid_to=None if flag else day(two), by=actor)
        case "grant":
            on = (world.municipality, school, world.groups["5A"], world.pupils["own"])[one % 4]
            give_grant(user, list(P)[two % len(P)], on=on, by=actor, reason="x", valid_to=day(one % 365))
        case "end_grant" if grants:
            actions.end_grant(grants[one % len(grants)], by=actor)
        case "change":
            change_role(role, permissions=slugs, by=actor, reason="x")
        case "decide":
            for change in RoleChange.objects.filter(state="proposed"):
                decide_role_change(change, approve=flag, by=actor)
        case "make":
            reach = list(Reach)[two % 6].value
            make_role(slug=f"r{one}", name=f"R{one}", reach=reach, permissions=slugs, given_by=[role.slug], by=actor)
        case "retire":
            retire_role(role, by=actor, reason="x")


@pytest.mark.slow
def test_nobody_ends_with_more_rights_by_their_own_act(world):
    world.add_employee("second_admin", role="kommuneadmin")
    done = {"acts": 0}

    @settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
    @given(st.lists(STEP, min_size=4, max_size=12))
    def run(steps):
        with transaction.atomic():
            for name, operation, one, two, flag in steps:
                before = rights(world.user(name))
                try:
                    with transaction.atomic():
                        act(world, world.user(name), operation, one, two, flag)
                except REFUSED:
                    continue
                done["acts"] += 1
                # Two people have acted when somebody else's proposal is approved.
                if operation != "decide":
                    after = rights(world.user(name))
                    assert {key for key, end in after.items() if end > before.get(key, date.min)} == set()
            transaction.set_rollback(True)

    run()
    assert done["acts"] > 20
