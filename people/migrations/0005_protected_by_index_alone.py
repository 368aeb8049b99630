"""Who is protected is read from the index alone. Every query about pupils asks, and plans by what it costs."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("people", "0004_names_in_norwegian")]
    operations = [
        migrations.RemoveIndex(model_name="person", name="person_protected"),
        migrations.AddIndex(
            model_name="person",
            index=models.Index(
                condition=models.Q(("protection", "none"), _negated=True), fields=["id"], name="person_protected"
            ),
        ),
    ]
