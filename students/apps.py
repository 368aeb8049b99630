from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class StudentsConfig(AppConfig):
    name = "students"
    verbose_name = "Elever"

    def ready(self) -> None:
        autodiscover_modules(
            "pupil_lists",
            "pupil_tabs",
            "staff_groups",
            "reached",
            "watchers",
            "transfer_facts",
            "year_traces",
            "statistics_sections",
            "insight_parts",
        )
