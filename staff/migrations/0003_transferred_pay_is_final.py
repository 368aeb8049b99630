"""What has been sent to pay never changes: the database refuses it, whoever asks."""

from django.db import migrations

FORWARD = """
CREATE TRIGGER paybatch_append_only BEFORE UPDATE OR DELETE ON staff_paybatch
    FOR EACH ROW EXECUTE FUNCTION refuse_change();

CREATE FUNCTION staff_transferred_is_final() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'a line that has been transferred does not change; correct it with a negative line';
END $$;
CREATE TRIGGER transferred_is_final BEFORE UPDATE OR DELETE ON staff_payline
    FOR EACH ROW WHEN (OLD.batch_id IS NOT NULL) EXECUTE FUNCTION staff_transferred_is_final();
"""
BACKWARD = """
DROP TRIGGER transferred_is_final ON staff_payline;
DROP FUNCTION staff_transferred_is_final();
DROP TRIGGER paybatch_append_only ON staff_paybatch;
"""


class Migration(migrations.Migration):
    dependencies = [("staff", "0002_register_pay_and_planning")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
