"""How many are guardians here, for the screens about roles."""

from accessctl import wall
from accessctl.rights.known import register_count
from accessctl.roles import FORESATT
from guardians.models import GuardianRelation
from people.models import Protection


@wall.lifted("only a number comes out: how many guardians have access to a child")
def guardians_today() -> int:
    """Guardians with access to a child today; those with address protection are not even counted."""
    rows = GuardianRelation.objects.giving_access().filter(guardian__protection=Protection.NONE)
    return rows.values("guardian").distinct().count()


register_count(FORESATT, guardians_today)
