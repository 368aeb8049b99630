"""The role catalogue: rights × roles as the municipality has them, compared with what the system ships with."""

from dataclasses import dataclass

from django.utils.functional import Promise

from accessctl.models import Role
from accessctl.permissions import OFFICER_GRANTS, Permission, by_area
from accessctl.rights.in_use import rights_in_use
from accessctl.roles import MATRIX, ROLES

SHIPPED_SLUGS = [role.slug for role in ROLES]


@dataclass(frozen=True)
class Cell:
    role: Role
    is_given: bool
    is_shipped: bool

    @property
    def differs(self) -> bool:
        return self.is_given != self.is_shipped


@dataclass(frozen=True)
class Line:
    permission: Permission
    is_in_use: bool
    cells: list[Cell]

    @property
    def is_personal(self) -> bool:
        """Given to one person at a time, never by a role."""
        return self.permission in OFFICER_GRANTS


@dataclass(frozen=True)
class Catalogue:
    roles: list[Role]
    areas: list[tuple[str | Promise, list[Line]]]

    @property
    def differences(self) -> int:
        return sum(cell.differs for _area, lines in self.areas for line in lines for cell in line.cells)


def catalogue() -> Catalogue:
    """Every right and every role in use, in the order of the shipped table; the municipality's own roles last."""
    roles = sorted(Role.objects.filter(is_active=True), key=place)
    used = rights_in_use()
    areas = [
        (heading, [Line(right, right in used, [cell(right, role) for role in roles]) for right in rights])
        for heading, rights in by_area()
    ]
    return Catalogue(roles, areas)


def place(role: Role) -> tuple[int, str]:
    own_last = len(SHIPPED_SLUGS)
    return (SHIPPED_SLUGS.index(role.slug) if role.slug in SHIPPED_SLUGS else own_last, role.name)


def cell(permission: Permission, role: Role) -> Cell:
    """An own role has no shipped table to differ from."""
    is_given = permission.value in role.permissions
    shipped = role.slug in MATRIX.get(permission, ()) if role.slug in SHIPPED_SLUGS else is_given
    return Cell(role, is_given, shipped)
