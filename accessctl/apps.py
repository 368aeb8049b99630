from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class AccessConfig(AppConfig):
    name = "accessctl"
    verbose_name = "Tilgang"

    def ready(self) -> None:
        from accessctl import checks  # noqa: F401  registers the system checks
        from accessctl.journal import own  # noqa: F401  what of this app leaves a history

        autodiscover_modules("admin", "journal")
