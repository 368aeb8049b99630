from django.apps import AppConfig


class AccessConfig(AppConfig):
    name = "accessctl"
    verbose_name = "Tilgang"

    def ready(self) -> None:
        from accessctl import checks  # noqa: F401  registers the system checks
