"""What the screens about rights need to know of people and pupils. The app above, which knows them, fills it in."""

from collections.abc import Callable, Collection, Mapping, Sequence

from accessctl.models import User
from accessctl.permissions import Permission
from accessctl.scope import PermissionReach, Source

Asked = tuple[Permission, Mapping[int, PermissionReach]]


class Knowledge:
    """The questions asked. Without anybody to answer there are no pupils, and users have the names they log in with."""

    def pupils_reached(self, permission: Permission, reaches: Mapping[int, PermissionReach]) -> int:
        """How many different pupils without address protection users (by id) reach with `permission` today."""
        return self.pupils_reached_each([(permission, reaches)])[0]

    def pupils_reached_each(self, asked: Sequence[Asked]) -> list[int]:
        """The same for many rights, at the cost of one."""
        return [0] * len(asked)

    def protected(self, reach: PermissionReach) -> tuple[int, int]:
        """How many persons with address protection lie in whole schools or single pupils, and how many are pupils.

        In the whole municipality everybody counts; elsewhere the pupils.
        """
        return 0, 0

    def names(self, users: Collection[User]) -> dict[int, str]:
        """What to call users on screen; one with address protection has no name there."""
        return {user.pk: user.display_name for user in users}

    def objects(self, user: User, sources: Collection[Source]) -> dict[tuple[str, int], str]:
        """The names of the groups grants are given on, by container and id. Pupils are never named here."""
        return {}


_knowledge: list[Knowledge] = []


def register(knowledge: Knowledge) -> None:
    _knowledge[:] = [knowledge]


def knowledge() -> Knowledge:
    return _knowledge[0] if _knowledge else Knowledge()


_counts: dict[str, Callable[[], int]] = {}


def register_count(role: str, count: Callable[[], int]) -> None:
    """Let an app say how many have a role that follows from its register."""
    _counts[role] = count


def counts_by_register() -> dict[str, int]:
    """How many have each role that follows from a register today, by its slug, whether they have logged in or not."""
    return {slug: count() for slug, count in _counts.items()}
