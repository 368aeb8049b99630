from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("messaging", "0001_letters")]
    operations = [
        migrations.AddField(
            model_name="dispatch",
            name="kind",
            field=models.CharField(
                blank=True, default="", help_text="What the log groups letters by", max_length=120, verbose_name="type"
            ),
            preserve_default=False,
        ),
    ]
