from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("guardians", "0004_wall")]
    operations = [
        migrations.AddField(
            model_name="guardianrelation",
            name="named",
            field=models.CharField(blank=True, default="", max_length=401, verbose_name="navn som ble oppgitt"),
        ),
        migrations.AddField(
            model_name="relationblock",
            name="named",
            field=models.CharField(blank=True, default="", max_length=401, verbose_name="navn som ble oppgitt"),
        ),
        migrations.AlterModelOptions(
            name="blockedattempt",
            options={
                "ordering": ["-day"],
                "verbose_name": "forsøk fra sperret person",
                "verbose_name_plural": "forsøk fra sperrede personer",
            },
        ),
    ]
