"""Whether somebody protected may live with a pupil, asked with plans that are kept: planning the question as one took
longer than anything else on the pupil's page.
"""

from django.db import migrations

from accessctl.wall import WEB, WORKER

# Past the wall, since those who must be kept safe are the very ones the user does not see. Relations as in
# `GuardianRelation.objects.open().exclude(as_typed())`.
FORWARD = f"""
CREATE FUNCTION guardians_hide_address(pupil bigint, schools bigint[]) RETURNS boolean
    LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp
    AS $$
    DECLARE
        parents bigint[];
        children bigint[];
    BEGIN
        parents := ARRAY(
            SELECT guardian_id FROM guardians_guardianrelation
            WHERE student_id = pupil AND state <> 'ended' AND (named = '' OR confirmed_at IS NOT NULL));
        children := ARRAY(
            SELECT student_id FROM guardians_guardianrelation
            WHERE guardian_id = ANY (parents) AND state <> 'ended' AND (named = '' OR confirmed_at IS NOT NULL));
        parents := ARRAY(
            SELECT guardian_id FROM guardians_guardianrelation
            WHERE student_id = ANY (children) AND state <> 'ended' AND (named = '' OR confirmed_at IS NOT NULL));
        children := ARRAY(
            SELECT student_id FROM guardians_guardianrelation
            WHERE guardian_id = ANY (parents) AND state <> 'ended' AND (named = '' OR confirmed_at IS NOT NULL));
        RETURN EXISTS (
            SELECT FROM people_person person
            WHERE id = ANY (parents || ARRAY(SELECT person_id FROM students_student WHERE id = ANY (children)))
            AND protection <> 'none'
            AND NOT EXISTS (
                SELECT FROM students_student seen
                WHERE seen.person_id = person.id AND seen.school_id = ANY (schools))
            AND NOT EXISTS (
                SELECT FROM guardians_guardianrelation relation
                JOIN students_student seen ON seen.id = relation.student_id
                WHERE relation.guardian_id = person.id AND seen.school_id = ANY (schools)
                AND relation.state <> 'ended' AND (relation.named = '' OR relation.confirmed_at IS NOT NULL)));
    END $$;
REVOKE ALL ON FUNCTION guardians_hide_address(bigint, bigint[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION guardians_hide_address(bigint, bigint[]) TO {WEB}, {WORKER};
"""  # noqa: S608
BACKWARD = "DROP FUNCTION guardians_hide_address(bigint, bigint[])"


class Migration(migrations.Migration):
    dependencies = [("guardians", "0015_photo_imports"), ("students", "0022_protected_near")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
