"""Start-up check: every URL must lead to a view that says who may call it."""

from collections.abc import Iterator
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Warning, register
from django.db import connection
from django.urls import URLPattern, URLResolver, get_resolver

from accessctl import wall
from accessctl.guards import access_of


def all_views(patterns: Any = None, prefix: str = "") -> Iterator[tuple[str, URLPattern]]:
    """Yield (route, pattern) for every URL of the project, through every include."""
    for entry in get_resolver().url_patterns if patterns is None else patterns:
        route = prefix + str(entry.pattern)
        if isinstance(entry, URLResolver):
            yield from all_views(entry.url_patterns, route)
        else:
            yield route, entry


@register("urls")
def every_view_declares_access(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    return [
        Error(f"{route} declares no access.", hint="Mark the view with accessctl.guards.", id="accessctl.E001")
        for route, entry in all_views()
        if access_of(entry.callback) is None
    ]


# What the settings of the server must be for its own log to hold nothing of what is typed.
QUIET = {"log_min_error_statement": "panic", "log_error_verbosity": "terse", "log_statement": "none"}


@register("wall", deploy=True)
def database_log_is_quiet(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """For `check --deploy`: a statement that fails holds what was typed, and is not to stand in PostgreSQL's log."""
    with connection.cursor() as cursor:
        found = {name: cursor.execute(f"SHOW {name}").fetchone()[0] for name in QUIET}
    return [
        Warning(
            f"The database logs what is typed: {name} is {found[name]}.",
            hint=f"Set {name} = {wanted} on the server; see docs/deploy.md.",
            id="accessctl.W003",
        )
        for name, wanted in QUIET.items()
        if found[name] != wanted
    ]


@register("wall", deploy=True)
def web_has_a_weak_database_role(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """For `check --deploy` in the environment of the web processes: row-level security must hold for their role."""
    kind = Warning if settings.DEVELOPMENT else Error
    hint = f"Let DATABASE_URL of the web processes name the role {wall.WEB}; see docs/deploy.md."
    powers = wall.powers_of_connection()
    return [kind(f"The database role of this process {power}.", hint=hint, id="accessctl.E002") for power in powers]
