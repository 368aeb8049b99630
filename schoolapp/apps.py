from django.apps import AppConfig
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured


class SchoolappConfig(AppConfig):
    name = "schoolapp"

    def ready(self) -> None:
        """Web, workers and commands all pass here: none of them starts on unsafe values in production."""
        from schoolapp.checks import unsafe_values

        problems = [] if settings.DEVELOPMENT else unsafe_values(settings)
        if problems:
            raise ImproperlyConfigured("Schoolapp does not start on unsafe settings:\n- " + "\n- ".join(problems))
