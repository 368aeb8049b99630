"""How people reach the municipality when they cannot log in."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("accessctl", "0003_roles_and_scopes")]

    operations = [
        migrations.AddField(
            "municipality",
            "support_phone",
            models.CharField("telefon til brukerstøtten", max_length=20, blank=True, default=""),
            preserve_default=False,
        ),
        migrations.AddField(
            "municipality",
            "support_email",
            models.EmailField("e-post til brukerstøtten", max_length=254, blank=True, default=""),
            preserve_default=False,
        ),
        migrations.AddField(
            "municipality",
            "support_url",
            models.URLField(
                "side for brukerstøtte",
                blank=True,
                default="",
                help_text="Der ansatte og foresatte finner hjelp eller melder feil.",
            ),
            preserve_default=False,
        ),
        migrations.AddField(
            "municipality",
            "access_url",
            models.URLField(
                "skjema for tilgang", blank=True, default="", help_text="Der lederen bestiller tilgang for ansatte."
            ),
            preserve_default=False,
        ),
    ]
