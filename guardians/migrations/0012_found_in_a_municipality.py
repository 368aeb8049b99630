"""Of a whole municipality no more guardians are read than the answer has room for some times over."""

from django.db import migrations

FORWARD = """
CREATE OR REPLACE FUNCTION guardians_found(whole text, begun text, everywhere boolean, schools bigint[], most integer)
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
                    WHERE relation.state = ''verified'' AND %s LIMIT %s)
                 SELECT id FROM reached ORDER BY family_name, given_name, id LIMIT %s',
                wanted, CASE WHEN everywhere THEN format('LIMIT %s', most * 10) ELSE '' END, reach,
                CASE WHEN everywhere THEN most * 5 ELSE 400 END, most);
            GET DIAGNOSTICS found = ROW_COUNT;
            EXIT WHEN found >= most;
        END LOOP;
    END $$;
"""
BACKWARD = """
CREATE OR REPLACE FUNCTION guardians_found(whole text, begun text, everywhere boolean, schools bigint[], most integer)
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
"""


class Migration(migrations.Migration):
    dependencies = [("guardians", "0011_found_by_name")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
