"""Titles are found as names are. The newest come first: of titles as common as «Innkalling til møte» nobody wants all."""

import django.contrib.postgres.indexes
from django.db import migrations, models

import schoolapp.lib.search_words
from accessctl.wall import WEB, WORKER

# Past the wall, as for names (students/migrations/0016), and the policy on the table decides which of these the user
# sees. A rare title is looked up. A common one stands among the newest, so those are read first and the rest is
# whichever the look-up gave.
FORWARD = f"""
CREATE FUNCTION documents_titled(wanted text, everywhere boolean, schools bigint[], most integer) RETURNS SETOF bigint
    LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp ROWS 50
    AS $$
    DECLARE
        reach text := CASE WHEN everywhere THEN 'true' ELSE format('school_id = ANY (%L::bigint[])', schools) END;
        fits text := format('search_words(title) @@ to_tsquery(''simple'', %L)', wanted);
        ids bigint[];
    BEGIN
        EXECUTE format('SELECT array_agg(id) FROM (SELECT id FROM documents_document WHERE %s AND %s LIMIT 200) d',
            fits, reach) INTO ids;
        IF cardinality(ids) = 200 THEN
            RETURN QUERY EXECUTE format(
                'SELECT id FROM (SELECT id, title FROM documents_document WHERE %s
                    ORDER BY created_at DESC, id DESC LIMIT %s OFFSET 0) d WHERE %s',
                reach, most, fits);
        END IF;
        RETURN QUERY SELECT id FROM documents_document WHERE id = ANY (ids)
            ORDER BY created_at DESC, id DESC LIMIT most;
    END $$;
REVOKE ALL ON FUNCTION documents_titled(text, boolean, bigint[], integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION documents_titled(text, boolean, bigint[], integer) TO {WEB}, {WORKER};
"""  # noqa: S608
BACKWARD = "DROP FUNCTION documents_titled(text, boolean, bigint[], integer)"


class Migration(migrations.Migration):
    dependencies = [("documents", "0008_finalised_may_become_sensitive"), ("people", "0006_search_words")]
    operations = [
        migrations.AddIndex(
            model_name="document",
            index=django.contrib.postgres.indexes.GinIndex(
                schoolapp.lib.search_words.SearchWords("title"), name="document_title_words"
            ),
        ),
        migrations.AddIndex(
            model_name="document", index=models.Index(fields=["-created_at", "-id"], name="document_newest")
        ),
        migrations.AddIndex(
            model_name="document", index=models.Index(fields=["school", "-created_at", "-id"], name="document_school")
        ),
        migrations.RunSQL(FORWARD, BACKWARD),
    ]
