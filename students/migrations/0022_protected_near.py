"""The protected pupils of some schools, found past the wall, for those who reach whole schools."""

from django.db import migrations

from accessctl.wall import WEB, WORKER

FORWARD = f"""
CREATE FUNCTION students_protected_near(schools bigint[], pupils bigint[]) RETURNS SETOF bigint
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp ROWS 20
    AS $$ SELECT id FROM students_student WHERE is_protected AND (school_id = ANY (schools) OR id = ANY (pupils)) $$;
REVOKE ALL ON FUNCTION students_protected_near(bigint[], bigint[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION students_protected_near(bigint[], bigint[]) TO {WEB}, {WORKER};
"""  # noqa: S608


class Migration(migrations.Migration):
    dependencies = [("students", "0021_protection_on_the_row")]

    operations = [migrations.RunSQL(FORWARD, "DROP FUNCTION students_protected_near(bigint[], bigint[])")]
