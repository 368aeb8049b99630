from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("guardians", "0006_protected_families")]
    operations = [
        migrations.AddIndex(
            model_name="guardianrelation",
            index=models.Index(
                condition=models.Q(("state", "proposed")), fields=["proposed_at"], name="relation_waiting"
            ),
        ),
        migrations.AddIndex(
            model_name="guardianrelation",
            index=models.Index(
                condition=models.Q(("ground", "manual"), ("state", "verified")),
                fields=["valid_to"],
                name="relation_by_hand",
            ),
        ),
    ]
