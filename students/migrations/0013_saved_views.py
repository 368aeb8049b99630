import uuid

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import schoolapp.lib.clock


class Migration(migrations.Migration):
    dependencies = [
        ("accessctl", "0014_rights_of_the_school_year"),
        ("students", "0012_contact_groups_of_classes"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="SavedView",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("uuid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("name", models.CharField(max_length=60, verbose_name="navn")),
                ("query", models.CharField(blank=True, max_length=1000, verbose_name="filter")),
                ("created_at", models.DateTimeField(default=schoolapp.lib.clock.now)),
                (
                    "owner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="eier",
                    ),
                ),
                (
                    "school",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="accessctl.school",
                        verbose_name="delt med skole",
                    ),
                ),
            ],
            options={
                "verbose_name": "lagret visning",
                "verbose_name_plural": "lagrede visninger",
                "ordering": ["name", "pk"],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("school__isnull", True)),
                        fields=("owner", "name"),
                        name="own_view_name_once",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("school__isnull", False)),
                        fields=("school", "name"),
                        name="shared_view_name_once",
                    ),
                ],
            },
        ),
    ]
