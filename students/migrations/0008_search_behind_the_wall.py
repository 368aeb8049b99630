from django.db import migrations

from accessctl.wall import WEB, WORKER

# Row-level security keeps an index from being used with an operator that might leak what it compares, as text search
# might. So the ids are found here, past the wall, and only the rows the user sees are read with them.
FORWARD = f"""
CREATE FUNCTION students_named(wanted text) RETURNS SETOF bigint
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp ROWS 200
    AS $$
        SELECT id FROM students_student
        WHERE to_tsvector('simple'::regconfig, coalesce(sort_name, '')) @@ to_tsquery('simple'::regconfig, wanted)
    $$;
REVOKE ALL ON FUNCTION students_named(text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION students_named(text) TO {WEB}, {WORKER};

-- One look-up per protected person; the planner would rather read every pupil.
CREATE FUNCTION students_protected() RETURNS SETOF bigint
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp ROWS 1000
    AS $$
        SELECT pupil.id FROM people_person person
        CROSS JOIN LATERAL (SELECT s.id FROM students_student s WHERE s.person_id = person.id LIMIT 1) pupil
        WHERE NOT person.protection = 'none'
    $$;
REVOKE ALL ON FUNCTION students_protected() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION students_protected() TO {WEB}, {WORKER};
"""  # noqa: S608
BACKWARD = "DROP FUNCTION students_named(text); DROP FUNCTION students_protected()"


class Migration(migrations.Migration):
    dependencies = [("students", "0007_wall")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
