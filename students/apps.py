from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class StudentsConfig(AppConfig):
    name = "students"
    verbose_name = "Elever"

    def ready(self) -> None:
        from students import reached  # noqa: F401  tells the wall which pupils a user reaches

        autodiscover_modules("pupil_tabs")
