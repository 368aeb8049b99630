"""Whether a pupil has address protection stands on the pupil's row too, so that no list has to ask the person."""

from django.db import migrations, models

FORWARD = """
CREATE OR REPLACE FUNCTION students_repeat_person() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
    AS $$
    BEGIN
        SELECT sex, written_form, protection <> 'none' INTO NEW.sex, NEW.written_form, NEW.is_protected
            FROM people_person WHERE id = NEW.person_id;
        RETURN NEW;
    END $$;
DROP TRIGGER students_repeat_person ON students_student;
CREATE TRIGGER students_repeat_person
    BEFORE INSERT OR UPDATE OF person_id, sex, written_form, is_protected ON students_student
    FOR EACH ROW EXECUTE FUNCTION students_repeat_person();

CREATE OR REPLACE FUNCTION students_person_changed() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
    AS $$
    BEGIN
        UPDATE students_student
            SET sex = NEW.sex, written_form = NEW.written_form, is_protected = (NEW.protection <> 'none')
            WHERE person_id = NEW.id;
        RETURN NULL;
    END $$;
DROP TRIGGER students_person_changed ON people_person;
CREATE TRIGGER students_person_changed
    AFTER UPDATE OF sex, written_form, protection ON people_person FOR EACH ROW
    WHEN (OLD.sex <> NEW.sex OR OLD.written_form <> NEW.written_form
        OR (OLD.protection <> 'none') <> (NEW.protection <> 'none'))
    EXECUTE FUNCTION students_person_changed();

CREATE OR REPLACE FUNCTION students_protected() RETURNS SETOF bigint
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp ROWS 1000
    AS $$ SELECT id FROM students_student WHERE is_protected $$;
"""
BACKWARD = """
CREATE OR REPLACE FUNCTION students_protected() RETURNS SETOF bigint
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp ROWS 1000
    AS $$
        SELECT pupil.id FROM people_person person
        CROSS JOIN LATERAL (SELECT s.id FROM students_student s WHERE s.person_id = person.id LIMIT 1) pupil
        WHERE NOT person.protection = 'none'
    $$;
CREATE OR REPLACE FUNCTION students_person_changed() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
    AS $$
    BEGIN
        UPDATE students_student SET sex = NEW.sex, written_form = NEW.written_form WHERE person_id = NEW.id;
        RETURN NULL;
    END $$;
DROP TRIGGER students_person_changed ON people_person;
CREATE TRIGGER students_person_changed
    AFTER UPDATE OF sex, written_form ON people_person FOR EACH ROW
    WHEN (OLD.sex <> NEW.sex OR OLD.written_form <> NEW.written_form)
    EXECUTE FUNCTION students_person_changed();
CREATE OR REPLACE FUNCTION students_repeat_person() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
    AS $$
    BEGIN
        SELECT sex, written_form INTO NEW.sex, NEW.written_form FROM people_person WHERE id = NEW.person_id;
        RETURN NEW;
    END $$;
DROP TRIGGER students_repeat_person ON students_student;
CREATE TRIGGER students_repeat_person
    BEFORE INSERT OR UPDATE OF person_id, sex, written_form ON students_student
    FOR EACH ROW EXECUTE FUNCTION students_repeat_person();
"""
# No history is written of it: nothing about the pupils changes.
FILL = """
ALTER TABLE students_student DISABLE TRIGGER USER;
UPDATE students_student SET is_protected = true
    WHERE person_id IN (SELECT id FROM people_person WHERE NOT protection = 'none');
ALTER TABLE students_student ENABLE TRIGGER USER;
"""
# In the order of each, all that a list of pupils is found by.
COVERING = {
    "student_school_name": ["school", "sort_name", "id"],
    "student_name": ["sort_name", "id"],
    "student_class_name": ["grade_level", "home_class_name", "sort_name", "id"],
}
LISTED_BY = ("school", "person", "grade_level", "home_class_name", "sex", "written_form", "is_protected")


def covering(name: str, fields: list[str]) -> models.Index:
    return models.Index(fields=fields, include=[field for field in LISTED_BY if field not in fields], name=name)


class Migration(migrations.Migration):
    dependencies = [("students", "0020_taught_elsewhere")]

    operations = [
        *(migrations.RemoveIndex(model_name="student", name=name) for name in COVERING),
        migrations.AddField("student", "is_protected", models.BooleanField(default=False, editable=False)),
        migrations.RunSQL(FILL, migrations.RunSQL.noop),
        migrations.RunSQL(FORWARD, BACKWARD),
        *(migrations.AddIndex("student", covering(name, fields)) for name, fields in COVERING.items()),
        migrations.AddIndex(
            "student",
            models.Index(fields=["id"], condition=models.Q(is_protected=True), name="student_protected"),
        ),
    ]
