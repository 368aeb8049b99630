from django.db import migrations

# A pupil and a period make a box: the pupil on one axis, the days on the other. Two boxes that touch are two classes
# at once. This form needs no extension, unlike a range with a plain column.
FORWARD = """
ALTER TABLE students_membership ADD CONSTRAINT one_home_class_at_a_time EXCLUDE USING gist (
    box(
        point(student_id::float8, (valid_from - DATE '2000-01-01')::float8),
        point(student_id::float8, (coalesce(valid_to, DATE '2999-12-31') - DATE '2000-01-01')::float8)
    ) WITH &&
) WHERE (is_home_class);
"""
BACKWARD = "ALTER TABLE students_membership DROP CONSTRAINT one_home_class_at_a_time;"


class Migration(migrations.Migration):
    dependencies = [("students", "0001_initial")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
