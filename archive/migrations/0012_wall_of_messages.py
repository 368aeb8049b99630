from django.db import migrations

from accessctl import wall


class Migration(migrations.Migration):
    dependencies = [("archive", "0011_log_check"), ("documents", "0006_wall")]
    operations = [
        wall.Protect("archive_fiksrequest", via=(wall.Via("delivery_id", "archive_delivery"),)),
        # What the archive says is the workers' alone: it names pupils inside, and no page shows it.
        wall.Protect("archive_fiksreply"),
    ]
