"""Names of fields and tables in the words of the municipal administration; nothing changes in the database."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("archive", "0005_protection_is_asked_for"),
    ]

    operations = [
        migrations.AlterModelOptions(
            name="peer",
            options={"verbose_name": "arkivforbindelse", "verbose_name_plural": "arkivforbindelser"},
        ),
        migrations.AlterField(
            model_name="peer",
            name="failures",
            field=models.PositiveIntegerField(default=0, verbose_name="feil på rad"),
        ),
        migrations.AlterField(
            model_name="peer",
            name="name",
            field=models.CharField(max_length=40, unique=True, verbose_name="navn"),
        ),
        migrations.AlterField(
            model_name="peer",
            name="open_until",
            field=models.DateTimeField(null=True, verbose_name="i fred til"),
        ),
        migrations.AlterField(
            model_name="peer",
            name="silent_since",
            field=models.DateTimeField(null=True, verbose_name="stille siden"),
        ),
    ]
