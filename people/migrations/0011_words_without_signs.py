"""Words end at typographic signs too. A database whose letters are those of C takes every sign beyond ASCII for one."""

from django.db import migrations

BODY = r"""
CREATE OR REPLACE FUNCTION search_words(name text) RETURNS tsvector LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN to_tsvector('simple'::regconfig, translate(regexp_replace(normalize(
    replace(replace(replace(replace(
        translate(normalize(coalesce(name, ''), NFC), 'ÆØÅÄÖÜĐÐŦÞŁŊŸäöüđðŧþłŋÿ', 'æøåæøyddttlnåæøyddttlnå'),
    'æ', 'ae'), 'ø', 'oe'), 'å', 'aa'), 'ß', 'ss'),
    NFKD), U&'[\0300-\036f]', '', 'g'),
    '{signs}', repeat(' ', {count})))
"""
ASCII = "-./_@:&+"
TYPOGRAPHIC = "\u2018\u2019\u201a\u201b\u201c\u201d\u201e\u00ab\u00bb\u2039\u203a\u2010\u2011\u2012\u2013\u2014\u2212\u00b7\u2022\u2026\u00b4\u00a7\u00b0"
# What was indexed before is indexed anew.
REINDEX = """
DO $$ DECLARE name text; BEGIN
    FOR name IN SELECT indexname FROM pg_indexes WHERE schemaname = 'public' AND position('search_words(' IN indexdef) > 0 LOOP
        EXECUTE 'REINDEX INDEX ' || quote_ident(name);
    END LOOP;
END $$
"""


def body(signs: str) -> str:
    return BODY.format(signs=signs, count=len(signs))


class Migration(migrations.Migration):
    dependencies = [("people", "0010_starts_of_a_run")]
    operations = [
        migrations.RunSQL(body(ASCII + TYPOGRAPHIC), body(ASCII)),
        migrations.RunSQL(REINDEX, REINDEX),
    ]
