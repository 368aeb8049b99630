from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("students", "0017_statistics")]

    operations = [
        migrations.AddIndex(
            model_name="student",
            index=models.Index(fields=["grade_level", "home_class_name", "sort_name"], name="student_class_name"),
        ),
    ]
