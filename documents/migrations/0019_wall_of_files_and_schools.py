from django.db import migrations

from accessctl import wall


class Migration(migrations.Migration):
    dependencies = [("documents", "0018_who_is_named")]
    operations = [
        # Whoever sees nobody in the batch any more has nothing to fetch from it.
        wall.Protect("documents_batchfile", via=(wall.Via("batch_id", "documents_documentbatchitem", "batch_id"),)),
        wall.Protect("documents_schooldocument", area="archive", school="school_id"),
    ]
