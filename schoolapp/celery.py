"""The Celery application. PostgreSQL is the ledger; a task only rings the bell (docs/architecture.md)."""

import os
from typing import Any

import pghistory
from celery import Celery, Task

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "schoolapp.settings")


class NamedTask(Task):
    """A task whose changes say in the change history which task made them."""

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        with pghistory.context(job=self.name):
            return super().__call__(*args, **kwargs)


app = Celery("schoolapp", task_cls=NamedTask)
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
