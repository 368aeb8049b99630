import uuid

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import schoolapp.lib.clock


class Migration(migrations.Migration):
    dependencies = [
        ("accessctl", "0012_officers_alert"),
        ("students", "0009_names_in_norwegian"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="GrantProposal",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("uuid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("proposed", "venter på godkjenning"),
                            ("approved", "godkjent"),
                            ("rejected", "avslått"),
                        ],
                        default="proposed",
                        max_length=8,
                        verbose_name="status",
                    ),
                ),
                ("reason", models.CharField(max_length=300, verbose_name="begrunnelse")),
                ("proposed_at", models.DateTimeField(default=schoolapp.lib.clock.now)),
                ("decided_at", models.DateTimeField(blank=True, null=True)),
                (
                    "permission",
                    models.CharField(
                        choices=[
                            ("see_protected", "Se elever og foresatte som har adressesperre"),
                            ("manage_protection", "Åpne portalen for skjermede familier og oppheve skjerming"),
                        ],
                        max_length=40,
                        verbose_name="rettighet",
                    ),
                ),
                ("valid_to", models.DateField(verbose_name="til og med")),
                (
                    "decided_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "proposed_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "school",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accessctl.school",
                        verbose_name="skole",
                    ),
                ),
                (
                    "student",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="students.student",
                        verbose_name="elev",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="bruker",
                    ),
                ),
            ],
            options={
                "verbose_name": "forslag om særskilt tilgang",
                "verbose_name_plural": "forslag om særskilte tilganger",
                "abstract": False,
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("decided_by", models.F("proposed_by")), _negated=True),
                        name="grantproposal_two_persons",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("decided_at__isnull", True), ("decided_by__isnull", True), ("state", "proposed")),
                            models.Q(
                                models.Q(("state", "proposed"), _negated=True),
                                ("decided_at__isnull", False),
                                ("decided_by__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="grantproposal_decided_by_someone",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("user", models.F("proposed_by")), _negated=True),
                        name="grantproposal_not_for_proposer",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("user", models.F("decided_by")), _negated=True),
                        name="grantproposal_not_for_decider",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("permission__in", ["see_protected", "manage_protection"])),
                        name="grantproposal_of_officers_right",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("school__isnull", True), ("student__isnull", True), _connector="OR"),
                        name="grantproposal_on_one_thing",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("state", "proposed")),
                        fields=("user", "permission", "school", "student"),
                        name="one_open_grant_proposal",
                        nulls_distinct=False,
                    ),
                ],
            },
        ),
    ]
