"""What the archive has is history: the database refuses to move an archived delivery anywhere else."""

from django.db import migrations

FORWARD = """
CREATE FUNCTION archive_delivery_is_final() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION 'an archived delivery is final';
    END IF;
    IF (NEW.state, NEW.external_key, NEW.content_sha256, NEW.archived_at, NEW.journal_year, NEW.journal_number, NEW.steps)
        IS DISTINCT FROM
       (OLD.state, OLD.external_key, OLD.content_sha256, OLD.archived_at, OLD.journal_year, OLD.journal_number, OLD.steps)
    THEN
        RAISE EXCEPTION 'an archived delivery is final';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER archived_is_final BEFORE UPDATE OR DELETE ON archive_delivery
    FOR EACH ROW WHEN (OLD.state = 'archived') EXECUTE FUNCTION archive_delivery_is_final();
"""
BACKWARD = """
DROP TRIGGER archived_is_final ON archive_delivery;
DROP FUNCTION archive_delivery_is_final();
"""


class Migration(migrations.Migration):
    dependencies = [("archive", "0002_runs_peers_and_lanes")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
