"""The same letter to many pupils, one row per pupil, and the files made of the result."""

import uuid

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import schoolapp.lib.clock
from accessctl import wall


class Migration(migrations.Migration):
    dependencies = [
        ("accessctl", "0014_rights_of_the_school_year"),
        ("documents", "0012_trust"),
        ("students", "0023_statistics_of_new_columns"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="DocumentBatch",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("uuid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                (
                    "language",
                    models.CharField(
                        blank=True,
                        choices=[("nb", "bokmål"), ("nn", "nynorsk")],
                        help_text="Empty: each pupil's own written form",
                        max_length=2,
                    ),
                ),
                (
                    "recipients",
                    models.CharField(help_text="Who it is for, such as the name of a class", max_length=120),
                ),
                ("fields", models.JSONField(default=dict, help_text="What is the same for all")),
                ("send_to_archive", models.BooleanField(default=False, verbose_name="send til arkiv")),
                (
                    "sensitivity",
                    models.CharField(
                        choices=[("normal", "vanlig"), ("sensitive", "sensitivt")],
                        default="normal",
                        max_length=10,
                        verbose_name="følsomhet",
                    ),
                ),
                (
                    "word_reason",
                    models.CharField(blank=True, help_text="Why it is sent in spite of its words", max_length=300),
                ),
                ("on_paper", models.BooleanField(default=False, verbose_name="leveres på papir")),
                ("paper_reason", models.CharField(blank=True, max_length=300, verbose_name="hvorfor på papir")),
                (
                    "state",
                    models.CharField(
                        choices=[("writing", "Skrives"), ("running", "Lages"), ("done", "Ferdig")],
                        default="writing",
                        max_length=8,
                        verbose_name="status",
                    ),
                ),
                (
                    "finalises",
                    models.BooleanField(default=False, help_text="Whether the run finalises, or makes drafts only"),
                ),
                ("method", models.CharField(blank=True, help_text="How the signer was logged in", max_length=120)),
                ("created_at", models.DateTimeField(default=schoolapp.lib.clock.now)),
                ("started_at", models.DateTimeField(null=True)),
                ("cancelled_at", models.DateTimeField(null=True)),
                ("finished_at", models.DateTimeField(null=True)),
                (
                    "created_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "document_type",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="documents.documenttype"
                    ),
                ),
                (
                    "school",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accessctl.school"
                    ),
                ),
            ],
            options={
                "verbose_name": "utsending til mange",
                "verbose_name_plural": "utsendinger til mange",
                "ordering": ["-created_at", "-pk"],
            },
        ),
        migrations.CreateModel(
            name="BatchFile",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("uuid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("asked_at", models.DateTimeField(default=schoolapp.lib.clock.now)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("waiting", "venter"),
                            ("working", "lages"),
                            ("done", "klar"),
                            ("failed", "ble ikke laget"),
                            ("gone", "slettet"),
                        ],
                        default="waiting",
                        max_length=8,
                        verbose_name="status",
                    ),
                ),
                ("done", models.PositiveIntegerField(default=0)),
                ("total", models.PositiveIntegerField(default=0)),
                ("lease_until", models.DateTimeField(null=True)),
                ("attempts", models.PositiveSmallIntegerField(default=0)),
                ("finished_at", models.DateTimeField(null=True)),
                ("file", models.FileField(blank=True, max_length=200, upload_to="")),
                ("sha256", models.CharField(blank=True, max_length=64)),
                ("size", models.PositiveBigIntegerField(default=0)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("print", "Én PDF til utskrift"),
                            ("duplex", "Én PDF til tosidig utskrift"),
                            ("zip", "Enkeltfiler i en ZIP"),
                        ],
                        max_length=6,
                    ),
                ),
                ("holds", models.JSONField(default=list, help_text="Ids of the documents in it")),
                (
                    "asked_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "batch",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="files", to="documents.documentbatch"
                    ),
                ),
            ],
            options={
                "verbose_name": "fil med brev",
                "verbose_name_plural": "filer med brev",
                "ordering": ["-asked_at"],
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="DocumentBatchItem",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("position", models.PositiveIntegerField(help_text="By class and name; the order on paper")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("chosen", "Valgt"),
                            ("waiting", "Venter"),
                            ("taken", "Lages"),
                            ("draft", "Utkast"),
                            ("done", "Ferdigstilt"),
                            ("failed", "Ikke laget"),
                            ("cancelled", "Avbrutt"),
                        ],
                        default="chosen",
                        max_length=9,
                        verbose_name="status",
                    ),
                ),
                ("reason", models.CharField(blank=True, help_text="Why there is no document", max_length=20)),
                ("missing", models.JSONField(default=list, help_text="Names of the merge fields that are empty")),
                ("lease_until", models.DateTimeField(null=True)),
                ("attempts", models.PositiveSmallIntegerField(default=0)),
                (
                    "batch",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="items", to="documents.documentbatch"
                    ),
                ),
                (
                    "document",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="documents.document",
                    ),
                ),
                (
                    "student",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="students.student"
                    ),
                ),
            ],
            options={
                "verbose_name": "elev i en utsending",
                "verbose_name_plural": "elever i en utsending",
                "ordering": ["position", "pk"],
                "indexes": [models.Index(fields=["batch", "state", "position"], name="batchitem_turn")],
                "constraints": [models.UniqueConstraint(fields=("batch", "student"), name="batch_pupil_once")],
            },
        ),
        wall.Protect("documents_documentbatchitem", area="document", pupil="student_id"),
    ]
