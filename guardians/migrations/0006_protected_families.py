from django.db import migrations

from accessctl.wall import WEB, WORKER

# Past the wall, since families with protection must be found whether or not the user sees them. One look-up per
# protected person, which OFFSET keeps the planner from turning into a reading of every pupil and every relation.
FORWARD = f"""
CREATE FUNCTION guardians_protected_families() RETURNS SETOF uuid
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp ROWS 2000
    AS $$
        SELECT pupil.uuid FROM people_person person
        CROSS JOIN LATERAL (
            (SELECT s.uuid FROM students_student s WHERE s.person_id = person.id OFFSET 0)
            UNION ALL
            (
                SELECT child.uuid FROM guardians_guardianrelation r
                CROSS JOIN LATERAL (SELECT s.uuid FROM students_student s WHERE s.id = r.student_id OFFSET 0) child
                WHERE r.guardian_id = person.id
                OFFSET 0
            )
        ) pupil
        WHERE NOT person.protection = 'none'
    $$;
REVOKE ALL ON FUNCTION guardians_protected_families() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION guardians_protected_families() TO {WEB}, {WORKER};
"""  # noqa: S608
BACKWARD = "DROP FUNCTION guardians_protected_families()"


class Migration(migrations.Migration):
    dependencies = [("guardians", "0005_names_as_typed"), ("students", "0008_search_behind_the_wall")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
