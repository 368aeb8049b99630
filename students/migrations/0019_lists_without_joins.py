"""Lists of a whole municipality are filtered, counted and put in order without reading a person or a row."""

from django.db import migrations, models

from accessctl.wall import WEB, WORKER

# Past the wall: what a pupil's row repeats is the person's, whoever changes it.
FORWARD = """
CREATE FUNCTION students_repeat_person() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
    AS $$
    BEGIN
        SELECT sex, written_form INTO NEW.sex, NEW.written_form FROM people_person WHERE id = NEW.person_id;
        RETURN NEW;
    END $$;
CREATE TRIGGER students_repeat_person
    BEFORE INSERT OR UPDATE OF person_id, sex, written_form ON students_student
    FOR EACH ROW EXECUTE FUNCTION students_repeat_person();

CREATE FUNCTION students_person_changed() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
    AS $$
    BEGIN
        UPDATE students_student SET sex = NEW.sex, written_form = NEW.written_form WHERE person_id = NEW.id;
        RETURN NULL;
    END $$;
CREATE TRIGGER students_person_changed
    AFTER UPDATE OF sex, written_form ON people_person FOR EACH ROW
    WHEN (OLD.sex <> NEW.sex OR OLD.written_form <> NEW.written_form)
    EXECUTE FUNCTION students_person_changed();
"""
BACKWARD = """
DROP TRIGGER students_person_changed ON people_person;
DROP FUNCTION students_person_changed();
DROP TRIGGER students_repeat_person ON students_student;
DROP FUNCTION students_repeat_person();
"""
# No history is written of it: nothing about the pupils changes.
FILL = """
ALTER TABLE students_student DISABLE TRIGGER USER;
UPDATE students_student pupil SET sex = person.sex, written_form = person.written_form
    FROM people_person person WHERE person.id = pupil.person_id;
ALTER TABLE students_student ENABLE TRIGGER USER;
"""
# Who had a place on a day: at one of the schools, where some are given, and at the grade level, where it is not 0.
PLACED = f"""
CREATE FUNCTION students_placed(of_year bigint, on_day date, ahead boolean, schools bigint[], grade integer)
    RETURNS SETOF bigint
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp ROWS 1000
    AS $$
        SELECT student_id FROM students_enrolment
        WHERE school_year_id = of_year AND valid_from <= on_day AND (valid_to IS NULL OR valid_to >= on_day)
            AND (ahead OR state <> 'planned')
            AND (schools = '{{}}' OR school_id = ANY (schools)) AND (grade = 0 OR grade_level = grade)
    $$;
REVOKE ALL ON FUNCTION students_placed(bigint, date, boolean, bigint[], integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION students_placed(bigint, date, boolean, bigint[], integer) TO {WEB}, {WORKER};
"""  # noqa: S608
NOT_PLACED = "DROP FUNCTION students_placed(bigint, date, boolean, bigint[], integer)"


class Migration(migrations.Migration):
    dependencies = [
        ("people", "0007_runs_of_the_register"),
        ("students", "0018_list_by_class"),
    ]

    operations = [
        migrations.RemoveIndex(model_name="student", name="student_school_name"),
        migrations.RemoveIndex(model_name="student", name="student_name"),
        migrations.RemoveIndex(model_name="student", name="student_class_name"),
        migrations.AddField("student", "sex", models.CharField(blank=True, editable=False, default="", max_length=8)),
        migrations.AddField(
            "student", "written_form", models.CharField(blank=True, editable=False, default="", max_length=2)
        ),
        migrations.RunSQL(FILL, migrations.RunSQL.noop),
        migrations.RunSQL(FORWARD, BACKWARD),
        migrations.RunSQL(PLACED, NOT_PLACED),
        migrations.AddIndex(
            "enrolment",
            models.Index(
                fields=["school_year", "grade_level"],
                include=("student", "school", "state", "valid_from", "valid_to"),
                name="enrolment_of_grade",
            ),
        ),
        migrations.AddIndex(
            "student",
            models.Index(
                fields=["school", "sort_name", "id"],
                include=("person", "grade_level", "home_class_name", "sex", "written_form"),
                name="student_school_name",
            ),
        ),
        migrations.AddIndex(
            "student",
            models.Index(
                fields=["sort_name", "id"],
                include=("school", "person", "grade_level", "home_class_name", "sex", "written_form"),
                name="student_name",
            ),
        ),
        migrations.AddIndex(
            "student",
            models.Index(
                fields=["grade_level", "home_class_name", "sort_name", "id"],
                include=("school", "person", "sex", "written_form"),
                name="student_class_name",
            ),
        ),
    ]
