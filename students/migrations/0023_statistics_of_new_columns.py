"""Columns added to tables that were full: until PostgreSQL has looked at them it plans for values that are not there."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("students", "0022_protected_near"), ("people", "0008_merged_persons")]

    operations = [
        migrations.RunSQL("ANALYZE people_person", migrations.RunSQL.noop),
        migrations.RunSQL("ANALYZE students_student", migrations.RunSQL.noop),
    ]
