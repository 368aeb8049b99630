"""The second wall: PostgreSQL lets a web request see only the rows that are its user's, whatever the view asks for."""

from accessctl.wall.areas import OPENED_BY, Area, opened_by
from accessctl.wall.context import (
    Among,
    Pupils,
    around_request,
    array,
    found_by,
    ids_of,
    lifted,
    look_past,
    raise_for,
    register,
)
from accessctl.wall.policies import Protect, Via
from accessctl.wall.roles import WEB, WORKER, append_only_tables, powers_of_connection, refuse_power, set_up_roles

__all__ = [
    "OPENED_BY",
    "WEB",
    "WORKER",
    "Among",
    "Area",
    "Protect",
    "Pupils",
    "Via",
    "append_only_tables",
    "array",
    "around_request",
    "found_by",
    "ids_of",
    "lifted",
    "look_past",
    "opened_by",
    "powers_of_connection",
    "raise_for",
    "refuse_power",
    "register",
    "set_up_roles",
]
