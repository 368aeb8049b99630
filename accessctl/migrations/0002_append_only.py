from django.db import migrations

FORWARD = """
CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only', TG_TABLE_NAME;
END $$;
CREATE TRIGGER access_event_append_only BEFORE UPDATE OR DELETE ON accessctl_accessevent
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER access_event_no_truncate BEFORE TRUNCATE ON accessctl_accessevent
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
"""
BACKWARD = """
DROP TRIGGER access_event_append_only ON accessctl_accessevent;
DROP TRIGGER access_event_no_truncate ON accessctl_accessevent;
DROP FUNCTION refuse_change();
"""


class Migration(migrations.Migration):
    dependencies = [("accessctl", "0001_initial")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
