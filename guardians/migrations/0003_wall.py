from django.db import migrations

from accessctl import wall

# Telephone, e-mail and address are opened by a pupil one sees, or a relation one sees; national ids by nothing.
FAMILY = (
    wall.Via("person_id", "students_student", "person_id"),
    wall.Via("person_id", "guardians_guardianrelation", "guardian_id"),
)


class Migration(migrations.Migration):
    dependencies = [("guardians", "0002_initial"), ("students", "0005_wall"), ("people", "0002_find_protected_fast")]
    operations = [
        wall.Protect("guardians_guardianrelation", area="contact", pupil="student_id"),
        wall.Protect("people_contactdetails", via=FAMILY),
        wall.Protect("people_address", via=FAMILY),
        wall.Protect("people_nationalid"),
    ]
