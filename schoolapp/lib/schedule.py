"""Clock times from configuration as Celery schedules."""

from celery.schedules import crontab


def daily_schedule(name: str, task: str, times: list[str]) -> dict[str, dict[str, object]]:
    """One beat entry a day for each "HH:MM" (Europe/Oslo). Raises ValueError for anything else."""
    entries = {}
    for time in times:
        hour, _, minute = time.strip().partition(":")
        if not (hour.isdigit() and minute.isdigit() and int(hour) < 24 and int(minute) < 60):
            raise ValueError(f"«{time}» is not a time of day such as 15:30")
        entries[f"{name}-{time.strip()}"] = {"task": task, "schedule": crontab(hour=int(hour), minute=int(minute))}
    return entries
