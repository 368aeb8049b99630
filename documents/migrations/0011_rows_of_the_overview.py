"""A type has the whole row of the document overview, and its exemption from a register; letterheads and tests."""

import uuid

import django.contrib.postgres.fields
import django.core.validators
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import schoolapp.lib.clock

SHIPPED = ("UO", "offl. § 13, jf. fvl. § 13 første ledd nr. 1")
NEVER_LOOSER = """
CREATE FUNCTION documents_basis_is_never_looser() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.basis_id IS NULL OR (TG_OP = 'UPDATE' AND NEW.basis_id IS NOT DISTINCT FROM OLD.basis_id) THEN
        RETURN NEW;
    END IF;
    IF EXISTS (
        SELECT 1 FROM documents_documenttype kind
        JOIN documents_accessbasis least ON least.id = kind.basis_id
        JOIN documents_accessbasis chosen ON chosen.id = NEW.basis_id
        WHERE kind.id = NEW.document_type_id AND chosen.id <> least.id AND chosen.strictness <= least.strictness
    ) THEN
        RAISE EXCEPTION 'a document is never less exempt from access than its type'
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER basis_is_never_looser BEFORE INSERT OR UPDATE ON documents_document
    FOR EACH ROW EXECUTE FUNCTION documents_basis_is_never_looser();
"""
NO_TRIGGER = """
DROP TRIGGER basis_is_never_looser ON documents_document;
DROP FUNCTION documents_basis_is_never_looser();
"""


def register_what_is_in_use(apps, schema_editor):
    """One row in the register for each pair of code and provision the types have."""
    register = apps.get_model("documents", "AccessBasis")
    for kind in apps.get_model("documents", "DocumentType").objects.exclude(access_code=""):
        pair = (kind.access_code, kind.legal_basis)
        kind.basis, _new = register.objects.get_or_create(
            access_code=pair[0],
            legal_basis=pair[1],
            defaults={"slug": "taushetsplikt" if pair == SHIPPED else None},
        )
        kind.save(update_fields=["basis"])


def made_by_flows(apps, schema_editor):
    kinds = apps.get_model("documents", "DocumentType").objects
    kinds.filter(slug__in=("flyttemelding", "melding-foresatte")).update(made_in="flow")


class Migration(migrations.Migration):
    dependencies = [
        ("accessctl", "0014_rights_of_the_school_year"),
        ("archive", "0008_archived_first"),
        ("documents", "0010_channel_and_folder"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="documenttype",
            name="archived_by",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.CharField(
                    choices=[
                        ("automatic", "går automatisk"),
                        ("team_primary", "Team barneskole"),
                        ("team_lower", "Team ungdomsskole"),
                        ("school_admin", "skoleadmin"),
                        ("contact_teacher", "kontaktlærer"),
                    ],
                    max_length=16,
                ),
                blank=True,
                default=list,
                size=None,
                verbose_name="arkiveres av",
            ),
        ),
        migrations.AddField(
            model_name="documenttype",
            name="deadlines",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.CharField(
                    max_length=5,
                    validators=[
                        django.core.validators.RegexValidator(
                            "^(0[1-9]|1[0-2])-(0[1-9]|[12]\\d|3[01])$",
                            "Skriv måned og dag, for eksempel 06-25 for 25. juni.",
                        )
                    ],
                ),
                blank=True,
                default=list,
                size=None,
                verbose_name="frister",
            ),
        ),
        migrations.AddField(
            model_name="documenttype",
            name="document_code",
            field=models.CharField(
                blank=True,
                help_text="Koden for dokumenttypen i kommunens arkiv. La den stå tom hvis arkivet ikke bruker slike koder.",
                max_length=20,
                verbose_name="dokumenttypekode i arkivet",
            ),
        ),
        migrations.AddField(
            model_name="documenttype",
            name="guide_nb",
            field=models.TextField(blank=True, max_length=600, verbose_name="veiledning på bokmål"),
        ),
        migrations.AddField(
            model_name="documenttype",
            name="guide_nn",
            field=models.TextField(blank=True, max_length=600, verbose_name="veiledning på nynorsk"),
        ),
        migrations.AddField(
            model_name="documenttype",
            name="made_in",
            field=models.CharField(
                choices=[
                    ("editor", "skrives her"),
                    ("flow", "lages av en annen del av systemet"),
                    ("elements", "lages i Elements"),
                ],
                default="editor",
                max_length=8,
                verbose_name="hvor det lages",
            ),
        ),
        migrations.AddField(
            model_name="documenttype",
            name="number",
            field=models.PositiveSmallIntegerField(
                blank=True,
                help_text="1–38; the municipality's own: none",
                null=True,
                unique=True,
                verbose_name="rad i dokumentoversikten",
            ),
        ),
        migrations.AddField(
            model_name="documenttype",
            name="precondition",
            field=models.SlugField(blank=True, verbose_name="forutsetning for arkivering"),
        ),
        migrations.AddField(
            model_name="documenttype",
            name="shipped",
            field=models.JSONField(default=dict, editable=False, help_text="What the system last installed, by field"),
        ),
        migrations.AlterField(
            model_name="documenttype",
            name="registry_status",
            field=models.CharField(
                choices=[
                    ("F", "F – ferdigstilt"),
                    ("J", "J – journalført"),
                    ("R", "R – reservert, saken går videre i arkivet"),
                    ("S", "S – registrert av saksbehandler"),
                    ("M", "M – midlertidig registrert"),
                ],
                default="F",
                max_length=1,
                verbose_name="journalstatus",
            ),
        ),
        migrations.AlterField(
            model_name="documenttype",
            name="registry_type",
            field=models.CharField(
                choices=[
                    ("I", "I – inngående"),
                    ("U", "U – utgående"),
                    ("N", "N – internt, for oppfølging"),
                    ("X", "X – internt, uten oppfølging"),
                ],
                default="U",
                max_length=1,
                verbose_name="journalposttype",
            ),
        ),
        migrations.CreateModel(
            name="AccessBasis",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "slug",
                    models.SlugField(
                        editable=False, help_text="Of those the system comes with", null=True, unique=True
                    ),
                ),
                ("access_code", models.CharField(max_length=10, verbose_name="tilgangskode")),
                ("legal_basis", models.CharField(max_length=120, verbose_name="unntakshjemmel")),
                (
                    "strictness",
                    models.PositiveSmallIntegerField(
                        default=1,
                        help_text="Et tall fra 1 til 9. Den som skriver, kan bare velge en hjemmel som er strengere enn den typen har.",
                        validators=[
                            django.core.validators.MinValueValidator(1),
                            django.core.validators.MaxValueValidator(9),
                        ],
                        verbose_name="strenghet",
                    ),
                ),
                ("is_active", models.BooleanField(default=True, verbose_name="i bruk")),
            ],
            options={
                "verbose_name": "unntakshjemmel",
                "verbose_name_plural": "unntakshjemler",
                "ordering": ["strictness", "access_code", "legal_basis"],
                "constraints": [
                    models.UniqueConstraint(fields=("access_code", "legal_basis"), name="access_basis_once"),
                    models.CheckConstraint(
                        condition=models.Q(("strictness__range", (1, 9))), name="access_basis_strictness"
                    ),
                ],
            },
        ),
        migrations.AddField(
            model_name="document",
            name="basis",
            field=models.ForeignKey(
                blank=True,
                help_text="The author's choice, stricter than the type's; frozen with what holds when it is finalised",
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="documents.accessbasis",
                verbose_name="unntakshjemmel",
            ),
        ),
        migrations.AddField(
            model_name="documenttype",
            name="basis",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="document_types",
                to="documents.accessbasis",
                verbose_name="unntakshjemmel",
            ),
        ),
        migrations.CreateModel(
            name="ArchiveTest",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("uuid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("codes", models.JSONField(help_text="The type's codes when it was sent")),
                ("made_at", models.DateTimeField(default=schoolapp.lib.clock.now, verbose_name="tidspunkt")),
                (
                    "delivery",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="archive_test", to="archive.delivery"
                    ),
                ),
                (
                    "document_type",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="archive_tests",
                        to="documents.documenttype",
                    ),
                ),
                (
                    "made_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "school",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accessctl.school",
                        verbose_name="skole",
                    ),
                ),
            ],
            options={
                "verbose_name": "test-arkivering",
                "verbose_name_plural": "test-arkiveringer",
                "ordering": ["-made_at", "-pk"],
            },
        ),
        migrations.CreateModel(
            name="Letterhead",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(blank=True, max_length=120, verbose_name="navn i brevhodet")),
                ("address", models.CharField(blank=True, max_length=200, verbose_name="adresse")),
                ("postal_code", models.CharField(blank=True, max_length=4, verbose_name="postnummer")),
                ("city", models.CharField(blank=True, max_length=60, verbose_name="poststed")),
                ("phone", models.CharField(blank=True, max_length=20, verbose_name="telefon")),
                ("email", models.EmailField(blank=True, max_length=254, verbose_name="e-post")),
                ("return_name", models.CharField(blank=True, max_length=120, verbose_name="avsender på konvolutten")),
                ("return_address", models.CharField(blank=True, max_length=200, verbose_name="returadresse")),
                (
                    "return_postal_code",
                    models.CharField(blank=True, max_length=4, verbose_name="postnummer for returadressen"),
                ),
                ("return_city", models.CharField(blank=True, max_length=60, verbose_name="poststed for returadressen")),
                (
                    "language",
                    models.CharField(
                        blank=True,
                        choices=[("nb", "bokmål"), ("nn", "nynorsk")],
                        max_length=2,
                        verbose_name="målform i brev",
                    ),
                ),
                ("logo", models.BinaryField(blank=True, default=bytes, editable=False, verbose_name="logo")),
                ("logo_extension", models.CharField(blank=True, editable=False, max_length=3)),
                (
                    "school",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE, related_name="letterhead", to="accessctl.school"
                    ),
                ),
            ],
            options={
                "verbose_name": "brevhode",
                "verbose_name_plural": "brevhoder",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("logo", b""), ("logo_extension", "")),
                            models.Q(models.Q(("logo", b""), _negated=True), ("logo_extension__in", ["png", "jpg"])),
                            _connector="OR",
                        ),
                        name="logo_is_a_picture",
                    )
                ],
            },
        ),
        migrations.RunSQL("SET CONSTRAINTS ALL IMMEDIATE", migrations.RunSQL.noop),
        migrations.RunPython(register_what_is_in_use, migrations.RunPython.noop),
        migrations.RunPython(made_by_flows, migrations.RunPython.noop),
        migrations.RemoveField(
            model_name="documenttype",
            name="access_code",
        ),
        migrations.RemoveField(
            model_name="documenttype",
            name="legal_basis",
        ),
        migrations.RunSQL(NEVER_LOOSER, NO_TRIGGER),
    ]
