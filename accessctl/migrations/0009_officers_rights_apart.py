"""The officers' rights leave the roles for good, and a proposed change remembers what the role gave."""

import django.contrib.postgres.fields
from django.db import migrations, models

OFFICERS = ["see_protected", "manage_protection"]

TAKE_OUT = """
UPDATE {table}
SET permissions = array_remove(array_remove(permissions, 'see_protected'), 'manage_protection')
WHERE permissions && ARRAY['see_protected', 'manage_protection']::varchar[]
"""


class Migration(migrations.Migration):
    dependencies = [("accessctl", "0008_wall")]

    operations = [
        migrations.RunSQL(TAKE_OUT.format(table="accessctl_role"), migrations.RunSQL.noop),
        migrations.RunSQL(
            TAKE_OUT.format(table="accessctl_rolechange") + "AND state = 'proposed'", migrations.RunSQL.noop
        ),
        # A proposal from before has no base, so that it can only be refused or withdrawn.
        migrations.AddField(
            "rolechange",
            "base",
            django.contrib.postgres.fields.ArrayField(
                base_field=models.CharField(max_length=40),
                default=list,
                help_text="What the role gave when this was proposed",
                size=None,
            ),
        ),
        migrations.AddConstraint(
            "role",
            models.CheckConstraint(
                condition=models.Q(("permissions__overlap", OFFICERS), _negated=True),
                name="role_without_officers_rights",
            ),
        ),
    ]
