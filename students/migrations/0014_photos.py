import uuid

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import schoolapp.lib.clock
import students.models.photos
from accessctl import wall


class Migration(migrations.Migration):
    dependencies = [
        ("schools", "0002_calendar_and_subjects"),
        ("students", "0013_saved_views"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Photo",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("uuid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("file", models.FileField(upload_to=students.models.photos.random_path, verbose_name="fil")),
                ("added_at", models.DateTimeField(default=schoolapp.lib.clock.now)),
                (
                    "added_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "student",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE, related_name="photo", to="students.student"
                    ),
                ),
            ],
            options={
                "verbose_name": "skolefoto",
                "verbose_name_plural": "skolefoto",
            },
        ),
        migrations.CreateModel(
            name="PhotoNumber",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "number",
                    models.CharField(
                        default=students.models.photos.new_number, max_length=8, unique=True, verbose_name="bildenummer"
                    ),
                ),
                (
                    "school_year",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="schools.schoolyear"
                    ),
                ),
                (
                    "student",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="photo_numbers", to="students.student"
                    ),
                ),
            ],
            options={
                "verbose_name": "bildenummer",
                "verbose_name_plural": "bildenumre",
                "constraints": [
                    models.UniqueConstraint(fields=("student", "school_year"), name="one_photo_number_a_year")
                ],
            },
        ),
        wall.Protect("students_photo", area="pupil", pupil="student_id"),
        wall.Protect("students_photonumber", area="pupil", pupil="student_id"),
    ]
