from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class GuardiansConfig(AppConfig):
    name = "guardians"
    verbose_name = "Foresatte"

    def ready(self) -> None:
        autodiscover_modules("apart", "portal_cards")
