from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class StudentsConfig(AppConfig):
    name = "students"
    verbose_name = "Elever"

    def ready(self) -> None:
        autodiscover_modules("pupil_tabs", "reached", "watchers")
