"""Names of fields and tables in the words of the municipal administration; nothing changes in the database."""

import django.db.models.deletion
from django.db import migrations, models

import schoolapp.lib.clock


class Migration(migrations.Migration):
    dependencies = [
        ("accessctl", "0006_files_and_devices"),
        ("schools", "0001_initial"),
        ("staff", "0001_initial"),
        ("students", "0004_grants_on_groups"),
    ]

    operations = [
        migrations.AlterModelOptions(
            name="groupstaffing",
            options={"verbose_name": "bemanning", "verbose_name_plural": "bemanning av grupper"},
        ),
        migrations.AlterField(
            model_name="group",
            name="school",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="groups",
                to="accessctl.school",
                verbose_name="skole",
            ),
        ),
        migrations.AlterField(
            model_name="group",
            name="school_year",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="groups",
                to="schools.schoolyear",
                verbose_name="skoleår",
            ),
        ),
        migrations.AlterField(
            model_name="groupstaffing",
            name="employee",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="staffing",
                to="staff.employee",
                verbose_name="ansatt",
            ),
        ),
        migrations.AlterField(
            model_name="groupstaffing",
            name="group",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="staffing",
                to="students.group",
                verbose_name="gruppe",
            ),
        ),
        migrations.AlterField(
            model_name="groupstaffing",
            name="valid_from",
            field=models.DateField(default=schoolapp.lib.clock.today, verbose_name="fra"),
        ),
        migrations.AlterField(
            model_name="groupstaffing",
            name="valid_to",
            field=models.DateField(blank=True, null=True, verbose_name="til og med"),
        ),
    ]
