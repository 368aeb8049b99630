from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accessctl", "0010_names_in_norwegian"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="accessevent",
            index=models.Index(fields=["action", "-at"], name="access_event_action"),
        ),
        migrations.AddIndex(
            model_name="changeevent",
            index=models.Index(
                condition=models.Q(("person_id", None), ("pupil_id", None)), fields=["-at"], name="change_event_general"
            ),
        ),
    ]
