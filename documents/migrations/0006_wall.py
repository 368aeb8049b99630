from django.db import migrations

from accessctl import wall

# The trigger asks whether the document is still a draft; it must get the true answer whoever writes.
FORWARD = "ALTER FUNCTION documents_attachment_is_frozen() SECURITY DEFINER SET search_path = public, pg_temp"
BACKWARD = "ALTER FUNCTION documents_attachment_is_frozen() SECURITY INVOKER RESET search_path"


class Migration(migrations.Migration):
    dependencies = [
        ("documents", "0005_sensitivity"),
        ("archive", "0006_words_for_the_console"),
        ("guardians", "0004_wall"),
    ]
    operations = [
        # A document keeps the school it was written at; who reads it follows where the pupil goes now.
        wall.Protect("documents_document", area="document", pupil="student_id"),
        wall.Protect("documents_attachment", via=(wall.Via("document_id", "documents_document"),)),
        # How far a letter has come is shown beside it, also to those who do not see the archive's log.
        wall.Protect(
            "archive_delivery",
            area="archive",
            school="school_id",
            via=(wall.Via("id", "documents_document", "delivery_id"),),
        ),
        wall.Protect("archive_deliveryattempt", via=(wall.Via("delivery_id", "archive_delivery"),)),
        wall.Protect("archive_archivefolder", via=(wall.Via("id", "archive_delivery", "folder_id"),)),
        migrations.RunSQL(FORWARD, BACKWARD),
    ]
