from django.db import migrations, models

BY_FLOW = ("flyttemelding", "melding-foresatte")


def made_by_flows_are_internal(apps, schema_editor):
    apps.get_model("documents", "DocumentType").objects.filter(slug__in=BY_FLOW).update(channel="internal")


class Migration(migrations.Migration):
    dependencies = [("documents", "0009_titles_found")]

    operations = [
        migrations.AddField(
            model_name="documenttype",
            name="channel",
            field=models.CharField(
                choices=[
                    ("svarut", "SvarUt"),
                    ("portal", "portalen, med varsel"),
                    ("handed_out", "leveres ut"),
                    ("internal", "internt"),
                    ("message", "melding eller e-post"),
                    ("form", "skjema"),
                    ("sms", "SMS"),
                    ("elements", "lages i Elements"),
                ],
                default="svarut",
                max_length=10,
                verbose_name="kanal",
            ),
        ),
        migrations.AddField(
            model_name="documenttype",
            name="folder",
            field=models.CharField(
                choices=[("pupil", "elevmappe"), ("school", "skolemappe"), ("none", "ingen mappe")],
                default="pupil",
                max_length=6,
                verbose_name="mappe",
            ),
        ),
        migrations.RunPython(made_by_flows_are_internal, migrations.RunPython.noop),
    ]
