"""Names are found by how they sound: Aase by «Åse», Bjørn by «bjoern», Zoë by «zoe» (schoolapp/lib/search_words.py)."""

import django.contrib.postgres.indexes
from django.db import migrations

import schoolapp.lib.search_words

# Only functions of PostgreSQL itself are called, so that the planner can put the body in place of the call and the
# index can be restored from a backup. The letters are those that no accent is taken from; the signs at the end are those
# that PostgreSQL would else take for parts of addresses and numbers.
FORWARD = r"""
CREATE FUNCTION search_words(name text) RETURNS tsvector LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN to_tsvector('simple'::regconfig, translate(regexp_replace(normalize(
    replace(replace(replace(replace(
        translate(normalize(coalesce(name, ''), NFC), 'ÆØÅÄÖÜĐÐŦÞŁŊŸäöüđðŧþłŋÿ', 'æøåæøyddttlnåæøyddttlnå'),
    'æ', 'ae'), 'ø', 'oe'), 'å', 'aa'), 'ß', 'ss'),
    NFKD), U&'[\0300-\036f]', '', 'g'),
    '-./_@:&+', '        '))
"""
BACKWARD = "DROP FUNCTION search_words(text)"


class Migration(migrations.Migration):
    dependencies = [("people", "0005_protected_by_index_alone")]
    operations = [
        migrations.RunSQL(FORWARD, BACKWARD),
        migrations.AddIndex(
            model_name="person",
            index=django.contrib.postgres.indexes.GinIndex(
                schoolapp.lib.search_words.SearchWords("given_name", "family_name"), name="person_search_words"
            ),
        ),
    ]
