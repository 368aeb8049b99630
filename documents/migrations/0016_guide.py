"""Words that warn before a document is finalised, and what its author decided."""

import django.db.models.deletion
from django.db import migrations, models

from accessctl import wall


class Migration(migrations.Migration):
    dependencies = [("documents", "0015_school_documents")]

    operations = [
        migrations.CreateModel(
            name="SensitiveWord",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "stem",
                    models.CharField(
                        help_text="«diagnos» finner også «diagnose» og «diagnosen». Store og små bokstaver er like.",
                        max_length=60,
                        unique=True,
                        verbose_name="begynnelsen av ordet",
                    ),
                ),
                ("is_active", models.BooleanField(default=True, verbose_name="i bruk")),
            ],
            options={
                "verbose_name": "ord som varsler",
                "verbose_name_plural": "ord som varsler",
                "ordering": ["stem"],
            },
        ),
        migrations.CreateModel(
            name="SendingChoice",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("word_reason", models.CharField(blank=True, max_length=300, verbose_name="begrunnelse")),
                ("on_paper", models.BooleanField(default=False, verbose_name="leveres på papir")),
                ("paper_reason", models.CharField(blank=True, max_length=300, verbose_name="hvorfor på papir")),
                (
                    "document",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="sending_choice",
                        to="documents.document",
                    ),
                ),
            ],
            options={
                "verbose_name": "valg for et dokument",
                "verbose_name_plural": "valg for dokumenter",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("on_paper", False), models.Q(("paper_reason", ""), _negated=True), _connector="OR"
                        ),
                        name="paper_has_a_reason",
                    )
                ],
            },
        ),
        wall.Protect("documents_sendingchoice", via=(wall.Via("document_id", "documents_document"),)),
    ]
