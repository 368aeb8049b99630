"""Finding two rows that may be one human being."""

from django.db import transaction

from accessctl import wall
from guardians.models import PersonMerge, RegisterFinding
from guardians.register.sql import insert, run_sql
from people.models import RegisterImport

# More pairs than these in one go are no duplicates but a fault in the source, and no list anybody could go through.
MOST_PAIRS = 2000
# All letters of the name in one word, in one spelling: hyphens, spaces, accents and aa/å, ae/æ, oe/ø do not count.
SPELLED, AS = "äöüéèêëáàâóòôíìîñçšžčćđłńýÿ", "æøyeeeeaaaoooiiincszccdlnyy"
NOT_LETTERS = " -.,''’`´()/0123456789"
PLAIN_SIGNS = "".join(sign for sign in NOT_LETTERS if sign.isascii())
NAME = "{0}.given_name || {0}.family_name"
# Of a name in plain letters only the signs have to be taken out, which is most names, at half the cost.
KEY = (
    "replace(replace(replace("
    f"CASE WHEN octet_length({NAME}) = char_length({NAME}) THEN translate(lower({NAME}), '{PLAIN_SIGNS}', '')"
    f" ELSE translate(lower({NAME}), '{SPELLED}{NOT_LETTERS}', '{AS}') END"
    ", 'aa', 'å'), 'ae', 'æ'), 'oe', 'ø')"
)
EVERYBODY = "SELECT id FROM people_person"
TOUCHED = (
    "SELECT DISTINCT person_id AS id FROM guardians_registerfinding"
    " WHERE run_id = %s AND kind IN ('new', 'changed') AND person_id IS NOT NULL"
)
D_NUMBER = "EXISTS (SELECT FROM people_nationalid n WHERE n.person_id = {0}.id AND n.is_current AND n.number >= '4')"


@transaction.atomic(savepoint=False)
@wall.lifted("two rows are compared whoever may see them; the screen masks what the user may not know")
def find_duplicates(run: RegisterImport, *, everywhere: bool = False) -> int:
    """Note pairs with the same name and birth date, or the same name where one has a D-number and no birth date.

    Looks at persons that came or changed in this run, or at all when `everywhere`. A pair that was turned down, waits,
    or has been merged is not noted again. Says how many pairs are new.
    """
    touched = "SELECT id FROM touched"
    # Without figures about what has just been laid, the plans are for a handful of rows and hold for no more.
    run_sql(
        "DROP TABLE IF EXISTS pg_temp.touched, pg_temp.days, pg_temp.names;"
        f"CREATE TEMP TABLE touched ON COMMIT DROP AS {EVERYBODY if everywhere else TOUCHED};"
        "CREATE TEMP TABLE days ON COMMIT DROP AS"
        " SELECT DISTINCT birth_date FROM people_person JOIN touched USING (id);"
        "ANALYZE pg_temp.touched, pg_temp.days",
        [] if everywhere else [run.pk],
    )
    run_sql(
        "CREATE TEMP TABLE names ON COMMIT DROP AS"
        f" SELECT p.id, p.birth_date, {KEY.format('p')} AS key FROM people_person p LEFT JOIN days USING (birth_date)"
        " WHERE p.birth_date IS NULL OR days.birth_date IS NOT NULL"
        " OR EXISTS (SELECT FROM days WHERE birth_date IS NULL);"
        "ANALYZE pg_temp.names"
    )
    gone = PersonMerge._meta.db_table
    pairs = (
        "(SELECT least(a.id, b.id) AS low, greatest(a.id, b.id) AS high, min(CASE WHEN a.birth_date = b.birth_date"
        " THEN 'same_name' ELSE 'd_number' END) AS detail FROM names a JOIN names b ON b.key = a.key AND b.id <> a.id"
        f" AND (b.birth_date = a.birth_date OR (a.birth_date IS NULL AND {D_NUMBER.format('a')}"
        f" OR b.birth_date IS NULL AND {D_NUMBER.format('b')}))"
        f" WHERE a.key <> '' AND a.id IN ({touched}) GROUP BY 1, 2) pair"
        " WHERE NOT EXISTS (SELECT FROM guardians_registerfinding f WHERE f.kind = 'duplicate'"
        " AND f.state IN ('waiting', 'rejected') AND least(f.person_id, f.other_id) = pair.low"
        " AND greatest(f.person_id, f.other_id) = pair.high)"
        f" AND NOT EXISTS (SELECT FROM {gone} m WHERE m.undone_at IS NULL AND m.gone_id IN (pair.low, pair.high))"
    )
    pairs += f" ORDER BY pair.low, pair.high LIMIT {MOST_PAIRS}"
    given = {
        "run_id": str(int(run.pk)),
        "kind": "'duplicate'",
        "state": "'waiting'",
        "person_id": "low",
        "other_id": "high",
        "detail": "detail",
    }
    found: int = insert(RegisterFinding, given, pairs, [])
    return found
