from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class SchoolsConfig(AppConfig):
    name = "schools"
    verbose_name = "Skoler"

    def ready(self) -> None:
        autodiscover_modules("today", "duties", "search")
