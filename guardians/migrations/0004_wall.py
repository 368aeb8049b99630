from django.db import migrations

from accessctl import wall

# Telephone, e-mail and address are opened by a pupil one sees, or a relation one sees; national ids by nothing.
FAMILY = (
    wall.Via("person_id", "students_student", "person_id"),
    wall.Via("person_id", "guardians_guardianrelation", "guardian_id"),
)


class Migration(migrations.Migration):
    dependencies = [
        ("guardians", "0003_relations_by_hand_and_blocks"),
        ("students", "0007_wall"),
        ("people", "0003_protection_decisions"),
    ]
    operations = [
        wall.Protect("guardians_guardianrelation", area="contact", pupil="student_id"),
        # The same policy as the relation's, so that whoever sees a relation sees what blocks it.
        wall.Protect("guardians_relationblock", area="contact", pupil="student_id"),
        wall.Protect("guardians_blockedattempt", via=(wall.Via("block_id", "guardians_relationblock"),)),
        wall.Protect("people_contactdetails", via=FAMILY),
        wall.Protect("people_address", via=FAMILY),
        wall.Protect("people_nationalid"),
    ]
