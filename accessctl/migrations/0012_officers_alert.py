from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accessctl", "0011_logs_by_action"),
    ]

    operations = [
        migrations.AlterField(
            model_name="alert",
            name="kind",
            field=models.CharField(
                choices=[
                    ("break_glass", "Nødtilgang er tatt"),
                    ("protected", "Skjermet elev er åpnet"),
                    ("many", "Mange elever utenfor egne grupper"),
                    ("officer", "Ansvar for adressesperre er gitt"),
                ],
                max_length=12,
                verbose_name="varsel",
            ),
        ),
        migrations.RemoveConstraint(model_name="alert", name="one_alert_per_day"),
        migrations.AddConstraint(
            model_name="alert",
            constraint=models.UniqueConstraint(
                condition=~models.Q(kind="officer"),
                fields=("kind", "user", "day", "about"),
                name="one_alert_per_day",
                nulls_distinct=False,
            ),
        ),
    ]
