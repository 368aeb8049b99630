"""The Celery application. PostgreSQL is the ledger; a task only rings the bell (docs/architecture.md)."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "schoolapp.settings")

app = Celery("schoolapp")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
