"""Employees and their positions, the runs of the staff register, variable pay and position planning."""

from staff.models.employees import (
    MAX_WORDS,
    Employee,
    EmployeeQuerySet,
)
from staff.models.equipment import IctOrder
from staff.models.pay import PayBatch, PayCode, PayLine
from staff.models.planning import PlannedLessons, Stage, TeachingNorm
from staff.models.positions import FULL, OrgUnit, Position, RoleEnd
from staff.models.sync import MissingEmployee, StagedEmployee, SyncLine, SyncRun

__all__ = [
    "Employee",
    "EmployeeQuerySet",
    "FULL",
    "IctOrder",
    "MAX_WORDS",
    "MissingEmployee",
    "OrgUnit",
    "PayBatch",
    "PayCode",
    "PayLine",
    "PlannedLessons",
    "Position",
    "RoleEnd",
    "Stage",
    "StagedEmployee",
    "SyncLine",
    "SyncRun",
    "TeachingNorm",
]
