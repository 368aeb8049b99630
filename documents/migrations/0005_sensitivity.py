"""How sensitive a document is, by its type and by its author's choice."""

from django.db import migrations, models

CHOICES = [("normal", "vanlig"), ("sensitive", "sensitivt")]


def mark_shipped(apps, schema_editor):
    apps.get_model("documents", "DocumentType").objects.filter(slug="brev-personopplysninger").update(
        sensitivity="sensitive"
    )


class Migration(migrations.Migration):
    dependencies = [("documents", "0004_finalised_is_frozen")]

    operations = [
        migrations.AddField(
            "documenttype",
            "sensitivity",
            models.CharField(
                "følsomhet",
                max_length=10,
                choices=CHOICES,
                default="normal",
                help_text="Sensitive dokumenter åpnes bare av den som har bekreftet hvem de er i løpet av de siste "
                "15 minuttene. Velg dette for helse, tro, etnisk bakgrunn, barnevern, sakkyndige vurderinger og "
                "lignende.",
            ),
        ),
        migrations.AddField(
            "document",
            "sensitivity",
            models.CharField(
                "følsomhet", max_length=10, choices=CHOICES, default="normal", help_text="What the author chose"
            ),
        ),
        migrations.RunPython(mark_shipped, migrations.RunPython.noop),
    ]
