from django.db import migrations

# What the archive may have got in any attempt, not only in the last one, is never deleted.
FUNCTION = """
CREATE OR REPLACE FUNCTION documents_is_deletable(doc bigint) RETURNS boolean
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT NOT EXISTS (
        SELECT FROM documents_document d
        JOIN archive_delivery promise
          ON promise.id = d.delivery_id OR promise.external_key = 'dok:' || d.series || ':v' || d.version
        WHERE d.id = doc
          AND (promise.state <> 'withdrawn' OR promise.journal_number IS NOT NULL OR promise.steps <> '{}'::jsonb%s)
    )
$$
"""
ATTEMPTS = """
          OR promise.attempt <> (SELECT count(DISTINCT a.number) FROM archive_deliveryattempt a
            WHERE a.delivery_id = promise.id AND a.number > 0)
          OR EXISTS (SELECT FROM archive_deliveryattempt a WHERE a.delivery_id = promise.id AND a.number > 0
            AND a.outcome NOT IN ('refused', 'changed', 'stopped', 'not_done'))"""


class Migration(migrations.Migration):
    dependencies = [("documents", "0016_guide"), ("archive", "0011_log_check")]

    operations = [migrations.RunSQL(FUNCTION % ATTEMPTS, FUNCTION % "")]
