from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class ArchiveConfig(AppConfig):
    name = "archive"
    verbose_name = "Arkiv"

    def ready(self) -> None:
        autodiscover_modules("sensitive_deliveries", "archive_origins", "preflight_checks")
