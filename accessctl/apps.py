from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.module_loading import autodiscover_modules


class AccessConfig(AppConfig):
    name = "accessctl"
    verbose_name = "Tilgang"

    def ready(self) -> None:
        from accessctl import checks  # noqa: F401  registers the system checks
        from accessctl.journal import own  # noqa: F401  what of this app leaves a history

        autodiscover_modules("admin", "journal", "wall")
        post_migrate.connect(grant_runtime_roles, sender=self)


def grant_runtime_roles(**kwargs: Any) -> None:
    """After every `migrate`: a new table is closed to web and workers until this has given them what they need."""
    from accessctl import wall

    wall.set_up_roles()
