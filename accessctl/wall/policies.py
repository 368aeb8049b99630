"""Row-level security on one table, as a migration operation.

    operations = [wall.Protect("attendance_absence", area="absence", pupil="student_id", school="school_id")]

Web requests then see only the rows their context opens; workers, and the owner of the tables, see all.
"""

from dataclasses import dataclass
from typing import Any

from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.operations.base import Operation

from accessctl.wall.areas import Area
from accessctl.wall.context import HIDDEN, LIFTED, setting
from accessctl.wall.roles import WEB, WORKER, ensure_roles

# Each is worked out once per statement, since it is a sub-select that refers to no row.
IS_ON = "(SELECT current_setting('{name}', true) = 'on')"
IDS = "(SELECT nullif(current_setting('{name}', true), '')::bigint[])::bigint[]"


@dataclass(frozen=True)
class Via:
    """A row is seen when the row of `table` that it points at, or that points at it, is seen.

    `column` of the protected table equals `key` of `table`.
    """

    column: str
    table: str
    key: str = "id"

    def sql(self, protected: str) -> str:
        return f"EXISTS (SELECT FROM {self.table} seen WHERE seen.{self.key} = {protected}.{self.column})"


def condition(
    table: str, *, area: str = "", pupil: str = "", school: str = "", via: tuple[Via, ...] = (), through: str = ""
) -> str:
    """The rows of `table` that a context opens, in SQL."""
    ways = [way.sql(table) for way in via]
    if area:
        ways.insert(0, reached(table, Area(area), pupil=pupil, school=school, through=through))
    return " OR ".join([IS_ON.format(name=LIFTED), *ways])


def reached(table: str, area: Area, *, pupil: str, school: str, through: str) -> str:
    everything, schools = IS_ON.format(name=setting(area, "all")), IDS.format(name=setting(area, "schools"))
    ways = [everything]
    if pupil:
        ways.append(f"{table}.{pupil} = ANY ({IDS.format(name=setting(area, 'pupils'))})")
    if school:
        ways.append(f"{table}.{school} = ANY ({schools})")
    elif pupil and through:
        at_school = f"pupil.id = {table}.{pupil} AND pupil.school_id = ANY ({schools})"
        ways.append(f"EXISTS (SELECT FROM {through} pupil WHERE {at_school})")
    seen = " OR ".join(ways)
    if not pupil:
        return f"({seen})"
    # A list of its own kind, so that PostgreSQL hashes it: it holds every protected pupil of the municipality.
    hidden = f"SELECT unnest(nullif(current_setting('{HIDDEN}', true), '')::bigint[])"
    return f"(({seen}) AND {table}.{pupil} NOT IN ({hidden}))"


class Protect(Operation):
    """Turn row-level security on for `table`, forced, with one policy per role.

    `pupil` and `school` are the columns that hold the pupil's id and the id of the school where the pupil goes *now*.
    A table without such a school column leaves `school` out, and the pupil's own row is asked. `via` lists other rows
    whose visibility is enough. With neither area nor via, only `wall.lifted` opens the table for web requests.
    `adds_freely` is for a log that triggers write: a row may be added about what the user does not see.
    """

    reduces_to_sql = True
    reversible = True
    PUPILS = "students_student"

    def __init__(
        self,
        table: str,
        *,
        area: str = "",
        pupil: str = "",
        school: str = "",
        via: tuple[Via, ...] = (),
        adds_freely: bool = False,
    ) -> None:
        self.table, self.area, self.pupil, self.school, self.via = table, area, pupil, school, via
        self.adds_freely = adds_freely

    def deconstruct(self) -> tuple[str, list[Any], dict[str, Any]]:
        given: dict[str, Any] = {"area": self.area, "pupil": self.pupil, "school": self.school, "via": self.via}
        given["adds_freely"] = self.adds_freely
        return self.__class__.__qualname__, [self.table], given

    def state_forwards(self, app_label: str, state: Any) -> None:
        """The models are as before."""

    def database_forwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: Any, to_state: Any
    ) -> None:
        ensure_roles(schema_editor)
        for statement in self.statements():
            schema_editor.execute(statement, params=None)

    def database_backwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: Any, to_state: Any
    ) -> None:
        for statement in self.removal():
            schema_editor.execute(statement, params=None)

    def statements(self) -> list[str]:
        rows = condition(
            self.table,
            area=self.area,
            pupil=self.pupil,
            school=self.school,
            via=self.via,
            through="" if self.table == self.PUPILS else self.PUPILS,
        )
        added = "true" if self.adds_freely else rows
        return [
            *self.removal(),
            f"ALTER TABLE {self.table} ENABLE ROW LEVEL SECURITY",
            f"ALTER TABLE {self.table} FORCE ROW LEVEL SECURITY",
            f"CREATE POLICY wall_web ON {self.table} TO {WEB} USING ({rows}) WITH CHECK ({added})",
            f"CREATE POLICY wall_worker ON {self.table} TO {WORKER} USING (true) WITH CHECK (true)",
            f"CREATE POLICY wall_owner ON {self.table} TO CURRENT_USER USING (true) WITH CHECK (true)",
        ]

    def removal(self) -> list[str]:
        drops = [f"DROP POLICY IF EXISTS wall_{kind} ON {self.table}" for kind in ("web", "worker", "owner")]
        off = [f"ALTER TABLE {self.table} {how} ROW LEVEL SECURITY" for how in ("NO FORCE", "DISABLE")]
        return [*drops, *off]

    def describe(self) -> str:
        return f"Let row-level security protect {self.table}"
