from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("archive", "0007_names_in_norwegian"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="delivery",
            index=models.Index(
                models.OrderBy(models.F("archived_at"), descending=True),
                models.OrderBy(models.F("id"), descending=True),
                condition=models.Q(("state", "archived")),
                name="delivery_archived",
            ),
        ),
    ]
