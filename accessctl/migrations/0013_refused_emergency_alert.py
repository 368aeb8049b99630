from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accessctl", "0012_officers_alert"),
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
                    ("refused", "Mislykkede forsøk på nødtilgang"),
                ],
                max_length=12,
                verbose_name="varsel",
            ),
        ),
    ]
