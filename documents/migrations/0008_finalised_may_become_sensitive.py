"""A finalised document may still be marked as sensitive, never the other way; everything else stays frozen."""

from django.db import migrations

FROZEN = """
CREATE OR REPLACE FUNCTION documents_finalised_is_frozen() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    free text[] := %s;
BEGIN
    IF TG_OP = 'DELETE' OR (to_jsonb(NEW) - free) IS DISTINCT FROM (to_jsonb(OLD) - free) THEN
        RAISE EXCEPTION 'a finalised document does not change; make a new version';
    END IF;
    RETURN NEW;
END $$;
"""
RAISED = FROZEN % (
    "CASE WHEN NEW.sensitivity = 'sensitive' THEN '{delivery_id,send_to_archive,sensitivity}'::text[] "
    "ELSE '{delivery_id,send_to_archive}'::text[] END"
)
BEFORE = FROZEN % "'{delivery_id,send_to_archive}'::text[]"


class Migration(migrations.Migration):
    dependencies = [("documents", "0007_names_in_norwegian")]
    operations = [migrations.RunSQL(RAISED, BEFORE)]
