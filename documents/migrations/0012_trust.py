"""Codes on paper, deleting by grant, and where older documents are. What the archive has is never deleted."""

import uuid

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import schoolapp.lib.clock
from accessctl import wall

# One question for every way to delete. It must get the true answer whoever asks, so it looks past the wall.
FORWARD = """
CREATE FUNCTION documents_is_deletable(doc bigint) RETURNS boolean
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT NOT EXISTS (
        SELECT FROM documents_document d
        JOIN archive_delivery promise
          ON promise.id = d.delivery_id OR promise.external_key = 'dok:' || d.series || ':v' || d.version
        WHERE d.id = doc
          AND (promise.state <> 'withdrawn' OR promise.journal_number IS NOT NULL OR promise.steps <> '{}'::jsonb)
    )
$$;
CREATE FUNCTION documents_deletion_is_told(doc uuid) RETURNS boolean
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT EXISTS (SELECT FROM documents_documentdeletion WHERE document = doc)
$$;

CREATE FUNCTION documents_finalised_goes_with_a_reason() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT documents_is_deletable(OLD.id) THEN
        RAISE EXCEPTION 'what the archive has, or is to have, is not deleted' USING ERRCODE = 'check_violation';
    END IF;
    IF NOT documents_deletion_is_told(OLD.uuid) THEN
        RAISE EXCEPTION 'a finalised document is deleted with a reason, or not at all' USING ERRCODE = 'check_violation';
    END IF;
    RETURN OLD;
END $$;
DROP TRIGGER finalised_is_frozen ON documents_document;
CREATE TRIGGER finalised_is_frozen BEFORE UPDATE ON documents_document
    FOR EACH ROW WHEN (OLD.state = 'finalised') EXECUTE FUNCTION documents_finalised_is_frozen();
CREATE TRIGGER finalised_goes_with_a_reason BEFORE DELETE ON documents_document
    FOR EACH ROW WHEN (OLD.state = 'finalised') EXECUTE FUNCTION documents_finalised_goes_with_a_reason();

CREATE FUNCTION documents_attachment_goes_with_its_document() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF EXISTS (
        SELECT FROM documents_document d
        WHERE d.id = OLD.document_id AND d.state <> 'draft'
          AND NOT (d.state = 'finalised' AND documents_deletion_is_told(d.uuid) AND documents_is_deletable(d.id))
    ) THEN
        RAISE EXCEPTION 'attachments change only while the document is a draft';
    END IF;
    RETURN OLD;
END $$;
DROP TRIGGER attachment_is_frozen ON documents_attachment;
CREATE TRIGGER attachment_is_frozen BEFORE INSERT OR UPDATE ON documents_attachment
    FOR EACH ROW EXECUTE FUNCTION documents_attachment_is_frozen();
CREATE TRIGGER attachment_goes_with_its_document BEFORE DELETE ON documents_attachment
    FOR EACH ROW EXECUTE FUNCTION documents_attachment_goes_with_its_document();

CREATE FUNCTION documents_deletion_is_final() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'who deleted what is history';
END $$;
CREATE TRIGGER deletion_is_final BEFORE UPDATE OR DELETE ON documents_documentdeletion
    FOR EACH ROW EXECUTE FUNCTION documents_deletion_is_final();
"""
BACKWARD = """
DROP TRIGGER deletion_is_final ON documents_documentdeletion;
DROP FUNCTION documents_deletion_is_final();
DROP TRIGGER attachment_goes_with_its_document ON documents_attachment;
DROP TRIGGER attachment_is_frozen ON documents_attachment;
CREATE TRIGGER attachment_is_frozen BEFORE INSERT OR UPDATE OR DELETE ON documents_attachment
    FOR EACH ROW EXECUTE FUNCTION documents_attachment_is_frozen();
DROP FUNCTION documents_attachment_goes_with_its_document();
DROP TRIGGER finalised_goes_with_a_reason ON documents_document;
DROP TRIGGER finalised_is_frozen ON documents_document;
CREATE TRIGGER finalised_is_frozen BEFORE UPDATE OR DELETE ON documents_document
    FOR EACH ROW WHEN (OLD.state = 'finalised') EXECUTE FUNCTION documents_finalised_is_frozen();
DROP FUNCTION documents_finalised_goes_with_a_reason();
DROP FUNCTION documents_deletion_is_told(uuid);
DROP FUNCTION documents_is_deletable(bigint);
"""


class Migration(migrations.Migration):
    dependencies = [
        ("accessctl", "0014_rights_of_the_school_year"),
        ("documents", "0011_rows_of_the_overview"),
        ("students", "0023_statistics_of_new_columns"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="OlderSource",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("uuid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                (
                    "name_nb",
                    models.CharField(
                        help_text="For eksempel «Papirarkivet».", max_length=80, verbose_name="navn på bokmål"
                    ),
                ),
                ("name_nn", models.CharField(max_length=80, verbose_name="navn på nynorsk")),
                (
                    "text_nb",
                    models.TextField(
                        help_text="Hva som ligger der, og hvordan skolen får tak i det.",
                        max_length=600,
                        verbose_name="tekst på bokmål",
                    ),
                ),
                ("text_nn", models.TextField(max_length=600, verbose_name="tekst på nynorsk")),
                (
                    "url",
                    models.URLField(
                        blank=True, help_text="Til systemet eller til kommunens rutine.", verbose_name="lenke"
                    ),
                ),
                (
                    "born_before",
                    models.DateField(
                        blank=True,
                        help_text="Tomt når fødselsåret ikke har noe å si.",
                        null=True,
                        verbose_name="gjelder elever født før",
                    ),
                ),
                (
                    "began_before",
                    models.PositiveSmallIntegerField(
                        blank=True,
                        help_text="Årstall. Regnes av fødselsåret: barn begynner det året de fyller seks.",
                        null=True,
                        verbose_name="gjelder elever som begynte på skolen før høsten",
                    ),
                ),
                ("is_active", models.BooleanField(default=True, verbose_name="vises")),
            ],
            options={
                "verbose_name": "eldre dokumenter",
                "verbose_name_plural": "eldre dokumenter",
                "ordering": ["pk"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("born_before__isnull", False), ("began_before__isnull", False), _connector="OR"
                        ),
                        name="older_source_concerns_somebody",
                        violation_error_message="Fyll ut hvilke elever det gjelder: en fødselsdato eller et årstall.",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="VerificationCode",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "code",
                    models.CharField(help_text="Without the hyphens it is printed with", max_length=17, unique=True),
                ),
                ("pages", models.PositiveSmallIntegerField(help_text="Known when the PDF has been made", null=True)),
                (
                    "document",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="verification",
                        to="documents.document",
                    ),
                ),
            ],
            options={
                "verbose_name": "kontrollkode",
                "verbose_name_plural": "kontrollkoder",
            },
        ),
        migrations.CreateModel(
            name="DocumentDeletion",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("document", models.UUIDField(help_text="The id the document had", unique=True)),
                ("series", models.UUIDField()),
                ("version", models.PositiveSmallIntegerField()),
                ("finalised_at", models.DateTimeField()),
                ("sha256", models.CharField(max_length=64)),
                ("reason", models.CharField(max_length=300, verbose_name="begrunnelse")),
                ("at", models.DateTimeField(default=schoolapp.lib.clock.now)),
                (
                    "by",
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
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accessctl.school"
                    ),
                ),
                (
                    "student",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="students.student"
                    ),
                ),
            ],
            options={
                "verbose_name": "slettet dokument",
                "verbose_name_plural": "slettede dokumenter",
                "ordering": ["-at", "-pk"],
                "indexes": [models.Index(fields=["series"], name="deletion_series")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("reason", ""), _negated=True), name="deletion_has_a_reason"
                    )
                ],
            },
        ),
        wall.Protect("documents_verificationcode", via=(wall.Via("document_id", "documents_document"),)),
        wall.Protect("documents_documentdeletion", area="document", pupil="student_id"),
        migrations.RunSQL(FORWARD, BACKWARD),
    ]
