"""Files that wait to be read into a register, and logins a person can tell apart."""

import uuid

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import schoolapp.lib.clock


class Migration(migrations.Migration):
    dependencies = [("accessctl", "0005_journal")]

    operations = [
        migrations.CreateModel(
            name="RegisterFile",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("uuid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("register", models.CharField(max_length=60)),
                ("uploaded_at", models.DateTimeField(db_index=True, default=schoolapp.lib.clock.now)),
                ("content", models.BinaryField()),
                ("sha256", models.CharField(max_length=64)),
                (
                    "plan",
                    models.CharField(blank=True, help_text="Digest of what the last preview showed", max_length=64),
                ),
                ("counts", models.JSONField(default=dict)),
                ("applied_at", models.DateTimeField(null=True)),
                (
                    "uploaded_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
        ),
        # A login without a name of its own is over within the day; it is simply asked for again.
        migrations.RunSQL("DELETE FROM accessctl_loginsession", migrations.RunSQL.noop),
        migrations.AddField("loginsession", "uuid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
        migrations.AddField(
            "loginsession",
            "device",
            models.CharField(
                blank=True,
                default="",
                help_text="Browser and system in words, for the owner's list",
                max_length=60,
            ),
            preserve_default=False,
        ),
    ]
