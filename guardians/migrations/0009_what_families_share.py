import uuid

import django.db.models.deletion
from django.db import migrations, models

import schoolapp.lib.clock
from accessctl import wall


class Migration(migrations.Migration):
    dependencies = [
        ("guardians", "0008_register_runs"),
        ("people", "0007_runs_of_the_register"),
        ("students", "0014_photos"),
    ]

    operations = [
        migrations.CreateModel(
            name="ContactShare",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.BooleanField(default=False, verbose_name="navn")),
                ("phone", models.BooleanField(default=False, verbose_name="telefon")),
                ("email", models.BooleanField(default=False, verbose_name="e-post")),
                ("changed_at", models.DateTimeField(default=schoolapp.lib.clock.now)),
                (
                    "guardian",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="contact_shares", to="people.person"
                    ),
                ),
                (
                    "student",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="contact_shares",
                        to="students.student",
                    ),
                ),
            ],
            options={
                "verbose_name": "deling på klasselisten",
                "verbose_name_plural": "delinger på klasselisten",
                "constraints": [
                    models.UniqueConstraint(fields=("student", "guardian"), name="one_share_per_guardian_and_child"),
                    models.CheckConstraint(
                        condition=models.Q(("name", True), ("phone", True), ("email", True), _connector="OR"),
                        name="share_of_something",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="PhotoConsent",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("uuid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                (
                    "purpose",
                    models.CharField(
                        choices=[("skolefoto", "skolefoto")], default="skolefoto", max_length=16, verbose_name="formål"
                    ),
                ),
                ("is_given", models.BooleanField(verbose_name="samtykker")),
                ("valid_from", models.DateField(default=schoolapp.lib.clock.today, verbose_name="fra")),
                ("valid_to", models.DateField(blank=True, null=True, verbose_name="til og med")),
                ("answered_at", models.DateTimeField(default=schoolapp.lib.clock.now)),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="people.person",
                        verbose_name="svart av",
                    ),
                ),
                (
                    "student",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="photo_consents",
                        to="students.student",
                    ),
                ),
            ],
            options={
                "verbose_name": "samtykke til bilde",
                "verbose_name_plural": "samtykker til bilde",
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("valid_to__isnull", True)),
                        fields=("student", "person", "purpose"),
                        name="one_standing_photo_answer",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("valid_to__isnull", True), ("valid_to__gte", models.F("valid_from")), _connector="OR"
                        ),
                        name="photo_answer_date_order",
                    ),
                ],
            },
        ),
        wall.Protect("guardians_contactshare", area="contact", pupil="student_id"),
        wall.Protect("guardians_photoconsent", area="pupil", pupil="student_id"),
    ]
