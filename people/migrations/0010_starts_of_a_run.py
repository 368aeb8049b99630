from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("people", "0009_name_of_the_file")]

    operations = [
        migrations.AddField(
            model_name="registerimport",
            name="starts",
            field=models.PositiveSmallIntegerField(default=0, help_text="Begun by a worker since it last got on"),
        ),
    ]
