from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("admissions", "0004_grade_of_a_letter"),
    ]

    operations = [
        migrations.AddField(
            model_name="placemove",
            name="is_correction",
            field=models.BooleanField(default=False),
        ),
    ]
