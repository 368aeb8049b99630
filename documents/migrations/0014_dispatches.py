import django.db.models.deletion
from django.db import migrations, models

from accessctl import wall


class Migration(migrations.Migration):
    dependencies = [
        ("documents", "0013_batches"),
        ("messaging", "0001_letters"),
        ("people", "0011_words_without_signs"),
    ]

    operations = [
        migrations.CreateModel(
            name="DocumentDispatch",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "dispatch",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="document_dispatch",
                        to="messaging.dispatch",
                    ),
                ),
                (
                    "document",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="dispatches",
                        to="documents.document",
                    ),
                ),
                (
                    "guardian",
                    models.ForeignKey(
                        help_text="Or the pupil, when of age",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="people.person",
                    ),
                ),
            ],
            options={
                "verbose_name": "utsending av dokument",
                "verbose_name_plural": "utsendinger av dokumenter",
                "constraints": [
                    models.UniqueConstraint(fields=("document", "guardian"), name="one_dispatch_per_guardian")
                ],
            },
        ),
        wall.Protect("documents_documentdispatch", via=(wall.Via("document_id", "documents_document"),)),
        # How far a letter has come is shown beside its document, also to those who do not see the log of letters.
        wall.Protect(
            "messaging_dispatch",
            area="archive",
            school="school_id",
            via=(wall.Via("id", "documents_documentdispatch", "dispatch_id"),),
        ),
        wall.Protect("messaging_dispatchattempt", via=(wall.Via("dispatch_id", "messaging_dispatch"),)),
    ]
