from django.db import migrations

from accessctl import wall


class Migration(migrations.Migration):
    dependencies = [("students", "0006_guardians_apart")]
    operations = [
        wall.Protect("students_student", area="pupil", pupil="id", school="school_id"),
        wall.Protect("students_enrolment", area="pupil", pupil="student_id"),
        wall.Protect("students_membership", area="pupil", pupil="student_id"),
    ]
