"""Finalised content never changes: the database refuses it, whoever asks. Only the link to the delivery may be set."""

from django.db import migrations

FORWARD = """
CREATE FUNCTION documents_finalised_is_frozen() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' OR
       (to_jsonb(NEW) - '{delivery_id,send_to_archive}'::text[]) IS DISTINCT FROM
       (to_jsonb(OLD) - '{delivery_id,send_to_archive}'::text[])
    THEN
        RAISE EXCEPTION 'a finalised document does not change; make a new version';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER finalised_is_frozen BEFORE UPDATE OR DELETE ON documents_document
    FOR EACH ROW WHEN (OLD.state = 'finalised') EXECUTE FUNCTION documents_finalised_is_frozen();

CREATE FUNCTION documents_attachment_is_frozen() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT 1 FROM documents_document d
        WHERE d.id = (CASE WHEN TG_OP = 'INSERT' THEN NEW.document_id ELSE OLD.document_id END)
          AND d.state <> 'draft'
    ) THEN
        RAISE EXCEPTION 'attachments change only while the document is a draft';
    END IF;
    RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
END $$;
CREATE TRIGGER attachment_is_frozen BEFORE INSERT OR UPDATE OR DELETE ON documents_attachment
    FOR EACH ROW EXECUTE FUNCTION documents_attachment_is_frozen();
"""
BACKWARD = """
DROP TRIGGER finalised_is_frozen ON documents_document;
DROP FUNCTION documents_finalised_is_frozen();
DROP TRIGGER attachment_is_frozen ON documents_attachment;
DROP FUNCTION documents_attachment_is_frozen();
"""


class Migration(migrations.Migration):
    dependencies = [("documents", "0003_render_state")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
