"""Those of the matrix who are not in the fixed cast: SFO, the privacy officer, a role of the municipality's own, one
who is locked out, a substitute whose last day was yesterday, and a guardian somebody has blocked.
"""

from datetime import timedelta

from accessctl.models import Role, RoleAssignment, User
from guardians.models import RelationBlock
from schoolapp.lib import clock
from students.models import Group, Membership
from tests.world import World

EXTRA = ("sfo_worker", "ombud", "own_role", "inactive", "substitute", "guardian_blocked")


def add_personas(world: World) -> None:
    yesterday = clock.today() - timedelta(days=1)
    base = world.add_group("Base 1", world.school_a, 5, Group.Kind.SFO_GROUP)
    Membership.objects.create(
        student=world.pupils["own"], group=base, is_home_class=False, valid_from=world.year.starts_on
    )
    world.add_staffing(
        world.add_employee("sfo_worker", role="sfo_ansatt", schools=(world.school_a,)), base, "assistant"
    )
    world.add_employee("ombud", role="personvernombud")
    Role.objects.create(
        slug="egen", name="Egen rolle", reach="schools", permissions=["view_pupil", "view_document", "ukjent"]
    )
    world.add_employee("own_role", role="egen", schools=(world.school_b,))
    world.add_employee("inactive", role="kommuneadmin")
    User.objects.filter(pk=world.users["inactive"].pk).update(is_active=False)
    world.add_staffing(
        world.add_employee("substitute", role="laerer", schools=(world.school_a,)),
        world.groups["5A"],
        "contact_teacher",
    )
    RoleAssignment.objects.filter(user=world.users["substitute"]).update(
        valid_from=clock.today() - timedelta(days=30), valid_to=yesterday
    )
    blocked = world.add_guardian("guardian_blocked", "own")
    RelationBlock.objects.create(
        student=world.pupils["own"], guardian=blocked, kind="no_contact", reference="Prøve", valid_from=yesterday
    )
