"""Guardians are found by name within the reach of whoever searches, as pupils are (students/migrations/0016)."""

from django.db import migrations

from accessctl.wall import WEB, WORKER

# Ids and no more, past the wall. That the relation is in force and may be shown is asked of these few.
FORWARD = f"""
CREATE FUNCTION guardians_found(whole text, begun text, everywhere boolean, schools bigint[], most integer)
    RETURNS SETOF bigint
    LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp ROWS 50
    AS $$
    DECLARE
        reach text := CASE WHEN everywhere THEN 'true' ELSE format('pupil.school_id = ANY (%L::bigint[])', schools) END;
        wanted text;
        found integer := 0;
    BEGIN
        FOREACH wanted IN ARRAY ARRAY[whole, begun] LOOP
            RETURN QUERY EXECUTE format(
                'WITH named AS MATERIALIZED (SELECT id, family_name, given_name FROM people_person
                    WHERE search_words(given_name || '' '' || family_name) @@ to_tsquery(''simple'', %L) %s),
                 reached AS (SELECT relation.id, family_name, given_name FROM named
                    JOIN guardians_guardianrelation relation ON relation.guardian_id = named.id
                    JOIN students_student pupil ON pupil.id = relation.student_id
                    WHERE relation.state = ''verified'' AND %s LIMIT 400)
                 SELECT id FROM reached ORDER BY family_name, given_name, id LIMIT %s',
                wanted, CASE WHEN everywhere THEN 'LIMIT 1000' ELSE '' END, reach, most);
            GET DIAGNOSTICS found = ROW_COUNT;
            EXIT WHEN found >= most;
        END LOOP;
    END $$;
REVOKE ALL ON FUNCTION guardians_found(text, text, boolean, bigint[], integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION guardians_found(text, text, boolean, bigint[], integer) TO {WEB}, {WORKER};
"""  # noqa: S608
BACKWARD = "DROP FUNCTION guardians_found(text, text, boolean, bigint[], integer)"


class Migration(migrations.Migration):
    dependencies = [
        ("guardians", "0010_roster_exports"),
        ("people", "0006_search_words"),
        ("students", "0016_found_by_sound"),
    ]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
